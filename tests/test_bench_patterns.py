"""The ground truth of the pattern benchmark: planted usages, labels, scoring."""

from __future__ import annotations

import ast
import csv
import hashlib
import random
import re
from pathlib import Path

import pytest

from bench.patterns.agreement import agreement
from bench.patterns.label import Label, usage_of
from bench.patterns.planted import usages
from bench.patterns.text import tfidf
from bench.patterns.truth import LABELS, labelled, planted
from ptmscope import scan


def test_the_same_seed_gives_the_same_usages() -> None:
    once, twice, other = (list(usages(random.Random(seed))) for seed in (1, 1, 2))
    assert once == twice != other
    assert 0.08 < sum(name == "" for name, _, _ in once) / len(once) < 0.12
    assert len({name for name, _, _ in once}) == 24  # noise is one


def test_planted_code_is_python_and_names_its_model() -> None:
    for _, model_id, code in usages(random.Random(3)):
        ast.parse(code)
        assert repr(model_id) in code
        assert not re.search(r"[@$]\w|~|<\w+:", code.replace('Path("~")', "").replace("Path('~')", ""))


def test_every_planted_usage_is_found(tmp_path: Path) -> None:
    known = planted(tmp_path, seed=0)
    assert len(known) == len((tmp_path / "truth.csv").read_text().splitlines()) - 1
    assert all(entry.usage.calls and entry.statements for entry in known)
    assert len({entry.source for entry in known}) == 60


def test_statements_are_those_of_the_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = tmp_path / "real.csv"
    labels.write_text(
        "source,version,path,cell,line,model_id,fine,coarse,half\n"
        "github:o/n,0,a.py,,4,gpt2,chat,generate,open\n"
        "github:o/n,0,a.py,,2,missing,chat,generate,open\n"
        "github:o/other,0,a.py,,4,gpt2,chat,generate,open\n"
        "github:o/n,0,a.py,,4,gpt2,chat,generate,aside\n"
    )
    (tmp_path / "o+n").mkdir()
    (tmp_path / "o+n" / "a.py").write_text(
        "import transformers\nbefore = 1\ndef run():\n"
        '    tok = transformers.AutoTokenizer.from_pretrained(\n        "gpt2",\n    )\n    with x: tok("a")\n'
    )
    monkeypatch.setattr("bench.patterns.truth.LABELS", labels)
    (found, missing), gone = labelled(tmp_path, "open")
    assert gone == ["github:o/other"]
    assert found.statements == (
        '    tok = transformers.AutoTokenizer.from_pretrained(\n        "gpt2",\n    )\n    with x: tok("a")'
    )
    assert missing.usage.calls == ()
    assert missing.statements == missing.file


def test_a_usage_is_found_by_its_id_then_by_its_load(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        "import transformers\n"
        'tok = transformers.AutoTokenizer.from_pretrained("gpt2")\n'
        'model = transformers.AutoModel.from_pretrained("./out")\n'
        'own = transformers.AutoTokenizer.from_pretrained("./out")\n'
        "model.generate(own(open(0).read()))\n"
        "other = transformers.AutoModel.from_pretrained(input())\n"
        "other.forward()\n"
    )
    given = scan(tmp_path).usages

    def apis(model_id: str, line: int) -> list[str]:
        usage = usage_of(Label("a.py", model_id, "", None, (line, None)), tmp_path, given)
        assert usage.model_id == (model_id if line > 2 else "gpt2")
        return [call.api.removeprefix("transformers.") for call in usage.calls]

    assert apis("gpt2", 2) == apis("once/gpt2", 2) == ["AutoTokenizer.from_pretrained"]
    assert apis("out", 3) == [
        "AutoModel.from_pretrained",
        "AutoTokenizer.from_pretrained",
        "AutoTokenizer.__call__",
        "AutoModel.generate",
    ]
    assert apis("gone", 6) == ["AutoModel.from_pretrained", "AutoModel.forward"]
    assert apis("gone", 7) == []


def test_labels_agree_with_their_description() -> None:
    with LABELS.open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    classes = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", LABELS.with_name("README.md").read_text(), re.M))
    assert {(row["fine"], row["coarse"]) for row in rows} == set(classes.items())
    assert len({(row["source"], row["path"], row["model_id"]) for row in rows}) == len(rows)
    for row in rows:
        odd = hashlib.sha256(row["source"].encode()).digest()[0] & 1
        assert row["half"] == ("aside" if odd else "open")
        assert re.fullmatch(r"[0-9a-f]{40}", row["version"])


def test_noise_is_alone_on_both_sides() -> None:
    known = ["a", "a", "b", "b", "", ""]
    perfect = agreement(known, [0, 0, 1, 1, None, None])
    assert (perfect.ari, perfect.ami, perfect.v) == pytest.approx((1, 1, 1))
    assert (perfect.classes, perfect.clusters, perfect.alone) == (2, 2, 1 / 3)
    together = [0, 0, 1, 1, 2, 2]
    assert agreement(known, together).ari < 1
    assert agreement(known, together, noise=False).ari == pytest.approx(1)


def test_like_texts_have_like_vectors() -> None:
    vectors = tfidf(["model.generate(ids)", "model.generate(x)", "plot(x, ids)", "plot(x, a)", "generate(model)"])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[3]
