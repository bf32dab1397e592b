"""What a release says of itself: release.json, and what the card is written from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import ptmscope
from ptmscope.release.dropped import dropped
from ptmscope.release.leaks import leaks
from ptmscope.release.material import Material
from ptmscope.release.splits import Folds, Options
from ptmscope.release.tasks import TASKS

#: Of the folder; another number, another layout.
FORM = 1
#: What decides the bytes of the tables beside ptmscope.
_BESIDE = ("pandas", "pyarrow")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line leaves to the user. `dates`: source -> when it was last changed; `licence` of the
    compilation; `audit`: what `ptmscope audit score` wrote."""

    name: str = "ptmscope-release"
    licence: str | None = None
    url: str | None = None
    cite: str | None = None
    published: str | None = None
    split: Options = field(default_factory=Options)
    dates: Mapping[str, str] = field(default_factory=dict)
    audit: Mapping[str, Any] | None = None


def facts(material: Material, choices: Choices, rows: Mapping[str, int]) -> dict[str, Any]:
    """The content of release.json; `rows`: table or task -> how many it has."""
    return {
        "form": FORM,
        "name": choices.name,
        "made_with": {"ptmscope": ptmscope.__version__, **{name: _version(name) for name in _BESIDE}},
        "options": {
            **asdict(choices.split),
            **{name: getattr(choices, name) for name in ("licence", "url", "cite", "published")},
        },
        "dates_given": len(choices.dates),
        "reading": list(material.readings),
        "repositories": _repositories(material),
        "tables": {name: count for name, count in rows.items() if name not in TASKS},
        "tasks": {name: count for name, count in rows.items() if name in TASKS},
        "near_duplicates": _clusters(material),
        "splits": {scheme: _sizes(folds) for scheme, folds in material.splits.items()},
        "leaks": [asdict(leak) for leak in leaks(material.placed, material.splits)],
        "dropped": _dropped(material),
        "audit": None if choices.audit is None else dict(choices.audit),
    }


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _repositories(material: Material) -> dict[str, Any]:
    every = material.repositories
    return {
        "all": len(every),
        "with_usages": sum(bool(each.usages) for each in every),
        "with_commit": sum(each.commit is not None for each in every),
        "with_date": sum(each.name in material.dates for each in every),
        "with_text": sum(material.texts.is_free(each.name) for each in every),
        "licences": _counted(each.licence or "unknown" for each in every),
    }


def _clusters(material: Material) -> dict[str, int]:
    """How many usages are in a cluster with others, and in the largest; the texts of how many were compared."""
    sizes = Counter(each.cluster for each in material.placed)
    return {
        "usages_compared_by_calls": len(material.usages),
        "usages_compared_by_text": sum(placed.content is not None for placed in material.placed),
        "clusters": len(sizes),
        "largest": max(sizes.values(), default=0),
    }


def _sizes(folds: Folds) -> dict[str, Any]:
    sizes = Counter(folds.values())
    return {"usages": len(folds), "folds": len(sizes), "smallest": min(sizes.values(), default=0),
            "largest": max(sizes.values(), default=0)}  # fmt: skip


def _dropped(material: Material) -> list[dict[str, Any]]:
    counts: Counter[tuple[str, str]] = Counter()
    for stage, _, _, reason, count in dropped(material):
        counts[str(stage), str(reason)] += int(str(count))
    return [{"stage": stage, "reason": reason, "count": count} for (stage, reason), count in counts.items()]


def _counted(names: Iterable[str]) -> dict[str, int]:
    found = Counter(names)
    return {name: found[name] for name in sorted(found, key=lambda name: (-found[name], name))}
