"""What a catalog, and on request the Hub itself, say about the model ids of a scan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from analyzer.known_ids import former_names
from analyzer.records import LoadSite, ModelRef
from miner.catalog import ID, read_catalog
from miner.records import HubModel, Terms

#: The hub that catalogs and look-ups are about.
HUB = "huggingface"

#: The Hub takes no longer names.
LONGEST = 96


@dataclass(frozen=True, slots=True)
class Lookup:
    """`known`: the names of the scan, in lower case, that the catalog has (None: no catalog was given); `hub`: what
    the Hub answered by name in lower case (None: it was not asked). `warning`: why answers are missing. `told`: the
    terms that the catalog tells of the names it has; empty where it tells of no licence at all."""

    known: frozenset[str] | None = None
    hub: Mapping[str, HubModel] | None = None
    warning: str | None = None
    told: Mapping[str, Terms] = field(default_factory=dict)

    def is_known(self, site: LoadSite, model: ModelRef) -> bool | None:
        """Whether the catalog has the model; None where that cannot be said."""
        names = names_on_hub(site, model)
        return None if self.known is None or not names else any(name.lower() in self.known for name in names)

    def answer(self, site: LoadSite, model: ModelRef) -> HubModel | None:
        """What the Hub said about the model, if anything."""
        names = names_on_hub(site, model)
        return self.hub.get(names[0].lower()) if self.hub and names else None

    def terms(self, site: LoadSite, model: ModelRef) -> Terms | None:
        """On which terms the model is to be had: as the Hub says, else the catalog; None where neither does."""
        answer = self.answer(site, model)
        if answer is not None and answer.exists:
            return Terms(answer.license, bool(answer.gated))
        return next((self.told[n.lower()] for n in names_on_hub(site, model) if n.lower() in self.told), None)


#: Nothing was looked up.
NOTHING = Lookup()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where ids are looked up: the ids of a catalog, and the way to ask the Hub."""

    catalog: Mapping[str, Terms] | None
    ask: Callable[[Iterable[str]], tuple[Mapping[str, HubModel], str | None]] | None

    @classmethod
    def of(cls, catalog: str | None, *, hub: bool) -> Sources:
        """Reads the catalog. Raises Misuse where that, or asking the Hub, is not possible."""
        ids = None if catalog is None else read_catalog(catalog)
        if not hub:
            return cls(ids, None)
        from miner.hub import ask

        return cls(ids, ask)

    def look_up(self, sites: tuple[LoadSite, ...]) -> Lookup:
        """What the sources say about the models of these sites."""
        known = None if self.catalog is None else _in_catalog(sites, self.catalog)
        answers, warning = (None, None) if self.ask is None else self.ask(_to_ask(sites))
        return Lookup(known, answers, warning, self._told(known or ()))

    def _told(self, known: Iterable[str]) -> dict[str, Terms]:
        """The terms of these models, where the catalog has any."""
        catalog = self.catalog or {}
        found = ((name, catalog[each]) for name in known for each in _names(name) if each in catalog)
        return dict(found) if any(terms.licence for terms in catalog.values()) else {}


def names_on_hub(site: LoadSite, model: ModelRef) -> tuple[str, ...]:
    """The model's present name and the one in the code; empty for what is no whole name of a repository there."""
    if model.hub != HUB or site.status == "local":
        return ()
    names = dict.fromkeys(name for name in (model.canonical_id, model.id) if name)
    return tuple(name for name in names if len(name) <= LONGEST and ID.fullmatch(name))


def _in_catalog(sites: Iterable[LoadSite], catalog: Mapping[str, Terms]) -> frozenset[str]:
    """The names of the sites' models that the catalog has, under their present or a former name."""
    names = {name.lower() for site in sites for model in site.models for name in names_on_hub(site, model)}
    return frozenset(name for name in names if any(each in catalog for each in _names(name)))


def _names(name: str) -> tuple[str, ...]:
    """The former names of a model, and this one, which counts most."""
    return (*former_names().get(name, ()), name)


def _to_ask(sites: Iterable[LoadSite]) -> tuple[str, ...]:
    """The names to ask the Hub about, each once, sorted."""
    found: dict[str, str] = {}
    for site in sites:
        for model in site.models:
            for name in names_on_hub(site, model)[:1]:
                found[name.lower()] = min(name, found.get(name.lower(), name))
    return tuple(sorted(found.values()))
