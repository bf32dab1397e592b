"""Explanations of load sites in configs and scripts: the command, and where another line gives its variable."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.explanations.trails import SENTENCES, Explained, Explanation, Step, Trail, shown
from analyzer.project import Project
from analyzer.records import LoadSite


def explain(path: str, project: Project, line: int | None = None) -> Explained:
    """Explains the load sites of a config or script that stand on a line; all of them if no line is given."""
    sites = tuple(site for report in project.script_reports() if report.path == path for site in report.sites)
    wanted = (site for site in sites if line is None or site.line <= line <= site.end_line)
    return Explained(tuple(Explanation(site, tuple(_trails(site, project))) for site in wanted), sites)


def _trails(site: LoadSite, project: Project) -> Iterator[Trail]:
    load = _step(project, site.path, site.line, "the load")
    for model in site.models:
        origin = model.origin
        is_here = (origin.path, origin.line) == (site.path, site.line)
        yield Trail(model, None, (load,) if is_here else (load, _step(project, origin.path, origin.line, "set here")))
    if not site.models:
        yield Trail(None, site.reason, (load,), SENTENCES[site.reason or "no_argument"])


def _step(project: Project, path: str, line: int, words: str) -> Step:
    lines = (project.read(path) or b"").split(b"\n")
    code = lines[line - 1].decode("utf-8", "replace").strip() if line <= len(lines) else ""
    return shown(path, line, None, words, code)
