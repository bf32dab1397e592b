"""The display of a scan in a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from ptmscope.export.overview import overview
from ptmscope.findings import Scan

#: A notebook shows so many sites; all of them are in `Scan.sites`.
SHOWN = 200


def scan_html(scan: Scan) -> str:
    """A table of the models with their sites, and the counts."""
    view = overview(scan)
    rows = [
        (model.name, site.place, site.api, site.how, "; ".join(model.uses))
        for model in view.models
        for site in model.sites
    ]
    rows += [(group.title, line.place, line.api, line.how, "") for group in view.groups for line in group.lines]
    more = f"<p>… and {len(rows) - SHOWN:,} more</p>" if len(rows) > SHOWN else ""
    head = _row("th", ("Model", "Site", "API", "Model id from", "Used for"))
    body = "".join(_row("td", row) for row in rows[:SHOWN])
    text = "<br>".join(map(escape, view.footer))
    return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{more}<p>{text}</p>"


def _row(tag: str, cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"
