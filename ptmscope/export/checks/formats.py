"""The formats of `ptmscope check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ptmscope.checking import Checked
from ptmscope.export.checks import github, json, sarif, text
from ptmscope.export.output import Output

FORMATS: Mapping[str, Callable[[Checked, Output], None]] = {
    "table": text.write,
    "json": json.write,
    "sarif": sarif.write,
    "github": github.write,
}
