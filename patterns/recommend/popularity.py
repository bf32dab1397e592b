"""What most repositories do: with the model, where it is known, then with the library, then at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from patterns.recommend.records import Example, Query, first

#: What is counted under (kind, name), such as ("library", "transformers"): item -> the repositories that have it.
_Counts = dict[tuple[str, str], dict[str, set[str]]]


class Popularity:
    """Calls and models by the number of repositories that have them; ties go by the alphabet."""

    def __init__(self, examples: Sequence[Example]) -> None:
        calls: defaultdict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
        models: defaultdict[tuple[str, str], dict[str, set[str]]] = defaultdict(dict)
        for example in examples:
            for key in _keys(example.model, (example.library,)):
                for call in example.calls:
                    calls[key].setdefault(call, set()).add(example.source)
                if example.model:
                    models[key].setdefault(example.model, set()).add(example.source)
        self._calls = _ranked(calls)
        self._models = _ranked(models)

    def rank(self, query: Query, top: int) -> tuple[str, ...]:
        ranked = self._models if query.task == "model_for_code" else self._calls
        keys = _keys(query.model, query.libraries)
        return first((name for key in keys for name in ranked.get(key, ())), top)


def _keys(model: str, libraries: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The narrowest first."""
    if model:
        yield "model", model
    yield from (("library", library) for library in libraries)
    yield "", ""


def _ranked(counts: _Counts) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        key: tuple(sorted(items, key=lambda item: (-len(items[item]), item))) for key, items in sorted(counts.items())
    }
