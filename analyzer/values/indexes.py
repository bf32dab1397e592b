"""What the scopes of a file hold, by some key: brought up to date scope by scope when more of its bodies are read."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from typing import Generic, TypeVar

from analyzer.program import Imported, Module, Scope

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

#: (key, value) of all that one scope of a file, with its number, adds to an index.
Part = Callable[[Module, int, Scope], Iterable[tuple[K, V]]]


class Index(Generic[K, V]):
    """Key -> values, in source order, whatever the order in which bodies were read."""

    def __init__(self, module: Module, part: Part[K, V]) -> None:
        self.module, self.part = module, part
        self.parts: dict[int, dict[K, list[V]]] = {}  # by scope
        self.holding: dict[K, set[int]] = {}  # the scopes that hold something by a key
        self.answers: dict[K, tuple[V, ...]] = {}
        self.seen = len(module.changed)
        self._take(range(len(module.scopes)))

    def refreshed(self) -> Index[K, V]:
        """The index, with what has been read since it was last asked for."""
        changed = self.module.changed
        if self.seen != len(changed):
            new = set(changed[self.seen :])
            self.seen = len(changed)
            self._take(new)
        return self

    def get(self, key: K) -> tuple[V, ...]:
        """What the scopes hold by the key; empty if there is nothing."""
        found = self.answers.get(key)
        if found is None:
            holding = self.holding.get(key)
            if not holding:
                return ()
            numbers = sorted(holding, key=self.module.place_in_source) if len(holding) > 1 else holding
            found = self.answers[key] = tuple(value for number in numbers for value in self.parts[number][key])
        return found

    def __iter__(self) -> Iterator[K]:
        """The keys by which something is held."""
        return (key for key, holding in self.holding.items() if holding)

    def __contains__(self, key: K) -> bool:
        return bool(self.holding.get(key))

    def _take(self, numbers: Iterable[int]) -> None:
        module, parts, holding, answers = self.module, self.parts, self.holding, self.answers
        for number in numbers:
            for key in parts.pop(number, ()):
                holding[key].discard(number)
                answers.pop(key, None)
            own: dict[K, list[V]] = {}
            for key, value in self.part(module, number, module.scopes[number]):
                if key in own:
                    own[key].append(value)
                else:
                    own[key] = [value]
            if own:
                parts[number] = own
                for key in own:
                    answers.pop(key, None)
                    if key in holding:
                        holding[key].add(number)
                    else:
                        holding[key] = {number}


def libraries(module: Module, number: int, scope: Scope) -> Iterable[tuple[str, int]]:
    """First names of what is imported -> the scopes that do."""
    values = (binding.value for bindings in scope.bindings.values() for binding in bindings)
    return {v.qualified.partition(".")[0]: number for v in values if type(v) is Imported}.items()
