"""Configs of absl that are Python files: `config_flags.DEFINE_config_file("config", "config/base.py")`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call
from analyzer.values.calling import passing
from analyzer.values.commandline import launched
from analyzer.values.objects import Arguments, Env, Fn, Held, Mod, Str, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_DEFINING = "DEFINE_config_file"


def given(ev: Evaluator, name: str) -> Values:
    """What `get_config` of the file gives that is the flag's default, or that a command line names."""
    from analyzer.values.calling import callers

    found: list[Values] = []
    for module in ev.option_files(0, _DEFINING):
        for call, env in callers.calls_in(ev, module, _DEFINING):
            arguments = passing.arguments_of(call, env)
            if any(isinstance(v, Str) and v.text == name for v in passing.first(ev, arguments)):
                default = passing.argument(ev, arguments, ("default",), 1) or ()
                paths = merged(default, launched.given(ev, name, launched.anywhere(ev, module)))
                found += (made for path in paths if isinstance(path, Str) for made in _made(ev, path, call, env))
    return merged(*found)


def _made(ev: Evaluator, path: Str, call: Call, env: Env) -> Iterator[Values]:
    """What the function makes of what stands behind the colon: `config/dgx.py:aesthetic`."""
    from analyzer.values.calling import calls

    file, colon, word = path.text.partition(":")
    passed = ((ev.keep(Held((path._replace(text=word),))), env),) if colon else ()
    for program in ev.program(file, env.module):
        for function in ev.member(program.module, "get_config") if isinstance(program, Mod) else ():
            if isinstance(function, Fn):
                yield calls.invoke(ev, function, Arguments(passed), call, env)
