"""What the arms of `if` and `case` set: of variables that one arm sets, a command has all from the same one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.commands.expansion import Choices

#: Variables, with what one arm sets them to.
Arm: TypeAlias = dict[str, Choices]

OPENING = frozenset({"if", "case"})
CLOSING = frozenset({"fi", "esac"})
NEXT = frozenset({"elif", "else"})
_MAX_ARMS = 32


@dataclass(slots=True)
class Branches:
    """An `if` or `case` that is being read, at this depth; `before`: what the variables were; `inner`: set deeper."""

    depth: int
    arms: list[Arm] = field(default_factory=lambda: [{}])
    before: Arm = field(default_factory=dict)
    inner: set[str] = field(default_factory=set)

    def closed(self) -> tuple[Arm, ...]:
        """The variables that arms set together, in each arm; nothing where each sets one, as options of scripts do."""
        beside = {name for arm in self.arms for name in arm if len(arm) > 1}
        told = [name for name in self.before if name in beside and name not in self.inner]
        names = [name for name in told if sum(name in arm for arm in self.arms) + bool(self.before[name]) > 1]
        arms = [arm for arm in self.arms if any(name in arm for name in names)]
        if len(names) < 2 or len(arms) > _MAX_ARMS:
            return ()
        found = [{name: _one_of_several(arm.get(name) or self.before[name]) for name in names} for arm in arms]
        if len(arms) < len(self.arms) + 1 and all(self.before[name] for name in names):
            found.append({name: _one_of_several(self.before[name]) for name in names})
        return tuple(found) if len(found) > 1 else ()


def _one_of_several(given: Choices) -> Choices:
    return tuple(value._replace(sure=False) if value is not None else None for value in given) or (None,)


@dataclass(slots=True)
class Arms:
    """The branches that are open at one place of a script, and the variables that closed ones have set together."""

    open: list[Branches] = field(default_factory=list)
    together: list[tuple[Arm, ...]] = field(default_factory=list)

    def opens(self, depth: int) -> None:
        self.open.append(Branches(depth))

    def goes_on(self, depth: int) -> None:
        """The next arm begins."""
        if self.open and self.open[-1].depth == depth:
            self.open[-1].arms.append({})

    def closes(self, depth: int) -> None:
        """The branches that are not open at this depth any more are closed."""
        while self.open and self.open[-1].depth > depth:
            if found := self.open.pop().closed():
                self.together.append(found)

    def sets(self, name: str, given: Choices, before: Choices, depth: int) -> None:
        """An assignment: what was set together before is so no longer."""
        self.together = [arms for arms in (_without(arms, name) for arms in self.together) if arms]
        for branches in self.open:
            branches.before.setdefault(name, before)
            if branches is self.open[-1] and branches.depth == depth:
                branches.arms[-1][name] = given
            else:
                branches.inner.add(name)

    def of_command(self, names: list[str]) -> Iterator[tuple[Arm, ...]]:
        """The arms by which the variables differ that a command names, where it names two of them."""
        for arms in self.together:
            used = [name for name in arms[0] if name in names]
            if len(used) > 1:
                yield tuple({name: arm[name] for name in used} for arm in arms)


def _without(arms: tuple[Arm, ...], name: str) -> tuple[Arm, ...]:
    left: tuple[Arm, ...] = tuple({key: given for key, given in arm.items() if key != name} for arm in arms)
    return left if len(left[0]) > 1 else ()


def merged(variables: Mapping[str, Choices], arms: tuple[Arm, ...]) -> Arm:
    """The variables with what these arms set."""
    found = dict(variables)
    for arm in arms:
        found |= arm
    return found
