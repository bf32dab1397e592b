"""The card of a release: README.md as the Hugging Face Hub reads it, from what release.json says."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import resources
from string import Template
from typing import Any

from ptmscope.release.tables import Table

#: What the `datasets` viewer opens.
_DEFAULT = "sequences"
#: Words of the Hub for how many rows there are.
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

NO_AUDIT = "**There was no audit**: nobody has checked a sample by hand, so how often it is wrong is not known."
LICENCE = "The compilation is under no licence of its own yet: whoever publishes it must choose one"


def about(facts: Mapping[str, Any]) -> str:
    """One sentence on the whole."""
    repositories, rows = facts["repositories"], facts["tables"]
    return (
        f"How {rows['models']:,} pre-trained models are used in {repositories['with_usages']:,} repositories and "
        f"packages: {rows['sites']:,} load sites, and {rows['sequences']:,} usages as sequences of API calls, with "
        "their places."
    )


def card(facts: Mapping[str, Any], tables: Sequence[Table]) -> str:
    """The whole file: front matter, then text."""
    template = (resources.files("ptmscope.release") / "card.md").read_text(encoding="utf-8")
    repositories, options = facts["repositories"], facts["options"]
    text = Template(template).substitute(
        name=facts["name"],
        about=about(facts),
        tool=", ".join(f"{name} {version}" for name, version in facts["made_with"].items() if version),
        tables=_table(("config", "rows", "a row is"), _contents(facts, tables)),
        columns="\n\n".join(map(_columns, tables)),
        tasks=_table(("task", "lines"), facts["tasks"].items()),
        splits=_table(("scheme", "usages", "folds", "smallest", "largest"), _splits(facts)),
        dates=f"{repositories['with_date']:,} of {repositories['all']:,}",
        leaks=_table(("scheme", "what", "groups", "crossing", "usages in them"), map(_leak, facts["leaks"])),
        clusters=_clusters(facts["near_duplicates"]),
        dropped=_table(("stage", "reason", "count"), (tuple(each.values()) for each in facts["dropped"])),
        licences=_table(("licence", "repositories"), repositories["licences"].items()),
        with_text=f"{repositories['with_text']:,} of {repositories['all']:,}",
        licence=f"The compilation is under {options['licence']}" if options["licence"] else LICENCE,
        audit=_audit(facts["audit"]),
        cite=f"\n## Citation\n\n{options['cite']}\n" if options["cite"] else "",
        options=f"`--folds {options['folds']} --seed {options['seed']}`",
    )
    return "---\n" + "\n".join(_front_matter(facts, tables)) + "\n---\n\n" + text


def _front_matter(facts: Mapping[str, Any], tables: Sequence[Table]) -> Iterator[str]:
    """YAML; texts are quoted as JSON, which is YAML."""
    yield f"pretty_name: {json.dumps(facts['name'], ensure_ascii=False)}"
    yield f"license: {json.dumps((facts['options']['licence'] or 'other').lower())}"
    yield "tags: [pre-trained-models, api-usage, code, recommender-systems, static-analysis]"
    yield "language: [code]"
    count = facts["tables"][_DEFAULT]
    yield f"size_categories: [{json.dumps(next((word for most, word in _SIZES if count < most), '1M<n<10M'))}]"
    yield "configs:"
    for table in tables:  # one format for all: the tasks are no configs
        yield f"- config_name: {table.name}\n  data_files: {table.path}"
        if table.name == _DEFAULT:
            yield "  default: true"


def _contents(facts: Mapping[str, Any], tables: Iterable[Table]) -> Iterator[tuple[object, ...]]:
    for table in tables:
        yield f"`{table.name}`", facts["tables"][table.name], table.about


def _columns(table: Table) -> str:
    rows = ((f"`{column.name}`", column.kind, column.about) for column in table.columns)
    return f"### {table.name}\n\n" + _table(("column", "kind", "says"), rows)


def _splits(facts: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for scheme, sizes in facts["splits"].items():
        yield scheme, sizes["usages"], sizes["folds"], sizes["smallest"], sizes["largest"]


def _leak(leak: Mapping[str, Any]) -> tuple[object, ...]:
    kind = leak["kind"].replace("_", " ")
    return leak["scheme"], kind, leak["groups"], leak["crossing"], leak["usages"]


def _clusters(found: Mapping[str, int]) -> str:
    return (
        f"Near duplicates were looked for by text in the files of {found['usages_compared_by_text']:,} usages, and by "
        f"calls, with argument names and model, in all {found['usages_compared_by_calls']:,}: "
        f"{found['clusters']:,} clusters, the largest of {found['largest']:,} usages."
    )


def _audit(audit: Mapping[str, Any] | None) -> str:
    if audit is None:
        return NO_AUDIT
    return "A sample was checked by hand; `release.json` has all of it.\n\n" + _table(
        ("figure", "value"), _figures(audit)
    )


def _figures(found: object, name: str = "") -> Iterator[tuple[str, object]]:
    """What is a number or text in a document, by the names that lead to it."""
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield from _figures(value, f"{name}.{key}" if name else str(key))
    elif isinstance(found, Sequence) and not isinstance(found, str):
        for number, value in enumerate(found):
            yield from _figures(value, f"{name}[{number}]")
    elif found is not None:
        yield name, found


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    cells = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def _cell(cell: object) -> str:
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return str(cell).replace("|", "\\|").replace("\n", " ")
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:.4g}"
