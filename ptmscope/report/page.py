"""A study as one page that holds all it needs."""

from __future__ import annotations

from ptmscope.export.output import Output
from ptmscope.report.bundle import plotly, style_ids
from ptmscope.report.index import index
from ptmscope.report.material import Material
from ptmscope.report.model import told
from ptmscope.report.overview import overview, patterns
from ptmscope.report.templates import STYLE, asset, digest, json_text, policy, rendered, script, trusted


def write(found: Material, title: str, output: Output) -> None:
    """The same study gives the same bytes, with the same plotly."""
    data = {
        "title": title,
        "overview": overview(found),
        "index": index(found.models),
        "patterns": patterns(found),
        "models": [told(model, found.repositories) for model in found.models],
    }
    code, style = script(), asset(STYLE)
    output.write(
        rendered(
            "page.html",
            title=title,
            policy=policy(f"{digest(plotly())} {digest(code)}", digest(style)),
            style=trusted(style),
            style_ids=style_ids(),
            data=trusted(json_text(data)),
            plotly=trusted(plotly()),
            script=trusted(code),
        )
    )
