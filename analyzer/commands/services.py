"""YAML and JSON that run commands: compose files, Kubernetes containers, CI workflows, the scripts of package.json."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.commands import calls, expansion, images, jobs, scripts, shell
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import Given, Known
from analyzer.commands.launch import Launch
from analyzer.commands.shell import Run
from analyzer.commands.sites import Place, site_of
from analyzer.configs.tree import MAX_DEPTH, get, items, pairs
from analyzer.program import Constant, Expression, Items, Mapping, Text
from analyzer.records import LoadSite

_WORKFLOW = re.compile(r"(?:^|/)\.(?:github/workflows|gitea/workflows|forgejo/workflows)/[^/]+\.ya?ml$")
_PIPELINE = re.compile(r"(?:^|/)(?:\.gitlab-ci[\w.-]*\.yml|\.travis\.yml|azure-pipelines[\w.-]*\.ya?ml)$")
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_REFERENCE = re.compile(r"\$\((\w+)\)")  # how Kubernetes writes a variable
_FOLDED = re.compile(r"\\(?= )")
_SCRIPTS = frozenset({"run", "script", "before_script", "after_script", "install", "bash"})


def place(path: str, source: bytes, budget: Budget) -> Place:
    """Where scalars stand: at the line of the text itself, also inside a block that begins at the offset."""
    newlines = [found.start() for found in re.finditer(b"\n", source)]

    def of(at: int, beside: str) -> tuple[int, int]:
        found = source.find(beside.encode(), at) if beside else at
        here = found if found >= 0 else at
        row = bisect_right(newlines, here - 1)
        return row + 1, here - (newlines[row - 1] + 1 if row else 0)

    return Place(path, of, budget=budget)


def is_compose(tree: Expression) -> bool:
    """Whether the document has services; variables are those of whoever starts them."""
    return get(tree, "services") is not None


def read(trees: list[Expression], where: Place, environment: expansion.Variables) -> Iterator[LoadSite | Launch]:
    """The records of the documents of one file."""
    path = where.path
    name = path.rpartition("/")[2]
    for tree in trees:
        if name == "package.json":
            yield from _commands((value for _, value in pairs(get(tree, "scripts"))), where)
        elif _WORKFLOW.search(path) or _PIPELINE.search(path):
            yield from _commands(_steps(tree), where)
        else:
            serving = replace(where, serves=True)
            services = list(containers(tree))
            yield from (record for service in services for record in _service(service, serving, environment))
            yield from _commands(jobs.texts(tree) if not services else iter(()), where)
            yield from scripts.of_runs(jobs.starts(tree), where)


def _commands(found: Iterable[Expression], where: Place) -> Iterator[LoadSite | Launch]:
    for node in found:
        if isinstance(node, Text):
            text = _EXPRESSION.sub(lambda use: "$_" + "_" * (len(use[0]) - 2), node.value)
            runs = (_at(run, node.at) for run in shell.runs(text, budget=where.budget))
            yield from scripts.of_runs(runs, where)


def _at(run: Run, at: int) -> Run:
    """The command with all offsets at the scalar that it stands in."""
    words = tuple(tuple(v._replace(at=at) if v is not None else None for v in choices) for choices in run.words)
    return Run(words, at, at, inner=tuple(_at(each, at) for each in run.inner))


def _steps(tree: Expression, depth: int = 0) -> Iterator[Expression]:
    """Values of `run:` and `script:`, at any level."""
    if depth > MAX_DEPTH:
        return
    for key, value in pairs(tree):
        if key in _SCRIPTS and isinstance(value, Text):
            yield value
        elif key in _SCRIPTS and isinstance(value, Items):
            yield from value.items
        else:
            yield from _steps(value, depth + 1)
    for item in items(tree):
        yield from _steps(item, depth + 1)


# -- containers


def containers(tree: Expression, depth: int = 0) -> Iterator[Mapping]:
    """The services of a compose file; the containers of Kubernetes."""
    if depth > MAX_DEPTH:
        return
    for key, value in pairs(tree):
        if key == "services" and depth == 0:
            yield from (service for _, service in pairs(value) if isinstance(service, Mapping))
        elif key in ("containers", "initContainers"):
            yield from (item for item in items(value) if isinstance(item, Mapping))
        elif depth or key in ("spec", "items", "jobs"):
            yield from containers(value, depth + 1)
    for item in items(tree):
        yield from containers(item, depth + 1)


def _service(service: Mapping, where: Place, environment: expansion.Variables) -> Iterator[LoadSite | Launch]:
    named = get(service, "image")
    image = images.known(named.value) if isinstance(named, Text) else None
    own_variables = variables(service, environment, where)
    known = {**environment, **{name: given for name, given in own_variables.items() if any(given)}}
    kubernetes = get(service, "args") is not None
    keys = ("command", "args") if kubernetes else ("entrypoint", "command")
    own = [_words(get(service, key), known, where) for key in keys]
    words = [word for part in own for word in part]
    found: list[LoadSite | Launch] = []
    if words:
        run = Run(tuple(words), _start(words), _start(words))
        before = images.prefix(image, run.texts()) if image is not None and not own[0] else ()
        found = list(scripts.of_runs(iter((Run((*before, *run.words), run.at, run.end),)), where))
    yield from found
    if image is None or found:
        return
    for command, given in images.environment(image, own_variables):
        at = next((value.at for value in given if value is not None), service.at)
        site = site_of(command, given, Run((), at, at), where)
        if site is not None:
            yield site


def calls_of(tree: Expression, where: Place, environment: expansion.Variables) -> Iterator[calls.Call]:
    """The shell scripts that containers start with, each with its arguments and its environment."""
    for service in containers(tree):
        own = variables(service, environment, where)
        known = {**environment, **{name: given for name, given in own.items() if any(given)}}
        parts = (_words(get(service, key), known, where) for key in ("entrypoint", "command", "args"))
        words = tuple(word for part in parts for word in part)
        call = calls.of(Run(words, 0, 0)) if words else None
        if call is not None:
            yield calls.Call(call.script, own | call.variables)


def _start(words: list[expansion.Choices]) -> int:
    return next((value.at for choices in words for value in choices if value is not None), 0)


def _words(node: Expression | None, variables: expansion.Variables, where: Place) -> list[expansion.Choices]:
    """A command as words, from one string or a list of them."""
    if isinstance(node, Text):
        runs = shell.runs(_line(node.value), variables, budget=where.budget)
        return [choices for run in runs for choices in _at(run, node.at).words]
    found: list[expansion.Choices] = []
    for item in items(node):
        if isinstance(item, Text):
            plain = shell.runs(_quoted(_REFERENCE.sub(r"${\1}", item.value)), variables, budget=where.budget)
            found += [choices for run in plain for choices in _at(run, item.at).words] or [
                (Known(item.value, item.at),)
            ]
        elif isinstance(item, Constant):
            found.append((Known(str(item.value), item.at),))
    return found


def _line(command: str) -> str:
    """A command in one string: its line ends are folded, and what is escaped for compose is for the shell in it."""
    return _FOLDED.sub(" ", _REFERENCE.sub(r"${\1}", command).replace("$$", "$"))


def _quoted(word: str) -> str:
    """One word for the shell, in which only variables count."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("`", "\\`").replace("$$", "$") + '"'


def variables(service: Mapping, environment: expansion.Variables, where: Place) -> expansion.Variables:
    """`environment:` of compose, as a mapping or a list of NAME=VALUE; `env:` of Kubernetes."""
    found: expansion.Variables = {}
    given = get(service, "environment")
    listed = [(key, value) for key, value in pairs(given)]
    for item in (*items(given), *items(get(service, "env"))):
        name = get(item, "name")
        value = get(item, "value")
        if isinstance(item, Text) and "=" in item.value:
            key, _, text = item.value.partition("=")
            listed.append((key, Text(text, item.at)))
        elif isinstance(name, Text) and value is not None:
            listed.append((name.value, value))
    for key, value in listed:
        if isinstance(value, Text):
            words = _words(Items((value,), value.at), environment, where)
            found[key] = tuple(_placed(known, key, where) for known in words[0]) if words else ()
    return found


def _placed(value: Known | None, name: str, where: Place) -> Known | None:
    """The value of a variable, which stands beside its name and not in the command."""
    if value is None or value.given:
        return value
    given = Given(name, value.text, where.path, where.of(value.at, value.text)[0], value.at)
    return value._replace(given=(given,))
