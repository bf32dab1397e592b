"""The alphabets in which calls are compared: the API itself, the family it belongs to, or the role it plays.

`api` tells `AutoModelForCausalLM` from `LlamaForCausalLM`. `family` does not: both load a causal language model, and so
say the loader tables. `role` is what a call does, whatever the library. Only the upper two compare different models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from analyzer.loaders import tables
from analyzer.records import ApiCall, CallSequence

#: What no table gives a role.
OTHER = "other"


def _api(call: ApiCall) -> str:
    return call.api


def _family(call: ApiCall) -> str:
    """`causal-lm.load`, `tokenizer.__call__`; the API where no table knows it."""
    known = tables()
    owner, _, method = call.api.rpartition(".")
    if (known.match(call.api) is None or call.link == "argument") and (
        known.consumer(call.api) or known.consumer(owner)
    ):
        return call.api  # a trainer is no model, whatever its name, and though it loads one that it is given the id of
    family = known.family(call.api)
    if family is None:
        return call.api
    return f"{family}.load" if "load" in (call.link, call.role) else f"{family}.{method}"


def _role(call: ApiCall) -> str:
    return call.role or OTHER


#: Level -> from a call to its symbol.
LEVELS: Mapping[str, Callable[[ApiCall], str]] = {"api": _api, "family": _family, "role": _role}

#: What is loaded beside a model says nothing about its task.
_BESIDE = frozenset({"tokenizer", "processor", "config", "scheduler", "card", "weights"})


def tasks(usage: CallSequence) -> list[str]:
    """What the loaded classes are for, as the families of the loader tables say (`causal-lm`, `pipeline`), sorted."""
    families = {tables().family(anchor.api) or "model" for anchor in usage.anchors}
    return sorted(families - _BESIDE) or sorted(families)
