"""What was left out on the way to a release, each with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ptmscope import corpora
from ptmscope.export.rows import Cell
from ptmscope.release.material import Material

#: Why a load site names no model, where the analysis has no reason of its own.
NO_ID = "no_id"

Rows = Iterator[tuple[Cell, ...]]


def dropped(material: Material) -> Rows:
    """(stage, source, path, reason, count), stage by stage."""
    for stage in (_by_corpora, _unread, _unresolved, _texts, _undated):
        yield from stage(material)


def _by_corpora(material: Material) -> Rows:
    """Of each corpus whose repositories are in the study."""
    one_of = {corpora.Place.of(r.folder).corpus: r.folder for r in material.repositories if corpora.is_within(r.folder)}
    for _, place in sorted(one_of.items()):
        for source, path, reason, count in corpora.dropped(place):
            yield "choice" if source is None else "curation", source, path, reason, count


def _unread(material: Material) -> Rows:
    for each in material.repositories:
        for reason, count in each.counts.skipped if each.counts else ():
            yield "reading", each.name, None, reason, count


def _unresolved(material: Material) -> Rows:
    """Load sites that no model id is known to reach."""
    for each in material.repositories:
        found = Counter((site.path, site.reason or NO_ID) for site in each.sites if not site.models)
        for (path, reason), count in sorted(found.items()):
            yield "resolution", each.name, path, reason, count


def _texts(material: Material) -> Rows:
    """Files of the release whose text is not in it."""
    for each in material.repositories:
        for path in sorted({site.path for site in each.sites} | {usage.path for usage in each.usages}):
            reason = material.texts.reason(each.name, path)
            if reason is not None:
                yield "text", each.name, path, reason, 1


def _undated(material: Material) -> Rows:
    for each in material.repositories:
        if each.usages and each.name not in material.dates:
            yield "time", each.name, None, "date_unknown", len(each.usages)
