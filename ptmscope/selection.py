"""Which of the found sites and usages were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from analyzer.records import CallSequence, LoadSite, ModelRef

#: (path, cell, line, model id): what an anchor points to. It can name a class of the repository, where its site names
#: the one that this is derived from.
_Key = tuple[str, int | None, int, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Glob patterns on libraries and on model ids; no pattern keeps everything. Case does not count."""

    libraries: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    @classmethod
    def of(cls, libraries: Iterable[str], models: Iterable[str]) -> Selection:
        return cls(tuple(map(_library_key, libraries)), tuple(map(str.lower, models)))

    def apply(
        self, sites: tuple[LoadSite, ...], usages: tuple[CallSequence, ...]
    ) -> tuple[tuple[LoadSite, ...], tuple[CallSequence, ...]]:
        """The sites asked for, each with the model ids asked for, and the usages that start at them."""
        if not self.libraries and not self.models:
            return sites, usages
        kept = tuple(self._sites(sites))
        keys = {key for site in kept for key in _site_keys(site)}
        return kept, tuple(usage for usage in usages if not keys.isdisjoint(_usage_keys(usage)))

    def _sites(self, sites: Iterable[LoadSite]) -> Iterator[LoadSite]:
        for site in sites:
            if self.libraries and not _matches(_library_key(site.library), self.libraries):
                continue
            models = tuple(filter(self._wants, site.models))
            if models or not self.models:
                yield replace(site, models=models)

    def _wants(self, model: ModelRef) -> bool:
        if not self.models:
            return True
        names = {model.id, model.canonical_id or model.id}
        return any(_matches(name.lower(), self.models) for name in names)


def _site_keys(site: LoadSite) -> Iterator[_Key]:
    for model in site.models:
        yield site.path, site.cell, site.line, model.id


def _usage_keys(usage: CallSequence) -> Iterator[_Key]:
    for anchor in usage.anchors:
        yield usage.path, anchor.cell, anchor.line, usage.model_id


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _library_key(name: str) -> str:
    return name.lower().replace("_", "-")
