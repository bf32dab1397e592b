"""How much of what a search found is a use: verdicts counted by model and by form of query."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from miner.corpus import Corpus
from miner.verification import VERDICTS

_COUNTS = """SELECT queries.source, ifnull(queries.model, ''), ifnull(form, ''), verdict, count(DISTINCT hits.file)
    FROM hits JOIN queries ON queries.key = hits."query"
    LEFT JOIN verdicts ON verdicts.file = hits.file AND verdicts.model = ifnull(queries.model, '')
    GROUP BY 1, 2, 3, 4"""
#: How counts are put together -> which columns of `_COUNTS` tell the groups apart.
GROUPS: dict[str, tuple[int, ...]] = {"model": (0, 1), "form": (0, 2), "both": (0, 1, 2)}


@dataclass(frozen=True, slots=True)
class Share:
    """Hits of one group. `counts` has every verdict; `open` hits have none yet: they are not fetched or not judged."""

    source: str
    model: str
    form: str
    hits: int
    open: int
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def verified(self) -> float | None:
        """The part of the judged hits that load the model."""
        judged = self.hits - self.open
        return self.counts["load"] / judged if judged else None


def shares(corpus: Corpus, by: str) -> Iterator[Share]:
    """Source by source, sorted. A file that two queries of a group found counts in each."""
    columns = GROUPS[by]
    found: dict[tuple[str, ...], dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for *names, verdict, number in corpus.database.select(_COUNTS):
        found[tuple(name if at in columns else "" for at, name in enumerate(names))][verdict] += number
    for (source, model, form), counts in sorted(found.items()):
        told: dict[str, int] = {verdict: counts.get(verdict, 0) for verdict in VERDICTS}
        yield Share(source, model, form, sum(counts.values()), counts.get(None, 0), told)
