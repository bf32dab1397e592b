"""What cards show and repositories do, for people and programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, get_args

from rich.text import Text

from ptmscope.cards.drift import Call, Drift
from ptmscope.cards.snippets import Verdict
from ptmscope.export.markdown import code, escape, table
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count, short
from ptmscope.export.patterns.rows import steps
from ptmscope.export.table import grid, show

Drifts = Iterable[Drift]


def write_table(drifts: Drifts, output: Output) -> None:
    seen: Counter[str] = Counter()
    for each in drifts:
        seen[each.verdict] += 1
        head = Text.assemble((printable(each.model), "bold cyan"), ("  " + printable(each.card), "dim"))
        parts = [head, *(Text(f"  {line}") for line in _told(each))]
        rows = [(f"  line {call.line}", short(call.api), Text(_met(call, each), "dim")) for call in each.calls]
        show([*parts, grid(rows), *(Text(f"  {line}", "yellow") for line in _missing(each)), Text()], output)
    show([Text(line) for line in _footer(seen)], output)


def write_markdown(drifts: Drifts, output: Output) -> None:
    output.write("# Model cards and use\n\n")
    seen: Counter[str] = Counter()
    for each in drifts:
        seen[each.verdict] += 1
        output.write(f"## {code(each.model)}\n\n" + "  \n".join(map(escape, _told(each))) + "\n\n")
        rows = [[(str(call.line), code(short(call.api)), escape(_met(call, each)))] for call in each.calls]
        output.write(table(("Line", "Call", "In repositories"), rows) if rows else "")
        missing = [f"- {escape(line)}\n" for line in _missing(each)]
        output.write("".join([*missing, "\n"]) if missing else "")
    output.write("  \n".join(_footer(seen)) + "\n")


def write_json(drifts: Drifts, output: Output) -> None:
    output.write(json.dumps({"cards": [wire(each) for each in drifts]}, ensure_ascii=False, indent=2) + "\n")


def write_jsonl(drifts: Drifts, output: Output) -> None:
    for each in drifts:
        output.write(json.dumps(wire(each), ensure_ascii=False) + "\n")


def wire(each: Drift) -> dict[str, Any]:
    """The dict form of one card. Schema: ptmscope/schemas/drift.schema.json."""
    return {
        "card": each.card,
        "model": each.model,
        "verdict": each.verdict,
        "drifted": each.has_drifted,
        "loads": list(each.loaded),
        "repositories": each.repositories,
        "calls": [
            {"api": call.api, "line": call.line, "met": call.met, "repositories": call.repositories}
            for call in each.calls
        ],
        "unmentioned": [
            {
                "id": way.pattern.id,
                "name": way.pattern.name,
                "skeleton": steps(way.pattern),
                "repositories": way.repositories,
            }
            for way in each.unmentioned
        ],
    }


def _told(each: Drift) -> Iterator[str]:
    yield f"{each.verdict}{_others(each)}"
    yield f"used by {count(each.repositories, 'repository', 'repositories')} of the study"


def _others(each: Drift) -> str:
    is_told = each.verdict in ("loads others", "loads its short name") and each.loaded
    return f": {printable(', '.join(each.loaded[:4]))}" if is_told else ""


def _met(call: Call, each: Drift) -> str:
    if call.met in ("with other models", "nowhere"):
        return call.met if each.repositories or call.met == "nowhere" else ""
    return f"{call.repositories} of {each.repositories}{', in another class' if call.met == 'in another class' else ''}"


def _missing(each: Drift) -> Iterator[str]:
    for way in each.unmentioned:
        yield printable(
            f"not in the card: {way.pattern.name} ({way.repositories} of {each.repositories}): {steps(way.pattern)}"
        )


def _footer(seen: Counter[str]) -> list[str]:
    parts = [f"{seen[verdict]:,} {verdict}" for verdict in reversed(get_args(Verdict)) if seen[verdict]]
    return [f"{count(seen.total(), 'card')}: {', '.join(parts)}."] if parts else ["no cards."]


FORMATS: Mapping[str, Callable[[Drifts, Output], None]] = {
    "table": write_table,
    "json": write_json,
    "jsonl": write_jsonl,
    "markdown": write_markdown,
}
