"""The questions that the server answers. Their docstrings are what a program reads to choose among them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from miner.walk import shown
from ptmscope import explain as explaining
from ptmscope.errors import Misuse
from ptmscope.mcp_server import answers, shapes
from ptmscope.mcp_server.room import Room, text
from ptmscope.mcp_server.sources import READING, Sources
from ptmscope.pipeline import run
from ptmscope.selection import Selection

#: Records of a kind in an answer, whatever room there is.
MODELS, UNKNOWN, PATTERNS, WAYS, OTHERS, PLACES = 100, 50, 50, 10, 20, 20
#: Kept for what is smaller than models, and comes after them.
REST = 6_000


@dataclass(frozen=True, slots=True)
class Tools:
    """One question at a time: a scan uses the whole machine, and the collector of garbage is the process's."""

    sources: Sources
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def models_used(
        self, folder: str | None = None, model: str | None = None, library: str | None = None, offset: int = 0
    ) -> answers.Models:
        """Which pre-trained models the code in a folder loads: each with its load sites (path, line, API), how the id
        reaches the call (resolution, origin), what it is given (revision, trust_remote_code), and the calls whose
        model is not known. `folder` may be left out where the server has one; `model` and `library` are globs such as
        'bert-*'; `offset` skips so many models."""
        with self._turn:
            root = self.sources.folders.folder(folder)
            scan = run(root, READING)
        wanted = Selection.of([library] if library else [], [model] if model else [])
        sites, _ = wanted.apply(scan.sites, ())
        found, lost = shapes.models(sites), shapes.unknown(sites)
        room = Room()
        room.left -= REST
        taken = room.take(found[max(offset, 0) :], MODELS)
        rest = Room(REST)
        without = rest.take(lost, UNKNOWN)
        read = scan.counts.files
        cut = _cut({"models": (len(taken) + max(offset, 0), len(found)), "without_id": (len(without), len(lost))})
        return answers.Models(text(shown(root)), read, taken, len(found), without, len(lost), cut)

    def model_usage(self, model: str) -> answers.Usage:
        """How a model is used in the repositories of the study (or in the folders, where the server has no study):
        the ways of use with their steps, support and an example, models used beside it, usual arguments. `model` is
        an id, with or without its owner."""
        from ptmscope.cards.used import used
        from ptmscope.mcp_server import usages

        with self._turn:
            found = used(self.sources.repositories(), model)
        room = Room()
        ways = room.take(map(usages.way, found.ways), WAYS)
        companions = room.take(map(usages.companion(found.model), found.companions), OTHERS)
        arguments = room.take(map(usages.argument, found.arguments), OTHERS)
        cut = _cut(
            {
                "ways": (len(ways), len(found.ways)),
                "companions": (len(companions), len(found.companions)),
                "arguments": (len(arguments), len(found.arguments)),
            }
        )
        counts = (found.usages, found.files, found.repositories, found.studied)
        return answers.Usage(text(found.model), found.library, *counts, ways, companions, arguments, cut)

    def patterns(self, search: str | None = None, offset: int = 0) -> answers.Patterns:
        """Ways of using models that recur, those of most repositories first: id, name, steps, support, models.
        `search` is a word of the name, the group, the steps or a model; `offset` skips so many patterns."""
        from ptmscope.mcp_server import usages

        with self._turn:
            every = self.sources.patterns()
        found = [usages.line(each) for each in every if search is None or search.lower() in _words(each)]
        taken = Room().take(found[max(offset, 0) :], PATTERNS)
        return answers.Patterns(taken, len(found), _cut({"patterns": (len(taken) + max(offset, 0), len(found))}))

    def pattern_example(self, pattern: str) -> answers.Exemplar:
        """Code that shows a pattern: one usage cut down to its statements, with place, commit and licence, and where
        else the pattern is seen. `pattern` is an id, the beginning of one, or the whole name."""
        from ptmscope.mcp_server import usages

        with self._turn:
            found = _chosen(self.sources.patterns(), pattern)
        places = Room(REST).take(map(usages.member, found["members"]), PLACES)
        cut = _cut({"places": (len(places), len(found["members"]))})
        return answers.Exemplar(usages.line(found), usages.example(found["exemplar"]), places, cut)

    def compare(self, names: list[str], by: Literal["model", "task", "library"] = "model") -> answers.Compared:
        """What is done with each of several models (tasks, libraries) and how that differs: patterns that they share
        and that are distinctive of one, divergence of call transitions, roles and arguments that one goes without.
        `names` are two or more globs such as 'bert-*'."""
        from ptmscope.comparing import comparing
        from ptmscope.mcp_server import usages

        with self._turn:
            found = comparing(self.sources.repositories(), names, by)
        room = Room()
        patterns = room.take(map(usages.shared, found.patterns), PATTERNS)
        roles, arguments = (room.take(map(usages.row, rows), OTHERS) for rows in (found.roles, found.arguments))
        lists = {"patterns": (patterns, found.patterns), "arguments": (arguments, found.arguments)}
        cut = _cut({name: (len(taken), len(every)) for name, (taken, every) in lists.items()})
        sides = tuple(map(usages.side, found.sides))
        return answers.Compared(sides, usages.divergences(found.divergences), patterns, roles, arguments, cut)

    def explain(self, path: str, line: int, cell: int | None = None) -> answers.Explained:
        """Why the call on a line loads the model that it loads: for each id, the steps from the call back to the
        string, through as many files as it takes; for what is not known, where the trail ends. `line` is any line of
        the call; in a notebook, `cell` counts all cells from 0 and `line` within it."""
        with self._turn:
            wanted = self._target(path, line, cell)
            found = explaining.explained(wanted, READING)
        if not found.explanations:
            raise Misuse(explaining.nothing_there(wanted, found))
        loads = Room().take(map(shapes.why, found.explanations), OTHERS)
        trails = [trail for each in found.explanations for trail in each.trails]
        told = [trail for each in loads for trail in each.trails]
        steps = [sum(len(trail.steps) for trail in each) for each in (told, trails)]
        cut = _cut({"loads": (len(loads), len(found.explanations)), "steps": (steps[0], steps[1])})
        return answers.Explained(text(shown(wanted.root)), loads, cut)

    def _target(self, path: str, line: int, cell: int | None) -> explaining.Target:
        folders = self.sources.folders
        real = folders.inside(path)
        place = f"{real}:{line}" if cell is None else f"{real}:{cell}:{line}"
        around = explaining.repository(real)
        return explaining.target(place, around if folders.holds(around) else folders.root_of(real))


def _words(pattern: Mapping[str, Any]) -> str:
    calls = (step["call"] for step in pattern["skeleton"])
    return " ".join([pattern["name"], pattern["group"], *calls, *pattern["models"]]).lower()


def _chosen(every: list[dict[str, Any]], wanted: str) -> dict[str, Any]:
    """Raises Misuse where it is none, or several."""
    alike = [each for each in every if each["name"].lower() == wanted.lower()]
    found = alike or [each for each in every if wanted and each["id"].startswith(wanted)]
    if len(found) == 1:
        return found[0]
    told = ", ".join(f"{each['id']} ({each['name']})" for each in (found or every)[:5])
    raise Misuse(f"{text(wanted)!r}: {len(found)} patterns; there are, among others: {text(told) or 'none'}")


def _cut(told: Mapping[str, tuple[int, int]]) -> str | None:
    """Which lists end before their end; None where none does."""
    short = [f"{name}: {shown:,} of {every:,}" for name, (shown, every) in told.items() if shown < every]
    return "; ".join(short) or None
