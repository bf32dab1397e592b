"""bench.fuzz: a short run over every kind of hostile input, and the harness itself, which must let nothing through."""

from __future__ import annotations

import os
import time
from collections import Counter

import pytest

from analyzer import analyze_source
from analyzer.others import analyze
from bench import growth
from bench.fuzz import guard
from bench.fuzz.__main__ import MEMORY, main
from bench.fuzz.kinds import KINDS, Files, Kind

INPUTS = 1_500


def test_short_run(capsys: pytest.CaptureFixture[str]) -> None:
    """Every kind is drawn, and nothing fails."""
    assert main(["--inputs", str(INPUTS), "--seed", "7"]) == 0, capsys.readouterr().err
    told = capsys.readouterr().out
    rows = {row.split("|")[1].strip(): int(row.split("|")[2]) for row in told.splitlines()[4:] if row.startswith("|")}
    assert rows.pop("all") == INPUTS == sum(rows.values())
    assert set(rows) == {kind.name for kind in KINDS}
    assert all(rows.values())


def test_inputs_are_the_same_for_a_seed() -> None:
    first, again, other = ([guard.made(seed, n)[1] for n in range(60)] for seed in (1, 1, 2))
    assert first == again != other


def _hold(files: Files) -> str:
    return str(len(bytearray(4 * MEMORY)))


def _fail(files: Files) -> str:
    raise KeyError("x")


def _end(files: Files) -> str:
    os._exit(9)


def _wait(files: Files) -> str:
    time.sleep(60)
    return "report"


def _work(files: Files) -> str:
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass
    return "report"


def test_what_goes_wrong_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the cap, an exception, a process that ends, one that hangs, one that takes too long: the run goes on."""
    monkeypatch.setattr(guard, "HANG", 1.5)
    monkeypatch.setattr(guard, "SECONDS", 0.1)
    wrong = {"memory": _hold, "exception": _fail, "crash": _end, "hang": _wait, "slow": _work}
    for what, read in wrong.items():
        kinds = (Kind(what, 1, lambda draw: (("a", b""),), read, (ValueError,)),)
        whole = guard.Tally()
        for tally in guard.run(0, range(2), MEMORY, kinds):
            whole.add(tally)
        assert whole.ends == Counter({(what, what): 2}), what
        assert [(failure.number, failure.what) for failure in whole.failures] == [(0, what), (1, what)]


def test_a_hang_behind_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second input of a process hangs; the next process reads the third."""
    read: list[Files] = []

    def wait_at_second(files: Files) -> str:
        read.append(files)
        return _wait(files) if len(read) == 2 else "report"

    monkeypatch.setattr(guard, "HANG", 1.5)
    kinds = (Kind("any", 1, lambda draw: (("a", b""),), wait_at_second, (ValueError,)),)
    tallies = list(guard.run(0, range(3), MEMORY, kinds))
    assert sum((tally.ends for tally in tallies), Counter()) == Counter({("any", "report"): 2, ("any", "hang"): 1})
    assert [failure.number for tally in tallies for failure in tally.failures] == [1]


# What it found


def test_records_made_of_each_other() -> None:
    """Each asks all others what they may be."""
    made = b"        if isinstance(config, dict):\n            config = Ranker(**config)\n"
    code = b"""from typing import Dict, Union

from pydantic import BaseModel
from transformers import AutoTokenizer


class Base(BaseModel):
    model: str = None


class Ranker(Base):
    model: str = "BAAI/bge-reranker-base"


class Reranker:
    def __init__(self, config: Union[Base, Ranker, Dict]):
%s        self.config = config
        self.tokenizer = AutoTokenizer.from_pretrained(self.config.model)
"""
    start = time.process_time()
    (site,) = analyze_source(code % (made * 20), "a.py").sites
    assert [model.id for model in site.models] == ["BAAI/bge-reranker-base"]
    assert time.process_time() - start < 5


def test_labels_in_labels() -> None:
    """500 labelled statements, one in the other, as JSON that lost its quotes has them."""
    load = b'import { AutoModel } from "@huggingface/transformers";\nawait AutoModel.from_pretrained("gpt2");\n'
    report = analyze_source(load + b"a: " * 500 + b"b;\n", "a.js")
    assert [site.models[0].id for site in report.sites] == ["gpt2"]
    assert {each.kind for each in report.diagnostics} == {"too_deep"}


@pytest.mark.parametrize(
    "nested", ["not " * 2_000 + "x", "(" * 2_000 + "x" + ")" * 2_000, "x and (" * 2_000 + "x" + ")" * 2_000]
)
def test_a_condition_nested_deeply(nested: str) -> None:
    load = "    model = AutoModel.from_pretrained('gpt2')\n"
    report = analyze_source(
        f"from transformers import AutoModel\n{load.strip()}\nif {nested}:\n{load}".encode(), "a.py"
    )
    assert {site.models[0].id for site in report.sites} == {"gpt2"}
    assert {each.kind for each in report.diagnostics} == {"too_deep"}


def test_a_command_that_names_two_models() -> None:
    """Two sites at one place, of one call: their records are in an order all the same."""
    report = analyze(b"optimum-cli export onnx -m org/a --model org/b out\n", "a.sh")
    assert [site.models[0].id for site in report.sites] == ["org/a", "org/b"]


def test_growth_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    """Both sorts of long inputs, made short."""
    assert growth.main(["--share", "0.01", "model card", "star imports in a chain"]) == 0
    rows = [row for row in capsys.readouterr().out.splitlines() if row.startswith("| ")][2:]
    assert [row.split("|")[1].strip() for row in rows] == ["model card", "tree, star imports in a chain"]
