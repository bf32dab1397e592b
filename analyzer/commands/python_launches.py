"""The programs that Python code starts: `subprocess.run([…])`, `os.system("python train.py …")`, with what is known of
the command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from analyzer import automata
from analyzer.commands import notebook_launches, shell
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import MAX_WORDS, Choices, Known
from analyzer.commands.launch import Launch
from analyzer.commands.shell import Run
from analyzer.commands.sites import Place, records
from analyzer.program import Call, last_name
from analyzer.syntax import lower, parse
from analyzer.values import containers
from analyzer.values.calling import patched
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Const, Env, List, Ref, Str, Tuple, Value, Values

#: What a file must say to be worth reading for this.
_WORDS = automata.Words(("subprocess", "os.system", "os.popen"), short=0)
_GATE = re.compile(rb"\b(?:os\.(?:system|popen)|subprocess\b|Popen\()")
_PROGRAM = re.compile(rb"[\w}]\.py\b|[\"'\s]-m[\"'\s]")
_STARTERS = frozenset({"system", "popen", "run", "Popen", "call", "check_call", "check_output", "getoutput"})
_SECONDS = 1.0
_MAX_STARTS = 64
_MAX_TEXTS = 48
#: Offsets from here on are of words in a command; those before, of the file.
_INLINE = 1 << 40


def launches(content: bytes, path: str) -> tuple[Launch, ...]:
    """The options that the code gives to Python programs; of tests none, which start them with models of their own."""
    if not _WORDS.found(content) or not _PROGRAM.search(content) or patched.is_test(path):
        return ()
    tree = parse(content, seconds=_SECONDS)
    if tree is None:
        return ()
    live = [found.start() for found in _GATE.finditer(content) if tree.is_code(found.start())]
    module, bodies = lower(tree, path, live)
    ev = Evaluator([module], [bodies])
    budget = Budget()
    starts = islice(_starts(ev), _MAX_STARTS)
    found = tuple(launch for call, env in starts for launch in _launches(ev, call, env, budget))
    bodies.close()
    return tuple(dict.fromkeys(found))


def _starts(ev: Evaluator) -> Iterator[tuple[Call, Env]]:
    """The calls that start a program."""
    for index, scope in ev.modules[0].in_order():
        for call in scope.calls:
            if last_name(call.function) in _STARTERS and call.args and _is_starter(ev, call, ev.env(0, index)):
                yield call, ev.env(0, index)


def _is_starter(ev: Evaluator, call: Call, env: Env) -> bool:
    found = ev.evaluate(call.function, env)
    return any(isinstance(v, Ref) and v.qualified.startswith(("os.", "subprocess.")) for v in found)


def _launches(ev: Evaluator, call: Call, env: Env, budget: Budget) -> Iterator[Launch]:
    module = ev.modules[0]
    place = Place("", lambda at, _: (module.line(at), 0), budget=budget)
    for number, (run, said) in enumerate(_runs(ev, ev.evaluate(call.args[0], env), call, budget)):
        for launch in records(run, place):
            if isinstance(launch, Launch):
                at = said if launch.at >= _INLINE else launch.at
                yield replace(launch, at=at, line=module.line(at), run=call.at * _MAX_TEXTS + number, site=None)


def _runs(ev: Evaluator, commands: Values, call: Call, budget: Budget) -> Iterator[tuple[Run, int]]:
    """The commands that a text is, or that a list of words is one of, with the place of the text."""
    for value in commands[:_MAX_TEXTS]:
        if isinstance(value, Str) and notebook_launches.is_start(value.text):
            found = shell.runs(value.text, base=_INLINE, budget=budget)
            yield from ((_doubtful(run, several=len(commands) > 1), value.at) for run in found)
        elif isinstance(value, List):
            words = _words(ev, value)[:MAX_WORDS]
            if words and budget.take(sum(len(word) for word in words)):
                yield Run(tuple(words), call.at, call.end), call.at


def _doubtful(run: Run, *, several: bool) -> Run:
    return replace(run, words=tuple(_unsure(word) for word in run.words)) if several else run


def _unsure(word: Choices) -> Choices:
    return tuple(known._replace(sure=False) if known is not None else None for known in word)


def _words(ev: Evaluator, value: List) -> list[Choices]:
    """The words of a list; the interpreter that runs the code is Python."""
    if isinstance(value, Tuple):
        return [_choices((one,)) for one in value.values]
    listed = containers.entries(ev, value)
    words = [_choices(ev.evaluate(*entry)) if entry is not None else (None,) for entry in listed]
    held = [v for entry in value.entries[:1] for v in ev.evaluate(*entry)]
    if any(isinstance(v, Ref) and v.qualified == "sys.executable" for v in held):
        words[0] = (Known("python", 0),)
    return words


def _choices(values: Values) -> Choices:
    found = [_known(value) for value in values]
    several = len(found) > 1
    return tuple(v._replace(sure=not several) if v is not None else None for v in found) or (None,)


def _known(value: Value) -> Known | None:
    if isinstance(value, Str):
        return Known(value.text, value.at)
    return Known(str(value.value), 0) if isinstance(value, Const) and value.value is not None else None
