"""Indexes over a file: whatever bodies are read, in whatever order, they hold what one made afterwards holds."""

from collections.abc import Hashable, Iterator
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.languages import grammar_of
from analyzer.program import Module, Scope
from analyzer.syntax import lower, parse
from analyzer.values.indexes import Index, libraries

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

PYTHON = """
import torch
LOAD = dict(a=first())

@register("b", name=made())
def one(x=default(), y=(shared := late())):
    global LOAD
    LOAD = other(lambda z: inner(z))
    def nested(a=again()):
        import transformers
        return first(a)
    return nested()

class Thing:
    kind = first()
    @wrapped(late())
    def method(self, a=(shared := 1)):
        self.part = one(a)
    def second(self):
        return [late(each) for each in self.parts()]
"""
JAVASCRIPT = """
import { pipeline } from "@huggingface/transformers";
let held = first();
export function one(x = other()) { held = late(x); return () => inner(held); }
class Thing { async method() { this.part = one(() => late()); } }
const two = async () => { const { late } = await import("x"); module.exports.two = late(); };
"""


def calls(module: Module, number: int, scope: Scope) -> Iterator[tuple[object, tuple[int, int]]]:
    yield from ((type(call.function).__name__, (number, call.at)) for call in scope.calls)
    yield from ((name, (number, binding.at)) for name, found in scope.bindings.items() for binding in found)


def held(index: Index[K, V]) -> dict[K, tuple[V, ...]]:
    index.refreshed()
    return {key: index.get(key) for key in index}


@pytest.mark.parametrize(("source", "path"), [(PYTHON, "a.py"), (JAVASCRIPT, "a.js")])
@given(st.data())
def test_an_index_that_grew_equals_one_made_at_the_end(source: str, path: str, data: st.DataObject) -> None:
    tree = parse(source.encode(), seconds=5, grammar=grammar_of(path))
    assert tree is not None
    module, bodies = lower(tree, path, ())
    index, imports = Index(module, calls), Index(module, libraries)
    while left := [number for number, scope in enumerate(module.scopes) if not scope.lowered]:
        bodies.read(data.draw(st.sampled_from(left)))
        if data.draw(st.booleans()):
            index.refreshed().get("Name")
    assert held(index) == held(Index(module, calls))
    assert held(imports) == held(Index(module, libraries))
    bodies.close()


def test_values_come_in_the_order_of_the_source() -> None:
    tree = parse(b"def a():\n    load(1)\ndef b():\n    load(2)\nload(3)\n", seconds=5)
    assert tree is not None
    module, bodies = lower(tree, "a.py", ())
    index = Index(module, calls)
    bodies.read(2)
    bodies.read(1)
    assert [number for number, _ in index.refreshed().get("Name")] == [0, 1, 2]
