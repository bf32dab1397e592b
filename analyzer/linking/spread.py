"""Follows loaded objects out of the file that loads them.

It goes into the files that call its functions and classes, and into the functions of other files that it calls.
"""

from __future__ import annotations

from collections.abc import Callable

from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Env

#: Files that objects are followed into, and steps away from where they are loaded.
MAX_FILES = 24
MAX_ROUNDS = 3
#: Calls of functions of other files whose bodies are evaluated, each in its own frame.
MAX_ENTERED = 400

#: Gives (name, scope) of what carries a loaded object in a file; scope 0: seen by others.
Carriers = Callable[[int], set[tuple[str, int]]]


def follow_out(ev: Evaluator, module: int, carriers: Carriers) -> None:
    """Evaluates the calls of other files that can touch an object loaded in `module`; bounded in files and rounds."""
    inside: dict[Env, None] = {}
    _evaluate_entered(ev, inside)
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
        _evaluate_entered(ev, inside)
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


def _evaluate_entered(ev: Evaluator, done: dict[Env, None]) -> None:
    """Evaluates the calls of the bodies entered with a loaded object, and of those that these enter in turn."""
    while todo := [env for env in ev.followed if env not in done]:
        for env in todo:
            if len(done) >= MAX_ENTERED:
                ev.bounded = True
                return
            done[env] = None
            _evaluate_body(ev, env)


def _evaluate_body(ev: Evaluator, env: Env) -> None:
    """Evaluates the calls of one body in its frame; functions inside it see the same variables."""
    for call in ev.scope(env.module, env.scope).calls:
        ev.evaluate(call, env)
    for index, scope in ev.modules[env.module].in_order():
        if scope.parent == env.scope and scope.kind != "class":
            key = "inside", index, env
            if key not in ev.frames:
                ev.frames[key] = Env(env.module, index, None, env)
            _evaluate_body(ev, ev.frames[key])
