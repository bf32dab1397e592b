"""Sections of model cards: bytes outside the marks, what stands inside, and the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import example, given
from hypothesis import strategies as st

from patterns.pattern import Exemplar
from ptmscope.cards.marks import blanked, has_marks, model_of, outside, replaced
from ptmscope.cards.places import label, link
from ptmscope.cards.section import _given, _quoted
from ptmscope.cards.used import Argument, _named
from ptmscope.cli import cli
from ptmscope.errors import Misuse
from ptmscope.repositories import Repository

pytest.importorskip("huggingface_hub")

GOLDEN = Path(__file__).with_name("golden") / "card.md"
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("gpt2", use_fast=True, token="hf_aaaaaaaaaaaaaaaaaaaaaaaa")
model = AutoModelForCausalLM.from_pretrained("gpt2")
def answer(prompt):
    ids = tokenizer(prompt, return_tensors="pt")
    return tokenizer.decode(model.generate(**ids, max_new_tokens=20)[0])
"""
EMBED = """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("all-MiniLM-L6-v2")
vectors = model.encode(["a"], batch_size=8)
"""
RERANK = (
    'from sentence_transformers import CrossEncoder\nCrossEncoder("cross-encoder/nli-deberta-v3-base").predict("a")\n'
)
MIT = "MIT License\n\nPermission is hereby granted, free of charge, … without\n restriction"

BODIES = st.text().filter(lambda text: not has_marks(text))
CARDS = st.one_of(
    st.binary(),
    st.lists(st.sampled_from(["---", "license: mit", "# A", "", "```", "text", "<!-- ptmscope card: x -->"])).map(
        lambda lines: "\r\n".join(lines).encode()
    ),
)


@given(CARDS.filter(lambda card: not has_marks(card.decode("latin-1"))), BODIES, BODIES)
@example(b"\xef\xbb\xbf---\r\nlicense: mit\r\n---\r\n# A", "one", "two\nlines")
@example(b"a\rb", "one", "two")
@example(b"\r", "", "")
def test_bytes_outside_the_marks_never_change(card: bytes, one: str, two: str) -> None:
    first = replaced(card, one, "a/b")
    before, after = outside(first)
    assert before.startswith(card)
    assert before[len(card) :].strip() == b""
    assert replaced(first, one, "a/b") == first
    second = replaced(first, two, "c/d")
    assert outside(second) == (before, after)
    assert replaced(second, one, "a/b") == first
    assert model_of(second) == "c/d"


@given(st.binary(), st.binary(), BODIES)
def test_text_behind_the_section_stays(before: bytes, after: bytes, body: str) -> None:
    head, _ = outside(replaced(b"# A\r\n", body, "a/b"))
    card = replaced(b"# A\r\n", body, "a/b") + after
    if not has_marks(after.decode("latin-1")):
        assert outside(replaced(card, "other", "a/b")) == (head, b"\r\n" + after)
        assert blanked(card).count(b"\n") == card.count(b"\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_end_as_those_of_the_card(newline: str) -> None:
    card = newline.join(["---", "license: mit", "---", "# A", ""]).encode()
    made = replaced(card, "one\n\ntwo", "a/b")
    assert re.sub(newline.encode(), b"", made).count(b"\n") == 0
    assert made.decode() == card.decode() + newline + newline.join(
        ["<!-- ptmscope card: begin a/b -->", "", "one", "", "two", "", "<!-- ptmscope card: end -->", ""]
    )


@pytest.mark.parametrize(
    "marks",
    ["begin\nbegin\nend", "begin", "end", "end\nbegin", "begin\nend\nend"],
    ids=lambda text: text.replace("\n", "-"),
)
def test_marks_that_make_no_pair_are_told(marks: str) -> None:
    card = "\n".join(f"<!-- ptmscope card: {mark} -->" for mark in marks.split("\n"))
    with pytest.raises(Misuse, match="one beginning and one end"):
        replaced(card.encode(), "x", "a/b")


def test_a_name_that_ends_a_comment_stays_out() -> None:
    assert b"begin -->" in replaced(b"", "x", "a--><script>")


# -- the command


@pytest.fixture
def repos(tmp_path: Path) -> list[Path]:
    found = [tmp_path / name for name in ("ada", "bob", "eve")]
    for number, folder in enumerate(found):
        (folder / ".git").mkdir(parents=True)
        (folder / ".git" / "HEAD").write_text(str(number) * 40)
        (folder / ".git" / "config").write_text(f'[remote "origin"]\n\turl = https://github.com/{folder.name}/work\n')
        (folder / "generate.py").write_text(GENERATE)
        (folder / "both.py").write_text(EMBED + RERANK)
    (found[1] / "LICENSE").write_text(MIT)
    return found


def run(repos: list[Path], *arguments: object, exit_code: int = 0) -> Result:
    inside = [part for path in repos for part in ("--in", str(path))]
    result = CliRunner().invoke(cli, ["card", *map(str, arguments), *inside])
    assert result.exit_code == exit_code, (result.output, result.exception)
    return result


def test_golden(repos: list[Path], pytestconfig: pytest.Config) -> None:
    text = run(repos, "all-MiniLM-L6-v2").output.encode()
    if pytestconfig.getoption("--update-golden"):
        GOLDEN.write_bytes(text)
    assert text == GOLDEN.read_bytes()


def test_tokens_are_not_passed_on(repos: list[Path]) -> None:
    text = run(repos, "gpt2").output
    assert "hf_a" not in text
    assert "`use_fast=True` | 3 of 3" in text
    assert "https://github.com/bob/work/blob/1111111111111111111111111111111111111111/generate.py#L3-L7" in text


def test_a_card_that_is_there(repos: list[Path], tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    before = b"---\r\nlicense: mit\r\n---\r\n# GPT-2\r\n\r\nText without an end"
    card.write_bytes(before)
    run(repos, "openai-community/gpt2", "-o", card)
    once = card.read_bytes()
    assert once.startswith(before)
    assert b"\n" not in once.replace(b"\r\n", b"")
    card.write_bytes(once + b"More.\r\n")
    run(repos, "gpt2", "-o", card)
    assert card.read_bytes() == once + b"More.\r\n"


@pytest.mark.parametrize(
    ("before", "message"),
    [("# A\n```python\nx = 1\n", "open at the end"), ("# A\n<pre>\n", "open at the end")],
)
def test_a_card_that_would_swallow_the_section(before: str, message: str, repos: list[Path], tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(before)
    with pytest.raises(Misuse, match=message):
        raise run(repos, "gpt2", "-o", card, exit_code=1).exception or AssertionError
    assert card.read_text() == before


def test_front_matter_that_the_hub_refuses_is_told(repos: list[Path], tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("---\n- a list\n---\n# A\n")
    assert "front matter" in run(repos, "gpt2", "-o", card).output


@pytest.mark.parametrize(
    ("asked", "known", "expected"),
    [
        ("gpt2", {"openai-community/gpt2": 1}, "openai-community/gpt2"),
        ("GPT2", {"openai-community/gpt2": 3, "gpt2": 2, "b/gpt2": 2}, "openai-community/gpt2"),
        ("gpt2", {"a/gpt2": 1, "b/gpt2": 1, "gpt2": 2}, "gpt2"),
        ("A/gpt2", {"a/gpt2": 1, "b/gpt2": 2}, "a/gpt2"),
        ("gpt2", {"a/gpt2": 2, "b/gpt2": 2}, "it has a/gpt2, b/gpt2"),
        ("x/gpt2", {"a/gpt2": 1, "./gpt2": 1}, "it has a/gpt2"),
        ("x/y", {"a/gpt2": 1}, "uses x/y$"),
    ],
)
def test_which_model_is_meant(asked: str, known: dict[str, int], expected: str) -> None:
    if expected in known:
        assert _named(asked, known) == expected
    else:
        with pytest.raises(Misuse, match=expected):
            _named(asked, known)


def test_a_model_that_nobody_uses(ptmscope: object, repos: list[Path]) -> None:
    done = ptmscope("card", "all-minilm-l6-v3", "--in", repos[0])  # type: ignore[operator]
    assert done.returncode == 2
    assert done.stderr.decode().splitlines() == [
        "ptmscope: error: no repository of the study uses all-minilm-l6-v3; it has "
        "sentence-transformers/all-MiniLM-L6-v2"
    ]


# -- what the section holds


@pytest.mark.parametrize(
    ("code", "licence", "expected"),
    [
        ("x = 1\n", "MIT", "```python\nx = 1\n```"),
        ("x = 1\n", "GPL-3.0", ""),
        ("x = 1\n", None, ""),
        ('"""\n```\n"""\n', "MIT", '````python\n"""\n```\n"""\n````'),
        ("x = '\u202e'\n\ty\x1b[1m\r\n", "MIT", "```python\nx = '\\u202e'\n\ty\\x1b[1m\\r\n```"),
        ("<!-- ptmscope card: end -->\n", "MIT", ""),
        ("token = 'hf_" + "a" * 30 + "'\n", "MIT", ""),
        ("x\n" * 100, "MIT", ""),
    ],
)
def test_code_that_is_shown(code: str, licence: str | None, expected: str) -> None:
    assert "\n".join(_quoted(Exemplar("s", "a.py", None, 3, 9, code, "c" * 40, licence))) == expected


@pytest.mark.parametrize(
    ("url", "commit", "expected"),
    [
        ("https://github.com/o/r", "c0ffee", "https://github.com/o/r/blob/c0ffee/a%20b/%C3%A9.py#L3-L9"),
        ("https://gitlab.com/g/s/r", "c0ffee", "https://gitlab.com/g/s/r/-/blob/c0ffee/a%20b/%C3%A9.py#L3-9"),
        ("https://github.com/o/r", None, "https://github.com/o/r/blob/HEAD/a%20b/%C3%A9.py#L3-L9"),
        ("https://example.org/o/r", "c0ffee", "https://example.org/o/r"),
        ("javascript:alert(1)", "c0ffee", None),
        ("https://x.org/a)[b](c", "c0ffee", None),
        (None, "c0ffee", None),
    ],
)
def test_links(url: str | None, commit: str | None, expected: str | None) -> None:
    example = Exemplar("s", "a b/é.py", None, 3, 9, "", commit)
    assert link(example, Repository("s", ".", (), (), commit, None, url)) == expected


@pytest.mark.parametrize(
    ("host", "ending"), [("github.com", "#L3"), ("gitlab.com", "#L3"), ("bitbucket.org", "#lines-3")]
)
def test_a_link_to_one_line(host: str, ending: str) -> None:
    home = Repository("s", ".", (), (), "c0ffee", None, f"https://{host}/o/r")
    assert str(link(Exemplar("s", "a.py", None, 3, 3, ""), home)).endswith(f"a.py{ending}")


def test_labels() -> None:
    home = Repository("s", ".", (), (), "c0ffee", None, "https://github.com/o/r")
    assert label(Exemplar("s", "n.ipynb", 2, 3, 9, "", "c0ffee12345"), home) == "o/r@c0ffee12:n.ipynb[2]:3-9"
    assert label(Exemplar("s", "a\x1b.py", None, 3, 3, ""), Repository("s", ".", (), ())) == "s:a\\x1b.py:3"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("device_map", "auto", "device_map=auto"),
        ("device_map", None, "device_map"),
        ("use_auth_token", "abc", "use_auth_token"),
        ("x", "hf_" + "a" * 20, "x"),
    ],
)
def test_arguments(name: str, value: str | None, expected: str) -> None:
    assert _given(Argument("f", name, value, 1, 1)) == expected
