"""A study as a folder of linked pages: each loads what it shows, so that one is as fast as another."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ptmscope.errors import Misuse
from ptmscope.report.bundle import plotly, style_ids
from ptmscope.report.index import index
from ptmscope.report.material import Material
from ptmscope.report.model import told
from ptmscope.report.overview import overview, patterns
from ptmscope.report.templates import STYLE, asset, json_text, policy, rendered, script

#: View -> the data that its page loads.
VIEWS = {
    "overview": ("index.html", ("overview",)),
    "models": ("models.html", ("index",)),
    "patterns": ("patterns.html", ("patterns",)),
    "compare": ("compare.html", ("index",)),
    "diagnostics": ("diagnostics.html", ("overview",)),
}
MARK = "assets/report.css"

Progress = Callable[[int, int], None]


def write(found: Material, title: str, folder: str, progress: Progress | None = None) -> int:
    """How many pages were written. Raises Misuse where the folder holds anything but an earlier site."""
    root = Path(folder)
    _check(root)
    for part in ("assets", "data", "model"):
        (root / part).mkdir(parents=True, exist_ok=True)
    for name, text in _shared(found, title):
        _write(root / name, text)
    wanted = set()
    for number, model in enumerate(found.models, 1):
        data = told(model, found.repositories)
        key = data["key"]
        wanted |= {f"{key}.html", f"{key}.js"}
        _write(root / "model" / f"{key}.js", _put(f"model/{key}", data))
        page = _page("model", f"{data['name']} · {title}", ("data/title.js", f"model/{key}.js"), "../")
        _write(root / "model" / f"{key}.html", page)
        if progress:
            progress(number, len(found.models))
    for old in os.listdir(root / "model"):
        if old not in wanted and old.endswith((".html", ".js")):
            os.unlink(root / "model" / old)
    return len(found.models) + len(VIEWS)


def _check(root: Path) -> None:
    if root.exists() and not root.is_dir():
        raise Misuse(f"{root}: not a folder")
    if root.is_dir() and any(root.iterdir()) and not (root / MARK).is_file():
        raise Misuse(f"{root}: holds other files: give an empty folder, or one of an earlier report")


def _shared(found: Material, title: str) -> Iterator[tuple[str, str]]:
    yield MARK, asset(STYLE)
    yield "assets/report.js", script()
    yield "assets/plotly.js", plotly()
    yield "data/title.js", _put("title", title)
    yield "data/overview.js", _put("overview", overview(found))
    yield "data/index.js", _put("index", index(found.models))
    yield "data/patterns.js", _put("patterns", patterns(found))
    for view, (name, parts) in VIEWS.items():
        scripts = ("data/title.js", *(f"data/{part}.js" for part in parts))
        yield name, _page(view, title, scripts, "")


def _page(view: str, title: str, data: tuple[str, ...], root: str) -> str:
    return rendered(
        "site.html",
        title=title,
        policy=policy("'self'", "'self'"),
        style_ids=style_ids(),
        scripts=(*data, "assets/report.js"),
        view=view,
        root=root,
    )


def _put(name: str, data: Any) -> str:
    """Data as a script, since pages opened from a disk may load nothing else; as text, so that no name in it means
    anything to JavaScript."""
    return f"(window.ptmscope ??= []).push([{json_text(name)}, {json_text(json_text(data))}]);\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
