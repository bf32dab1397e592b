"""The turns of the loops around a command: what it says in each, where several of its words come of one variable."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from analyzer.commands.expansion import Choices, split
from analyzer.commands.shell_state import State
from analyzer.commands.shell_words import Word

#: Turns that are told apart.
_MAX_TURNS = 32


def of_command(state: State, words: list[Word]) -> Iterator[tuple[Choices, ...]]:
    """The words in each turn of the loops around whose variables the command names more than once."""
    if not state.loops:
        return
    names = [_variable(part.name) for word in words for part in word.parts if part.name]
    over = [name for _, name in state.loops if names.count(name) > 1]
    held = [state.variables.get(name, ()) for name in over]
    number = prod(map(len, held))
    if not over or not 1 < number <= _MAX_TURNS or any(None in values for values in held):
        return
    if not state.budget.take(number * sum(word.end - word.at for word in words)):
        return
    for values in product(*held):
        variables = state.variables | {name: (value,) for name, value in zip(over, values, strict=True)}
        yield tuple(each for word in words for each in split(word, variables, state.arrays))


def _variable(name: str) -> str:
    """`variable` of `NAME[$variable]`; else the name itself."""
    return name.partition("[$")[2].removesuffix("]") or name
