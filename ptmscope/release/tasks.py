"""Tasks for recommenders: a context, and the answer that the code gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from patterns.compare import is_name
from ptmscope.release.usages import Usage, declarations

#: Of one usage, so many places at most at which the next call is asked for, so that long files do not outweigh all.
PLACES = 10

#: FOCUS's configurations (P. T. Nguyen et al.: FOCUS, ICSE 2019): whether all other declarations of the project are
#: given, or half of them but one; and how many calls of the one that is to be completed.
CONFIGURATIONS: Mapping[str, tuple[bool, int]] = {
    "C1.1": (False, 1),
    "C1.2": (False, 4),
    "C2.1": (True, 1),
    "C2.2": (True, 4),
}


@dataclass(frozen=True, slots=True)
class Task:
    """`usage` stands for all of its declaration. `others`: how many other declarations of the repository may be looked
    at, its first ones (None: not said)."""

    id: str
    task: str
    usage: Usage
    calls: tuple[str, ...]
    answer: tuple[str, ...]
    model: str | None = None
    library: str | None = None
    configuration: str | None = None
    others: int | None = None

    def line(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "task": self.task,
            "usage": self.usage.id,
            "source": self.usage.source,
            "path": self.usage.sequence.path,
            "library": self.usage.library,
            "configuration": self.configuration,
            "context": {
                "calls": list(self.calls),
                "model_id": self.model,
                "libraries": [] if self.library is None else [self.library],
                "others": self.others,
            },
            "answer": list(self.answer),
        }


def _next_call(usages: Iterable[Usage]) -> Iterator[Task]:
    for usage, *others in declarations(usages):
        apis, model = usage.apis, None if others else _name(usage)
        for place in _spread(range(1, len(apis)), PLACES):
            name = f"next_call:{usage.id}:{place}"
            yield Task(name, "next_call", usage, apis[:place], apis[place : place + 1], model, usage.library)


def _complete_usage(usages: Iterable[Usage]) -> Iterator[Task]:
    for _, group in groupby(usages, key=lambda usage: usage.source):
        declared = declarations(group)
        for usage, *alternatives in declared:
            model = None if alternatives else _name(usage)
            for configuration, (is_whole, given) in CONFIGURATIONS.items():
                others = len(declared) - 1 if is_whole else max(0, len(declared) // 2 - 1)
                rest = _distinct(usage.apis[given:])
                if rest:
                    name = f"complete_usage:{usage.id}:{configuration}"
                    context = (usage.apis[:given], rest, model, usage.library, configuration, others)
                    yield Task(name, "complete_usage", usage, *context)


def _api_for_model(usages: Iterable[Usage]) -> Iterator[Task]:
    for usage in usages:
        model = _name(usage)
        if model is not None and usage.apis:
            yield Task(f"api_for_model:{usage.id}", "api_for_model", usage, (), _distinct(usage.apis), model)


def _model_for_code(usages: Iterable[Usage]) -> Iterator[Task]:
    for group in declarations(usages):
        usage = group[0]
        models = _distinct(sorted(model for model in map(_name, group) if model is not None))
        if models and usage.apis:
            yield Task(f"model_for_code:{usage.id}", "model_for_code", usage, usage.apis, models, library=usage.library)


#: Task -> its instances, out of usages sorted by repository.
TASKS: Mapping[str, Callable[[Iterable[Usage]], Iterator[Task]]] = {
    "next_call": _next_call,
    "complete_usage": _complete_usage,
    "api_for_model": _api_for_model,
    "model_for_code": _model_for_code,
}


def _name(usage: Usage) -> str | None:
    """The model, where it is one that others can have: no path, and known in full."""
    return usage.model if is_name(usage.model) else None


def _distinct(apis: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(apis))


def _spread(places: range, most: int) -> Iterable[int]:
    """So many of the places at most, evenly apart, the first among them."""
    if len(places) <= most:
        return places
    return [places[n * len(places) // most] for n in range(most)]
