"""Explanations: as text for people, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from analyzer.explanations.trails import Explained, Explanation, Step, Trail
from ptmscope.export import wire
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import place, steps

#: Longest source line shown.
CODE = 72


def write_text(found: Explained, output: Output) -> None:
    for number, explanation in enumerate(found.explanations):
        lines = _text(explanation)
        output.write(("\n" if number else "") + "".join(f"{line.rstrip()}\n" for line in lines))


def _text(explanation: Explanation) -> Iterator[str]:
    site = explanation.site
    reason = f": {_plain(site.reason)}" if site.reason else ""
    yield f"{place(site.path, site.line, site.cell)}  {printable(site.api)}  {site.status}{reason}"
    given = [f"{name}={_scalar(value)}" for name, value in site.arguments]
    if given:
        yield f"  with {', '.join(given)}"
    yield from (f"  then {told}" for told in dict.fromkeys(map(steps, explanation.usages)) if told)
    width = _widths(explanation)
    for trail in explanation.trails:
        yield ""
        yield f"  {_title(trail)}"
        yield from (f"    {_line(step, width)}" for step in trail.steps)
        if trail.end:
            yield f"    {'→ ' + printable(trail.end)}"


def _title(trail: Trail) -> str:
    model = trail.model
    if model is None:
        return f"not known  ({_plain(trail.reason or '')})"
    also = f"{model.canonical_id}, " if model.canonical_id not in (None, model.id) else ""
    return printable(f"{model.id}  ({also}{_plain(model.resolution)}, {model.certainty})")


def _widths(explanation: Explanation) -> tuple[int, int]:
    told = [step for trail in explanation.trails for step in trail.steps]
    places = [len(_place(step)) for step in told]
    return max(places, default=0), max((len(_code(step)) for step in told), default=0)


def _line(step: Step, widths: tuple[int, int]) -> str:
    return f"{_place(step):{widths[0]}}  {_code(step):{widths[1]}}  {printable(step.words)}"


def _place(step: Step) -> str:
    return ("  " if step.is_part else "") + place(step.path, step.line, step.cell)


def _code(step: Step) -> str:
    code = printable(step.code)
    return code if len(code) <= CODE else code[: CODE - 1] + "…"


def _plain(word: str) -> str:
    return word.replace("_", " ")


def _scalar(value: object) -> str:
    return printable(value) if isinstance(value, str) else str(value)


def write_json(found: Explained, output: Output) -> None:
    sites = [_site(explanation) for explanation in found.explanations]
    output.write(json.dumps({"sites": sites}, ensure_ascii=False, indent=2) + "\n")


def _site(explanation: Explanation) -> dict[str, Any]:
    return {
        **wire.site(explanation.site),
        "trails": [_trail(trail) for trail in explanation.trails],
        "sequences": [wire.sequence(usage) for usage in explanation.usages],
    }


def _trail(trail: Trail) -> dict[str, Any]:
    return {
        "id": trail.model.id if trail.model is not None else None,
        "reason": trail.reason,
        "steps": [_step(step) for step in trail.steps],
        "end": trail.end,
    }


def _step(step: Step) -> dict[str, Any]:
    cell = {} if step.cell is None else {"cell": step.cell}
    part = {"part": True} if step.is_part else {}
    return {"path": step.path, "line": step.line, **cell, "words": step.words, "code": step.code, **part}


FORMATS: dict[str, Callable[[Explained, Output], None]] = {"text": write_text, "json": write_json}
