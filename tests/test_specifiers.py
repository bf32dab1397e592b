"""What JavaScript imports from, as dotted names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.syntax import specifiers


@pytest.mark.parametrize(
    ("specifier", "root"),
    [
        ("@huggingface/transformers", "@huggingface/transformers"),
        ("npm:@huggingface/transformers@^3.0.0", "@huggingface/transformers"),
        ("https://cdn.jsdelivr.net/npm/@xenova/transformers@2.17.2", "@xenova/transformers"),
        ("https://cdn.jsdelivr.net/npm/@xenova/transformers@2.6.0/dist/transformers.min.js", "@xenova/transformers"),
        ("https://esm.sh/@huggingface/inference", "@huggingface/inference"),
        ("https://esm.sh/v135/@huggingface/inference@2.0.0?bundle", "@huggingface/inference"),
        ("https://unpkg.com/fastembed@1.0.0", "npm:fastembed"),
        ("@langchain/community/embeddings/hf", "@langchain/community.embeddings.hf"),
        ("langchain/embeddings/hf_transformers.js", "npm:langchain.embeddings.hf_transformers"),
        ("../../vendor/modules/@xenova/transformers/src/transformers.js", "@xenova/transformers"),
        ("/node_modules/@huggingface/transformers/dist/transformers.min.js", "@huggingface/transformers"),
        ("./node_modules/fastembed/lib/esm/index.js", "npm:fastembed.lib"),
        ("./@types/index", ".@types"),
        ("../libs/helpers", "..libs.helpers"),
        ("fastembed", "npm:fastembed"),
        ("node:stream/promises", "node:stream.promises"),
        ("./config", ".config"),
        ("./config.js", ".config"),
        ("../lib/config.ts", "..lib.config"),
        ("../../a/index.js", "...a"),
        ("@/lib/models", "@/lib.models"),
        ("~/lib/models.ts", "@/lib.models"),
        ("$lib", "@/lib"),
        ("$lib/models/index.js", "@/lib.models"),
        ("src/models", "@/src.models"),
        ("./", "."),
        (".", "."),
        ("..", ".."),
        ("./index.js", "."),
    ],
)
def test_root(specifier: str, root: str) -> None:
    assert specifiers.root(specifier) == root


@pytest.mark.parametrize(
    ("module", "name", "qualified"),
    [
        ("@a/b", "x", "@a/b.x"),
        ("@a/b", "default", "@a/b"),
        (".config", "default", ".config.default"),
        (".", "x", ".x"),
        ("..", "x", "..x"),
    ],
)
def test_member(module: str, name: str, qualified: str) -> None:
    assert specifiers.member(module, name) == qualified


@given(st.text())
def test_any_text_is_a_specifier(text: str) -> None:
    assert specifiers.root(text)
