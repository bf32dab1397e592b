"""What changed between two catalogs: models that are new, gone, renamed, or told otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from miner.records import CatalogModel

Kind = Literal["new", "gone", "renamed", "changed"]

#: What is compared. Downloads and likes are not: they always change.
FIELDS = ("sha", "pipeline_tag", "library", "licence", "gated", "has_card", "tags")


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """`before`: the former name of a renamed model, else what a field was; `after`: what it is."""

    kind: Kind
    id: str
    field: str = ""
    before: str = ""
    after: str = ""


def changes(old: Iterable[CatalogModel], new: Iterable[CatalogModel]) -> Iterator[Change]:
    """All changes, by kind and id.

    A model that is gone and one that is new are one, renamed, where the Hub's own key is the same; where no key is
    told, where both have one commit that no other model has. Fields that a catalog does not tell are not compared.
    """
    before = {model.id: model for model in old}
    after = {model.id: model for model in new}
    gone = [model for name, model in before.items() if name not in after]
    fresh = [model for name, model in after.items() if name not in before]
    renamed = dict(_renamed(gone, fresh))
    found = [Change("renamed", new, before=old) for old, new in renamed.items()]
    found += [Change("gone", model.id) for model in gone if model.id not in renamed]
    found += [Change("new", model.id) for model in fresh if model.id not in set(renamed.values())]
    for name, model in before.items():
        then = after.get(renamed.get(name, name))
        found += _changed(model, then) if then is not None else ()
    yield from sorted(found)


def _renamed(gone: list[CatalogModel], fresh: list[CatalogModel]) -> Iterator[tuple[str, str]]:
    for field in ("hub_key", "sha"):
        former, present = _by(field, gone), _by(field, fresh)
        for value, olds in former.items():
            news = present.get(value, [])
            if len(olds) == len(news) == 1 and (field == "hub_key" or not (olds[0].hub_key and news[0].hub_key)):
                yield olds[0].id, news[0].id


def _by(field: str, models: list[CatalogModel]) -> dict[str, list[CatalogModel]]:
    found: dict[str, list[CatalogModel]] = defaultdict(list)
    for model in models:
        if getattr(model, field):
            found[getattr(model, field)].append(model)
    return found


def _changed(old: CatalogModel, new: CatalogModel) -> Iterator[Change]:
    for field in FIELDS:
        before, after = getattr(old, field), getattr(new, field)
        if before != after and before is not None and after is not None:
            yield Change("changed", new.id, field, _shown(before), _shown(after))


def _shown(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
