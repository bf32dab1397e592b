"""The alphabets in which usages are compared: the API itself, the family it belongs to, or the role it plays.

`api` tells `AutoModelForCausalLM` from `LlamaForCausalLM`. `family` does not: both load a causal language model, and so
say the loader tables. `role` is what a call does, whatever the library. Only the upper two compare different models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from analyzer.loaders import tables
from analyzer.records import ApiCall, CallSequence
from patterns.errors import PatternError

Level = Literal["api", "family", "role"]


def symbols(usage: CallSequence, level: Level) -> tuple[str, ...]:
    """A usage as a sequence of symbols of this level, one for each call. Raises PatternError for an unknown level."""
    if level not in _SYMBOL:
        raise PatternError(f"no such level: {level!r}; there are {', '.join(_SYMBOL)}")
    return tuple(map(_SYMBOL[level], usage.calls))


def _api(call: ApiCall) -> str:
    return call.api


def _family(call: ApiCall) -> str:
    """`causal-lm.load`, `tokenizer.__call__`; the API where no table knows it."""
    family = tables().family(call.api)
    if family is None:
        return call.api
    return f"{family}.load" if call.link == "load" else f"{family}.{call.api.rpartition('.')[2]}"


def _role(call: ApiCall) -> str:
    return call.role or "other"


_SYMBOL: Mapping[str, Callable[[ApiCall], str]] = {"api": _api, "family": _family, "role": _role}
