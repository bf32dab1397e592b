"""The pages around what scripts draw, and what these pages may do. The only importer of Jinja2.

Nothing of strangers stands in a template: it is in blocks of JSON in which no tag can end or begin, and scripts show it
as text only. The policy of a page allows what came with it, and nothing on the network.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib import resources
from typing import Any

import jinja2
from markupsafe import Markup

#: In the order in which they run.
SCRIPTS = (
    "dom.js",
    "tables.js",
    "charts.js",
    "overview.js",
    "models.js",
    "model.js",
    "patterns.js",
    "compare.js",
    "app.js",
)
STYLE = "report.css"
#: What could end a block or begin a comment in it, and line ends that JavaScript has and JSON has not.
_ESCAPED: dict[str, str | int | None] = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
#: plotly.js adds an empty style element, to which it adds rules.
_EMPTY = ""


def trusted(text: str) -> Any:
    """Text that stands in a template as it is: ours, or JSON in which no tag can begin."""
    return Markup(text)  # noqa: S704


def rendered(name: str, **values: Any) -> str:
    text: str = _environment().get_template(name).render(**values)
    return text


def json_text(data: Any) -> str:
    """JSON that can stand in HTML and in a script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(str.maketrans(_ESCAPED))
    return text.encode("utf-8", "backslashreplace").decode()


@cache
def script() -> str:
    parts = "".join(asset(name) for name in SCRIPTS)
    return f'"use strict";\n{{\n{parts}}}\n'


@cache
def asset(name: str) -> str:
    return (resources.files("ptmscope.report") / "assets" / name).read_text(encoding="utf-8")


def policy(scripts: str, styles: str) -> str:
    return (
        f"default-src 'none'; script-src {scripts}; style-src {styles} {digest(_EMPTY)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FunctionLoader(asset), autoescape=True, undefined=jinja2.StrictUndefined)
