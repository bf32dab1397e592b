"""No input can crash the analyzer, hang it or be executed; the same input gives the same report."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from pathlib import Path

import expectations
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analyzer import analyze_source
from analyzer.records import REASONS, RESOLUTIONS, FileReport

ROOT = Path(__file__).parent.parent / "fixtures"
SOURCES = tuple(file.read_bytes() for case in expectations.cases(ROOT) for file in case.files())
PATHS = ("case.py", "case.py", "case.ipynb", "case.js", "case.ts", "case.tsx")
ECMA_PATHS = ("case.js", "case.ts", "case.tsx")
ECMA = b'import { AutoModel, pipeline } from "@huggingface/transformers";\nawait AutoModel.from_pretrained("gpt2");\n'
HEADER = b"from transformers import AutoModel\n"
LOAD = b'model = AutoModel.from_pretrained("gpt2")\n'
SECONDS = 20

#: Words that get a random text past the gate and into every part of the analyzer.
WORDS = st.sampled_from((
    "from transformers import AutoModel, pipeline\n", "from transformers import *\n",
    "import transformers as t\n", "AutoModel.from_pretrained(\"gpt2\")", "pipeline(",
    ".from_pretrained(", "SentenceTransformer(", ".generate(**x)", "def f(a, b=1, *c, d='x', **e):\n",
    "class A(B):\n", "    ", "        ", "\n", "self.x", "x", "f(", ")", "[", "]", "{", "}", "=", "+=",
    ":=", "f'{x}-{y!r:>{w}}'", "'a' 'b'", "\"\"\"", "'", "\\", "#", "% (x,)", ".format(x)", "lambda: ",
    "for x in ", "if x else ", "return ", "yield ", "await ", "async ", "with x as y:\n",
    "match x:\n    case y:\n", "try:\n", "except A, e:\n", "global x\n", "nonlocal x\n", "del x\n", "*",
    "**", ",", ":", ".", "@", "print x\n", "%time ", "!python a.py --model_name_or_path gpt2\n",
    "%%bash\n", "import *\n", "\u00e9", "\u0000", "\t", "\r\n", "\ufeff",
))  # fmt: skip

ECMA_WORDS = st.sampled_from((
    "AutoModel.from_pretrained('gpt2')", "pipeline(", "pipe.then(x => x(y))", "xs.map((x) => ", "(", ")", "[", "]",
    "{", "}", ";", ",", ".", "...", "=>", "= ", " ?? ", " || ", "??=", "?.", "x", "this.x", "`${x}/y`", "`", "'", '"',
    "const {a, b: c = 1, ...d} = ", "let [e, , f] = ", "var x", "class A extends B {", "static x = ", "#y", "get z() {",
    "constructor(private a = 1) {", "super(", "super.x", "function f({a} = {}, ...b) {", "async ", "await ", "new ",
    "return ", "yield ", "if (x) ", "else ", "for (const x of ", "while (", "switch (x) { case 1: ", "default: ",
    "try {", "catch (e) {", "finally {", "import x from 'y';", "export default ", "export * from './z';", "<A b={x}>",
    "</A>", " as T", "!", "enum E {", "namespace N {", "/*", "*/", "//", "\n", "/x/g", "\\", "module.exports = ",
    "require('./x')", "import('y')", "process.env.X", "Object.entries(", "Promise.all([", "\u0000", "\ufeff", "@d\n",
))  # fmt: skip

KEYS = st.sampled_from(("cells", "cell_type", "source", "worksheets", "input", "metadata"))
LEAVES = st.none() | st.booleans() | st.integers() | st.sampled_from(("code", "from_pretrained(", "source"))
JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner), max_leaves=12)

relaxed = settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def check(source: bytes, path: str) -> FileReport:
    """Analyses twice and holds the report against what must always be true."""
    report = analyze_source(source, path)
    assert report == analyze_source(source, path), "not deterministic"
    last = len(source) + 1
    for site in report.sites:
        assert 1 <= site.line <= site.end_line <= last
        assert site.column >= 0
        assert bool(site.models) == (site.status in ("resolved", "partial", "local"))
        assert site.status == "resolved" or site.status == "partial" or site.reason in REASONS
        assert [model.id for model in site.models] == sorted({model.id for model in site.models})
        assert all(model.id and model.resolution in RESOLUTIONS for model in site.models)
    assert [(s.cell or 0, s.line, s.column) for s in report.sites] == sorted(
        (s.cell or 0, s.line, s.column) for s in report.sites
    )
    for sequence in report.sequences:
        assert sequence.anchors
        assert any(call.link == "load" for call in sequence.calls)
        assert all(0 <= i < len(sequence.calls) and i != n for n, c in enumerate(sequence.calls) for i in c.inputs)
    return report


@relaxed
@given(st.binary(max_size=300), st.sampled_from(PATHS))
def test_any_bytes(source: bytes, path: str) -> None:
    check(source, path)


@relaxed
@given(st.binary(max_size=100), st.sampled_from(PATHS))
def test_any_bytes_behind_the_gate(source: bytes, path: str) -> None:
    check(HEADER + LOAD + source, path)


@relaxed
@given(st.lists(WORDS, max_size=60).map("".join))
def test_any_words(text: str) -> None:
    check(HEADER + LOAD + text.encode(), "case.py")


@relaxed
@given(st.binary(max_size=100), st.sampled_from(ECMA_PATHS))
def test_any_bytes_as_javascript(source: bytes, path: str) -> None:
    check(ECMA + source, path)


@relaxed
@given(st.lists(ECMA_WORDS, max_size=60).map("".join), st.sampled_from(ECMA_PATHS))
def test_any_words_as_javascript(text: str, path: str) -> None:
    check(ECMA + text.encode(), path)


@relaxed
@given(st.lists(st.lists(WORDS, max_size=20).map("".join), max_size=4))
@example(["from transformers import AutoModel, pipeline\nexcept A, e:\npipeline(", "except A, e:\npipeline("])
def test_any_cells(texts: list[str]) -> None:
    cells = [{"cell_type": "code", "source": text} for text in ((HEADER + LOAD).decode(), *texts)]
    check(json.dumps({"cells": cells, "nbformat": 4}).encode(), "case.ipynb")


@relaxed
@given(JSON)
@example({"cells": None, "worksheets": [{"cells": None}]})
def test_any_json_as_notebook(value: object) -> None:
    check(json.dumps([value, "from_pretrained("]).encode(), "case.ipynb")
    check(json.dumps(value).encode(), "case.ipynb")


@relaxed
@given(st.sampled_from(SOURCES), st.data())
def test_mutated_fixtures(source: bytes, data: st.DataObject) -> None:
    """A piece cut out, doubled, moved or overwritten."""
    size = len(source)
    start = data.draw(st.integers(0, size))
    end = data.draw(st.integers(start, min(size, start + 200)))
    insert = data.draw(st.sampled_from((b"", source[start:end] * 2, b'"""', b"(", b"\n", b"\0", b"\xff")))
    path = data.draw(st.sampled_from(PATHS))
    check(source[:start] + insert + source[end:], path)


@relaxed
@given(st.sampled_from(SOURCES), st.sampled_from(SOURCES))
def test_joined_fixtures(first: bytes, second: bytes) -> None:
    check(first + b"\n" + second, "case.py")


def test_no_warnings() -> None:
    """An escape that Python warns of is the file's business: nothing is written to the user's terminal."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        analyze_source(HEADER + rb'AutoModel.from_pretrained("C:\models\d")', "case.py")
    assert not seen


DEPTH = 20_000
NESTED = {
    "parentheses": b"x = " + b"(" * DEPTH + b"1" + b")" * DEPTH,
    "lists": b"x = " + b"[" * DEPTH + b"]" * DEPTH,
    "dicts": b"x = " + b"{1: " * DEPTH + b"1" + b"}" * DEPTH,
    "calls": b"x = " + b"f(" * DEPTH + b"1" + b")" * DEPTH,
    "chain": b"x = model" + b".to(1)" * DEPTH,
    "attributes": b"x = a" + b".b" * DEPTH,
    "subscripts": b"x = a" + b"[0]" * DEPTH,
    "sum": b"x = 'a'" + b" + 'a'" * DEPTH,
    "nots": b"x = " + b"not " * DEPTH + b"1",
    "lambdas": b"x = " + b"lambda: " * DEPTH + b"1",
    "conditionals": b"x = " + b"1 if a else " * DEPTH + b"2",
    "unclosed": b"x = " + b"(" * DEPTH,
    "elifs": b"if a:\n    pass\n" + b"elif a:\n    x = 1\n" * DEPTH,
    "ifs": b"".join(b" " * level + b"if a:\n" for level in range(1_000)) + b" " * 1_000 + b"pass",
    "names": b"".join(b"a%d = a%d\n" % (n + 1, n) for n in range(DEPTH)),
    "functions": b"".join(b"def f%d(x):\n    return f%d(x)\n" % (n, n + 1) for n in range(5_000)),
}


@pytest.mark.parametrize("nested", NESTED.values(), ids=NESTED.keys())
def test_deep_nesting(nested: bytes) -> None:
    started = time.thread_time()
    report = analyze_source(HEADER + LOAD + nested + b"\n" + LOAD, "deep.py")
    assert time.thread_time() - started < SECONDS
    kinds = {diagnostic.kind for diagnostic in report.diagnostics}
    assert kinds <= {"too_deep", "timeout", "syntax_error", "bound_reached"}
    assert kinds or [site.line for site in report.sites] == [2, 3 + nested.count(b"\n") + 1]


ECMA_DEPTH = 5_000  # more is a bundle
ECMA_NESTED = {
    "parentheses": b"x = " + b"(" * ECMA_DEPTH + b"1" + b")" * ECMA_DEPTH,
    "arrays": b"x = " + b"[" * ECMA_DEPTH + b"]" * ECMA_DEPTH,
    "objects": b"x = " + b"{a: " * ECMA_DEPTH + b"1" + b"}" * ECMA_DEPTH,
    "calls": b"x = " + b"f(" * ECMA_DEPTH + b"1" + b")" * ECMA_DEPTH,
    "chain": b"x = model" + b".to(1)" * ECMA_DEPTH,
    "promises": b"x = model" + b".then(x => x)" * ECMA_DEPTH,
    "arrows": b"x = " + b"x => " * ECMA_DEPTH + b"1",
    "templates": b"x = " + b"`${" * ECMA_DEPTH + b"1" + b"}`" * ECMA_DEPTH,
    "sum": b"x = 'a'" + b" + 'a'" * ECMA_DEPTH,
    "ors": b"x = a" + b" || b" * ECMA_DEPTH,
    "ternaries": b"x = " + b"a ? 1 : " * ECMA_DEPTH + b"2",
    "assignments": b"x = " * ECMA_DEPTH + b"1",
    "elses": b"if (a) {}" + b" else if (a) {}" * ECMA_DEPTH,
    "blocks": b"{" * ECMA_DEPTH + b"}" * ECMA_DEPTH,
    "elements": b"x = " + b"<a>" * ECMA_DEPTH + b"</a>" * ECMA_DEPTH,
    "patterns": b"const " + b"{a: " * ECMA_DEPTH + b"b" + b"}" * ECMA_DEPTH + b" = x",
}


#: On which tree-sitter's TSX grammar never ends.
ENDLESS = (b's\n\xc5v"\x99E[(}Y\xb0e-k\xf0', b'{(c>{//\ns/}}}}}}m"')


@pytest.mark.parametrize("source", ENDLESS)
def test_parsing_that_never_ends(source: bytes) -> None:
    code = f"from analyzer.syntax.tree import parse; print(parse({source!r}, seconds=0.2, grammar='tsx'))"
    done = subprocess.run([sys.executable, "-c", code], timeout=60, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


@pytest.mark.parametrize("nested", ECMA_NESTED.values(), ids=ECMA_NESTED.keys())
@pytest.mark.parametrize("path", ["deep.jsx", "deep.tsx"])
def test_deep_nesting_in_javascript(nested: bytes, path: str) -> None:
    started = time.thread_time()
    report = analyze_source(ECMA + nested + b";\n" + ECMA, path)
    assert time.thread_time() - started < SECONDS
    kinds = {diagnostic.kind for diagnostic in report.diagnostics}
    assert kinds <= {"too_deep", "timeout", "syntax_error", "bound_reached"}
    assert kinds or [site.line for site in report.sites] == [2, 5]


def test_bundle() -> None:
    """What a bundler made is told, not read."""
    minified = ECMA.replace(b"\n", b"") + b"x=1;" * 30_000
    for source in (minified, ECMA + b"x = 1;\n" * 80_000):
        report = analyze_source(source, "app.js")
        assert not report.sites
        assert [diagnostic.kind for diagnostic in report.diagnostics] == ["generated"]
    assert analyze_source(ECMA + b"x = 1;\n" * 30_000, "app.js").sites


def test_deep_id() -> None:
    """An id behind 20,000 steps is found, or its site says why it is not."""
    names = b"".join(b"a%d = a%d\n" % (n + 1, n) for n in range(DEPTH))
    source = HEADER + b'a0 = "gpt2"\n' + names + b"AutoModel.from_pretrained(a%d)\n" % DEPTH
    report = analyze_source(source, "deep.py")
    (site,) = report.sites
    assert [model.id for model in site.models] == ["gpt2"] or site.reason == "bound_reached"


def test_many_candidates() -> None:
    """A product of many values ends, and says so where it is cut."""
    part = ", ".join(f'"{n}"' for n in range(40))
    loops = "".join(f"{' ' * n}for x{n} in [{part}]:\n" for n in range(4))
    source = HEADER + loops.encode() + b'    AutoModel.from_pretrained(f"{x0}{x1}{x2}{x3}")\n'
    started = time.thread_time()
    (site,) = analyze_source(source, "many.py").sites
    assert time.thread_time() - started < SECONDS
    assert len(site.models) <= 1_000 or site.reason == "bound_reached"


LONG = {
    "numbers": b"x = [" + b"0, " * 1_400_000 + b"]\n",
    "strings": b"x = [" + b"'abcdef', " * 420_000 + b"]\n",
    "one string": b"x = '" + b"a" * 4_200_000 + b"'\n",
    "comment": b"# " + b"a" * 4_200_000 + b"\n",
    "dict of ids": b"x = {" + b"'a': 'gpt2', " * 320_000 + b"}\n",
}


def test_deadline() -> None:
    """A file that is not read in time is a diagnostic, and the run goes on."""
    report = analyze_source(HEADER + LOAD + LONG["numbers"], "long.py", seconds=0.01)
    assert [diagnostic.kind for diagnostic in report.diagnostics] == ["timeout"]


@pytest.mark.parametrize("line", LONG.values(), ids=LONG.keys())
def test_line_of_4_mb(line: bytes) -> None:
    started = time.thread_time()
    report = analyze_source(HEADER + LOAD + line + LOAD, "long.py")
    assert time.thread_time() - started < SECONDS
    kinds = {diagnostic.kind for diagnostic in report.diagnostics}
    assert kinds <= {"too_large", "timeout"}
    assert kinds or [site.line for site in report.sites] == [2, 4]


def test_long_line_is_the_load() -> None:
    report = analyze_source(HEADER + LOAD.rstrip() + b"; x = " + b"1 + " * 200_000 + b"1\n", "long.py")
    assert report.diagnostics or [site.models[0].id for site in report.sites] == ["gpt2"]
