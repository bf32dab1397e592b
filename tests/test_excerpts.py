"""A file cut down to one usage."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from analyzer import analyze_source
from analyzer.excerpts import excerpt_of

SOURCE = '''
"""What the file is for."""
import os, sys
import torch as t
from transformers import (
    AutoModel,  # the model
    AutoTokenizer,
    pipeline,
)
from transformers import AutoModel

NAME = "org/m"  # a name
OTHER = "not/used"
flag = None


def unrelated():
    NAME = 3
    return os.getcwd()


@decorated
class Embedder:
    """It embeds."""

    def __init__(self, device):
        # load it
        self.tokenizer = AutoTokenizer.from_pretrained(NAME)
        self.model = AutoModel.from_pretrained(
            NAME,  # the same
            revision="main",
        )
        self.device = device

    def embed(self, text):
        try:
            log(text)
            with t.no_grad():
                if text:
                    return self.model(**self.tokenizer(text))
                else:
                    log("nothing")
        except ValueError:
            log("wrong")
        finally:
            log("done")
'''

CUT = """\
import torch as t
from transformers import (
    AutoModel,
    AutoTokenizer,
    pipeline,
)
NAME = "org/m"
class Embedder:
    def __init__(self, device):
        self.tokenizer = AutoTokenizer.from_pretrained(NAME)
        self.model = AutoModel.from_pretrained(
            NAME,
            revision="main",
        )
    def embed(self, text):
        try:
            with t.no_grad():
                if text:
                    return self.model(**self.tokenizer(text))
        except ValueError:
            pass
"""


def cut(source: str, path: str = "a.py") -> str | None:
    content = source.encode()
    return excerpt_of(content, analyze_source(content, path).sequences[0])


def test_the_usage_and_nothing_else() -> None:
    assert cut(SOURCE) == CUT


LOAD = 'from transformers import AutoModel\nm = AutoModel.from_pretrained("org/m")\n'


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        ("m(1); print('x')\n", "m(1)\nprint('x')\n"),
        ("if m(1):\n    x()\nelse:\n    y()\n", "if m(1):\n    pass\n"),
        ("if x: y()\nelif z: m(1)\n", "if x:\n    pass\nelif z:\n    m(1)\n"),
        ("for a in b:\n\tm(a)\n", "for a in b:\n    m(a)\n"),
        ("for a in m(1): pass\n", "for a in m(1):\n    pass\n"),
        ("def f():\n  return m(1)\n", "def f():\n    return m(1)\n"),
        ("async def f():\n    await m(1)\n", "async def f():\n    await m(1)\n"),
        ("try:\n    x()\nexcept E:\n    m(1)\n", "try:\n    pass\nexcept E:\n    m(1)\n"),
        ("try:\n    m(1)\nfinally:\n    y()\n", "try:\n    m(1)\nfinally:\n    pass\n"),
        ("while x:\n    y()\nelse:\n    m(1)\n", "while x:\n    pass\nelse:\n    m(1)\n"),
        ('m("""a\n   # b\n\n c""")\n', 'm("""a\n   # b\n\n c""")\n'),
        ("prompt = ['a',\n  # no\n  'b']\nm(prompt)\n", "prompt = ['a',\n  'b']\nm(prompt)\n"),
        ("def g():\n    import q\n    import w\n    return m(q.x)\n",
         "def g():\n    import q\n    return m(q.x)\n"),
        ("match x:\n    case 1:\n        m(1)\n", "match x:\n    case 1:\n        m(1)\n"),
    ],
)  # fmt: skip
def test_blocks_stay_blocks(code: str, kept: str) -> None:
    found = cut(LOAD + code)
    assert found == LOAD + kept
    ast.parse(found)


def test_a_notebook_cell_by_cell() -> None:
    cells = [{"cell_type": "markdown", "source": "x"}, {"cell_type": "code", "source": LOAD},
             {"cell_type": "code", "source": "print(1)\nm(2)"}]  # fmt: skip
    assert cut(json.dumps({"cells": cells}), "a.ipynb") == LOAD + "m(2)\n"


def test_what_does_not_parse_gives_nothing() -> None:
    assert cut(LOAD + "m(1, 2 3)\n") is None


def test_javascript_gives_nothing() -> None:
    source = 'import { pipeline } from "@huggingface/transformers";\nconst p = await pipeline("x", "org/m");\n'
    assert cut(source, "a.js") is None


def test_fixtures_cut_down_parse(pytestconfig: pytest.Config) -> None:
    for path in sorted(Path(pytestconfig.rootpath, "fixtures", "flow").glob("*.py")):
        content = path.read_bytes()
        for usage in analyze_source(content, path.name).sequences:
            found = excerpt_of(content, usage)
            assert found is not None
            ast.parse(found)
