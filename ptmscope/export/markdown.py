"""Markdown, for pull requests and wikis."""

from __future__ import annotations

from collections.abc import Iterable

from ptmscope.export.output import Output, printable
from ptmscope.export.overview import Group, ModelEntry, footer, overview, place, short, steps, unread
from ptmscope.findings import Scan


def write_sites(scan: Scan, output: Output) -> None:
    view = overview(scan)
    output.write("# Pre-trained models\n\n")
    if view.models:
        output.write(table(("Model", "Site", "API", "Model id from", "Used for"), map(_model, view.models)))
    for group in view.groups:
        output.write(_group(group))
    output.write("  \n".join(view.footer) + "\n")


def write_usages(scan: Scan, output: Output) -> None:
    output.write("# Usages of pre-trained models\n\n")
    for usage in scan.usages:
        output.write(f"## {code(usage.model_id)} in {code(usage.path)}\n\n")
        if told := steps(usage):
            output.write(f"{told}\n\n")
        rows = [
            [
                (
                    place(call.path or "", call.line, call.cell).removeprefix(":"),
                    code(short(call.api)),
                    call.role or "",
                    call.link,
                )
            ]
            for call in usage.calls
        ]
        output.write(table(("Line", "Call", "Role", "Link"), rows))
    for group in unread(scan):
        output.write(_group(group))
    output.write("  \n".join(footer(scan)) + "\n")


def _model(model: ModelEntry) -> Iterable[tuple[str, ...]]:
    name = f"{code(model.name)} ({escape(model.also)})"
    uses = "<br>".join(map(escape, model.uses))
    for number, site in enumerate(model.sites):
        first = (name, uses) if number == 0 else ("", "")
        yield first[0], code(site.place), code(site.api), escape(site.how), first[1]


def _group(group: Group) -> str:
    rows = [[(code(line.place), code(line.api), escape(line.how))] for line in group.lines]
    return f"## {group.title}\n\n" + table(("Place", "What", "Why"), rows)


def table(heads: tuple[str, ...], blocks: Iterable[Iterable[tuple[str, ...]]]) -> str:
    rows = [heads, ("---",) * len(heads), *(row for block in blocks for row in block)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows) + "\n"


def code(text: str) -> str:
    return "`" + printable(text).replace("`", "'").replace("|", "\\|") + "`" if text else ""


def escape(text: str) -> str:
    return "".join("\\" + c if c in "\\`*_[]<>|#&~" else c for c in printable(text))
