"""What a question may cost, and that one which costs too much takes nothing from the others."""

from __future__ import annotations

import pytest

from analyzer import analyze_source, others
from analyzer.commands import budget
from analyzer.program import Expression, Name, Subscript, Text
from analyzer.project import Project
from analyzer.syntax import conditions
from analyzer.values import objects
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Const, Str


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


# Commands

LOADS = "".join(f"hf download org/m{number}\n" for number in range(40))
SERVICES = "".join(f"  s{n}:\n    image: vllm/vllm-openai\n    command: --model org/m{n}\n" for n in range(40))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.sh", LOADS),
        ("Makefile", "all:\n" + "".join(f"\t{line}\n" for line in LOADS.splitlines())),
        ("Dockerfile", "FROM x\n" + "".join(f"RUN {line}\n" for line in LOADS.splitlines())),
        ("compose.yaml", "services:\n" + SERVICES),
        (".github/workflows/a.yml", "jobs:\n  a:\n    steps:\n    - run: |\n" + LOADS.replace("hf", "        hf")),
    ],
)
def test_commands_end_where_they_are_too_much(path: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes first is found; that there is more is told."""
    whole = others.analyze(text.encode(), path)
    assert len(whole.sites) == 40
    assert not whole.diagnostics
    monkeypatch.setattr(budget, "CHARACTERS", 2_000)
    found = others.analyze(text.encode(), path)
    assert [each.kind for each in found.diagnostics] == ["bound_reached"]
    assert 0 < len(found.sites) < 40
    assert set(found.sites) <= set(whole.sites)


def test_what_a_variable_is_made_into_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "CHARACTERS", 10_000)
    found = others.analyze(b"X='" + b"a/b " * 50 + b"'\n" + b"hf download $X\n" * 100, "a.sh")
    assert [each.kind for each in found.diagnostics] == ["bound_reached"]
    assert 0 < len(found.sites) < 100


def test_code_in_commands_has_the_time_of_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    code = b"python -c \"from transformers import AutoModel; AutoModel.from_pretrained('gpt2')\"\nhf download org/m\n"
    assert len(others.analyze(code, "a.sh").sites) == 2
    monkeypatch.setattr(budget, "SECONDS", 0.0)
    found = others.analyze(code, "a.sh")
    assert [site.models[0].id for site in found.sites] == ["org/m"]
    assert [each.kind for each in found.diagnostics] == ["bound_reached"]


def test_what_one_script_takes_of_others_is_not_taken_from_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "a.sh": "source long.sh\nsource long.sh\nhf download $M\n",
        "b.sh": "source short.sh\nhf download $M\n",
        "long.sh": "M=org/long\n" + "# much\n" * 200,
        "short.sh": "M=org/short\n",
    }
    monkeypatch.setattr(budget, "CHARACTERS", 1_000)
    read = {path: text.encode() for path, text in files.items()}
    project = Project([], read.get, [(path, others.read(content, path)) for path, content in read.items()])
    found = {report.path: report for report in project.script_reports()}
    assert [each.kind for each in found["a.sh"].diagnostics] == ["bound_reached"]
    assert [site.models[0].id for site in found["b.sh"].sites] == ["org/short"]
    assert not found["b.sh"].diagnostics


# Time


def test_questions_end_at_the_deadline_of_the_file() -> None:
    """Without time, nothing that takes more than a glance is known; that is told."""
    source = chained("unknown(x)", "model = AutoModel.from_pretrained(f9('bert'))\n")
    whole, late = analyze_source(source, "a.py"), analyze_source(source, "a.py", seconds=0.0)
    assert [each.kind for each in late.diagnostics] == ["bound_reached"]
    assert {site.status for site in late.sites} == {"unresolved"} != {site.status for site in whole.sites}


def test_as_many_values_as_count() -> None:
    """One more, and what is left out is told as not known."""
    values = tuple(Str(str(number), 0, number) for number in range(4))
    assert objects.merged(values[:2], values[1:3], limit=3) == values[:3]
    assert objects.merged((Const(1), *values), limit=3) == (*values[:3], objects.BOUND)


def test_names_of_a_condition_nested_without_end() -> None:
    asked: Expression = Name("x", 0, ())
    for _ in range(5000):
        asked = Subscript(asked, Text("k", 0), 0)
    assert list(conditions.named(asked)) == []


def test_of_too_many_values_those_that_can_be_ids_are_kept() -> None:
    """Command lines write many paths; the ids among them come late."""
    paths = tuple(Str(f"output/{n}/best", 0, n) for n in range(80))
    name = Str("t5-large", 0, 99)
    assert name in objects.merged(paths, (Const(None), name))


def test_downloads_that_lead_to_each_other_are_asked_about_once() -> None:
    """Any of twelve can have set the path that each of them loads from: not in every order of the others."""
    parts = (
        f"def fetch{n}(args: Args):\n    return snapshot_download(args.name)\n\n"
        f"def prepare{n}(args: Args):\n    args.name = fetch{n}(args)\n\n"
        for n in range(12)
    )
    head = "from dataclasses import dataclass\nfrom modelscope import snapshot_download\n\n"
    source = head + "@dataclass\nclass Args:\n    name: str = 'org/base'\n\n" + "".join(parts)
    report = analyze_source(source.encode(), "downloads.py")
    assert [[model.id for model in site.models] for site in report.sites] == [["org/base"]] * 12
    assert not report.diagnostics
