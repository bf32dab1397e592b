"""Which programs of a tree its command lines run, and with which options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from analyzer.commands.launch import Launch
from analyzer.commands.model_commands import CLONE
from analyzer.linking.layout import Layout
from analyzer.linking.paths import Paths
from analyzer.linking.survey import Glance
from analyzer.values.configs import folders

if TYPE_CHECKING:
    from analyzer.commands.scripts import Script

#: Files in which a package says which programs it installs, and how: `name = package.module:function`.
_PACKAGING = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})
_ENTRY = re.compile(rb"([\w.-]+)[\"']?[ \t]*=[ \t]*[\"']?([A-Za-z_][\w.]*):([A-Za-z_]\w*)")

#: Program -> command lines that give it options, with the file that holds them.
ByProgram = dict[str, list[tuple[str, Launch]]]
_Installed = dict[str, tuple[tuple[str, str], ...]]


class Launches:
    """The command lines of scripts, configs and notebooks. `installed`: programs of packages of the tree by the name
    that starts them, with the file and the function that it runs."""

    def __init__(
        self,
        glances: Mapping[str, Glance],
        scripts: Mapping[str, Script],
        layout: Layout,
        source: Callable[[str], bytes | None],
    ) -> None:
        self.programs = Paths(glances)
        given = {path: script.launches for path, script in scripts.items()}
        given |= {path: glance.launches for path, glance in glances.items() if glance.launches}
        named = {launch.script for launches in given.values() for launch in launches}
        plain = frozenset(name for name in named if not name.endswith(".py"))
        packaging = sorted(path for path in (*glances, *scripts) if path.rpartition("/")[2] in _PACKAGING)
        self.installed = _installed(plain, {path: source(path) or b"" for path in packaging}, layout) if plain else {}
        self.by_program = self._by_program(given, {path: _cloned(script) for path, script in scripts.items()})

    def run_by(self, launch: Launch, path: str) -> tuple[str, ...]:
        """The files of the tree that a command line of the file `path` runs."""
        if launch.script.endswith(".py"):
            named = self.programs.find(launch.script, path) or self.programs.beside(launch.script, path)
            return named or self.programs.moved(launch.script)
        return tuple(dict.fromkeys(path for path, _ in self.installed.get(launch.script, ())))

    def _by_program(self, given: Mapping[str, tuple[Launch, ...]], made: Mapping[str, frozenset[str]]) -> ByProgram:
        """`made`: folders that the commands of a file make, which are no ids there."""
        found: ByProgram = {}
        every = ((path, launch) for path, launches in sorted(given.items()) for launch in launches)
        listed = [(path, launch) for path, launch in every if launch.value.strip("./") not in made.get(path, ())]
        for path, launch in folders.unwritten(listed):
            entries = self.installed.get(launch.script, ())
            for program in self.run_by(launch, path) if not entries else ():
                found.setdefault(program, []).append((launch.holder or path, launch))
            for program, function in entries:
                found.setdefault(program, []).append((launch.holder or path, replace(launch, entry=function)))
        return found


def _cloned(script: Script) -> frozenset[str]:
    """The folders that `git clone` makes of models."""
    cloned = (site for site in script.sites if site.api == CLONE.api)
    return frozenset(model.id.rpartition("/")[2] for site in cloned for model in site.models if "/" in model.id)


def _installed(names: frozenset[str], packaging: Mapping[str, bytes], layout: Layout) -> _Installed:
    """Of the names, those under which a package of the tree installs a program -> the function that it starts in."""
    found: dict[str, dict[tuple[str, str], None]] = {}
    for path, source in packaging.items():
        for name, module, function in _ENTRY.findall(source):
            place = layout.find(module.decode(), path) if name.decode() in names else None
            if place is not None and not place.rest:
                found.setdefault(name.decode(), {})[place.path, function.decode()] = None
    return {name: tuple(paths) for name, paths in found.items()}
