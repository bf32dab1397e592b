"""Which models of a catalog are wanted: rules, one after the other, and how many each of them dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from miner.records import CatalogModel


@dataclass(frozen=True, slots=True)
class Rule:
    """What a model must have; `name` says it in the options' words."""

    name: str
    keeps: Callable[[CatalogModel], bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of a run: how many models came to it, and how many it dropped."""

    rule: str
    entered: int
    dropped: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of a model; what is left at its default is not. Several values: one of them will do.

    What a catalog does not tell counts as not there: a model without a number of downloads has none.
    """

    card: bool = False
    tags: tuple[str, ...] = ()
    any_tag: bool = False
    pipeline_tags: tuple[str, ...] = ()
    any_pipeline_tag: bool = False
    libraries: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    open: bool = False
    downloads: int = 0
    likes: int = 0
    since: str = ""
    before: str = ""


def rules(wanted: Wanted) -> tuple[Rule, ...]:
    """The rules that this asks for, in a fixed order."""
    return tuple(rule for is_asked, rule in _every(wanted) if is_asked)


def _every(wanted: Wanted) -> Iterator[tuple[object, Rule]]:
    tags, tasks = set(wanted.tags), set(wanted.pipeline_tags)
    libraries, licences = set(wanted.libraries), set(wanted.licences)
    yield wanted.card, Rule("card", lambda model: bool(model.has_card))
    yield wanted.any_tag, Rule("any tag", lambda model: bool(model.tags))
    yield tags, Rule(f"tag {_or(tags)}", lambda model: not tags.isdisjoint(model.tags))
    yield wanted.any_pipeline_tag, Rule("any pipeline tag", lambda model: bool(model.pipeline_tag))
    yield tasks, Rule(f"pipeline tag {_or(tasks)}", lambda model: model.pipeline_tag in tasks)
    yield libraries, Rule(f"library {_or(libraries)}", lambda model: model.library in libraries)
    yield licences, Rule(f"licence {_or(licences)}", lambda model: model.licence in licences)
    yield wanted.open, Rule("not gated", lambda model: not model.gated)
    yield wanted.downloads, Rule(f"downloads ≥ {wanted.downloads}", lambda m: (m.downloads or 0) >= wanted.downloads)
    yield wanted.likes, Rule(f"likes ≥ {wanted.likes}", lambda model: (model.likes or 0) >= wanted.likes)
    yield wanted.since, Rule(f"modified since {wanted.since}", lambda model: (model.modified or "") >= wanted.since)
    yield wanted.before, Rule(f"modified before {wanted.before}", lambda m: "" < (m.modified or "") < wanted.before)


class Funnel:
    """Rules at work, counting. `steps` is complete when all that was kept has been taken."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.entered = 0
        self.dropped = [0] * len(self.rules)

    def kept(self, models: Iterable[CatalogModel]) -> Iterator[CatalogModel]:
        """Those that every rule keeps; each is dropped by the first that does not."""
        for model in models:
            self.entered += 1
            for number, rule in enumerate(self.rules):
                if not rule.keeps(model):
                    self.dropped[number] += 1
                    break
            else:
                yield model

    @property
    def steps(self) -> tuple[Step, ...]:
        entered = self.entered
        found = []
        for rule, dropped in zip(self.rules, self.dropped, strict=True):
            found.append(Step(rule.name, entered, dropped))
            entered -= dropped
        return tuple(found)


def _or(values: Iterable[str]) -> str:
    return " or ".join(sorted(values))
