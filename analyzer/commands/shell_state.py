"""What a shell script knows at one point of it: variables, arrays, arguments, and what it has on hand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.commands.arms import Arms
from analyzer.commands.budget import WORD, Budget
from analyzer.commands.expansion import MAX_VALUES, MAX_WORDS, Choices, Known, Variables, split
from analyzer.commands.functions import Function
from analyzer.commands.shell_words import Word

_KEYED = re.compile(r"\[([^\]]*)\]=")

#: The path of a script -> the variables that it leaves to one that reads it in.
Sourced: TypeAlias = Callable[[str], Mapping[str, Choices]]


@dataclass(slots=True)
class State:
    """`sourced` gives the variables of a script that this one reads in; `depth` counts the conditions, loops and bodies
    around the place."""

    variables: Variables
    sourced: Sourced | None = None
    exported: set[str] = field(default_factory=set)
    arrays: dict[str, list[Choices]] = field(default_factory=dict)
    depth: int = 0
    level: int = 0  # of scripts inside scripts
    words: list[Word] = field(default_factory=list)
    arguments: list[Choices] = field(default_factory=list)
    beside: Variables = field(default_factory=dict)  # assignments in front of the command
    passed: Variables = field(default_factory=dict)  # of all commands so far
    signs: str = ""  # the last operators since the last command
    bodies: list[tuple[int, list[Choices]]] = field(default_factory=list)  # functions: depth, arguments outside
    budget: Budget = field(default_factory=Budget)
    functions: dict[str, Function] = field(default_factory=dict)
    calling: int = 0  # functions that are being called, one by the other
    loops: list[tuple[int, str]] = field(default_factory=list)  # depth and variable of each that runs over a list
    arms: Arms = field(default_factory=Arms)

    def __post_init__(self) -> None:
        numbers = sum(name.isdigit() and name != "0" for name in self.variables)
        self.give([self.variables.get(str(number), (None,)) for number in range(1, numbers + 1)])

    def hold(self, name: str, given: Iterable[Known | None]) -> None:
        """Gives a variable its values; where they would be too much, they are not known."""
        kept = first(given)
        self.variables[name] = kept if self.budget.take(size(kept)) else (None,)

    def give(self, arguments: list[Choices]) -> None:
        """Sets the arguments; none: they are not known."""
        for number in range(len(self.arguments)):
            self.variables.pop(str(number + 1), None)
        self.variables.update({str(number): given for number, given in enumerate(arguments, 1)})
        self.arguments = arguments
        for name in ("@", "*"):
            self.arrays[name] = arguments
            if not arguments:
                del self.arrays[name]

    def assign(self, name: str, given: Choices) -> None:
        """An assignment replaces what was; one that a condition may leave out adds to it."""
        self.arms.sets(name, given, self.variables.get(name, ()), self.depth)
        self.hold(name, (*self.variables.get(name, ()), *doubtful(given)) if self.depth > 0 else given)

    def fill(self, assigned: str, words: list[Word]) -> None:
        """`NAME=(…)` and `NAME+=(…)`: the words of a command that names it, or each of them in turn."""
        name, is_more = assigned.rstrip("+="), assigned.endswith("+=") or self.depth > 0
        elements = [each for word in words if not word.sign for each in split(word, self.variables, self.arrays)]
        if is_more:
            elements = [*self.arrays.get(name, ()), *elements]
        keyed = [_keyed(element) for element in elements[:MAX_WORDS]]
        for key, element in keyed:
            if key is not None:
                self.hold(f"{name}[{key}]", element)
        self.arrays[name] = [element for _, element in keyed]
        self.hold(name, in_turn(self.arrays[name]))


def first(given: Iterable[Known | None]) -> Choices:
    """Different values, as many as count."""
    kept: dict[Known | None, None] = {}
    for value in given:
        kept[value] = None
        if len(kept) == MAX_VALUES:
            break
    return tuple(kept)


def size(given: Choices) -> int:
    """What values take of the budget."""
    return sum(WORD + len(value.text) + WORD * len(value.places) if value is not None else WORD for value in given)


def doubtful(given: Choices) -> Choices:
    """What holds in one of several cases."""
    return tuple(value._replace(sure=False) if value is not None else None for value in given)


def in_turn(elements: Iterable[Choices]) -> Choices:
    """What is each of some elements, one after the other."""
    found = tuple(value for element in elements for value in element)
    return doubtful(found) if len(found) > 1 else found


def _keyed(element: Choices) -> tuple[str | None, Choices]:
    """The key and the value of `[key]=value`; other elements as they are."""
    found = _KEYED.match(element[0].text) if len(element) == 1 and element[0] is not None else None
    if found is None or element[0] is None:
        return None, element
    return found[1].strip("\"'"), (element[0]._replace(text=element[0].text[found.end() :]),)
