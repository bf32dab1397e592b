"""The plots of a study, and the files they are written to."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence

from patterns.pattern import patterns
from ptmscope.destination import writing
from ptmscope.export import csv
from ptmscope.plots.canvas import drawn
from ptmscope.plots.distribution import distribution
from ptmscope.plots.flow import flow
from ptmscope.plots.funnel import funnel
from ptmscope.plots.heatmap import heatmap
from ptmscope.plots.plot import Plot
from ptmscope.repositories import Repository
from ptmscope.statistics.tables import statistics

WHAT = ("heatmap", "flow", "distribution", "funnel")


def plots(repositories: Iterable[Repository], what: Sequence[str]) -> Iterator[Plot]:
    """Those that are asked for."""
    given = tuple(repositories)
    found = patterns((each.name, usage) for each in given for usage in each.usages)
    models = next(table for table in statistics(given) if table.name == "models")
    made = {
        "heatmap": lambda: heatmap(found),
        "flow": lambda: flow(given, found),
        "distribution": lambda: distribution(models),
        "funnel": lambda: funnel(given, found),
    }
    return (made[name]() for name in WHAT if name in what)


def write(plot: Plot, folder: str) -> list[str]:
    """NAME.csv, and a picture in each form if there is something to draw; the names of the files."""
    os.makedirs(folder, exist_ok=True)
    names = [f"{plot.name}.csv"]
    with writing(os.path.join(folder, names[0]), is_binary=False) as output:
        csv.write_rows(plot.columns, plot.rows, output)
    if plot.rows:
        for form, content in drawn(plot.draw, plot.width, plot.height).items():
            names.append(f"{plot.name}.{form}")
            with writing(os.path.join(folder, names[-1]), is_binary=True) as output:
                output.stream.write(content)
    return names
