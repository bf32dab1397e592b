"""Which programs of a tree its command lines run, and with which options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from analyzer.commands.launch import Launch
from analyzer.linking.layout import Layout
from analyzer.linking.paths import Paths
from analyzer.linking.survey import Glance
from analyzer.values.configs import folders

if TYPE_CHECKING:
    from analyzer.commands.scripts import Script

#: Files in which a package says which programs it installs, and how: `name = package.module:function`.
_PACKAGING = frozenset({"setup.py", "setup.cfg", "pyproject.toml"})
_ENTRY = re.compile(rb"([\w.-]+)[\"']?[ \t]*=[ \t]*[\"']?([A-Za-z_][\w.]*):[A-Za-z_]")

#: Program -> command lines that give it options, with the file that holds them.
ByProgram = dict[str, list[tuple[str, Launch]]]


class Launches:
    """The command lines of scripts, configs and notebooks. `installed`: programs of packages of the tree by the name
    that starts them, with the file that it runs."""

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
        self.by_program = self._by_program(given)

    def run_by(self, launch: Launch, path: str) -> tuple[str, ...]:
        """The files of the tree that a command line of the file `path` runs."""
        if launch.script.endswith(".py"):
            return self.programs.find(launch.script, path) or self.programs.beside(launch.script, path)
        return self.installed.get(launch.script, ())

    def _by_program(self, given: Mapping[str, tuple[Launch, ...]]) -> ByProgram:
        found: ByProgram = {}
        listed = [(path, launch) for path, launches in sorted(given.items()) for launch in launches]
        for path, launch in folders.unwritten(listed):
            for program in self.run_by(launch, path):
                found.setdefault(program, []).append((launch.holder or path, launch))
        return found


def _installed(names: frozenset[str], packaging: Mapping[str, bytes], layout: Layout) -> dict[str, tuple[str, ...]]:
    """Of the names, those under which a package of the tree installs a program -> the file that it starts in."""
    found: dict[str, dict[str, None]] = {}
    for path, source in packaging.items():
        for name, module in _ENTRY.findall(source):
            place = layout.find(module.decode(), path) if name.decode() in names else None
            if place is not None and not place.rest:
                found.setdefault(name.decode(), {})[place.path] = None
    return {name: tuple(paths) for name, paths in found.items()}
