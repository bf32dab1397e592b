"""What the files around a script give its variables: the `.env` of a compose file, what scripts export, `source`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from posixpath import dirname

from analyzer import encoding, others
from analyzer.commands import scripts, shell
from analyzer.commands.scripts import Script
from analyzer.commands.shell import Choices, Given, Known, Variables
from analyzer.configs.tree import MAX_BYTES
from analyzer.linking.paths import Paths

#: Scripts that read in scripts, one in the other, at most.
MAX_SOURCED = 4

_NAMES = re.compile(rb"\$\{?([A-Za-z_]\w*)")
_DOTENV = re.compile(r"(?:.*/)?\.env(?:\.(?:example|sample|template|dist|default))?$")

Read = Callable[[str], bytes | None]


def filled(found: Iterable[tuple[str, Script]], read: Read) -> dict[str, Script]:
    """The scripts; those that ask for more than their own file says are read again, with what others say."""
    listed = dict(found)
    around = _Around(listed, read)
    for path, script in listed.items():
        source = read(path) if script.asks else None
        if source is not None:
            listed[path] = around.again(path, source)
        elif script.asks:
            listed[path] = replace(script, asks=False)
    return listed


class _Around:
    """The scripts of one tree, by folder."""

    def __init__(self, paths: Iterable[str], read: Read) -> None:
        self.paths = Paths(paths)
        self.read = read
        self.folders: dict[str, list[str]] = {}
        for path in sorted(self.paths.paths):
            self.folders.setdefault(dirname(path), []).append(path)
        self.variables = lru_cache(maxsize=None)(self._variables)

    def again(self, path: str, source: bytes) -> Script:
        """A script, read with what the files around it say."""
        if scripts.is_script(path):
            return replace(others.read(source, path, sourced=lambda name: self.sourced(name, path)), asks=False)
        names = {name.decode() for name in _NAMES.findall(source)}
        given = {name: values for name in sorted(names) if (values := self._nearest(name, dirname(path)))}
        return replace(others.read(source, path, given), asks=False)

    def sourced(self, written: str, writer: str, depth: int = 0) -> Variables:
        """The variables of the script that another one names behind `source`."""
        found = self.paths.find(written, writer) if depth < MAX_SOURCED else ()
        return self.variables(found[0], depth) if len(found) == 1 and found[0] != writer else {}

    def _nearest(self, name: str, folder: str) -> Choices:
        """The `.env` beside a compose file, then what scripts of its folder and those above export."""
        beside = [path for path in self.folders.get(folder, ()) if _DOTENV.match(path)]
        values = _possible(name, (self.variables(path) for path in beside))
        while not values:
            scripts_here = (path for path in self.folders.get(folder, ()) if path.endswith(scripts.SHELL))
            values = _possible(name, (self.variables(path, 0, exported=True) for path in scripts_here))
            if not folder:
                break
            folder = dirname(folder)
        return values

    def _variables(self, path: str, depth: int = 0, exported: bool = False) -> Variables:
        """The variables that a script ends with, each with its place there."""
        text = _text(self.read(path))
        found = shell.final_variables(text, lambda name: self.sourced(name, path, depth + 1), exported=exported)
        return {
            name: tuple(_placed(value, name, path, text) for value in values if value is not None)
            for name, values in found.items()
        }


def _text(source: bytes | None) -> str:
    try:
        return encoding.decode(source or b"").decode("utf-8", "replace") if len(source or b"") <= MAX_BYTES else ""
    except encoding.UnreadableError:
        return ""


def _placed(value: Known, name: str, path: str, text: str) -> Known:
    if value.given:
        return value
    return value._replace(given=(Given(name, value.text, path, text.count("\n", 0, value.at) + 1, value.at),))


def _possible(name: str, files: Iterator[Variables]) -> Choices:
    """All that the files give the variable, each text where it stands first."""
    found: dict[str, Known] = {}
    for variables in files:
        for value in variables.get(name, ()):
            if value is not None and value.text and "*" not in value.text:
                found.setdefault(value.text, value._replace(sure=False))
    return tuple(found.values())
