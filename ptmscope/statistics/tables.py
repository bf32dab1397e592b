"""The statistics of repositories, as tables: of totals, models, tasks, libraries, resolutions, spread, practice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from analyzer.records import ModelRef
from patterns.compare import is_name
from patterns.together import together
from ptmscope.export.rows import Cell
from ptmscope.repositories import Repository
from ptmscope.statistics.ledger import Ledger, ledger
from ptmscope.statistics.spread import QUANTILES, gini, quantile, top

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: The value of an argument that is given, and cannot be told.
_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under the names of their columns; the first column names the row. `note` says what is counted."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


def statistics(repositories: Iterable[Repository]) -> tuple[Table, ...]:
    """All tables, in this order; empty ones have no rows."""
    given = tuple(repositories)
    found = ledger(given)
    return (
        Table("totals", "In all", ("figure", "value"), tuple(_totals(given, found))),
        Table("models", "Models", ("model", *_COUNTED[:3]), tuple(_counted(found, "model")), _NAMED),
        Table("tasks", "Tasks", ("task", *_COUNTED), tuple(_counted(found, "task")), "what the loaded class is for"),
        Table("libraries", "Libraries", ("library", *_COUNTED), tuple(_counted(found, "library"))),
        _shares("status", "Load sites by outcome", (site.status for site in found.sites)),
        _shares("reason", "Load sites not resolved, by reason", (s.reason for s in found.sites if s.reason)),
        _shares("resolution", "Model references by resolution", (ref.resolution for ref in found.references)),
        _shares("certainty", "Model references by certainty", (ref.certainty for ref in found.references)),
        Table("spread", "Spread over models", ("of", "mean", *_quantile_names()), tuple(_spread(found)), _NAMED),
        Table(
            "concentration",
            "Concentration on models",
            ("figure", "usages", "repositories"),
            tuple(_concentrated(found)),
        ),
        Table(
            "together",
            "Models used together in a file",
            _TOGETHER,
            tuple(_together(given)),
            "in two repositories or more",
        ),
        Table("practice", "Loads from Hugging Face", ("given", "sites", "share"), tuple(_practice(found)), _FROM_HUB),
    )


_COUNTED = ("usages", "files", "repositories", "models")
_TOGETHER = ("model", "with", "as", "files", "repositories")
_NAMED = "models whose name is known in full"
_FROM_HUB = "load sites with a model of Hugging Face"


def _totals(given: Sequence[Repository], found: Ledger) -> Iterator[tuple[str, Cell]]:
    read = [each.files for each in given]
    yield "repositories", len(given)
    yield "repositories with a load site", sum(bool(each.sites) for each in given)
    yield "repositories with a usage", len({entry.source for entry in found.entries})
    yield "files read", None if None in read else sum(number or 0 for number in read)
    yield "files with a load site", len({(each.name, site.path) for each in given for site in each.sites})
    yield "files with a usage", len({(entry.source, entry.path) for entry in found.entries})
    yield "load sites", len(found.sites)
    yield "load sites with an id", sum(bool(site.models) for site in found.sites)
    yield "models", len({entry.model for entry in found.named})
    yield "usages", len(found.entries)
    yield "usages of models whose name is known in full", len(found.named)
    yield "calls", sum(len(usage.calls) for each in given for usage in each.usages)


def _counted(found: Ledger, by: str) -> list[tuple[Cell, ...]]:
    """A row for each name; those of most repositories first."""
    keys: dict[str, Callable[[int], Iterable[str]]] = {
        "model": lambda n: (found.named[n].model,),
        "task": lambda n: found.named[n].tasks,
        "library": lambda n: found.named[n].libraries,
    }
    held: defaultdict[str, list[int]] = defaultdict(list)
    for number in range(len(found.named)):
        for key in keys[by](number):
            held[key].append(number)
    rows: list[tuple[str, int, int, int, int]] = []
    for key, numbers in held.items():
        entries = [found.named[number] for number in numbers]
        files = {(entry.source, entry.path) for entry in entries}
        sources, models = {entry.source for entry in entries}, {entry.model for entry in entries}
        rows.append((key, len(entries), len(files), len(sources), len(models)))
    ordered = sorted(rows, key=lambda row: (-row[3], -row[1], row[0]))
    return [row[:4] if by == "model" else row for row in ordered]


def _shares(name: str, title: str, seen: Iterable[str]) -> Table:
    counted = Counter(seen)
    ordered = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    rows = tuple((what.replace("_", " "), number, number / counted.total()) for what, number in ordered)
    return Table(name, title, (name, "number", "share"), rows)


def _per_model(found: Ledger) -> tuple[list[int], list[int]]:
    """(usages, repositories) of each model."""
    usages = Counter(entry.model for entry in found.named)
    sources = Counter(model for _, model in {(entry.source, entry.model) for entry in found.named})
    return [usages[model] for model in sorted(usages)], [sources[model] for model in sorted(sources)]


def _quantile_names() -> tuple[str, ...]:
    special = {0.0: "least", 0.5: "median", 1.0: "most"}
    return tuple(special.get(share, f"{share:.0%}") for share in QUANTILES)


def _spread(found: Ledger) -> Iterator[tuple[Cell, ...]]:
    for name, values in zip(("usages", "repositories"), _per_model(found), strict=True):
        if values:
            yield name, sum(values) / len(values), *(quantile(values, share) for share in QUANTILES)


def _concentrated(found: Ledger) -> Iterator[tuple[Cell, ...]]:
    both = _per_model(found)
    if not both[0]:
        return
    size = len(both[0])
    yield "Gini coefficient", *map(gini, both)
    for number in (1, 10, 100):
        if number < size:
            yield (
                f"share of the first {number}" if number > 1 else "share of the first",
                *(top(v, number) for v in both),
            )
    yield "share of the first 1%", *(top(values, -(-size // 100)) for values in both)
    yield "share of the first 10%", *(top(values, -(-size // 10)) for values in both)
    yield "models with one only", *(sum(value == 1 for value in values) / size for values in both)


def _together(given: Iterable[Repository]) -> Iterator[tuple[Cell, ...]]:
    usages = ((each.name, usage) for each in given for usage in each.usages if is_name(usage.model_id))
    for pair in (pair for pair in together(usages) if pair.repositories > 1):
        yield *pair.models, pair.relation, pair.files, pair.repositories


def _practice(found: Ledger) -> Iterator[tuple[Cell, ...]]:
    sites = [site for site in found.sites if any(_is_from_hub(model) for model in site.models)]
    for name, kinds in (("revision", _revision), ("trust_remote_code", _trust)):
        counted = Counter(kinds(dict(site.arguments).get(name)) for site in sites)
        for kind, number in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
            yield f"{name}: {kind}", number, number / len(sites)


def _is_from_hub(model: ModelRef) -> bool:
    return model.hub == "huggingface"


def _revision(value: Cell) -> str:
    if value is None:
        return "not given"
    if value == _UNKNOWN:
        return "given, not known which"
    return "a commit" if _COMMIT.fullmatch(str(value)) else "a branch or tag"


def _trust(value: Cell) -> str:
    return "not given" if value is None else str(value) if isinstance(value, bool) else "given, not known which"
