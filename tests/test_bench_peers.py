"""The benchmark's other scanners: reading their reports and scoring them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from test_bench import SOURCE, label

from bench.label_files import PEERS_JUDGED, Verdict, label_files, read_verdicts
from bench.peers import findings
from bench.peers.findings import Finding
from bench.peers.run import relative
from bench.peers.score import Recall, grade, near, recall

PTMSCOPE_REPORT = (
    '{"path": "a.py", "line": 3, "end_line": 5, "status": "resolved", "models": [{"id": "org/m"}, {"id": "./out"}]}\n'
    '{"path": "a.py", "line": 9, "end_line": 9, "status": "runtime", "models": []}\n'
)
LADEX_REPORT = {
    "root": "/x",
    "detections": [
        {
            "component_type": "model_loader",
            "evidence": "transformers.pipeline",
            "path": "/x/a.py",
            "line": 2,
            "cell": None,
        },
        {"component_type": "model", "evidence": "sentence-transformers/m", "path": "/x/a.py", "line": 7, "cell": None},
    ],
}
AI_BOM_REPORT = {
    "bomFormat": "CycloneDX",
    "components": [
        {
            "type": "machine-learning-model",
            "name": "HuggingFace Transformers Model",
            "properties": [
                {"name": "trusera:source_location", "value": "/x/a.py:45"},
                {"name": "trusera:model_name", "value": "Org/m"},
            ],
        },
        {
            "type": "machine-learning-model",
            "name": "transformers",
            "properties": [{"name": "trusera:source_location", "value": "dependency files"}],
        },
        {
            "type": "machine-learning-model",
            "name": "HuggingFace Transformers Model",
            "properties": [
                {"name": "trusera:source_location", "value": "dependency files"},
                {"name": "trusera:model_name", "value": "bare"},
            ],
        },
    ],
}
CISCO_REPORT = [
    {
        "name": "org/m",
        "component_type": "model",
        "file_path": "/x/a.py",
        "line_number": 3,
        "model_name": "org/m",
        "embedding_model": None,
        "metadata": {"evidence": [{"file": "/x/b.py", "line": 8, "service": "", "test_only": False}]},
    },
    {
        "name": "torch",
        "component_type": "dependency",
        "file_path": "/x/requirements.txt",
        "line_number": 1,
        "model_name": None,
        "embedding_model": None,
        "metadata": {},
    },
]
AIROM_REPORT = {
    "components": [
        {
            "kind": "hub-model",
            "name": "org/m",
            "evidence": {
                "occurrences": [
                    {"location": {"path": "a.py", "line": 45, "endLine": 45}, "fields": {"model": "Org/m"}},
                    {"location": {"path": "b.py", "line": 2, "endLine": 2}},
                ]
            },
        },
        {"kind": "framework", "name": "transformers", "evidence": {"occurrences": [{"location": {"path": "a.py"}}]}},
        {"kind": "application", "name": "x"},
    ]
}
CDXGEN_REPORT = {
    "components": [
        {
            "type": "machine-learning-model",
            "group": "Org",
            "name": "m",
            "purl": "pkg:huggingface/Org/m",
            "evidence": {"occurrences": [{"location": "a/b.py#L24"}, {"location": "config.yaml"}]},
        },
        {"type": "machine-learning-model", "group": "ai", "name": "gpt2", "purl": "pkg:generic/ai/gpt2"},
        {"type": "machine-learning-model", "group": "o", "name": "m x", "purl": "pkg:huggingface/o/m%20x"},
        {"type": "file", "name": "install.sh", "evidence": {"occurrences": [{"location": "install.sh"}]}},
    ]
}


@pytest.mark.parametrize(
    ("read", "text", "wanted"),
    [
        (findings.ptmscope, PTMSCOPE_REPORT, [("a.py", 3, "org/m")]),
        (findings.ladex, json.dumps(LADEX_REPORT), [("/x/a.py", 7, "sentence-transformers/m")]),
        (findings.ai_bom, json.dumps(AI_BOM_REPORT), [("/x/a.py", 45, "Org/m"), ("dependency files", 0, "bare")]),
        (findings.cisco_aibom, json.dumps(CISCO_REPORT), [("/x/a.py", 3, "org/m"), ("/x/b.py", 8, "org/m")]),
        (findings.airom, json.dumps(AIROM_REPORT), [("a.py", 45, "Org/m"), ("b.py", 2, "org/m")]),
        (
            findings.cdxgen,
            json.dumps(CDXGEN_REPORT),
            [("a/b.py", 24, "Org/m"), ("config.yaml", 0, "Org/m"), ("", 0, "gpt2"), ("", 0, "o/m x")],
        ),
        (findings.ai_bom, "{}", []),
        (findings.ptmscope, "", []),
    ],
)
def test_reports_are_read(
    read: Callable[[str], Iterable[Finding]], text: str, wanted: list[tuple[str, int, str]]
) -> None:
    assert list(read(text)) == [Finding(*each) for each in wanted]


@pytest.mark.parametrize("path", ["/home/me/code/a/b.py", "./a/b.py", "a/b.py", "a\\b.py"])
def test_paths_become_relative(path: str) -> None:
    assert [x.path for x in relative([Finding(path, 1, "m")], Path("/home/me/code"))] == ["a/b.py"]


@pytest.mark.parametrize(
    ("path", "line", "is_near"),
    [
        ("a.py", 0, False),
        ("a.py", 6, False),
        ("a.py", 7, True),
        ("a.py", 15, True),
        ("a.py", 16, False),
        ("b.py", 10, False),
    ],
)
def test_a_near_line_counts(path: str, line: int, is_near: bool) -> None:
    assert near(label(line=10, end_line=12), Finding(path, line, "gpt2")) is is_near


def test_a_notebook_counts_as_a_whole() -> None:
    assert near(label(path="n.ipynb", line=300, end_line=300, cell=2), Finding("n.ipynb", 0, "gpt2"))


@pytest.mark.parametrize(
    ("finding", "wanted"),
    [
        (Finding("a.py", 4, "GPT2"), Recall(1, 1, 1, 1)),
        (Finding("a.py", 40, "gpt2"), Recall(1, 0, 1, 1)),
        (Finding("b.py", 4, "gpt2"), Recall(1, 0, 0, 1)),
        (Finding("", 0, "gpt2"), Recall(1, 0, 0, 1)),
        (Finding("a.py", 4, "openai-community/gpt2"), Recall(1, 0, 0, 0)),
    ],
)
def test_recall_at_three_distances(finding: Finding, wanted: Recall) -> None:
    labels = [label(), label(model_id="?", kind="unresolvable")]
    assert recall(labels, {SOURCE: [finding]}) == wanted
    assert recall(labels, {"github:owner/other": [finding]}) == Recall(1, 0, 0, 0)


@pytest.mark.parametrize(
    ("finding", "wanted"),
    [
        (Finding("a.py", 1, "gpt2"), "right"),
        (Finding("a.py", 52, "gpt2"), "right"),
        (Finding("a.py", 4, "str"), "wrong"),
        (Finding("a.py", 8, "str"), "unlisted"),
        (Finding("a.py", 90, "t5"), "right"),
        (Finding("a.py", 90, "bert"), "wrong"),
        (Finding("a.py", 4, "t5"), "wrong"),
    ],
)
def test_findings_are_graded_by_labels_origins_and_verdicts(finding: Finding, wanted: str) -> None:
    labels = [replace(label(), origin="a.py:50")]
    verdicts = [
        Verdict(SOURCE, "a.py", None, 91, "t5", right=True),
        Verdict(SOURCE, "a.py", None, 91, "bert", right=False),
    ]
    (graded,) = grade(labels, {SOURCE: [finding]}, verdicts)
    assert graded.grade == wanted


def test_places_without_a_line_other_files_and_local_paths_are_not_graded() -> None:
    found = [Finding("a.py", 0, "gpt2"), Finding("b.py", 4, "gpt2"), Finding("a.py", 4, "./gpt2")]
    assert list(grade([label()], {SOURCE: found}, [])) == []
    assert len(list(grade([label()], {SOURCE: [Finding("a.py", 4, "GPT2"), Finding("a.py", 4, "gpt2")]}, []))) == 1


def test_judged_results_of_peers_are_verdicts_and_no_labels() -> None:
    verdicts = read_verdicts(PEERS_JUDGED)
    assert len({verdict.key for verdict in verdicts}) == len(verdicts) > 0
    assert PEERS_JUDGED not in label_files()
