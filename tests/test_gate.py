"""The gate: which texts pass, and the searches that it is made of."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer import gate
from analyzer.automata import Words
from analyzer.program import Language


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("AutoModel.from_pretrained('x')", True),
        ("load = AutoModel.from_pretrained\n", True),
        ("# AutoModel.from_pretrained('x')", False),
        (">>> AutoModel.from_pretrained('x')", False),
        ("from transformers import pipeline\npipeline('x')", True),
        ("import a, transformers\ntransformers.pipeline('x')", True),
        ("importlib.import_module('transformers').pipeline('x')", True),
        ("from sklearn import pipeline\npipeline('x')", False),
        ("transformers = 1\npipeline('x')", False),
        ("from transformers_extra import pipeline\npipeline('x')", False),
        ("import transformers\npipeline = 1", False),
        ("import torch\ntorch.hub.load('a', 'b')", True),
        ("import torch\nloader(downloads())", False),
        ("import transformers\nclass_ = transformers.__dict__[name]", True),
        ("class_ = sockets.__dict__[name]", False),
        ("# from_pretrained(x)\nm = from_pretrained(x)", True),
        ("import transformers\nx = pipelines()\ny = my_pipeline()\nz = pipeline", True),
        ("json.load(f)", False),
        ("", False),
    ],
)
def test_python(source: str, passes: bool) -> None:
    assert gate.passes(source.encode()) == bool(gate.hits(source.encode())) == passes


@pytest.mark.parametrize(
    ("source", "passes"),
    [
        ("import { pipeline } from '@huggingface/transformers'; pipeline('x')", True),
        ("import('https://cdn.jsdelivr.net/npm/@xenova/transformers').then(t => t.pipeline('x'))", True),
        ("import { pipeline } from 'stream'; pipeline(a, b)", False),
        ("// import { pipeline } from '@huggingface/transformers'", False),
        ("AutoModel.from_pretrained('x')", True),
    ],
)
def test_javascript(source: str, passes: bool) -> None:
    assert gate.passes(source.encode(), "javascript") == passes


def test_hits_of_one_line() -> None:
    assert gate.hits(b"# from_pretrained(\na = from_pretrained(b), from_pretrained(c)") == (23, 43)


def test_a_long_comment_of_names() -> None:
    assert not gate.passes(b"# " + b"from_pretrained( " * 200_000)


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_long_line_of_names(language: Language) -> None:
    assert not gate.passes(b"import a, b = torch " * 200_000, language)


_WORDS = st.lists(st.text("ab_.", min_size=1, max_size=9), min_size=1, max_size=6, unique=True)


@given(_WORDS, st.text("ab_. \n", max_size=40))
def test_words(words: list[str], text: str) -> None:
    alone = [re.search(rf"\b{re.escape(word)}\b" if len(word) <= 6 else re.escape(word), text) for word in words]
    assert sorted(Words(words).found(text.encode())) == [at for at, found in enumerate(alone) if found]


def test_words_in_threads() -> None:
    words, texts = Words(["load", "pipeline"]), [b"load " * 50_000, b"pipeline" * 50_000, b"x" * 400_000] * 8
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(words.found, texts)) == [[0], [1], []] * 8
