"""From patterns, usages and comparisons to what the tools answer. Importing what it needs takes long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from patterns.compare import Row, Shared, Side
from patterns.pattern import Exemplar
from patterns.together import Together
from patterns.transitions import Divergence
from ptmscope.cards.used import Argument, Way
from ptmscope.export.overview import place
from ptmscope.export.patterns.rows import steps
from ptmscope.mcp_server import answers
from ptmscope.mcp_server.room import code, text

#: Models named for a pattern.
NAMES = 5


def line(pattern: Mapping[str, Any]) -> answers.PatternLine:
    """Of a pattern as it stands in JSON."""
    shown = (f"({step['call']})" if step["optional"] else step["call"] for step in pattern["skeleton"])
    support = pattern["support"]
    return answers.PatternLine(
        id=text(pattern["id"]),
        name=text(pattern["name"]),
        group=text(pattern["group"]),
        steps=text(" → ".join(shown)),
        repositories=support["repositories"],
        usages=support["usages"],
        models=tuple(map(text, pattern["models"][:NAMES])),
    )


def example(told: Mapping[str, Any] | None) -> answers.Example | None:
    """Of an exemplar as it stands in JSON."""
    if told is None:
        return None
    commit, licence = (None if told[name] is None else text(told[name]) for name in ("commit", "licence"))
    where = (text(told["source"]), text(told["path"]), told["line"], told["cell"])
    return answers.Example(*where, commit, licence, code(told["code"]))


def _exemplar(shown: Exemplar | None) -> answers.Example | None:
    return None if shown is None else example({name: getattr(shown, name) for name in _EXEMPLAR})


_EXEMPLAR = ("source", "path", "line", "cell", "commit", "licence", "code")


def member(told: Mapping[str, Any]) -> str:
    return text(place(f"{told['source']}/{told['path']}", told["line"], told["cell"]))


def way(found: Way) -> answers.Way:
    pattern = found.pattern
    told = (pattern.id, text(pattern.name), text(steps(pattern)), found.repositories, found.usages)
    return answers.Way(*told, _exemplar(pattern.exemplar))


def companion(model: str) -> Callable[[Together], answers.Companion]:
    """Seen from one of the two."""

    def seen(pair: Together) -> answers.Companion:
        other = next((name for name in pair.models if name != model), model)
        return answers.Companion(text(other), pair.relation, pair.files, pair.repositories)

    return seen


def argument(found: Argument) -> answers.Argument:
    value = None if found.value is None else text(found.value)
    return answers.Argument(text(found.call), text(found.name), value, found.repositories, found.of)


def side(found: Side) -> answers.Side:
    return answers.Side(text(found.name), found.usages, found.repositories)


def divergences(found: Iterable[tuple[str, str, Divergence | None]]) -> tuple[answers.Divergence, ...]:
    return tuple(_divergence(*each) for each in found)


def _divergence(left: str, right: str, found: Divergence | None) -> answers.Divergence:
    told = (None, None, None) if found is None else (found.value, found.low, found.high)
    return answers.Divergence((text(left), text(right)), *(None if x is None else round(x, 4) for x in told))


def shared(row: Shared) -> answers.Share:
    remark = "shared by all" if row.is_shared else None
    told = f"distinctive of {text(row.of)}" if row.of is not None else remark
    name = f"{row.pattern.name} ({row.pattern.id}): {steps(row.pattern)}"
    return answers.Share(text(name), _rounded(row.shares), told)


def row(found: Row) -> answers.Share:
    remark = f"missing in {text(', '.join(found.missing))}" if found.missing else None
    return answers.Share(text(found.name), _rounded(found.shares), remark)


def _rounded(shares: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(share, 4) for share in shares)
