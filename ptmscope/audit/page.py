"""A sheet as one HTML page, to label with the keyboard.

The page asks for nothing on the network: its policy allows its own script and style, by their digests, and no more. All
that is not ours is in one block of JSON, in which no tag can end or begin, and is shown as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from importlib import resources
from string import Template

from ptmscope.audit.sheet import COLUMNS, Row
from ptmscope.export.csv import FORMULA
from ptmscope.export.output import Output

#: What could end the block or begin a comment in it, and line ends that JavaScript has and JSON has not.
_ESCAPED: dict[str, str | int | None] = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def write(sheet: Iterable[Row], output: Output) -> None:
    """The page. Labels are kept in the browser under a digest of the sheet."""
    rows = [asdict(row) for row in sheet]
    name = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    data = {"name": f"ptmscope-audit-{name[:16]}", "columns": COLUMNS, "rows": rows, "formula": FORMULA}
    style, script = _part("page.css"), _part("page.js")
    policy = (
        f"default-src 'none'; script-src 'sha256-{_digest(script)}'; style-src 'sha256-{_digest(style)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    told = json.dumps(data, ensure_ascii=False).translate(str.maketrans(_ESCAPED))
    output.write(Template(_part("page.html")).substitute(policy=policy, style=style, script=script, sheet=told))


def _part(name: str) -> str:
    return (resources.files("ptmscope.audit") / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
