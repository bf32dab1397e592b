"""What the files around a script give its variables: the `.env` of a compose file, what scripts export, `source`,
and the arguments and environment with which other scripts run it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from posixpath import basename, dirname

from analyzer import encoding, others
from analyzer.commands import calls, scripts, services, shell
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import Choices, Given, Known, Variables
from analyzer.commands.launch import Launch
from analyzer.commands.scripts import Script
from analyzer.configs.tree import MAX_BYTES
from analyzer.linking.paths import Paths
from analyzer.records import LoadSite

#: Scripts that read in scripts, one in the other, at most.
MAX_SOURCED = 4
#: Scripts that run scripts, one in the other; files that may run one; and calls of one that count.
MAX_CALLED = 4
MAX_CALLERS = 256
MAX_CALLS = 16

_NAMES = re.compile(rb"\$\{?([A-Za-z_]\w*)")
_DOTENV = re.compile(r"(?:.*/)?\.env(?:\.(?:example|sample|template|dist|default))?$")

#: Gives the bytes of a file by its path; None where it cannot be read.
Read = Callable[[str], bytes | None]


def filled(found: Iterable[tuple[str, Script]], read: Read) -> dict[str, Script]:
    """The scripts; those that ask for more than their own file says are read again, with what others say."""
    listed = dict(found)
    around = _Around(listed, read)
    for path, script in listed.items():
        source = read(path) if script.asks and around.may_tell(path, script) else None
        if source is not None:
            listed[path] = around.again(path, source)
        elif script.asks:
            listed[path] = replace(script, asks=False)
    return listed


class _Around:
    """The scripts of one tree, by folder."""

    def __init__(self, found: Mapping[str, Script], read: Read) -> None:
        self.paths = Paths(found)
        self.read = read
        self.folders: dict[str, list[str]] = {}
        for path in sorted(self.paths.paths):
            self.folders.setdefault(dirname(path), []).append(path)
        self.callers: dict[str, list[str]] = {}  # by the name of the script
        for path in self.paths.listed:
            for name in found[path].mentions:
                self.callers.setdefault(name, []).append(path)
        self.budget = Budget()  # of the script that is read again, and of all that is read for it
        self.variables = lru_cache(maxsize=None)(self._variables)
        self.calls = lru_cache(maxsize=None)(self._calls)
        self.made = lru_cache(maxsize=None)(self._made)

    def may_tell(self, path: str, script: Script) -> bool:
        """Whether there can be more to say of a script than it says itself."""
        return not scripts.is_script(path) or script.sources or basename(path) in self.callers

    def again(self, path: str, source: bytes) -> Script:
        """A script, read with what the files around it say."""
        if self.budget.is_spent:  # answers that were cut short are no answers for others
            for answers in (self.variables, self.calls, self.made):
                answers.cache_clear()
        self.budget = Budget()
        if scripts.is_script(path):
            return self._called(path, source)
        return replace(others.read(source, path, self._environment(source, path), budget=self.budget), asks=False)

    def _environment(self, source: bytes, path: str) -> Variables:
        """What the files around a compose file give its variables."""
        names = {name.decode() for name in _NAMES.findall(source)}
        return {name: values for name in sorted(names) if (values := self._nearest(name, dirname(path)))}

    def _called(self, path: str, source: bytes) -> Script:
        """A script, read once for each call of it, whose arguments belong together."""
        given = self.calls(path) or ({},)
        found = [others.read(source, path, each, lambda name: self.sourced(name, path), self.budget) for each in given]
        records: list[LoadSite | Launch] = []
        for script in found:
            records += (*script.sites, *script.launches)
        return replace(scripts.together(iter(records), path, self.budget), diagnostics=found[-1].diagnostics)

    def sourced(self, written: str, writer: str, depth: int = 0) -> Variables:
        """The variables of the script that another one names behind `source`."""
        found = self.paths.find(written, writer) if depth < MAX_SOURCED else ()
        return self.variables(found[0], depth) if len(found) == 1 and found[0] != writer else {}

    def _calls(self, path: str, depth: int = 0) -> tuple[Variables, ...]:
        """The variables that other scripts run a script with, each value with its place there."""
        callers = [caller for caller in self.callers.get(basename(path), ()) if caller != path][:MAX_CALLERS]
        given = (each for caller in callers for each in self.made(caller, depth).get(path, ()))
        found = list(islice(given, MAX_CALLS))
        if found and not all(map(scripts.is_script, callers)):
            found.append({})  # what a service starts can be started without it
        return tuple(found if len(found) == 1 else map(_doubtful, found))

    def _made(self, caller: str, depth: int) -> dict[str, list[Variables]]:
        """Script -> the variables with which this one runs it, for each call of it and of itself."""
        text = _text(self.read(caller))
        found: dict[str, list[Variables]] = {}
        if not scripts.is_script(caller):
            for call in islice(self._served(caller), MAX_CALLS):
                named = self.paths.by_name.get(basename(call.script), [])  # containers have folders of their own
                if len(named) == 1:
                    found.setdefault(named[0], []).append(_all_placed(call.variables, caller, text))
            return found
        for environment in (self.calls(caller, depth + 1) if depth < MAX_CALLED else ()) or ({},):
            runs = scripts.commands(text, caller, environment, lambda name: self.sourced(name, caller), self.budget)
            for call in islice(filter(None, map(calls.of, runs)), MAX_CALLERS):
                paths = self.paths.find(call.script, caller)
                if len(paths) == 1 and len(found.setdefault(paths[0], [])) < MAX_CALLS:
                    found[paths[0]].append(_all_placed(call.variables, caller, text))
        return found

    def _served(self, path: str) -> Iterator[calls.Call]:
        """The scripts that the services of a compose file start with."""
        source = self.read(path) or b""
        try:
            trees = others.documents(source, path)
        except (ValueError, RecursionError):
            return
        where = services.place(path, source, self.budget)
        for tree in trees:
            yield from services.calls_of(tree, where, self._environment(source, path))

    def _nearest(self, name: str, folder: str) -> Choices:
        """The `.env` beside a compose file, then what scripts of its folder and those above export."""
        beside = [path for path in self.folders.get(folder, ()) if _DOTENV.match(path)]
        values = _possible(name, (self.variables(path) for path in beside))
        while not values:
            scripts_here = (path for path in self.folders.get(folder, ()) if path.endswith(shell.SHELL))
            values = _possible(name, (self.variables(path, 0, exported=True) for path in scripts_here))
            if not folder:
                break
            folder = dirname(folder)
        return values

    def _variables(self, path: str, depth: int = 0, exported: bool = False) -> Variables:
        """The variables that a script ends with, each with its place there."""
        text = _text(self.read(path))
        found = shell.final_variables(
            text, lambda name: self.sourced(name, path, depth + 1), exported=exported, budget=self.budget
        )
        return _all_placed(found, path, text)


def _text(source: bytes | None) -> str:
    try:
        return encoding.decode(source or b"").decode("utf-8", "replace") if len(source or b"") <= MAX_BYTES else ""
    except encoding.UnreadableError:
        return ""


def _all_placed(variables: Variables, path: str, text: str) -> Variables:
    return {
        name: tuple(_placed(value, name, path, text) for value in values if value is not None)
        for name, values in variables.items()
    }


def _doubtful(variables: Variables) -> Variables:
    """What is so in one of several calls."""
    return {
        name: tuple(value._replace(sure=False) if value is not None else None for value in values)
        for name, values in variables.items()
    }


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
