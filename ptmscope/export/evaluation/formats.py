"""The formats of `ptmscope evaluate`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ptmscope.evaluation.evaluate import Evaluation
from ptmscope.export.evaluation import text, wire
from ptmscope.export.output import Output

FORMATS: Mapping[str, Callable[[Evaluation, Output], None]] = {
    "table": text.write_table,
    "json": wire.write_json,
    "markdown": text.write_markdown,
    "csv": wire.write_csv,
}
