"""The models of a scan as parts of a program: each with its revision, its terms, and where it is loaded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from analyzer.records import Certainty, LoadSite, ModelRef
from miner.catalog import ID
from ptmscope.findings import Scan
from ptmscope.lookup import HUB

#: Where the card of a model of the Hub stands.
CARD = "https://huggingface.co/{name}"


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One load of a model."""

    path: str
    cell: int
    line: int
    api: str
    library: str
    loads: str
    certainty: Certainty

    @property
    def place(self) -> str:
        """Where in its file: in a notebook, lines count within the cell."""
        return f"line {self.line}" if self.cell < 0 else f"cell {self.cell}, line {self.line}"


@dataclass(frozen=True, slots=True)
class Component:
    """One model at one revision (None: none is pinned). `name` is its hub's present one where that is known."""

    name: str
    hub: str
    revision: str | None
    ids: tuple[str, ...]  # as the code has them
    licence: str | None
    is_gated: bool | None
    occurrences: tuple[Occurrence, ...]

    @property
    def card(self) -> str | None:
        """The address of its card; None for models of which the Hub knows nothing."""
        return CARD.format(name=self.name) if self.is_on_hub else None

    @property
    def is_on_hub(self) -> bool:
        return self.hub == HUB and ID.fullmatch(self.name) is not None

    @property
    def key(self) -> str:
        """A name of its own within the scan."""
        return f"{self.hub}:{self.name}{f'@{self.revision}' if self.revision else ''}"

    @property
    def libraries(self) -> tuple[str, ...]:
        return tuple(sorted({each.library for each in self.occurrences}))


#: Ids there are owner/repository[:ref], or addresses of files.
_TORCH_HUB = "torchhub"
_URL = ("http:", "https:")

_Key = tuple[str, str, str | None]


def components(scan: Scan) -> tuple[Component, ...]:
    """The models whose names are known in full, sorted; what is loaded from a path is none."""
    found: dict[_Key, list[tuple[LoadSite, ModelRef]]] = {}
    for site in scan.sites:
        for model in site.models if site.status != "local" else ():
            if "*" not in model.id:
                found.setdefault((model.canonical_id or model.id, model.hub, revision(site, model)), []).append(
                    (site, model)
                )
    ordered = sorted(found.items(), key=lambda item: (item[0][0].lower(), *item[0][:2], item[0][2] or ""))
    return tuple(_component(scan, key, pairs) for key, pairs in ordered)


def revision(site: LoadSite, model: ModelRef) -> str | None:
    """The revision that a load names, where it can be read: as an argument; with torch.hub, in the id."""
    if model.hub == _TORCH_HUB:
        return model.id.partition(":")[2] or None if not model.id.startswith(_URL) else None
    told = dict(site.arguments).get("revision")
    return told if isinstance(told, str) and told and told != "?" else None


def _component(scan: Scan, key: _Key, pairs: list[tuple[LoadSite, ModelRef]]) -> Component:
    terms = next((told for pair in pairs if (told := scan.lookup.terms(*pair)) is not None), None)
    ids = tuple(sorted({model.id for _, model in pairs}))
    occurrences = tuple(sorted(set(_occurrences(pairs))))
    return Component(*key, ids, terms and terms.licence, terms and terms.gated, occurrences)


def _occurrences(pairs: list[tuple[LoadSite, ModelRef]]) -> Iterator[Occurrence]:
    for site, model in pairs:
        cell = -1 if site.cell is None else site.cell
        yield Occurrence(site.path, cell, site.line, site.api, site.library, site.loads, model.certainty)
