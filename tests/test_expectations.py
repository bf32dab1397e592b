"""The harness itself: a harness that lets things through proves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from comparison import compare
from expectations import ExpectationError, read

from analyzer.records import Anchor, ApiCall, CallSequence, Diagnostic, FileReport, LoadSite, ModelRef, Origin

API = "transformers.AutoModel.from_pretrained"
SITE = 'model = AutoModel.from_pretrained("gpt2")'


def site(*ids: str, line: int = 1, status: str = "resolved", reason: str | None = None) -> LoadSite:
    models = tuple(ModelRef(name, None, "huggingface", "literal", "certain", Origin("x.py", line)) for name in ids)
    return LoadSite("x.py", line, 0, line, None, API, "transformers", "model", status, reason, models)  # type: ignore[arg-type]


def usage(*calls: str) -> CallSequence:
    load = ApiCall(API, 1, None, "load", "load", ())
    rest = tuple(ApiCall(f"transformers.AutoModel.{name}", 1, None, "receiver", "infer", (0,)) for name in calls)
    return CallSequence("x.py", None, "gpt2", (Anchor(1, None, API),), (load, *rest))


def problems(tmp_path: Path, text: str, report: FileReport) -> list[str]:
    file = tmp_path / "x.py"
    file.write_text(text, "utf-8")
    return list(compare(read(file), report))


FOUND = FileReport("x.py", (site("gpt2"),), (usage("generate"),))
NOTHING = FileReport("x.py")


@pytest.mark.parametrize(
    ("marks", "report"),
    [
        ("# load: gpt2", FOUND),
        ("# load: gpt2 [literal certain @1]", FOUND),
        ("# load: gpt2 [AutoModel.from_pretrained]", FOUND),
        ("# load: gpt2  # call: gpt2 generate", FOUND),
        ("# load: gpt2  # call: gpt2 AutoModel.generate [infer receiver]", FOUND),
        ("# load: gpt2  # call: gpt2 generate  # sequence: gpt2 from_pretrained, generate(0)", FOUND),
        ("# load: ? [parameter]", FileReport("x.py", (site(status="unresolved", reason="parameter"),))),
        ("# load: runtime", FileReport("x.py", (site(status="runtime", reason="runtime_input"),))),
        ("# load: local ./x", FileReport("x.py", (site("./x", status="local", reason="local_path"),))),
        ("# load: google/*", FileReport("x.py", (site("google/*", status="partial"),))),
        ("# load: b | a", FileReport("x.py", (site("a", "b"),))),
        ("# load: a ; b", FileReport("x.py", (site("a"), site("b")))),
        ("# ok", NOTHING),
        ("# todo load: gpt2", NOTHING),
        ("# todo load: gpt2", FileReport("x.py", (site(status="unresolved", reason="parameter"),))),
        ("# todo ok", FOUND),
        ("# load: gpt2  # call: gpt2 generate  # todo call: gpt2 decode", FOUND),
        (
            "# diagnostic: syntax_error",
            FileReport("x.py", diagnostics=(Diagnostic("x.py", "syntax_error", ""),)),
        ),
    ],
)
def test_fits(tmp_path: Path, marks: str, report: FileReport) -> None:
    assert not problems(tmp_path, f"{SITE}  {marks}\n", report)


@pytest.mark.parametrize(
    ("marks", "report"),
    [
        ("", FOUND),
        ("# ok", FOUND),
        ("# load: gpt2", NOTHING),
        ("# load: gpt2-xl", FOUND),
        ("# load: gpt2 | gpt2-xl", FOUND),
        ("# load: gpt2 ; gpt2", FOUND),
        ("# load: ?", FOUND),
        ("# load: local gpt2", FOUND),
        ("# load: gpt2 [module_constant]", FOUND),
        ("# load: gpt2 [@2]", FOUND),
        ("# load: gpt2 [AutoTokenizer.from_pretrained]", FOUND),
        ("# load: gpt2  # call: gpt2 encode", FOUND),
        ("# load: gpt2  # call: gpt2 generate; encode", FOUND),
        ("# load: gpt2  # call: gpt2 generate [train]", FOUND),
        ("# load: gpt2  # call: gpt2-xl generate", FOUND),
        ("# load: gpt2  # sequence: gpt2 from_pretrained, generate(1)", FOUND),
        ("# todo load: gpt2", FOUND),
        ("# todo ok", NOTHING),
        ("# load: gpt2  # todo call: gpt2 generate", FOUND),
        ("# diagnostic: syntax_error", NOTHING),
        ("# load: gpt2", FileReport("x.py", (site("gpt2"),), (), (Diagnostic("x.py", "timeout", ""),))),
    ],
)
def test_does_not_fit(tmp_path: Path, marks: str, report: FileReport) -> None:
    assert problems(tmp_path, f"{SITE}  {marks}\n", report)


@pytest.mark.parametrize(
    "mark", ["# load: gpt2 [litteral]", "# load: a | ", "# call: generate", "# sequence: gpt2 a(b"]
)
def test_unreadable_mark(tmp_path: Path, mark: str) -> None:
    with pytest.raises(ExpectationError):
        problems(tmp_path, f"{SITE}  {mark}\n", NOTHING)


def test_sidecar(tmp_path: Path) -> None:
    (tmp_path / "x.expect").write_text("# what it proves\n1 load: gpt2\n", "utf-8")
    assert not problems(tmp_path, f"{SITE}\n", FOUND)
    assert problems(tmp_path, f"{SITE}\n", NOTHING)
