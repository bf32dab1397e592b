"""The section "How it is used" of a card, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from miner.licences import is_quotable
from patterns.pattern import Exemplar
from patterns.together import Together
from ptmscope import __version__
from ptmscope.cards.marks import has_marks
from ptmscope.cards.places import label, link
from ptmscope.cards.secrets import has_token, is_secret
from ptmscope.cards.used import Argument, Used, Way
from ptmscope.export.markdown import code, escape, table
from ptmscope.export.output import printable
from ptmscope.export.overview import count, short
from ptmscope.export.patterns.rows import steps

HEADING = "## How it is used"
#: Rows of each kind; an argument is told if it is given in this share of the repositories that make the call.
WAYS, COMPANIONS, ARGUMENTS = 5, 8, 10
USUAL = 0.1
#: Longer examples are only linked.
LINES = 45


def section(used: Used) -> str:
    """The same text for the same use."""
    return "\n".join(
        part.rstrip("\n") + "\n" for part in (_head(used), *_ways(used), _companions(used), _arguments(used)) if part
    )


def _head(used: Used) -> str:
    uses = f"{count(used.usages, 'usage')} in {count(used.files, 'file')}"
    within = f"{used.repositories:,} of {count(used.studied, 'repository', 'repositories')} studied"
    return f"{HEADING}\n\n{uses} of {within}, found by static analysis of their code (ptmscope {__version__}).\n"


def _ways(used: Used) -> Iterator[str]:
    if not used.ways:
        return
    rows = [[(escape(w.pattern.name), str(w.repositories), _share(w, used))] for w in used.ways[:WAYS]]
    more = len(used.ways) - WAYS
    rest = f"and {count(more, 'more way')}\n" if more > 0 else ""
    yield table(("Way of use", "Repositories", "Share"), rows) + rest
    for way in used.ways[:WAYS]:
        yield _example(way, used)


def _example(way: Way, used: Used) -> str:
    told = [
        f"### {escape(way.pattern.name)}",
        "",
        f"{_share(way, used)} of the repositories: {code(steps(way.pattern))}",
    ]
    if way.pattern.exemplar is None or way.home is None:
        return "\n".join(told)
    shown = way.pattern.exemplar
    address = link(shown, way.home)
    place = f"[{escape(label(shown, way.home))}]({address})" if address else code(label(shown, way.home))
    told += ["", f"Example: {place}, {escape(shown.licence) if shown.licence else 'licence unknown'}"]
    return "\n".join([*told, "", *_quoted(shown)])


def _quoted(shown: Exemplar) -> list[str]:
    """The code, where its licence lets others show it."""
    if not is_quotable(shown.licence) or has_token(shown.code) or has_marks(shown.code):
        return []
    if shown.code.count("\n") > LINES:
        return []
    longest = max((len(run) for run in re.findall("`+", shown.code)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}python", *map(_visible, shown.code.rstrip("\n").split("\n")), fence]


def _visible(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


def _companions(used: Used) -> str:
    relations: dict[str, list[str]] = {}
    for pair in used.companions:
        relations.setdefault(_other(pair, used), []).append(f"{pair.relation} ({pair.repositories})")
    rows = [[(code(model), ", ".join(told))] for model, told in list(relations.items())[:COMPANIONS]]
    if not rows:
        return ""
    return "### Used together with\n\n" + table(("Model", "In a file, as (repositories)"), rows)


def _other(pair: Together, used: Used) -> str:
    return next(model for model in pair.models if model != used.model)


def _arguments(used: Used) -> str:
    usual = [
        a for a in used.arguments if a.repositories >= USUAL * a.of and a.repositories >= min(2, used.repositories)
    ]
    rows = [[(code(short(a.call)), code(_given(a)), f"{a.repositories} of {a.of}")] for a in usual[:ARGUMENTS]]
    if not rows:
        return ""
    return "### Usual arguments\n\n" + table(("Call", "Given", "Repositories"), rows)


def _given(argument: Argument) -> str:
    if argument.value is None or is_secret(argument.name, argument.value):
        return argument.name
    return f"{argument.name}={argument.value[:60]}"


def _share(way: Way, used: Used) -> str:
    return f"{way.repositories / used.repositories:.0%}"
