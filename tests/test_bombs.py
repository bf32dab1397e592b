"""Short texts that come to something huge: doubled, nested, repeated. Each is read in time and in little memory."""

from __future__ import annotations

import json
from random import Random

import pytest

from analyzer import analyze_source, others
from analyzer.configs import documents
from analyzer.configs.documents import plain_toml
from analyzer.linking.survey import glance
from analyzer.project import Project
from analyzer.source import examine
from bench.fuzz import guard
from bench.fuzz.kinds import Files, Kind

#: Times that a value is doubled: what comes out would have 10^13 characters.
N = 40
MEMORY = 400_000_000
SECONDS = 10.0
PYTHON = "from transformers import AutoModel\n"
ECMA = 'import { AutoModel } from "@huggingface/transformers";\n'
NESTED_ARROWS = (
    "async function f() {\n const p = await AutoModel.from_pretrained('a/b');\n return " + "x => " * 2000 + "p(x);\n}\n"
)
LOAD = "huggingface-cli download "
FIRST = "aaaaaaaaaa"


def chain(line: str, first: str = FIRST, times: int = N) -> str:
    """`A0` is the first text; each next one is made of the one before as the line says, with `A` and `B` for them."""
    return "".join(line.replace("A", f"a{n}").replace("B", f"a{n + 1}") + "\n" for n in range(times))


def python(line: str, times: int = N) -> str:
    return f"{PYTHON}a0 = '{FIRST}'\n{chain(line, times=times)}AutoModel.from_pretrained(a{times})\n"


def matrix() -> str:
    keys = "".join(f"        k{n}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]\n" for n in range(12))
    run = "".join(f"${{{{ matrix.k{n} }}}}" for n in range(12))
    return f"jobs:\n  a:\n    strategy:\n      matrix:\n{keys}    steps:\n    - run: {LOAD}a/{run}\n"


def merged() -> str:
    nines = ", ".join(["*A"] * 9)
    return (
        "x-a: &a0 [1, 2]\n" + chain(f"x-B: &B [{nines}]").replace("x-a", "x-b")
        + f"services:\n  a:\n    image: vllm/vllm-openai\n    command: *a{N}\n"
    )  # fmt: skip


BOMBS = {
    "concatenation": ("a.py", python("B = A + A")),
    "f-string": ("a.py", python("B = f'{A}{A}'")),
    "replace": ("a.py", python(f"B = A.replace('a', '{FIRST}')", 12)),
    "replace of nothing": ("a.py", python(f"B = A.replace('', '{FIRST}')", 12)),
    "join": ("a.py", python("B = 'x'.join([A, A])")),
    "format": ("a.py", python("B = '{0}{0}'.format(A)")),
    "percent": ("a.py", python("B = '%(x)s%(x)s' % {'x': A}")),
    "times": ("a.py", PYTHON + "AutoModel.from_pretrained('a' * 10**12)\n"),
    "width": ("a.py", PYTHON + "AutoModel.from_pretrained(f'{1:>1000000000000}')\n"),
    "lists": ("a.py", python("B = [A] + [A]")),
    "template": (
        "a.js",
        f"{ECMA}const a0 = '{FIRST}';\n{chain('const B = `${A}${A}`;')}AutoModel.from_pretrained(a{N});",
    ),
    "shell": ("a.sh", f"a0={FIRST}\n{chain('B=$A$A')}{LOAD}$a{N}\n"),
    "shell, one name": ("a.sh", f"A={FIRST}\n" + "A=$A$A\n" * N + f"{LOAD}$A\n"),
    "shell, added": ("a.sh", f"A={FIRST}\n" + "A+=$A\n" * N + f"{LOAD}$A\n"),
    "shell, many": ("a.sh", "for x in " + f"{FIRST * 100} " * 32 + "; do :; done\n" + chain("B=b$x", times=20_000)),
    "shell, loops": (
        "a.sh",
        "".join(f"for x{n} in 1 2 3 4 5 6 7 8 9; do\n" for n in range(12)) + f"{LOAD}a/$x1$x2$x3$x4\n",
    ),
    "shell, functions": ("a.sh", f"{chain('A() { B; B; }')}a{N}() {{ {LOAD}a/b; }}\na0\n"),
    "shell, substitutions": ("a.sh", LOAD + "$(" * 3000 + "x" + ")" * 3000),
    "shell, here-documents": ("a.sh", "cat <<A\n" * 3000),
    "shell, handed on": ("a.sh", "python a.py " + "-- python b.py " * 3000),
    "shell, one long variable": ("a.sh", "X='" + "a/b " * 5000 + "'\n" + "vllm serve $X\n" * 1000),
    "shell, operators": ("a.sh", "; " * 100_000),
    "shell, a long word": ("a.sh", "x" * 500_000),
    "Dockerfile, flags": ("Dockerfile", "FROM x\nRUN --" + "a-" * 100_000 + "=--\n"),
    "Dockerfile, lines": ("Dockerfile", "FROM x\n" + "RUN x \\\n" * 20_000 + "x\n"),
    "shell, quotes": ("a.sh", LOAD + "'\"" * 100_000),
    "Makefile": ("Makefile", f"a0={FIRST}\n{chain('B=$(A)$(A)')}all:\n\t{LOAD}$(a{N})\n"),
    "Dockerfile": ("Dockerfile", f"FROM x\nENV a0={FIRST}\n{chain('ENV B=$A$A')}RUN {LOAD}$a{N}\n"),
    "Dockerfile, quotes": ("Dockerfile", 'FROM x\nRUN [ "' + '\\"' * 100_000 + "\n"),
    ".env": (".env", f"a0={FIRST}\n{chain('B=${A}${A}')}"),
    "ini": ("a.ini", f"[a]\na0={FIRST}\n{chain('B=%(A)s%(A)s')}"),
    "ini, references": ("a.ini", "[a]\n" + chain("B=%(A)s", times=20_000)),
    "ini, spaces": ("a.ini", "[a]\na" + " " * 200_000 + "x\n"),
    "ini, going on": ("a.ini", "[a]\na = b\n" + " b\n" * 200_000),
    "ini, sections": ("a.ini", "[DEFAULT]\n" + chain("A=b", times=20_000) + chain("[A]", times=20_000)),
    ".env, many": (".env", chain("B=$A", times=20_000)),
    ".env, spaces": (".env", "a = b" + " " * 200_000 + "c\n"),
    "interpolation": ("a.yaml", f"a0: {FIRST}\n{chain('B: ${A}${A}')}"),
    "interpolation, many": ("a.yaml", chain("B: ${A}", times=20_000)),
    "interpolated lists": ("a.yaml", f"a0: [a, b]\n{chain('B: [${A}, ${A}]')}"),
    "aliases": ("compose.yaml", merged()),
    "merge keys": ("compose.yaml", "a0: &a0 {k: v}\n" + chain("B: &B {<<: [*A, *A]}") + f"services: {{<<: *a{N}}}\n"),
    "compose defaults": ("compose.yaml", "services:\n  a:\n    command: " + "${A:-" * 2000 + "x" + "}" * 2000 + "\n"),
    "matrix": (".github/workflows/a.yml", matrix()),
    "yaml flow": ("a.yaml", "services: " + "{a: " * 5000),
    "yaml blocks": ("a.yaml", "run: vllm serve\n" + "".join(" " * n + "a:\n" for n in range(1000))),
    "arrow functions": ("a.js", ECMA + NESTED_ARROWS),
    "json": ("a.json", '{"services": ' + "[" * 100_000),
    "json, quotes": ("a.json", '"' * 400_000),
    "json, escapes": ("a.json", '{"a": "' + '\\"' * 200_000),
    "toml": ("a.toml", "a = " + "[" * 5000 + "]" * 5000),
    "toml, dots": ("a.toml", "a" + ".a" * 100_000 + " = 1\n"),
    "toml, quoted dots": ("a.toml", '"a"' + '."a"' * 50_000 + " = 1\n"),
    "toml, escapes": ("a.toml", 'a = "' + '\\"' * 200_000),
    "notebook": ("a.ipynb", '{"cells": ' + "[" * 200_000),
}  # fmt: skip


def read(files: Files) -> str:
    ((path, content),) = files
    if path.endswith((".py", ".js", ".ipynb")):
        analyze_source(content, path)
    else:
        others.analyze(content, path)
        documents.lower(content, path)
    return "report"


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    """One process for all of them: what one leaves behind counts, too."""
    monkeypatch.setattr(guard, "SECONDS", SECONDS)
    monkeypatch.setattr(guard, "HANG", 6 * SECONDS)
    todo = list(BOMBS.items())
    for name, (path, text) in todo:

        def make(draw: Random, path: str = path, text: str = text) -> Files:
            return ((path, text.encode()),)

        for tally in guard.run(0, range(1), MEMORY, (Kind(name, 1, make, read),)):
            assert not tally.failures


DIGITS = "9" * 5000
CALL = "AutoModel.from_pretrained"
NUMBERS = {
    "a.py": f"{PYTHON}{CALL}('a/{{²}}'.format(1))\n{CALL}('a/{{{DIGITS}}}'.format(1), revision=1e999)\n",
    "b.py": f"{PYTHON}x = 'a,b'\n{CALL}(x.split(',', 10**30)[0] + x.partition(',', 1)[0] + x.replace(','))\n",
    "a.js": f"{ECMA}{CALL}(`a/${{0x{'f' * 5000}}}`);\n",
    "b.js": f"{ECMA}{CALL}(`a/${{1e999}}`, {{revision: 1e999}});\n",
}


@pytest.mark.parametrize("path", NUMBERS)
def test_numbers_that_no_text_holds(path: str) -> None:
    """Numbers of thousands of digits, infinities, digits that are none, and methods given what they do not take."""
    report = analyze_source(NUMBERS[path].encode(), path)
    assert report.sites
    for site in report.sites:
        json.dumps(dict(site.arguments), allow_nan=False)


CONFIGS = {
    "a.yaml": ("m: 0x" + "f" * 5000, "import yaml\nc = yaml.safe_load(open('a.yaml'))\n"),
    "a.toml": ("m = 0x" + "f" * 5000, "import toml\nc = toml.load('a.toml')\n"),
}


@pytest.mark.parametrize("path", CONFIGS)
def test_numbers_in_configs(path: str) -> None:
    text, load = CONFIGS[path]
    code = f"{PYTHON}{load}{CALL}('a/%s' % c['m'])\n".encode()
    known = {"a.py": code, path: text.encode()}
    project = Project([glance(code, "a.py")], known.get, [(path, others.read(known[path], path))])
    (site,) = examine(code, "a.py", project=project).report.sites
    assert site.status in ("partial", "unresolved")


def test_toml_of_strangers() -> None:
    assert plain_toml('[a.b]\nc = "x.y" # z\n') == {"a": {"b": {"c": "x.y"}}}
    assert plain_toml("a = '" + "x." * 200 + "'\n")
    with pytest.raises(ValueError, match="too deep"):
        plain_toml("a" + ".a" * 100 + " = 1\n")
