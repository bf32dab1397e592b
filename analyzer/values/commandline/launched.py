"""What command lines give an option of a program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from analyzer.values.objects import RUNTIME, Const, Held, List, Started, Str, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Words on a command line that mean that nothing is given.
_NOTHING = frozenset({"none", "null", ""})


def anywhere(ev: Evaluator, module: int) -> Started:
    """A parser of which nothing tells when it runs: whenever the file is imported."""
    return Started(ev.env(module, 0), -1)


def given(ev: Evaluator, name: str, started: Started, *, flags: Iterable[str] = (), several: bool = False) -> Values:
    """What command lines give an option of the parser that runs at `started`; one that takes several gets a list."""
    found = ev.launched((*flags, f"--{name}"), started, several=several)
    known = tuple(value for value in found if not is_nothing(value))
    if not several or not known:
        return known
    return (List(tuple((ev.keep(Held((value,))), started.env) for value in known), more=True),)


def alone(ev: Evaluator, name: str, flags: Iterable[str], found: Values, default: Values) -> Values:
    """What an option holds where one command line is supposed to run: what that gives it, else its default."""
    if found or not ev.is_left_out((*flags, f"--{name}")):
        return found or (RUNTIME,)
    return default or (RUNTIME,)


def is_nothing(value: Value) -> bool:
    """Whether it stands for no value: None, and the word for it on a command line."""
    return isinstance(value, Const) or (isinstance(value, Str) and value.text.lower() in _NOTHING)
