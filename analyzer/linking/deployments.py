"""What the files that start programs give their environment: Dockerfiles, compose files, Kubernetes, shell scripts; and
the examples of `.env` files, which are in a repository where `.env` itself is not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from posixpath import basename, dirname, join, normpath
from typing import NamedTuple

from analyzer import encoding
from analyzer.commands import scripts, services
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import Given, Known, Variables
from analyzer.commands.surroundings import Read
from analyzer.configs import documents, yaml_events
from analyzer.configs.tree import MAX_BYTES, get, items, pairs
from analyzer.program import Expression, Mapping, Text

#: Files that start programs which are looked at for one variable, at most; nearest first.
MAX_FILES = 200
#: Folders that only hold what builds and starts the program around them.
_APART = re.compile(
    r"""\.?docker(?:-?compose|files?)?|compose|\.?(?:dev)?containers?|deploy(?:ments?)?|k8s|kubernetes|helm|charts?
    |templates|manifests|infra(?:structure)?|ops|build|scripts?|bin|conf(?:igs?)?|envs?|environments?""",
    re.IGNORECASE | re.VERBOSE,
)
_EXAMPLE = re.compile(r"(?=.*(?:example|sample|template|tmpl|dist|default))(?:[^._-]*[._-])*env(?:[._-].*)?$", re.I)


class Setting(NamedTuple):
    """What a file gives a variable, and the byte where it stands there."""

    path: str
    text: str
    at: int


class Deployments:
    """The files of one tree that start its programs, by the folder of what they start."""

    def __init__(self, paths: Iterable[str], read: Read) -> None:
        self.read = read
        self.examples: dict[str, list[str]] = {}
        self.starting: dict[str, list[str]] = {}
        for path in sorted(paths):
            if is_example(path):
                self.examples.setdefault(dirname(path), []).append(path)
            elif scripts.is_script(path) or path.endswith((".yaml", ".yml")):
                self.starting.setdefault(_home(path), []).append(path)
        self.settings = lru_cache(maxsize=256)(self._settings)

    def examples_of(self, written: str, writer: str) -> tuple[str, ...]:
        """The examples of a `.env` file that code names, where that itself would be; of the nearest folder."""
        beside = dirname(written) if "*" not in written else ""
        for folder in _upwards(dirname(writer)):
            place = normpath(join(folder, beside))
            if found := self.examples.get("" if place == "." else place):
                return tuple(found)
        return ()

    def given(self, name: str, program: str) -> tuple[Setting, ...]:
        """What the files that start a program give a variable: those of the folder that is nearest to it."""
        around = tuple(_upwards(dirname(program)))
        for folder in around:
            found: dict[str, list[Setting]] = {}
            for path in self.starting.get(folder, ())[:MAX_FILES]:
                for home, settings in self.settings(path) if self._may_give(path, name) else ():
                    if name in settings and home in around:
                        found.setdefault(home, []).extend(settings[name])
            if found:
                return tuple(dict.fromkeys(found[max(found, key=len)]))
        return ()

    def _may_give(self, path: str, name: str) -> bool:
        """Whether the file says the name, or other files that may."""
        source = self.read(path) or b""
        return name.encode("utf-8", "surrogatepass") in source or b"env_file" in source

    def _settings(self, path: str) -> list[tuple[str, dict[str, list[Setting]]]]:
        """(folder of the program, variables) for each program that the file starts."""
        source = self.read(path) or b""
        try:
            text = encoding.decode(source).decode("utf-8", "replace") if len(source) <= MAX_BYTES else ""
        except encoding.UnreadableError:
            return []
        if scripts.is_script(path):
            return [(_home(path), _known(scripts.environment(text, path), path, text))]
        return list(self._services(text, path))

    def _services(self, text: str, path: str) -> Iterator[tuple[str, dict[str, list[Setting]]]]:
        """The services of a compose file, each with the folder that it is built from; the containers of Kubernetes."""
        try:
            trees = yaml_events.documents(text)
        except (ValueError, RecursionError):
            return
        where = services.place(path, text.encode(), Budget())
        around = self._files((".env",), path)
        for tree in trees:
            for service in services.containers(tree):
                listed = get(service, "env_file")
                files = self._files(_texts(listed), path)
                own = services.variables(service, around, where)
                yield _context(service, path), _known({**files, **own}, path, "")

    def _files(self, names: Iterable[str], path: str) -> Variables:
        """The variables of `.env` files beside a compose file; of their examples where they are not in the tree."""
        found: Variables = {}
        for name in names:
            written = normpath(join(dirname(path), name))
            for file in (written,) if self.read(written) else self.examples_of(name, path):
                found.update(_variables(self.read(file) or b"", file))
        return found


def is_example(path: str) -> bool:
    """Whether the name says that the file shows what a `.env` could hold."""
    return documents.is_dotenv(basename(path)) and _EXAMPLE.match(basename(path)) is not None


def _home(path: str) -> str:
    """The folder of the program that a file starts."""
    parts = path.split("/")[:-1]
    while parts and _APART.fullmatch(parts[-1]):
        parts.pop()
    return "/".join(parts)


def _context(service: Mapping, path: str) -> str:
    """The folder that a service is built from; where it is not, that of the file."""
    build = get(service, "build")
    context = build if isinstance(build, Text) else get(build, "context")
    if not isinstance(context, Text) or "$" in context.value or ":" in context.value:
        return _home(path)
    folder = normpath(join(dirname(path), context.value))
    return _home(f"{folder}/_") if folder != "." else ""


def _upwards(folder: str) -> Iterator[str]:
    """The folder, then those above it."""
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""


def _texts(listed: Expression | None) -> Iterator[str]:
    """`env_file: x`, a list of them, or of `path: x`."""
    for item in (listed, *items(listed)):
        text = get(item, "path") or item
        if isinstance(text, Text):
            yield text.value


def _variables(source: bytes, path: str) -> Variables:
    """What a `.env` file holds."""
    module = documents.lower(source, path)
    listed = pairs(documents.document(module)) if module is not None else ()
    return {
        name: (Known(value.value, value.at, False, (Given(name, value.value, path, 0, value.at),)),)
        for name, value in listed
        if isinstance(value, Text)
    }


def _known(variables: Variables, path: str, text: str) -> dict[str, list[Setting]]:
    """The values that are known in full, each at its place."""
    found: dict[str, list[Setting]] = {}
    for name, values in variables.items():
        for value in values:
            if value is not None and value.text and "*" not in value.text:
                holder, at = (value.given[0].path, value.given[0].at) if value.given else (path, value.at)
                byte = at if holder != path or not text else len(text[:at].encode())
                found.setdefault(name, []).append(Setting(holder, value.text, byte))
    return found
