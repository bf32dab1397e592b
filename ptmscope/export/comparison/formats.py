"""The formats of `ptmscope compare`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from patterns.compare import Comparison
from ptmscope.export.comparison import heatmap, text, wire
from ptmscope.export.output import Output

FORMATS: Mapping[str, Callable[[Comparison, Output], None]] = {
    "table": text.write_table,
    "json": wire.write_json,
    "markdown": text.write_markdown,
    "svg": heatmap.write_svg,
}
