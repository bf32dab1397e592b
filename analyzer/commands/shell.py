"""Shell scripts as the commands they run: words with quotes, continuations and variables resolved. Nothing is run.

Offsets are of characters in the text. A variable has the values that assignments above can have given it: under `if`,
`for`, `case` or in a function an assignment adds one, elsewhere it replaces them. Arguments of the script are variables
that are named by their number; once a loop may have shifted them, they are not known. A function is read where it
stands, with arguments that are not known, and again for each call of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from analyzer.commands import arms, assignments, functions, nested, turns
from analyzer.commands.budget import WORD, Budget
from analyzer.commands.expansion import MAX_WORDS, Choices, Known, Variables, choices, only, split, spread
from analyzer.commands.functions import literal as _literal
from analyzer.commands.shell_state import Sourced, State, doubtful, first, in_turn, size
from analyzer.commands.shell_words import MAX_NESTED, Part, Reader, Word

#: Functions that call each other.
_MAX_CALLING = 4
_FUNCTION = re.compile(r"\)\s*\{|\bfunction\s")
#: Endings of the names of scripts.
SHELL = (".sh", ".bash", ".zsh", ".ksh", ".slurm", ".sbatch", ".pbs", ".lsf")


@dataclass(frozen=True, slots=True)
class Run:
    """One command: what each of its words can be, from offset `at` to `end`; where it is Python code or a script, also
    its environment; `inner` are the commands of a script in it; `turns` the words in each turn of the loops around."""

    words: tuple[Choices, ...]
    at: int
    end: int
    environment: tuple[tuple[str, Known], ...] = ()
    inner: tuple[Run, ...] = ()
    turns: tuple[tuple[Choices, ...], ...] = ()

    def texts(self) -> tuple[str, ...]:
        """The words as text; `*` for what is not known, or can be several: `*` or `--option=*`."""
        return tuple(only(choices) for choices in self.words)


_NAME = re.compile(r"[A-Za-z_]\w*")
_OPENING = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_BEFORE = frozenset(
    {"then", "else", "elif", "do", "!", "time", "{", "if", "while", "until", "exec", "nohup", "command"}
)


def final_variables(
    text: str, sourced: Sourced | None = None, *, exported: bool = False, budget: Budget | None = None
) -> Variables:
    """The variables as they are at the end of a script; all, or those that the commands it runs see."""
    state = State({}, sourced, budget=budget or Budget())
    for _ in _runs(text, state):
        pass
    if exported:
        kept = {name: given for name, given in state.variables.items() if name in state.exported}
        return {name: first((*state.passed.get(name, ()), *kept.get(name, ()))) for name in (*state.passed, *kept)}
    return state.variables


def runs(
    text: str,
    variables: Mapping[str, Choices] | None = None,
    base: int = 0,
    sourced: Sourced | None = None,
    budget: Budget | None = None,
) -> Iterator[Run]:
    """The commands of a script, in order, as far as the budget reaches; `variables` are those that it finds in its
    environment, `base` is the offset at which it begins."""
    budget = budget or Budget()
    budget.take(len(variables or ()))
    return _runs(text, State(dict(variables or {}), sourced, budget=budget), base)


def _runs(text: str, state: State, base: int = 0) -> Iterator[Run]:
    state.budget.take(len(text))
    read = Reader(text, base).words()
    if "{" in text and _FUNCTION.search(text):
        words = list(read)
        state.functions = {**state.functions, **functions.found(words)}
        read = iter(words)
    yield from _walk(read, state)


def _walk(words: Iterator[Word], state: State) -> Iterator[Run]:
    outer: list[list[Word]] = []
    array: str | None = None
    for word in words:
        if state.budget.left < 0:
            return
        if word.sign == "$(":
            outer.append(state.words)
            state.words = []
        elif word.sign == ")$":
            yield from _command(state)
            state.words = outer.pop() if outer else []  # the body of a function may begin within
        elif word.sign == "(" and (array := assignments.array(state.words)) is not None:
            state.words = []
        elif array is not None and word.sign in (")", "\n"):
            if word.sign == ")":
                state.fill(array, state.words)
                state.words, array = [], None
        elif word.sign and word.sign not in (">", "<<", "<<<"):
            yield from _command(state)
            if word.sign == ";;":
                state.arms.goes_on(state.depth)
            state.signs = (state.signs + word.sign.strip())[-2:]
        else:
            state.words.append(word)
    yield from _command(state)


def _command(state: State) -> Iterator[Run]:
    body = next((word for word in state.words if word.sign == "<<"), None)
    text = next((text for sign, text in pairwise(state.words) if sign.sign == "<<<"), None)
    words, state.words = _without_redirections(state.words), []
    if not words:
        return
    signs, state.signs, state.beside = state.signs, "", {}
    if body is not None and len(words) > 1 and _literal(words[0]) == "read":
        state.assign(_literal(words[-1]), (Known(body.parts[0].text, body.at),))
        return
    if body is not None and _is_python(words):
        words = [words[0], Word((Part("-c", body.at),), body.at, body.at), body._replace(sign="")]
    is_function = signs.endswith("()") or _literal(words[0]) == "function"
    if _literal(words[0]) == "function":
        words = words[2:]
    while words and (head := _literal(words[0])) in _BEFORE | _OPENING | _CLOSING:
        _arguments(state, head, is_body=is_function and head == "{")
        state.depth += (head in _OPENING) - (head in _CLOSING)
        while state.loops and state.loops[-1][0] > state.depth:
            state.loops.pop()
        _branches(state, head)
        if head in ("for", "select") and len(words) > 2 and _literal(words[2]) == "in":
            state.hold(_literal(words[1]), in_turn(choices(word.parts, state.variables) for word in words[3:]))
            state.loops.append((state.depth, _literal(words[1])))
        if head in ("for", "case", "select"):
            return
        words = words[1:]
    separators = next((_literal(word)[4:] for word in words if _literal(word).startswith("IFS=")), " ")
    words = assignments.taken(state, words)
    if words and text is not None and _literal(words[0]) == "read":
        assignments.read(state, words, choices(text.parts, state.variables), separators or " ")
    elif words:
        found = tuple(each for word in words for each in split(word, state.variables, state.arrays))
        if only(found[0] if found else ()) == "eval":
            found = tuple(each for choice in found[1:] for each in spread(choice, state.variables))
        if found and state.budget.take(sum(map(size, found))):
            environment = _environment(state, found)
            told = tuple(turns.of_command(state, words))
            run = Run(found, words[0].at, words[-1].end, environment, _inner(state, words), told)
            _source(state, run)
            _shift(state, run)
            yield run
            yield from _called(state, found)


def _branches(state: State, head: str) -> None:
    """Which arm of which `if` or `case` the words behind belong to."""
    state.arms.closes(state.depth)
    if head in arms.OPENING:
        state.arms.opens(state.depth)
    elif head in arms.NEXT:
        state.arms.goes_on(state.depth)


def _called(state: State, words: tuple[Choices, ...]) -> Iterator[Run]:
    """The commands of the function that a command calls, with the arguments that it gets."""
    function = state.functions.get(only(words[0]))
    if function is None or state.calling >= _MAX_CALLING or not state.budget.take(WORD * len(function.body)):
        return
    outside = state.arguments, state.words, state.signs, state.bodies, state.beside
    given = [doubtful(word) if not function.is_called_once else word for word in words[1:]]
    state.give(given[:MAX_WORDS])
    state.words, state.signs, state.bodies = [], "", []
    state.calling += 1
    yield from _walk(iter(function.body), state)
    state.calling -= 1
    arguments, state.words, state.signs, state.bodies, state.beside = outside
    state.give(arguments)


def _arguments(state: State, head: str, *, is_body: bool) -> None:
    """Those of a function are its own; a loop may shift those of the script."""
    if is_body:
        state.bodies.append((state.depth, state.arguments))
        state.give([])
    elif head == "}" and state.bodies and state.bodies[-1][0] == state.depth - 1:
        state.give(state.bodies.pop()[1])
    elif head in ("while", "until"):
        state.give([])


def _is_python(words: list[Word]) -> bool:
    """Whether the command runs the code that it reads."""
    return bool(words) and _literal(words[0]).startswith("python") and [_literal(w) for w in words[1:]] in ([], ["-"])


def _environment(state: State, words: tuple[Choices, ...]) -> tuple[tuple[str, Known], ...]:
    """What the command finds in its environment, if it is a script; of code, the variables that hold one value and
    that its words name."""
    texts = [only(word) for word in words]
    if any(text.endswith(SHELL) for text in texts):
        exported = {name: state.variables.get(name, ()) for name in sorted(state.exported)} | state.beside
        return tuple((name, value) for name, given in exported.items() for value in given if value is not None)
    if not texts[0].rpartition("/")[2].startswith("python"):
        return ()
    named = dict.fromkeys(name for text in texts for name in _NAME.findall(text))
    known = ((name, state.variables.get(name, ())) for name in named)
    return tuple((name, given[0]) for name, given in known if len(given) == 1 and given[0] is not None)


def _inner(state: State, words: list[Word]) -> tuple[Run, ...]:
    """The commands of `bash -c "…"`, which see what is exported, and the arguments behind it from the second on."""
    script = nested.find([_literal(word) if i == 0 else _shown(word) for i, word in enumerate(words)])
    if script is None or state.level >= MAX_NESTED:
        return ()
    index, start = script
    inner = nested.inner(words[index].parts, start, state.level + 1)
    variables = {name: state.variables[name] for name in sorted(state.exported & state.variables.keys())} | state.beside
    variables |= {name: choices((part,), state.variables) for name, part in inner.outer.items()}
    arguments = words[index + 2 :]
    variables |= {str(i): choices(word.parts, state.variables) for i, word in enumerate(arguments, 1)}
    inside = State(variables, state.sourced, level=state.level + 1, budget=state.budget)
    return tuple(_placed(run, inner) for run in _runs(inner.text, inside, inner.base))


def _shown(word: Word) -> str:
    return "".join(part.text for part in word.parts)


def _placed(run: Run, inner: nested.Inner) -> Run:
    """A command of an inner script, at its place in the outer one."""
    words = tuple(
        tuple(value._replace(at=inner.place(value.at)) if value is not None else None for value in given)
        for given in run.words
    )
    environment = tuple((name, value._replace(at=inner.place(value.at))) for name, value in run.environment)
    deeper = tuple(_placed(each, inner) for each in run.inner)
    return Run(words, inner.place(run.at), inner.place(run.end), environment, deeper)


def _source(state: State, run: Run) -> None:
    """`source FILE`: its variables hold from here on."""
    words = run.texts()
    if state.sourced is not None and len(words) > 1 and words[0] in ("source", "."):
        for name, given in state.sourced(words[1]).items():
            state.assign(name, given)


def _shift(state: State, run: Run) -> None:
    words = run.texts()
    if words[0] == "shift":
        number = int(words[1]) if len(words) > 1 and words[1].isdigit() else 1
        state.give(state.arguments[number:] if state.depth == 0 else [])


def _without_redirections(words: list[Word]) -> list[Word]:
    found: list[Word] = []
    dropped = False
    for word in words:
        if not dropped and not word.sign and word.parts:
            found.append(word)
        dropped = word.sign in (">", "<<<")
    return found
