"""The forms of query (queries.toml) filled with model ids and loaders."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analyzer.loaders import Loader, tables
from miner.errors import Misuse
from miner.records import Query
from miner.slices import LONGEST


@dataclass(frozen=True, slots=True)
class Form:
    name: str
    template: str
    endings: tuple[str, ...]
    is_default: bool = False

    @property
    def is_of_models(self) -> bool:
        return "{model}" in self.template


@cache
def forms() -> tuple[Form, ...]:
    """All rows of queries.toml."""
    rows = tomllib.loads((resources.files("miner") / "queries.toml").read_text("utf-8"))["form"]
    return tuple(Form(row["name"], row["template"], tuple(row["endings"]), row.get("default", False)) for row in rows)


def chosen(names: Iterable[str]) -> tuple[Form, ...]:
    """The forms of these names, or the usual ones. Raises Misuse for a name that no row has."""
    wanted = tuple(names)
    unknown = sorted(set(wanted) - {form.name for form in forms()})
    if unknown:
        raise Misuse(f"no form of query {unknown[0]!r}; there are: {', '.join(form.name for form in forms())}")
    return tuple(form for form in forms() if (form.name in wanted if wanted else form.is_default))


def queries(source: str, models: Iterable[str], wanted: Iterable[Form]) -> Iterator[Query]:
    """One query per form, ending, and model or loader; those that are too long for the service are left out."""
    wanted = tuple(wanted)
    for model in models:
        for form in wanted:
            if form.is_of_models:
                yield from _filled(source, form, form.template.format(model=model.replace('"', "")), model)
    for form in wanted:
        if not form.is_of_models:
            for call, module in _calls():
                yield from _filled(source, form, form.template.format(call=call, module=module), None)


def _filled(source: str, form: Form, terms: str, model: str | None) -> Iterator[Query]:
    for ending in form.endings:
        text = f"{terms} extension:{ending}"
        if len(text) <= LONGEST:
            yield Query(source, "search", text, model=model, form=form.name)


@cache
def _calls() -> tuple[tuple[str, str], ...]:
    """(last names, top of the import path) of every loader, globs left out, each once."""
    rows = (loader for library in tables().libraries.values() for loader in _loaders(library.loaders))
    return tuple(sorted({(call, loader.modules[0].partition(".")[0]) for loader in rows if (call := _call(loader))}))


def _loaders(rows: Iterable[Loader]) -> Iterator[Loader]:
    return (loader for loader in rows if loader.modules and "*" not in loader.modules[0])


def _call(loader: Loader) -> str:
    return ".".join(name for name in loader.callable.split(".") if "*" not in name and "[" not in name)
