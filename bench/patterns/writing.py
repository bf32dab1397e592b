"""One planted usage as source code, in one of several styles."""

from __future__ import annotations

import ast
import functools
import random
import re
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_AROUND = Path(__file__).with_name("surroundings.toml")
_API = re.compile(r"<([\w.]+):(\w+)>")
_LITERAL = re.compile(r'~("[^"]*"|\d+)')
_LONG = 60


@dataclass(frozen=True, slots=True)
class Style:
    """How a person writes: `shape` of the file, `imports`, and what stands around it."""

    shape: str
    imports: str
    constant: bool
    unrelated: float
    comments: float
    helpers: int
    spread: bool
    normal: bool

    @staticmethod
    def drawn(rng: random.Random) -> Style:
        return Style(
            rng.choice(("script", "main", "loader", "class")),
            rng.choice(("from", "module", "alias", "from as")),
            rng.random() < 0.5,
            rng.choice((0.0, 0.15, 0.4)),
            rng.choice((0.0, 0.1, 0.3)),
            rng.choice((0, 0, 1, 2, 4)),
            rng.random() < 0.3,
            rng.random() < 0.2,
        )


def written(loads: Sequence[str], uses: Sequence[str], model_id: str, style: Style, rng: random.Random) -> str:
    """The file. `style.normal`: as a formatter that knows nothing of comments would leave it."""
    imports: dict[str, None] = {}
    names = _names([*loads, *uses], rng)
    in_class = {name: f"self.{new}" for name, new in names.items() if name[0] == "@"} if style.shape == "class" else {}
    around = list(_around([*loads, *uses], {**names, **in_class}, imports, style, rng))
    helpers = [_helper(imports, rng) for _ in range(style.helpers)]
    code = _SHAPES[style.shape](around[: len(loads)], around[len(loads) :], names, "MODEL" if style.constant else "ID")
    code = f"MODEL = {model_id!r}\n\n\n{code}" if style.constant else re.sub(r"\bID\b", repr(model_id), code)
    code = "\n\n\n".join(
        rng.sample([*helpers, code], len(helpers) + 1) if style.shape != "script" else [*helpers, code]
    )
    code = "\n".join([*sorted(imports, key=lambda line: rng.random()), "\n", code])
    return ast.unparse(ast.parse(code)) + "\n" if style.normal else code


@functools.cache
def _around_it() -> dict[str, Any]:
    return tomllib.loads(_AROUND.read_text(encoding="utf-8"))


def _helper(imports: dict[str, None], rng: random.Random) -> str:
    """A function that has nothing to do with the model."""
    table = _around_it()
    function = rng.choice(table["function"])
    imports[function["import"]] = None
    first, second, word = rng.sample(table["words"].split(), 3)
    code: str = function["code"]
    return code.replace("NAME", f"{first}_{second}").replace("WORD", word)


def _names(lines: Sequence[str], rng: random.Random) -> dict[str, str]:
    """A fresh name for each object and local variable of the template."""
    found = dict.fromkeys(re.findall(r"[@$]\w+", " ".join(lines)))
    table = _around_it()
    names: dict[str, str] = {}
    for mark in found:
        usual = table["names"].get(mark[1:], [])
        pool = usual or [mark[1:], *(f"{mark[1:]}_{other}" for other in table["others"]), *table["others"]]
        spare = [f"{mark[1:]}_{number}" for number in range(2, 4)]
        names[mark] = rng.choice([name for name in pool if name not in names.values()] or spare)
    return names


def _around(
    lines: Sequence[str], names: dict[str, str], imports: dict[str, None], style: Style, rng: random.Random
) -> Iterator[str]:
    """Each line with its names and imports, and what stands in front of it."""
    for line in lines:
        before = []
        if rng.random() < style.unrelated:
            statement = rng.choice(_around_it()["statement"])
            imports[statement["import"]] = None
            before.append(statement["code"])
        if rng.random() < style.comments:
            before.append(rng.choice(_around_it()["comments"]))
        text = _LITERAL.sub(lambda match: _other(match[1], rng), line)
        text = _API.sub(lambda match: _imported(match[1], match[2], imports, style), text)
        text = re.sub(r"[@$]\w+", lambda match: names[match[0]], text)
        yield "\n".join([*before, _spread(text) if style.spread else text])


def _other(literal: str, rng: random.Random) -> str:
    """A number up to twice as large; a phrase, a word, or a file name with the same ending."""
    if literal.isdigit():
        return str(rng.randint(max(1, int(literal) // 2), 2 * int(literal)))
    text = literal.strip('"')
    stem, dot, ending = text.rpartition(".") if re.search(r"\w\.\w+$", text) else (text, "", "")
    words = rng.sample(_around_it()["words"].split(), rng.randint(2, 7) if " " in stem else 1)
    return f'"{" ".join(words)}{dot}{ending}"'


def _imported(module: str, name: str, imports: dict[str, None], style: Style) -> str:
    short = "".join(part[:3] for part in re.split(r"[._]", module)) + "_"
    line, spelled = {
        "from": (f"from {module} import {name}", name),
        "from as": (f"from {module} import {name} as {name}_", f"{name}_"),
        "module": (f"import {module}", f"{module}.{name}"),
        "alias": (f"import {module} as {short}", f"{short}.{name}"),
    }[style.imports]
    imports[line] = None
    return spelled


def _spread(line: str) -> str:
    """A long call with one argument a line."""
    (statement,) = ast.parse(line).body
    call = getattr(statement, "value", None)
    if len(line) < _LONG or not isinstance(call, ast.Call):
        return line
    parts = [ast.unparse(part) for part in call.args]
    parts += [f"{part.arg or '**'}{'=' if part.arg else ''}{ast.unparse(part.value)}" for part in call.keywords]
    target = f"{ast.unparse(statement.targets[0])} = " if isinstance(statement, ast.Assign) else ""
    inner = "".join(f"    {part},\n" for part in parts)
    return f"{target}{ast.unparse(call.func)}(\n{inner})"


def _script(loads: list[str], uses: list[str], names: dict[str, str], model: str) -> str:
    return "\n".join([*_with_id(loads, model), "", *uses, ""])


def _main(loads: list[str], uses: list[str], names: dict[str, str], model: str) -> str:
    body = textwrap.indent("\n".join([*_with_id(loads, model), *uses]), "    ")
    return f'def main():\n{body}\n\n\nif __name__ == "__main__":\n    main()\n'


def _loader(loads: list[str], uses: list[str], names: dict[str, str], model: str) -> str:
    objects = ", ".join(new for name, new in names.items() if name[0] == "@")
    load = textwrap.indent("\n".join([*_with_id(loads, "name"), f"return {objects}"]), "    ")
    run = textwrap.indent("\n".join(uses), "    ")
    return f"def load(name={model}):\n{load}\n\n\ndef run({objects}):\n{run}\n\n\n{objects} = load()\nrun({objects})\n"


def _class(loads: list[str], uses: list[str], names: dict[str, str], model: str) -> str:
    load = textwrap.indent("\n".join(_with_id(loads, "name")), " " * 8)
    run = textwrap.indent("\n".join(uses), " " * 8)
    head = f"class Service:\n    def __init__(self, name={model}):\n{load}\n\n    def run(self):\n{run}\n"
    return f"{head}\n\nService().run()\n"


def _with_id(loads: list[str], model: str) -> list[str]:
    return [re.sub(r"\bID\b", model, line) for line in loads]


_SHAPES = {"script": _script, "main": _main, "loader": _loader, "class": _class}
