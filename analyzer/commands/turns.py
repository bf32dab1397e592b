"""What a command says in each turn of the loops around it, and for each arm of branches before it, where several of its
words come of one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from analyzer.commands.arms import Arm, merged
from analyzer.commands.expansion import Choices, split
from analyzer.commands.shell_state import State
from analyzer.commands.shell_words import Word

#: Turns that are told apart.
_MAX_TURNS = 32


def of_command(state: State, words: list[Word]) -> Iterator[tuple[Choices, ...]]:
    """The words in each turn of the loops around whose variables the command names more than once, and for each arm
    of the branches before that set several of its variables."""
    if not state.loops and not state.arms.together:
        return
    names = [_variable(part.name) for word in words for part in word.parts if part.name]
    over = [_turns(state, name) for _, name in state.loops if names.count(name) > 1]
    told = [*over, *state.arms.of_command(names)]
    number = prod(map(len, told))
    if not told or not 1 < number <= _MAX_TURNS or not all(over):
        return
    if not state.budget.take(number * sum(word.end - word.at for word in words)):
        return
    for each in product(*told):
        variables = merged(state.variables, each)
        yield tuple(given for word in words for given in split(word, variables, state.arrays))


def _turns(state: State, name: str) -> tuple[Arm, ...]:
    """The variable of a loop in each turn; nothing where that is not known."""
    held = state.variables.get(name, ())
    return tuple({name: (value,)} for value in held) if None not in held else ()


def _variable(name: str) -> str:
    """`variable` of `NAME[$variable]`; else the name itself."""
    return name.partition("[$")[2].removesuffix("]") or name
