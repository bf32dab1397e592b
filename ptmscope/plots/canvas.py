"""Pictures as files. The only importer of matplotlib.

The same picture has the same bytes: style and fonts are those that come with matplotlib, whatever the machine has and
its owner likes, and no file holds a date.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from ptmscope.errors import Misuse

try:
    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch, Rectangle
    from matplotlib.path import Path
    from matplotlib.patheffects import withStroke
except ImportError as missing:
    raise Misuse("plots need matplotlib: pip install 'ptmscope[plot]'") from missing

#: Under this name, the fonts that come with matplotlib stand apart from those of the machine.
FAMILY = "ptmscope DejaVu Sans"
FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
#: After Okabe and Ito, told apart by people who see colours differently, and in grey; the last is for all the rest.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F")
INK, FAINT = "#1a1a1a", "#d9d9d9"
#: Round text that stands on something.
HALO = [withStroke(linewidth=2.2, foreground="white", alpha=0.85)]
STYLE: dict[str, Any] = {
    "font.family": [FAMILY],
    "font.size": 8.0,
    "axes.titlesize": 9.0,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "grid.color": FAINT,
    "grid.linewidth": 0.5,
    "text.color": INK,
    "svg.hashsalt": "ptmscope",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "path.simplify": False,
    "text.parse_math": False,
}
#: Form -> what would else differ from run to run, or from version to version.
FORMS: Mapping[str, dict[str, Any]] = {
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None},
    "png": {"Software": None},
}

__all__ = ["COLOURS", "FAINT", "FORMS", "HALO", "INK", "Figure", "Path", "PathPatch", "Rectangle", "drawn"]

Draw = Callable[[Figure], None]


def drawn(draw: Draw, width: float, height: float) -> dict[str, bytes]:
    """Form -> the bytes of a picture of this size in inches."""
    with _style():
        figure = Figure(figsize=(width, height), layout="constrained")
        FigureCanvasAgg(figure)
        draw(figure)
        return {form: _saved(figure, form) for form in FORMS}


def _saved(figure: Figure, form: str) -> bytes:
    output = io.BytesIO()
    figure.savefig(output, format=form, metadata=FORMS[form])
    return output.getvalue()


@contextmanager
def _style() -> Iterator[None]:
    _fonts()
    with mpl.rc_context({**mpl.rcParamsDefault, **STYLE}):
        yield


@cache
def _fonts() -> None:
    for name in FILES:
        path = os.path.join(mpl.get_data_path(), "fonts", "ttf", name)
        entry = font_manager.ttfFontProperty(font_manager.get_font(path))
        font_manager.fontManager.ttflist.append(replace(entry, name=FAMILY))
