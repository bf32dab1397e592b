"""Changes of models: as text, Markdown and JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ptmscope.changes import Change, Difference, Load
from ptmscope.export.markdown import code, table
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count, place

SIGNS = {"added": "+", "removed": "-", "repinned": "~", "moved": ">"}
WORDS = {"added": "added", "removed": "removed", "repinned": "re-pinned", "moved": "moved"}

#: Places that a line of Markdown names.
LISTED = 5


def write_text(found: Difference, output: Output) -> None:
    width = max((len(printable(change.model)) for change in found.changes), default=0)
    for change in found.changes:
        output.write(f"{SIGNS[change.kind]} {printable(change.model):<{width}}  {_text(change)}\n")
    output.write(f"{summary(found)}\n")


def write_markdown(found: Difference, output: Output) -> None:
    output.write(f"**{summary(found)}**\n")
    if found.changes:
        output.write("\n" + table(("", "Model", "Revision or files", "Place"), [map(_row, found.changes)]))


def _row(change: Change) -> tuple[str, ...]:
    where = _few(code(each) for each in _places(change.new or change.old))
    return WORDS[change.kind], code(change.model), _markdown(change), where


def write_json(found: Difference, output: Output) -> None:
    document = {
        "changes": [_wire(change) for change in found.changes],
        "unresolved": dict(zip(("old", "new"), found.unresolved, strict=True)),
    }
    output.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


FORMATS: Mapping[str, Callable[[Difference, Output], None]] = {
    "text": write_text,
    "markdown": write_markdown,
    "json": write_json,
}


def summary(found: Difference) -> str:
    """`Models: 1 added, 2 moved; loads of no known model: 3, before 1.`"""
    kinds = Counter(change.kind for change in found.changes)
    told = ", ".join(f"{kinds[kind]:,} {word}" for kind, word in WORDS.items() if kinds[kind])  # type: ignore[index]
    old, new = found.unresolved
    rest = f"; {count(new, 'load')} of no known model, before {old:,}" if old != new else ""
    return f"{f'Models: {told}' if told else 'No change in models'}{rest}."


def _text(change: Change) -> str:
    if change.kind == "repinned":
        return f"{_pins(change.old)} → {_pins(change.new)}  {', '.join(_places(change.new))}"
    if change.kind == "moved":
        return f"{', '.join(_paths(change.old))} → {', '.join(_paths(change.new))}"
    return ", ".join(_places(change.new or change.old))


def _markdown(change: Change) -> str:
    if change.kind == "repinned":
        return f"{_pins(change.old, code)} → {_pins(change.new, code)}"
    if change.kind == "moved":
        return f"{_few(map(code, _paths(change.old)))} → {_few(map(code, _paths(change.new)))}"
    return _pins(change.new or change.old, code)


def _pins(loads: Iterable[Load], quoted: Callable[[str], str] = str) -> str:
    """The revisions; one that is none in words."""
    revisions = sorted({load.revision for load in loads}, key=lambda name: (not name, name))
    return ", ".join(quoted(printable(name)) if name else "not pinned" for name in revisions)


def _paths(loads: Iterable[Load]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(printable(load.path) for load in loads))


def _places(loads: Iterable[Load]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place(*_place(load)) for load in loads))


def _place(load: Load) -> tuple[str, int, int | None]:
    return load.path, load.line, None if load.cell < 0 else load.cell


def _few(names: Iterable[str]) -> str:
    found = tuple(dict.fromkeys(names))
    return ", ".join(found[:LISTED]) + (f" and {len(found) - LISTED} more" if len(found) > LISTED else "")


def _wire(change: Change) -> dict[str, Any]:
    loads = {name: list(map(_load, getattr(change, name))) for name in ("old", "new")}
    return {"kind": change.kind, "model": change.model, "hub": change.hub, **loads}


def _load(load: Load) -> dict[str, Any]:
    cell = {} if load.cell < 0 else {"cell": load.cell}
    return {"path": load.path, "line": load.line, **cell, "api": load.api, "revision": load.revision or None}
