"""Shell lines of notebooks that load a model: `!hf download ID`, `%run x.py --model_name_or_path $NAME`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer import ids
from analyzer.commands import model_commands
from analyzer.loaders import Loader
from analyzer.names import final
from analyzer.program import Module
from analyzer.records import Certainty, LoadSite, ModelRef, Origin
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Str

_VARIABLE = re.compile(r"\{(\w+)\}|\$(\w+)|\$\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """A shell command; `column` is where it begins in its line."""

    text: str
    line: int
    cell: int | None = None
    column: int = 0


def sites(ev: Evaluator, module: Module, lines: tuple[LaunchLine, ...]) -> Iterator[LoadSite]:
    """The load sites of launch lines; `{name}` and `$name` are variables of the module."""
    for line in lines:
        for command, word in model_commands.named(line.text):
            match = ev.tables.match(command.like)
            refs = tuple(_refs(ev, module, match.loader, word, line)) if match is not None else ()
            kinds = {ids.classify(ref.id, match.loader.id_syntax) for ref in refs if match is not None}
            if refs and kinds <= {"model", "local"}:
                local = kinds == {"local"}
                yield LoadSite(
                    path=module.path,
                    line=line.line,
                    column=line.column,
                    end_line=line.line,
                    cell=line.cell,
                    api=command.api,
                    library=command.library,
                    loads=command.loads,
                    status="local" if local else "resolved",
                    reason="local_path" if local else None,
                    models=refs,
                )


def _refs(ev: Evaluator, module: Module, loader: Loader, word: str, line: LaunchLine) -> Iterator[ModelRef]:
    variable = _VARIABLE.fullmatch(word)
    if variable is None:
        if not _VARIABLE.search(word):
            yield _ref(loader, word, Origin(module.path, line.line, line.cell), "certain")
        return
    name = variable[1] or variable[2] or variable[3]
    for binding in final(module.scopes[0].bindings.get(name, ()), 1 << 61, ()):
        for value in ev.evaluate(binding.value, ev.env(0, 0)):
            if isinstance(value, Str) and not value.partial:
                yield _ref(loader, value.text, Origin(module.path, *module.place(value.at)), "possible")


def _ref(loader: Loader, text: str, origin: Origin, certainty: Certainty) -> ModelRef:
    canonical, hub = ids.canonical(text, loader)
    return ModelRef(text, canonical, hub, "launch_line", certainty, origin)
