"""The kinds of input: how one is made, what reads it, and which refusals are documented."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from analyzer import analyze_source, explain, others
from analyzer.configs import documents
from analyzer.credentials import credentials
from analyzer.excerpts import excerpt_of
from analyzer.linking.survey import glance
from analyzer.project import Project
from analyzer.records import FileReport
from analyzer.source import examine
from bench.fuzz import caches, seeds
from bench.fuzz.mutators import bent, mutated
from miner import catalog, dumps
from miner.checkouts import checkout, countable
from miner.corpus import Corpus
from miner.layouts import codes, keys, layout_of
from miner.status import stages, status
from miner.walk import SUFFIXES
from ptmscope.audit import sheet
from ptmscope.cards import marks
from ptmscope.cards.snippets import shown
from ptmscope.errors import Misuse
from ptmscope.evaluation import predictions
from ptmscope.export import wire
from ptmscope.release.writers import pam
from ptmscope.rules import baseline
from ptmscope.rules.policy import policy_of
from ptmscope.settings import Settings
from ptmscope.states import sites_of

#: Name of a file and its content; a repository is several of them.
Files = tuple[tuple[str, bytes], ...]
#: How an input ends, if nothing is wrong.
REPORT, NOTHING, DIAGNOSTIC, REFUSED = "report", "nothing", "diagnostic", "refused"

_PYTHON = b"from transformers import AutoModel, pipeline\n"
_ECMA = b'import { AutoModel, pipeline } from "@huggingface/transformers";\n'
_ECMA_ENDINGS = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".tsx")
_COMMANDS = ("Dockerfile", "Makefile", ".sh", ".sbatch", "compose.yml", "compose.yaml")
_CONFIGS = (".yaml", ".yml", ".json", ".toml", ".ini", ".env", ".md")


@dataclass(frozen=True, slots=True)
class Kind:
    """`weight`: how often it is drawn; `refuses`: exceptions that its reader is documented to raise."""

    name: str
    weight: int
    make: Callable[[Random], Files]
    read: Callable[[Files], str]
    refuses: tuple[type[Exception], ...] = ()


def _of_report(report: FileReport) -> str:
    json.dumps([wire.site(site) for site in report.sites] + [wire.sequence(usage) for usage in report.sequences])
    return DIAGNOSTIC if report.diagnostics else REPORT if report.sites else NOTHING


def _bytes(draw: Random) -> Files:
    head, name = draw.choice(
        (
            (_PYTHON, "a.py"),
            (_ECMA, "a.js"),
            (b"", "a.ipynb"),
            (b"", "a.py"),
            (b"", "a.yaml"),
            (_ECMA, "a.tsx"),
            (b"vllm serve ", "a.sh"),
        )
    )
    return ((name, head + draw.randbytes(draw.randrange(200))),)


def _mutant(*endings: str) -> Callable[[Random], Files]:
    def make(draw: Random) -> Files:
        name, content = draw.choice(seeds.files(*endings))
        return ((name, mutated(draw, content, seeds.contents(*endings))),)

    return make


def _notebook(draw: Random) -> Files:
    """A notebook of mutated cells, with odd values in places, mutated itself in turn."""
    every = seeds.contents(".py")
    cells: list[Any] = [
        {"cell_type": "code", "source": _text(draw, mutated(draw, draw.choice(every), every))}
        for _ in range(draw.randrange(4))
    ]
    odd = draw.choice((None, 1, [], {}, "x", [None], {"source": 1}, [[["x"]]], 1e308, True))
    for _ in range(draw.choice((0, 0, 1, 2))):
        cells.insert(
            draw.randint(0, len(cells)), draw.choice((odd, {"cell_type": "code", "source": odd}, {"cell_type": odd}))
        )
    whole: Any = {"cells": cells, "metadata": draw.choice(({}, odd, {"kernelspec": odd})), "nbformat": 4}
    if draw.random() < 0.1:
        whole = {"worksheets": draw.choice(([{"cells": cells}], odd, [odd]))}
    content = json.dumps(whole).encode()
    return (("a.ipynb", mutated(draw, content, seeds.contents(".ipynb")) if draw.random() < 0.3 else content),)


def _text(draw: Random, source: bytes) -> str | list[str]:
    text = source.decode("utf-8", draw.choice(("replace", "surrogateescape")))
    return draw.choice((text, text.splitlines(keepends=True)))


def _analysed(files: Files) -> str:
    ((path, content),) = files
    credentials(content, path)
    report = analyze_source(content, path)
    return _of_report(report)


def _explained(files: Files) -> str:
    """What explain and excerpts tell of each site and usage of one file."""
    ((path, content),) = files
    report = analyze_source(content, path)
    project = Project([glance(content, path)], dict(files).get)
    for trails in explain.explain(content, path, project).explanations:
        json.dumps([(step.code, step.words) for trail in trails.trails for step in trail.steps])
    for usage in report.sequences:
        excerpt_of(content, usage)
    return _of_report(report)


def _config(files: Files) -> str:
    ((path, content),) = files
    credentials(content, path)
    report = others.analyze(content, path)
    module = documents.lower(content, path)
    return DIAGNOSTIC if report.diagnostics else REPORT if report.sites or module is not None else NOTHING


def _read(files: Files) -> str:
    return _config(files) if others.wanted(files[0][0]) else _analysed(files)


def of_folder(folder: Path) -> Kind:
    """Real files, made worse: those below the folder that may load a model, or that are configs or scripts."""
    found = seeds.real(folder)

    def make(draw: Random) -> Files:
        name, content = draw.choice(found)
        return ((name, mutated(draw, content, tuple(text for _, text in draw.sample(found, min(8, len(found)))))),)

    return Kind("real", 60, make, _read)


def _repository(draw: Random) -> Files:
    """A small repository with one or two of its files made worse, or two repositories in one."""
    files = dict(draw.choice(seeds.repositories()))
    if draw.random() < 0.2:
        files |= dict(draw.choice(seeds.repositories()))
    every = tuple(files.values())
    for path in draw.sample(sorted(files), min(len(files), draw.choice((1, 2)))):
        files[path] = mutated(draw, files[path], every)
    return tuple(sorted(files.items()))


def _linked(files: Files) -> str:
    found = dict(files)
    glances = [glance(content, path) for path, content in files if path.endswith(SUFFIXES)]
    scripts = [(path, others.read(content, path)) for path, content in files if others.wanted(path)]
    project = Project(glances, found.get, scripts)
    reports = [examine(found[path], path, project=project, across=True).report for path in project.wanted()]
    ends = {_of_report(report) for report in (*reports, *project.script_reports())}
    return next((end for end in (DIAGNOSTIC, REPORT) if end in ends), NOTHING)


def _table(draw: Random) -> Files:
    name, table = draw.choice(seeds.tables())
    others = tuple(content for _, content in seeds.tables())
    return ((name, mutated(draw, table, others) if draw.random() < 0.5 else bent(draw, table)),)


def _rows(files: Files) -> str:
    said: list[int] = []
    ((name, _),) = files
    with _written(files) as folder:
        path = os.path.join(folder, name)
        if name == "models":
            repr(list(catalog.read_models(path)))
            catalog.read_catalog(path)
            return REPORT
        for _, row in dumps.rows(path, keys=keys(), complain=lambda at, what: said.append(at)):
            layout = layout_of(row)
            repr(list(codes(layout, row, path)) if layout else None)
    return DIAGNOSTIC if said else REPORT


def _corpus(draw: Random) -> Files:
    return (("corpus.sqlite", bent(draw, draw.choice(seeds.corpora()))),)


def _stored(files: Files) -> str:
    from miner import CORPUS

    with _written(((CORPUS, files[0][1]),)) as folder, Corpus.open(folder) as corpus:
        status(corpus)
        stages(corpus)
        corpus.unanswered("local")
        corpus.missing("local")
        repr(list(corpus.repositories()))
        for key, _, _ in countable(corpus):
            checkout(corpus, key, Path(folder, str(key)))
        return REPORT if list(corpus.database.lines()) else NOTHING


def _cache(draw: Random) -> Files:
    return (("cache.sqlite", caches.damaged(draw)),)


def _cached(files: Files) -> str:
    if not caches.is_harmless(files[0][1]):
        raise RuntimeError("another result than without a cache")
    return REPORT


def _card(draw: Random) -> Files:
    return (("README.md", mutated(draw, seeds.CARD, (seeds.CARD, *seeds.contents(".py", ".md")))),)


def _carded(files: Files) -> str:
    content = files[0][1]
    found = shown(content.decode("utf-8", "replace"), "gpt2")
    marks.replaced(content, "x", "gpt2")
    return REPORT if found.sites else NOTHING


def _record(draw: Random) -> Files:
    """A file that a command reads beside code: a policy, a baseline, predictions, a saved scan, a sheet."""
    name, content = draw.choice(_records())
    return ((name, mutated(draw, content, tuple(text for _, text in _records()))),)


@cache
def _records() -> Files:
    report = analyze_source(_PYTHON + b'model = AutoModel.from_pretrained("gpt2", revision="a")\nmodel(1)\n', "a.py")
    sites = [wire.site(site) for site in report.sites]
    row = dict.fromkeys(sheet.COLUMNS, "x") | {"line": 1, "size": 2, "label": "right"}
    table = ",".join(sheet.COLUMNS) + "\n" + ",".join(str(value) for value in row.values()) + "\n"
    return (
        ("pyproject.toml", seeds.POLICY),
        ("baseline.json", seeds.BASELINE),
        ("predictions.jsonl", seeds.PREDICTIONS),
        ("scan.json", json.dumps({"sites": sites}).encode()),
        ("scan.jsonl", "".join(json.dumps(site) + "\n" for site in sites).encode()),
        ("sheet.csv", table.encode()),
        ("sheet.json", json.dumps([row]).encode()),
    )


_READERS: dict[str, Callable[[str], object]] = {
    "pyproject.toml": policy_of,
    "baseline.json": baseline.read,
    "predictions.jsonl": lambda path: predictions.read(f"x={path}", ["a"]),
    "scan.json": lambda path: sites_of(path, ".", Settings()),
    "scan.jsonl": lambda path: sites_of(path, ".", Settings()),
    "sheet.csv": sheet.read,
    "sheet.json": sheet.read,
}


def _recorded(files: Files) -> str:
    ((name, _),) = files
    with _written(files) as folder:
        _READERS[name](os.path.join(folder, name))
    return REPORT


def _arff(draw: Random) -> Files:
    return (("a.arff", mutated(draw, seeds.ARFF, (seeds.ARFF,))),)


def _calls(files: Files) -> str:
    text = files[0][1].decode("utf-8", "replace")
    return REPORT if pam.read(text).rows else NOTHING


def _written(files: Iterable[tuple[str, bytes]]) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    for name, content in files:
        Path(folder.name, name).write_bytes(content)
    return folder


KINDS = (
    Kind("bytes", 20, _bytes, _read),
    Kind("python", 30, _mutant(".py"), _analysed),
    Kind("explain", 4, _mutant(".py"), _explained),
    Kind("javascript", 10, _mutant(*_ECMA_ENDINGS), _analysed),
    Kind("notebook", 10, _notebook, _analysed),
    Kind("notebook file", 6, _mutant(".ipynb"), _analysed),
    Kind("config", 15, _mutant(*_CONFIGS), _config),
    Kind("command", 15, _mutant(*_COMMANDS), _config),
    Kind("repository", 4, _repository, _linked),
    Kind("table", 5, _table, _rows, (Misuse,)),
    Kind("corpus", 2, _corpus, _stored, (Misuse,)),
    Kind("cache", 2, _cache, _cached),
    Kind("card", 4, _card, _carded, (Misuse,)),
    Kind("record", 6, _record, _recorded, (Misuse,)),
    Kind("arff", 4, _arff, _calls, (ValueError,)),
)
