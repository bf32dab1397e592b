"""How well a sample of models tells how many repositories there are, on real pairs of both."""

from __future__ import annotations

import csv
import gzip
import random
from collections import Counter
from itertools import groupby

from bench.tables import table
from miner.growth import distinct
from miner.plan import pilot


def growth(file: str) -> None:
    """Pairs of repository and model (first columns of a CSV): repositories there are, and as a pilot tells them."""
    with gzip.open(file, "rt", encoding="utf-8", newline="") as lines:
        pairs = sorted({(row[1], row[0]) for row in list(csv.reader(lines))[1:]})
    of = {model: [repository for _, repository in rows] for model, rows in groupby(pairs, key=lambda pair: pair[0])}
    draw = random.Random(1)
    models = sorted(of, key=lambda model: -len(of[model]) * draw.lognormvariate(0, 1))
    there, rows = len({repository for _, repository in pairs}), []
    for size in (100, 200, 400, 800):
        counts = Counter(repository for model in pilot(models, size) for repository in of[model][:100])
        told = distinct(Counter(counts.values()), len(pairs))
        rows.append((f"{size} of {len(models):,}", f"{counts.total():,} of {len(pairs):,}", f"{told / there - 1:+.0%}"))
    print(table(f"Repositories, of {there:,}", ("models", "pairs", "told"), rows))
