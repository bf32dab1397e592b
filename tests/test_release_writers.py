"""Files for the tools of others, read back by those tools' rules."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from analyzer.records import Anchor, ApiCall, CallSequence
from ptmscope.cli import cli
from ptmscope.release.tools import WRITERS
from ptmscope.release.usages import Usage
from ptmscope.release.writers import focus, pam
from ptmscope.release.writers.tool import file_names, plain
from ptmscope.release_cli import TOOLS

#: As PAM's data are.
SAMPLE = """@relation netty

@attribute fqCaller string
@attribute fqCalls string

@data
'com.ada.Writer.write','io.netty.buffer.ChannelBuffer.writeInt io.netty.buffer.ChannelBuffer.writeInt'
'com.ada.Reader.read','io.netty.util.Map<java.lang.String,java.lang.Object>.get io.netty.channel.Channel.<init>'
'','io.netty.channel.Channel.close'
"""

TEXTS = st.text(max_size=12)


def usage(number: int, source: str, path: str, model: str, apis: list[str]) -> Usage:
    calls = tuple(ApiCall(api, line, None, "receiver", None, ()) for line, api in enumerate(apis, 1))
    sequence = CallSequence(path, None, model, (Anchor(1, None, "a.load"),), calls)
    return Usage(f"{number:016x}", source, sequence, None, f"library {number % 2}", f"{number:016x}")


APIS = st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=9)
USAGES = st.lists(st.tuples(st.sampled_from(["ada", "ada/b#", "é"]), TEXTS, TEXTS, APIS), max_size=8).map(
    lambda rows: [usage(number, *row) for number, row in enumerate(sorted(rows))]
)


@given(USAGES)
def test_focus_reads_every_project_that_is_there(usages: list[Usage]) -> None:
    made = focus.files(usages)
    listed = made.texts[focus.LIST].splitlines()
    assert sorted(listed) == sorted(made.texts.keys() - {focus.LIST})
    read = [focus.read(made.texts[name]) for name in listed]
    tested = [each for each in usages if len(set(each.apis)) >= focus.LEAST]
    assert sum(map(len, read)) == len(tested)
    assert len(listed) == len({each.source for each in tested})
    assert sum(made.left_out.values()) == len({each.source for each in usages}) - len(listed)


def test_a_project_for_focus() -> None:
    apis = ["a.load", "a.run", "a.run", "a.#", "a.b", "a.c"]
    made = focus.files([usage(1, "ada/models", "x y.py", "gpt2", apis), usage(2, "bob", "a.py", "gpt2", ["a.load"])])
    assert made.texts == {
        "List.txt": "ada_models.txt\n",
        "ada_models.txt": "".join(
            f"x%20y.py/gpt2(0000000000000001)#{call}\n" for call in ("a.load", "a.run", "a.%23", "a.b", "a.c")
        ),
    }
    assert made.left_out == {"projects without a declaration of 5 invocations": 1}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a#1\nb#1\na#2\n", "follow one another"),
        ("a#1\nab#1\n", "part of another"),
        ("a#1\na#2\na#3\na#4\n", "no declaration of 5"),
        ("a#b#c\n", "unpack"),
        ("a\n", "unpack"),
    ],
)
def test_what_focus_cannot_read(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        focus.read(text)


def test_pams_own_files_pass_unchanged() -> None:
    read = pam.read(SAMPLE)
    assert pam.write(read) == SAMPLE
    assert read.relation == "netty"
    assert read.rows[0][1] == ("io.netty.buffer.ChannelBuffer.writeInt",) * 2
    assert read.rows[2] == ("", ("io.netty.channel.Channel.close",))


@given(USAGES)
def test_pam_splits_what_is_written_into_what_was_meant(usages: list[Usage]) -> None:
    made = pam.files(usages)
    lines = [line for text in made.texts.values() for line in text.splitlines()[6:]]
    assert len(lines) == len(usages)
    calls = sorted(line.split(",")[1].replace("'", "").split(" ") for line in lines)  # as PAM does
    assert calls == sorted([plain(api) for api in each.apis] for each in usages)
    for text in made.texts.values():
        assert pam.write(pam.read(text)) == text


@pytest.mark.parametrize("text", ["", "@relation x\n", SAMPLE + "'a' 'b'\n", SAMPLE + "'a','b\n"])
def test_other_files_are_no_arff_of_pam(text: str) -> None:
    with pytest.raises(ValueError, match="no "):
        pam.read(text)


@given(st.text())
def test_plain_names_can_be_read_back(text: str) -> None:
    assert plain(text).isascii()
    assert not set(plain(text)) & set(" #'\",\\\n")
    assert unquote(plain(text)) == text


def test_file_names_are_numbered_where_they_are_alike() -> None:
    assert file_names(["a/b", "a_b", "c"], ".txt") == {"a/b": "a_b.txt", "a_b": "a_b_1.txt", "c": "c.txt"}


def test_the_command(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    assert set(TOOLS) == WRITERS.keys()
    (tmp_path / "ada").mkdir()
    code = "".join(f"m.step{n}()\n" for n in range(5))
    load = 'from transformers import AutoModel\nm = AutoModel.from_pretrained("gpt2")\n'
    (tmp_path / "ada" / "a.py").write_text(load + code)
    for arguments in (
        ("study", tmp_path / "ada", "-o", tmp_path / "s", "--step", "tables", "-j", 1),
        ("dataset", tmp_path / "s", "-o", tmp_path / "focus", "--for", "focus"),
        ("dataset", tmp_path / "s", "-o", tmp_path / "pam", "--for", "pam"),
    ):
        result = CliRunner().invoke(cli, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "focus").iterdir()) == ["List.txt", "ada.txt"]
    (found,) = focus.read((tmp_path / "focus" / "ada.txt").read_text()).values()
    assert found[:2] == ["transformers.AutoModel.from_pretrained", "transformers.AutoModel.step0"]
    assert pam.read((tmp_path / "pam" / "transformers.arff").read_text()).rows[0][1] == tuple(found)
