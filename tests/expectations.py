"""Reads the expectations in the comments of a fixture. fixtures/README.md is the user's side of this file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from analyzer.records import REASONS, RESOLUTIONS

Place: TypeAlias = tuple[int | None, int]  # (notebook cell, line)
Line: TypeAlias = tuple[Place, str]

NOTE_WORDS = frozenset((
    *RESOLUTIONS, *REASONS, "certain", "possible",
    "receiver", "argument", "derived",
    "configure", "prepare", "infer", "postprocess", "train", "evaluate", "save",
))  # fmt: skip
MARK = re.compile(
    r"(?:\#|//)\s*(?P<todo>todo\s+)?(?:(?P<kind>load|call|sequence|diagnostic):|(?P<ok>ok)\b)\s*(?P<body>.*?)\s*"
    r"(?=(?:\#|//)\s*(?:todo\s+)?(?:(?:load|call|sequence|diagnostic):|ok\b)|$)"
)
NOTED = re.compile(r"^(?P<text>.*?)\s*(?:\[(?P<notes>[^\[\]]*)\])?$")
SIDECAR = re.compile(r"^(?:(?:(?P<cell>\d+):)?(?P<line>\d+)\s+)?(?P<mark>.*)$")
STEP = re.compile(r"^(?P<api>[^()]+)(?:\((?P<inputs>[\d\s]*)\))?$")
TEXT_ENDINGS = frozenset((
    "", ".py", ".ipynb", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".sh", ".sbatch", ".env", ".mk",
    ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".html", ".vue", ".svelte",
))  # fmt: skip
SOURCE_ENDINGS = frozenset(
    (".py", ".ipynb", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".html", ".vue", ".svelte")
)


class ExpectationError(ValueError):
    """A mark in a fixture that cannot be read."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One id that can reach a site; "?" where it is unresolved, "runtime" where only a run knows it."""

    id: str
    local: bool
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Load:
    place: Place
    alternatives: tuple[Alternative, ...]
    todo: bool


@dataclass(frozen=True, slots=True)
class Call:
    place: Place
    model_id: str
    api: str  # last segments
    notes: tuple[str, ...]
    todo: bool


@dataclass(frozen=True, slots=True)
class Step:
    api: str
    inputs: tuple[int, ...] | None  # None: not said


@dataclass(frozen=True, slots=True)
class Sequence:
    model_id: str
    steps: tuple[Step, ...]


@dataclass(slots=True)
class Expectations:
    """All marks of one file."""

    loads: list[Load] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    sequences: list[Sequence] = field(default_factory=list)
    diagnostics: list[str] = field(default_factory=list)
    near_misses: list[Place] = field(default_factory=list)
    false_alarms: list[Place] = field(default_factory=list)  # `# todo ok`

    @property
    def count(self) -> int:
        marks = (
            self.loads,
            self.calls,
            self.sequences,
            self.diagnostics,
            self.near_misses,
            self.false_alarms,
        )
        return sum(len(group) for group in marks)


@dataclass(frozen=True, slots=True)
class Case:
    """One fixture: a file, or a folder that is a small repository."""

    topic: str
    path: Path

    @property
    def name(self) -> str:
        return f"{self.topic}/{self.path.stem if self.path.is_file() else self.path.name}"

    def files(self) -> list[Path]:
        """The files that can hold marks."""
        if self.path.is_file():
            return [self.path]
        return sorted(file for file in self.path.rglob("*") if file.is_file() and file.suffix != ".expect")


def cases(root: Path) -> Iterator[Case]:
    """Every fixture below `root`, sorted; the `.expect` files belong to the case they are named after."""
    for topic in sorted(entry for entry in root.iterdir() if entry.is_dir()):
        for entry in sorted(topic.iterdir()):
            if entry.name.startswith((".", "__")) or not (entry.is_dir() or entry.suffix in SOURCE_ENDINGS):
                continue
            yield Case(topic.name, entry)


def read(path: Path) -> Expectations:
    """The marks in `path` and in its sidecar."""
    found = Expectations()
    if path.suffix in TEXT_ENDINGS:
        for place, line in lines(path.read_bytes(), notebook=path.suffix == ".ipynb"):
            for match in MARK.finditer(line):
                add(found, place, match)
    for place, line in sidecar(path):
        mark = MARK.match(f"# {line}")
        if mark is None:
            raise ExpectationError(f"{path}: no mark in {line!r}")
        add(found, place, mark)
    return found


def lines(source: bytes, *, notebook: bool) -> Iterator[Line]:
    if notebook:
        yield from cell_lines(source)
        return
    for number, line in enumerate(decode(source).split("\n"), 1):
        yield (None, number), line.rstrip("\r")


def decode(source: bytes) -> str:
    if source.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return source.decode("utf-16")
    return source.decode("utf-8", errors="replace")


def cell_lines(source: bytes) -> Iterator[Line]:
    """Lines of the code cells; markdown, outputs, and a file that is no notebook hold no marks."""
    try:
        notebook = json.loads(source)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        texts = [(index, cell_text(cell)) for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    except (ValueError, KeyError, IndexError, TypeError):
        return
    for index, text in texts:
        yield from (((index, number), line) for number, line in enumerate(text.split("\n"), 1))


def cell_text(cell: dict[str, str | list[str]]) -> str:
    text = cell["source"] if "source" in cell else cell["input"]
    return text if isinstance(text, str) else "".join(text)


def sidecar(path: Path) -> Iterator[Line]:
    """`[CELL:]LINE mark`, or a mark for the whole file, from `case.expect` or `case.ending.expect`."""
    for beside in (path.with_suffix(".expect"), path.with_name(f"{path.name}.expect")):
        if not beside.is_file():
            continue
        for text in beside.read_text("utf-8").splitlines():
            match = SIDECAR.match(text.strip())
            if match and match["mark"] and not text.startswith("#"):
                cell = int(match["cell"]) if match["cell"] else None
                yield (cell, int(match["line"] or 0)), match["mark"]


def add(found: Expectations, place: Place, match: re.Match[str]) -> None:
    todo, body = bool(match["todo"]), match["body"]
    if match["ok"]:
        (found.false_alarms if todo else found.near_misses).append(place)
    elif match["kind"] == "load":
        found.loads.extend(Load(place, alternatives(part), todo) for part in split(body, ";"))
    elif match["kind"] == "call":
        found.calls.extend(parse_calls(place, body, todo=todo))
    elif match["kind"] == "sequence":
        found.sequences.append(parse_sequence(body))
    else:
        found.diagnostics.extend(split(body, ";"))


def split(text: str, separator: str) -> list[str]:
    parts = [part.strip() for part in text.split(separator)]
    if not all(parts):
        raise ExpectationError(f"an empty part in {text!r}")
    return parts


def parse_notes(text: str) -> tuple[str, tuple[str, ...]]:
    """`gpt2 [literal @3]` -> ("gpt2", ("literal", "@3"))."""
    match = NOTED.match(text)
    assert match is not None
    notes = tuple((match["notes"] or "").split())
    for note in notes:
        if note not in NOTE_WORDS and not note.startswith("@") and "." not in note:
            raise ExpectationError(f"unknown word {note!r} in {text!r}")
    return match["text"], notes


def alternatives(text: str) -> tuple[Alternative, ...]:
    """`gpt2 [literal] | local ./ckpt` -> two alternatives."""
    found = []
    for part in split(text, "|"):
        name, notes = parse_notes(part)
        local = name.startswith("local ")
        found.append(Alternative(name.removeprefix("local ").strip(), local, notes))
    return tuple(found)


def parse_calls(place: Place, text: str, *, todo: bool) -> Iterator[Call]:
    """`gpt2 generate [infer]; decode`, `a | b generate`: an item without an id is of the ids before it."""
    ids: list[str] = []
    for part in split(text, ";"):
        named, notes = parse_notes(part)
        *before, api = named.split()
        ids = split(" ".join(before), "|") if before else ids
        if not ids:
            raise ExpectationError(f"no model id in {text!r}")
        yield from (Call(place, model_id, api, notes, todo) for model_id in ids)


def parse_sequence(text: str) -> Sequence:
    """`gpt2 from_pretrained, __call__(0), decode(0 1)`: a whole sequence in its order, with inputs."""
    model_id, _, rest = text.partition(" ")
    steps = []
    for part in split(rest, ","):
        match = STEP.match(part)
        if match is None:
            raise ExpectationError(f"not a step: {part!r}")
        inputs = match["inputs"]
        steps.append(Step(match["api"], None if inputs is None else tuple(int(word) for word in inputs.split())))
    return Sequence(model_id, tuple(steps))
