"""What a question may cost, and that one which costs too much takes nothing from the others."""

from __future__ import annotations

import pytest

from analyzer import analyze_source
from analyzer.values.evaluator import Evaluator


def chained(last: str, call: str) -> bytes:
    """A program that asks a long question, and then an easy one."""
    steps = "".join(f"def f{n}(x):\n    y = f{n - 1}(x) or f{n - 1}(x + 'a')\n    return y\n" for n in range(1, 20))
    code = f"from transformers import AutoModel, AutoTokenizer\ndef f0(x):\n    return {last}\n{steps}"
    return f"{code}\n{call}\ntokenizer = AutoTokenizer.from_pretrained('gpt2')\n".encode()


def statuses(source: bytes) -> dict[str, tuple[str, str | None, tuple[str, ...]]]:
    report = analyze_source(source, "a.py")
    return {site.api: (site.status, site.reason, tuple(model.id for model in site.models)) for site in report.sites}


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may take few steps, so that tests are quick."""
    monkeypatch.setattr(Evaluator, "max_steps", 60)
    monkeypatch.setattr(Evaluator, "max_total", 70)
    monkeypatch.setattr(Evaluator, "brief_steps", 30)
    monkeypatch.setattr("analyzer.anchors.STEPS_OF_A_SITE", 0)


@pytest.mark.usefixtures("small")
def test_a_question_that_takes_too_long_leaves_the_others_theirs() -> None:
    hard = "model = AutoModel.from_pretrained(f19('bert'))\nother = AutoModel.from_pretrained(f18('bert'))"
    found = statuses(chained("unknown(x)", hard))
    assert found["transformers.AutoTokenizer.from_pretrained"] == ("resolved", None, ("gpt2",))
    assert found["transformers.AutoModel.from_pretrained"][:2] == ("unresolved", "bound_reached")


def test_an_argument_that_takes_too_long_is_told_as_not_known_and_spoils_no_id(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Evaluator, "brief_steps", 5)
    source = chained(
        "x", "model = AutoModel.from_pretrained('bert', revision=f2('main'))\nAutoModel.from_pretrained(f2('m'))"
    )
    report = analyze_source(source, "a.py")
    first, second, _ = report.sites
    assert dict(first.arguments) == {"revision": "?"}
    assert {model.id for model in second.models} >= {"m"}
    assert not report.diagnostics
