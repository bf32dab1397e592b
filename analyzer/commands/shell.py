"""Shell scripts as the commands they run: words with quotes, continuations and variables resolved. Nothing is run.

Offsets are of characters in the text. A variable has the values that assignments above can have given it: under `if`,
`for`, `case` or in a function an assignment adds one, elsewhere it replaces them. Arguments of the script are variables
that are named by their number; once a loop may have shifted them, they are not known. A function is read where it
stands, with arguments that are not known, and again for each call of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from analyzer.commands import functions, nested
from analyzer.commands.budget import WORD, Budget
from analyzer.commands.expansion import MAX_VALUES, MAX_WORDS, Choices, Known, Variables, choices, only, split, spread
from analyzer.commands.functions import Function
from analyzer.commands.functions import literal as _literal
from analyzer.commands.shell_words import MAX_NESTED, Part, Reader, Word

_MAX_EXPORTED = 256
#: Functions that call each other.
_MAX_CALLING = 4
_FUNCTION = re.compile(r"\)\s*\{|\bfunction\s")
#: Endings of the names of scripts.
SHELL = (".sh", ".bash", ".zsh", ".ksh", ".slurm", ".sbatch", ".pbs", ".lsf")


Sourced: TypeAlias = Callable[[str], Mapping[str, Choices]]  # the variables of a script that another one reads in


@dataclass(frozen=True, slots=True)
class Run:
    """One command: what each of its words can be, from offset `at` to `end`; where it is Python code or a script, also
    its environment; `inner` are the commands of a script in it."""

    words: tuple[Choices, ...]
    at: int
    end: int
    environment: tuple[tuple[str, Known], ...] = ()
    inner: tuple[Run, ...] = ()

    def texts(self) -> tuple[str, ...]:
        """The words as text; `*` for what is not known, or can be several: `*` or `--option=*`."""
        return tuple(only(choices) for choices in self.words)


_NAME = re.compile(r"[A-Za-z_]\w*")
_NAMED = re.compile(r"([A-Za-z_]\w*)\+?=")
_KEYED = re.compile(r"\[([^\]]*)\]=")
_OPENING = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_BEFORE = frozenset(
    {"then", "else", "elif", "do", "!", "time", "{", "if", "while", "until", "exec", "nohup", "command"}
)
_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset", "set", "setenv"})


@dataclass(slots=True)
class _State:
    variables: Variables
    sourced: Sourced | None = None
    exported: set[str] = field(default_factory=set)
    arrays: dict[str, list[Choices]] = field(default_factory=dict)
    depth: int = 0
    level: int = 0  # of scripts inside scripts
    words: list[Word] = field(default_factory=list)
    arguments: list[Choices] = field(default_factory=list)
    beside: Variables = field(default_factory=dict)  # assignments in front of the command
    passed: Variables = field(default_factory=dict)  # of all commands so far
    signs: str = ""  # the last operators since the last command
    bodies: list[tuple[int, list[Choices]]] = field(default_factory=list)  # functions: depth, arguments outside
    budget: Budget = field(default_factory=Budget)
    functions: dict[str, Function] = field(default_factory=dict)
    calling: int = 0  # functions that are being called, one by the other

    def hold(self, name: str, given: Iterable[Known | None]) -> None:
        """Gives a variable its values; where they would be too much, they are not known."""
        kept = _first(given)
        self.variables[name] = kept if self.budget.take(_size(kept)) else (None,)

    def __post_init__(self) -> None:
        numbers = sum(name.isdigit() and name != "0" for name in self.variables)
        self.give([self.variables.get(str(number), (None,)) for number in range(1, numbers + 1)])

    def give(self, arguments: list[Choices]) -> None:
        """Sets the arguments; none: they are not known."""
        for number in range(len(self.arguments)):
            self.variables.pop(str(number + 1), None)
        self.variables.update({str(number): given for number, given in enumerate(arguments, 1)})
        self.arguments = arguments
        for name in ("@", "*"):
            self.arrays[name] = arguments
            if not arguments:
                del self.arrays[name]


def final_variables(
    text: str, sourced: Sourced | None = None, *, exported: bool = False, budget: Budget | None = None
) -> Variables:
    """The variables as they are at the end of a script; all, or those that the commands it runs see."""
    state = _State({}, sourced, budget=budget or Budget())
    for _ in _runs(text, state):
        pass
    if exported:
        kept = {name: given for name, given in state.variables.items() if name in state.exported}
        return {name: _first((*state.passed.get(name, ()), *kept.get(name, ()))) for name in (*state.passed, *kept)}
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
    return _runs(text, _State(dict(variables or {}), sourced, budget=budget), base)


def _first(given: Iterable[Known | None]) -> Choices:
    """Different values, as many as count."""
    kept: dict[Known | None, None] = {}
    for value in given:
        kept[value] = None
        if len(kept) == MAX_VALUES:
            break
    return tuple(kept)


def _size(given: Choices) -> int:
    """What values take of the budget."""
    return sum(WORD + len(value.text) if value is not None else WORD for value in given)


def _runs(text: str, state: _State, base: int = 0) -> Iterator[Run]:
    state.budget.take(len(text))
    read = Reader(text, base).words()
    if "{" in text and _FUNCTION.search(text):
        words = list(read)
        state.functions = {**state.functions, **functions.found(words)}
        read = iter(words)
    yield from _walk(read, state)


def _walk(words: Iterator[Word], state: _State) -> Iterator[Run]:
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
        elif word.sign == "(" and (array := _assigned(state.words)) is not None:
            state.words = []
        elif array is not None and word.sign in (")", "\n"):
            if word.sign == ")":
                _array(state, array, state.words)
                state.words, array = [], None
        elif word.sign and word.sign not in (">", "<<"):
            yield from _command(state)
            state.signs = (state.signs + word.sign.strip())[-2:]
        else:
            state.words.append(word)
    yield from _command(state)


def _assigned(words: list[Word]) -> str | None:
    """The name in front of `=(`."""
    last = words[-1] if words else None
    match = _NAMED.fullmatch(last.parts[0].text) if last is not None and len(last.parts) == 1 else None
    return match[0] if match else None


def _array(state: _State, assigned: str, words: list[Word]) -> None:
    """`NAME=(…)` and `NAME+=(…)`: the words of a command that names it, or each of them in turn."""
    name, is_more = assigned.rstrip("+="), assigned.endswith("+=") or state.depth > 0
    elements = [each for word in words if not word.sign for each in split(word, state.variables, state.arrays)]
    if is_more:
        elements = [*state.arrays.get(name, ()), *elements]
    keyed = [_keyed(element) for element in elements[:MAX_WORDS]]
    elements = [element for _, element in keyed]
    for key, element in keyed:
        if key is not None:
            state.hold(f"{name}[{key}]", element)
    state.arrays[name] = elements
    found = [value for element in state.arrays[name] for value in element]
    several = len(found) > 1
    each = (v._replace(sure=v.sure and not several) if v is not None else None for v in found)
    state.hold(name, each)


def _keyed(element: Choices) -> tuple[str | None, Choices]:
    """The key and the value of `[key]=value`; other elements as they are."""
    found = _KEYED.match(element[0].text) if len(element) == 1 and element[0] is not None else None
    if found is None or element[0] is None:
        return None, element
    return found[1].strip("\"'"), (element[0]._replace(text=element[0].text[found.end() :]),)


def _command(state: _State) -> Iterator[Run]:
    body = next((word for word in state.words if word.sign == "<<"), None)
    words, state.words = _without_redirections(state.words), []
    if not words:
        return
    signs, state.signs, state.beside = state.signs, "", {}
    if body is not None and len(words) > 1 and _literal(words[0]) == "read":
        _assign(state, _literal(words[-1]), (Known(body.parts[0].text, body.at),))
        return
    if body is not None and _is_python(words):
        words = [words[0], Word((Part("-c", body.at),), body.at, body.at), body._replace(sign="")]
    is_function = signs.endswith("()") or _literal(words[0]) == "function"
    if _literal(words[0]) == "function":
        words = words[2:]
    while words and (head := _literal(words[0])) in _BEFORE | _OPENING | _CLOSING:
        _arguments(state, head, is_body=is_function and head == "{")
        state.depth += (head in _OPENING) - (head in _CLOSING)
        if head in ("for", "select") and len(words) > 2 and _literal(words[2]) == "in":
            state.hold(_literal(words[1]), _listed(state, words[3:]))
        if head in ("for", "case", "select"):
            return
        words = words[1:]
    words = _assignments(state, words)
    if words:
        found = tuple(each for word in words for each in split(word, state.variables, state.arrays))
        if only(found[0] if found else ()) == "eval":
            found = tuple(each for choice in found[1:] for each in spread(choice, state.variables))
        if found and state.budget.take(sum(map(_size, found))):
            environment = _environment(state, found)
            run = Run(found, words[0].at, words[-1].end, environment, _inner(state, words))
            _source(state, run)
            _shift(state, run)
            yield run
            yield from _called(state, found)


def _called(state: _State, words: tuple[Choices, ...]) -> Iterator[Run]:
    """The commands of the function that a command calls, with the arguments that it gets."""
    function = state.functions.get(only(words[0]))
    if function is None or state.calling >= _MAX_CALLING or not state.budget.take(WORD * len(function.body)):
        return
    outside = state.arguments, state.words, state.signs, state.bodies, state.beside
    given = [_doubtful(word) if not function.is_called_once else word for word in words[1:]]
    state.give(given[:MAX_WORDS])
    state.words, state.signs, state.bodies = [], "", []
    state.calling += 1
    yield from _walk(iter(function.body), state)
    state.calling -= 1
    arguments, state.words, state.signs, state.bodies, state.beside = outside
    state.give(arguments)


def _doubtful(given: Choices) -> Choices:
    """What is so in one of several calls."""
    return tuple(value._replace(sure=False) if value is not None else None for value in given)


def _arguments(state: _State, head: str, *, is_body: bool) -> None:
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


def _environment(state: _State, words: tuple[Choices, ...]) -> tuple[tuple[str, Known], ...]:
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


def _inner(state: _State, words: list[Word]) -> tuple[Run, ...]:
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
    inside = _State(variables, state.sourced, level=state.level + 1, budget=state.budget)
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


def _source(state: _State, run: Run) -> None:
    """`source FILE`: its variables hold from here on."""
    words = run.texts()
    if state.sourced is not None and len(words) > 1 and words[0] in ("source", "."):
        for name, given in state.sourced(words[1]).items():
            _assign(state, name, given)


def _shift(state: _State, run: Run) -> None:
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
        dropped = word.sign == ">"
    return found


def _assignments(state: _State, words: list[Word]) -> list[Word]:
    """The command behind the assignments in front of it; without one, they hold from here on."""
    if words and _literal(words[0]) in _DECLARING:
        rest = [word for word in words[1:] if not _literal(word).startswith("-")]
        if _literal(words[0]) == "export" and len(state.exported) < _MAX_EXPORTED:
            state.exported.update(word.parts[0].text.partition("=")[0] for word in rest[:_MAX_EXPORTED])
    else:
        rest = words
    found: list[tuple[str, tuple[Part, ...]]] = []
    for index, word in enumerate(rest):
        match = _NAMED.match(word.parts[0].text)
        if match is None:
            state.beside = {name: choices(parts, state.variables) for name, parts in found}
            for name, given in state.beside.items():
                state.passed[name] = _first((*state.passed.get(name, ()), *given))
            return rest[index:] if rest is words else []
        value = (
            word.parts[0]._replace(text=word.parts[0].text[match.end() :], at=word.at + match.end()),
            *word.parts[1:],
        )
        value = value if value[0].text or not value[1:] else value[1:]
        if match[0].endswith("+=") and match[1] in state.variables:
            value = (Part("", word.at, match[1]), *value)
        found.append((match[1], value))
    for name, parts in found:
        _assign(state, name, choices(parts, state.variables))
    return []


def _assign(state: _State, name: str, given: Choices) -> None:
    if state.depth > 0:
        doubtful = tuple(value._replace(sure=False) if value is not None else None for value in given)
        given = (*state.variables.get(name, ()), *doubtful)
    state.hold(name, given)


def _listed(state: _State, words: list[Word]) -> Choices:
    """The elements of a list of words: the variable is each of them in turn."""
    found = [value for word in words for value in choices(word.parts, state.variables)]
    return tuple(v._replace(sure=len(found) == 1 and v.sure) if v is not None else None for v in found)
