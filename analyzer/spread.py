"""Follows loaded objects out of the file that loads them: into the files that call its functions and classes."""

from __future__ import annotations

from collections.abc import Callable

from analyzer.values import Evaluator

#: Files that objects are followed into, and steps away from where they are loaded.
MAX_FILES = 24
MAX_ROUNDS = 3

#: Gives (name, scope) of what carries a loaded object in a file; scope 0: seen by others.
Carriers = Callable[[int], set[tuple[str, int]]]


def follow_out(ev: Evaluator, module: int, carriers: Carriers) -> None:
    """Evaluates the calls of other files that can touch an object loaded in `module`; bounded in files and rounds."""
    reached: dict[int, set[str]] = {}
    edge = {module: {name for name, scope in carriers(module) if scope == 0}}
    for _ in range(MAX_ROUNDS):
        found: dict[int, set[str]] = {}
        for file, names in sorted(edge.items()):
            for name in sorted(names):
                for other in ev.callers_of(file, name):
                    if other != module and name not in reached.get(other, ()):
                        found.setdefault(other, set()).add(name)
        for file in sorted(found):
            if file in reached or len(reached) < MAX_FILES:
                reached.setdefault(file, set()).update(found[file])
                _evaluate(ev, file, found[file])
            else:
                ev.bounded = True
        edge = {file: {name for name, scope in carriers(file) if scope == 0} for file in found if file in reached}
        edge = {file: names for file, names in edge.items() if names}
        if not edge:
            return


def _evaluate(ev: Evaluator, module: int, names: set[str]) -> None:
    """Evaluates the calls in the bodies that mention one of the names."""
    for name in sorted(names):
        ev.read_mentioning(module, name)
    bodies = ev.bodies[module]
    for index, scope in ev.modules[module].in_order():
        if scope.kind == "class" or bodies is None or not any(bodies.mentions(name, index) for name in names):
            continue
        for call in scope.calls:
            ev.evaluate(call, ev.env(module, index))
