"""`ptmscope report`: what the pages hold, byte for byte, and nothing of strangers that a browser could run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import studies
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from patterns.transitions import profile
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.report import material as materials
from ptmscope.report.code import pieces, visible
from ptmscope.report.material import key, material
from ptmscope.report.model import told
from ptmscope.report.stages import flow
from ptmscope.report.templates import json_text
from ptmscope.settings import Settings

pytest.importorskip("plotly")
pytest.importorskip("jinja2")

GPT2 = "openai-community/gpt2"


def report(*given: object) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, given), "-q"])


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studies.plain(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return studies.hostile(tmp_path_factory.mktemp("hostile"))


@pytest.mark.parametrize("name", ["jinja2", "plotly"])
def test_what_it_needs_is_told_where_it_is_not_installed(name: str, tmp_path: Path) -> None:
    code = f"import sys; sys.modules[{name!r}] = None; from ptmscope.cli import main; main()"
    command = [sys.executable, "-c", code, "report", str(tmp_path), "-o", str(tmp_path / "report.html")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "ptmscope: error: a report needs plotly and Jinja2: pip install 'ptmscope[report]'\n"


class Page(HTMLParser):
    """The tags of a page, and the block of its data."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.inside: str | None = None
        self.data = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.inside = dict(attrs).get("id")
        assert not any(name.startswith("on") or name in ("src", "href", "style") for name, _ in attrs if tag != "a")

    def handle_data(self, data: str) -> None:
        if self.inside == "data":
            self.data += data


def page(study: Path, folder: Path) -> tuple[Page, str]:
    file = folder / "report.html"
    result = report(study, "-o", file)
    assert result.exit_code == 0, result.output
    text = file.read_text(encoding="utf-8")
    return Page(text), text


def strings(data: Any) -> Iterator[str]:
    """All texts; of code, without the characters that programs have."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        for each in data:
            yield from strings(each)
    elif isinstance(data, dict):
        for name, each in data.items():
            yield name
            yield from strings(each) if name != "code" else (re.sub(r"[\n\t]", "", t) for t in strings(each))


def data_of(study: Path, folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(page(study, folder)[0].data)
    return found


def test_what_is_told_of_a_model(study: Path, tmp_path: Path) -> None:
    data = data_of(study, tmp_path)
    model = next(each for each in data["models"] if each["name"] == GPT2)
    assert (model["usages"], model["files"], model["repositories"]) == (5, 5, 5)
    assert model["libraries"] == [["transformers", 10]]
    assert [node[0] for node in model["flow"]["nodes"]] == ["load", "prepare", "infer", "postprocess"]
    assert [link[2] for link in model["flow"]["links"]] == [5, 5, 5]
    assert ["AutoTokenizer.from_pretrained", "use_fast", "True", 5, 5] in model["arguments"]
    assert len(model["places"]) == 10
    assert data["overview"]["funnel"][0] == ["read", 20]
    assert data["overview"]["unresolved"][0][0] == "repo0"


def test_code_is_shown_where_the_licence_lets_others(study: Path) -> None:
    found = material([str(study)], Settings())
    models = {model.name: told(model, found.repositories) for model in found.models}
    (shown,) = [pattern["example"] for pattern in models[GPT2]["patterns"]]
    assert (shown["licence"], shown["why"]) == ("MIT", None)
    assert ["k", "from"] in [[kind, text.strip()] for kind, text in shown["code"]]
    hidden = models["FacebookAI/roberta-base"]["patterns"][0]["example"]
    assert (hidden["licence"], hidden["why"], hidden["code"]) == ("GPL-3.0", "licence", None)


def test_the_transitions_are_those_that_compare_measures(study: Path) -> None:
    found = material([str(study)], Settings())
    for model in found.models:
        steps = told(model, found.repositories)["steps"]
        shares = {(steps["calls"][a], steps["calls"][b]): share for a, b, share in steps["rows"]}
        assert shares == pytest.approx(dict(profile(model.usages)), rel=1e-3)


def test_patterns_of_a_study_are_read(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow")
    paths = [str(path) for path in sorted(study.parent.glob("repo*"))]
    folder = tmp_path / "study"
    assert CliRunner().invoke(cli, ["study", *paths, "-o", str(folder), "-q", "--step", "patterns"]).exit_code == 0
    fresh = materials.material(paths, Settings())
    monkeypatch.setattr("ptmscope.report.kept.recurring", None)  # nothing is found anew
    kept = materials.material([str(folder)], Settings())
    assert [told(m, kept.repositories) for m in kept.models] == [told(m, fresh.repositories) for m in fresh.models]


def test_the_same_study_gives_the_same_bytes(study: Path, tmp_path: Path) -> None:
    assert page(study, tmp_path)[1] == page(study, tmp_path)[1]
    for name in ("one", "two"):
        assert report(study, "--site", tmp_path / name).exit_code == 0
    one, two = (
        {p.relative_to(tmp_path / n): p.read_bytes() for p in (tmp_path / n).rglob("*.*")} for n in ("one", "two")
    )
    assert one == two


def test_hostile_text_is_data(hostile: Path, tmp_path: Path) -> None:
    parsed, text = page(hostile, tmp_path)
    assert parsed.tags.count("script") == 3
    assert not {"img", "b", "a"} & set(parsed.tags[parsed.tags.index("main") :])
    data = json.loads(parsed.data)
    assert len(data["models"]) == len(studies.HOSTILE) + 1
    assert [text for text in strings(data) if not text.isprintable()] == []
    assert "default-src 'none'" in unescape(text.split("<title>")[0])
    addresses = re.findall(r'"(https?:[^"]*)"', parsed.data)
    assert all(re.fullmatch(r"https://github\.com/[\w.~%+/#:-]*", address) for address in addresses)


def test_a_site_holds_a_page_for_each_model(hostile: Path, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    assert report(hostile, "--site", folder).exit_code == 0
    names = sorted(path.name for path in (folder / "model").iterdir())
    assert len(names) == 2 * (len(studies.HOSTILE) + 1)
    assert all(re.fullmatch(r"[a-z0-9-]+\.(?:html|js)", name) for name in names)
    for script in (folder / "data").iterdir():
        assert re.fullmatch(r'\(window\.ptmscope \?\?= \[\]\)\.push\(\["[a-z]+", ".*"\]\);\n', script.read_text())
        assert not re.search("[<>&\u2028\u2029]", script.read_text().split("push(", 1)[1])


def test_a_site_replaces_only_an_earlier_one(study: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = report(study, "--site", tmp_path)
    assert isinstance(result.exception, Misuse)
    assert "holds other files" in str(result.exception)
    folder = tmp_path / "site"
    assert report(study, "--site", folder).exit_code == 0
    (folder / "model" / "gone-12345678.js").write_text("old")
    assert report(study, "--site", folder).exit_code == 0
    assert not (folder / "model" / "gone-12345678.js").exists()


@pytest.mark.parametrize("given", [(), ("-o", "a.html", "--site", "b")])
def test_one_of_both(study: Path, given: tuple[str, ...]) -> None:
    assert isinstance(report(study, *given).exception, Misuse)


def test_an_empty_study_has_a_report(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    data = data_of(tmp_path / "empty", tmp_path)
    assert data["models"] == []


@given(st.text())
def test_json_is_itself_and_no_tag(text: str) -> None:
    made = json_text({text: [text]})
    assert json.loads(made) == {text: [text]}
    assert not set("<>&\u2028\u2029") & set(made)
    assert json.loads(json.loads(json_text(made))) == {text: [text]}


@given(st.text(st.characters(codec="utf-8")))
def test_pieces_are_the_code(code: str) -> None:
    assert "".join(text for _, text in pieces(code)) == visible(code)


@given(st.text(), st.text())
def test_keys_tell_models_apart(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]{9,69}", key(one))
    assert (key(one) == key(other)) == (one == other)


def test_no_usages_have_no_flow() -> None:
    assert flow([]) == {"nodes": [], "links": [], "single": 0}
