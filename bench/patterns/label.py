"""One labelled usage, and what the scan finds for it: by its model id, or by the place of its load.

The code of a label stays at its commit, so its load stays where it is; which id the scan says is loaded there changes
as the scan gets better: a test's id gives way to the program's, and a folder that a program writes is no id at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from analyzer.records import CallSequence, FileReport, LoadSite, ModelRef, Origin
from analyzer.source import opened, sites_of, usages_of
from analyzer.values.evaluator import Evaluator


@dataclass(frozen=True, slots=True)
class Label:
    """A usage by its key, its class and kind, and where its model is first loaded (line, cell), if that is known."""

    path: str
    model_id: str
    fine: str
    coarse: str | None = None
    place: tuple[int, int | None] | None = None


def usage_of(label: Label, folder: Path, usages: Sequence[CallSequence]) -> CallSequence:
    """The usage that is labelled; without calls if nothing is loaded where the label says.

    `usages` are those of its file: that of its id, else that which loads the least besides what is loaded there, else
    what becomes of the load, though its id is none or not known.
    """
    of_id = [usage for usage in usages if usage.model_id == label.model_id]
    there = [usage for usage in usages if any((a.line, a.cell) == label.place for a in usage.anchors)]
    nearest = sorted(there, key=lambda usage: (len(usage.anchors), usage.model_id))
    followed = [] if of_id or nearest or label.place is None else _without_id(label, folder)
    return next(iter((*of_id, *nearest, *followed)), CallSequence(label.path, None, label.model_id, (), ()))


def _without_id(label: Label, folder: Path) -> list[CallSequence]:
    """The usage of a load whose id is no model's, or of which none is known: it is followed as if it had the label's.

    So are the other loads of that path in the file, and those of which no more is known.
    """
    file = opened((folder / label.path).read_bytes(), label.path, None)
    if isinstance(file, FileReport):
        return []
    evaluator = Evaluator([file.module], [file.bodies])
    sites = sites_of(evaluator, file)
    ids = {_ids(site) for site in sites if (site.line, site.cell) == label.place}
    told = [replace(site, models=(_told(label, site),)) for site in sites if _ids(site) in ids]
    usages = usages_of(file, told, evaluator.loads)
    file.bodies.close()
    return [usage for usage in usages if usage.model_id == label.model_id]


def _ids(site: LoadSite) -> tuple[str, ...]:
    return tuple(model.id for model in site.models)


def _told(label: Label, site: LoadSite) -> ModelRef:
    origin = Origin(site.path, site.line, site.cell)
    return ModelRef(label.model_id, None, "huggingface", "label", "possible", origin)
