"""Which bindings of a name can be in force at a use: reaching definitions over branch paths, without a flow graph."""

from __future__ import annotations

import builtins
from collections.abc import Sequence

from analyzer.program import LOOP, Binding, BranchPath, Definition, Language, Name, Scope

_MAX_REACHING = 24
_JAVASCRIPT = frozenset({
    "Array", "Bun", "Deno", "JSON", "Map", "Object", "Promise", "Set", "String", "URL", "document", "fetch",
    "globalThis", "import", "localStorage", "location", "process", "prompt", "self", "sessionStorage",
    "structuredClone", "window",
})  # fmt: skip


def predefined(language: Language, name: str) -> str | None:
    """What a name is that the file binds nowhere; None if it is nothing."""
    if language == "python":
        return "builtins." + name if hasattr(builtins, name) else None
    return "globalThis." + name if name in _JAVASCRIPT else None


def reaching(bindings: Sequence[Binding], at: int, path: BranchPath) -> tuple[Binding, ...]:
    """The bindings in force at offset `at` on branch `path` of the same scope, latest first.

    A binding on every way to the use hides what came before it; one in another arm of the same `if` cannot reach;
    one later in a loop that holds the use can, unless a binding in the loop always comes between.
    """
    found: list[Binding] = []
    arms: dict[tuple[int, BranchPath], set[int]] = {}
    hidden = False
    for binding in reversed(bindings):
        if binding.at > at or (binding.until and not binding.at <= at < binding.until):
            continue
        if binding.path and (_exclusive(binding.path, path) or _left(binding.path, path)):
            continue
        found.append(binding)
        if not binding.path or _always(binding.path, path, arms) or len(found) >= _MAX_REACHING:
            hidden = True
            break
    if not hidden or not _in_loop_after(found[-1], path):
        found.extend(_carried(bindings, at, path))
    return tuple(found)


def final(bindings: Sequence[Binding], defined: int, path: BranchPath) -> tuple[Binding, ...]:
    """What a function or class defined at offset `defined` can see of an outer scope's name when it runs."""
    late = reaching([b for b in bindings if not b.until], 1 << 62, ())
    early = reaching(bindings, defined, path)
    return late + tuple(binding for binding in early if binding not in late)


def resolve(scope: Scope, name: Name, *, nested: Scope | None) -> tuple[Binding, ...]:
    """Bindings of `name` in `scope` that the use can see; `nested` is the inner scope the use stands in."""
    bindings = scope.bindings.get(name.id)
    if not bindings:
        return ()
    if nested is not None:
        found = final(bindings, nested.at, nested.path)
        return found[:1] if len(found) > 1 and _is_replaced(scope, found[0], nested) else found
    return reaching(bindings, name.at, name.path)


def _is_replaced(scope: Scope, last: Binding, nested: Scope) -> bool:
    """Whether a definition has taken the place of what `nested` could see, before anything could run that."""
    if last.path or not isinstance(last.value, Definition) or last.at < nested.at:
        return False
    return not any(nested.at < call.at < last.at for call in scope.calls)


def _left(bound: BranchPath, used: BranchPath) -> bool:
    """Whether control left the scope between the binding and the use, by a `return` in the binding's arm."""
    return any(arm[2] < 0 and arm not in used for arm in bound)


def _exclusive(first: BranchPath, second: BranchPath) -> bool:
    for one, other in zip(first, second, strict=False):
        if one[0] != other[0]:
            return False
        if one[1] != other[1]:
            return True
    return False


def _always(bound: BranchPath, used: BranchPath, arms: dict[tuple[int, BranchPath], set[int]]) -> bool:
    """Whether control that reaches the use has passed the binding; `arms` gathers the arms seen so far."""
    while True:
        if bound == used[: len(bound)]:
            return True
        statement, arm, count = bound[-1]
        if count <= 0:
            return False
        seen = arms.setdefault((statement, bound[:-1]), set())
        seen.add(arm)
        if len(seen) < count:
            return False
        bound = bound[:-1]  # bound in every arm: as good as bound before the statement


def _in_loop_after(last: Binding, path: BranchPath) -> bool:
    return bool(path) and last.path[: len(path)] == path


def _carried(bindings: Sequence[Binding], at: int, path: BranchPath) -> list[Binding]:
    """Bindings after the use that a loop around it carries back; loops are one-armed statements."""
    loops = {arm for arm in path if arm[1] == LOOP} if path else None
    if not loops:
        return []
    return [
        binding
        for binding in bindings
        if binding.at > at
        and not binding.until
        and loops.intersection(binding.path)
        and not _exclusive(binding.path, path)
    ]
