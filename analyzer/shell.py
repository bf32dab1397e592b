"""Shell scripts as the commands they run: words with quotes, continuations and variables resolved. Nothing is run.

Offsets are of characters in the text. A variable has the values that assignments above can have given it: under `if`,
`for`, `case` or in a function an assignment adds one, elsewhere it replaces them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from typing import NamedTuple, TypeAlias

MAX_COMMANDS = 20_000
_MAX_VALUES = 32
_MAX_NESTED = 5


class Known(NamedTuple):
    """A string that a word can be, and where it stands; not `sure`: a default, or one of several."""

    text: str
    at: int
    sure: bool = True


Choices: TypeAlias = tuple[Known | None, ...]  # None: something that is not known
Variables: TypeAlias = dict[str, Choices]


class Part(NamedTuple):
    """A piece of a word: literal text, or the variable `name` with its default (an empty name: unknown)."""

    text: str
    at: int
    name: str | None = None
    default: tuple[Part, ...] = ()


class Word(NamedTuple):
    parts: tuple[Part, ...]
    at: int
    end: int
    sign: str = ""  # an operator instead of a word


@dataclass(frozen=True, slots=True)
class Run:
    """One command: what each of its words can be, from offset `at` to `end`."""

    words: tuple[Choices, ...]
    at: int
    end: int

    def texts(self) -> tuple[str, ...]:
        """The words as text; `*` where a word is not known, or several."""
        return tuple(_only(choices) for choices in self.words)


def _only(choices: Choices) -> str:
    first = choices[0] if len(choices) == 1 else None
    return first.text if first is not None else "*"


# -- words

_SPACE = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_PLAIN = re.compile(r"[^\s\\'\"$`;&|()<>#]+|#")
_REDIRECT = re.compile(r"(?:\d*(?:<<<|<>|>>|>\||<|>)|&>>?)(?:&\d*-?)?")
_HEREDOC = re.compile(r"\d*<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.-]+))")
_OPERATOR = re.compile(r"&&|\|\||;;&?|[;&|()\n]")
_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)(?:\[[@*]\])?\}|[@*#?!$-])")
_DEFAULT = re.compile(r"\$\{(\w+):?[-=]")
_NAMED = re.compile(r"([A-Za-z_]\w*)\+?=")


class _Reader:
    """One pass over the text."""

    def __init__(self, text: str, base: int = 0, depth: int = 0) -> None:
        self.text, self.base, self.depth = text, base, depth
        self.at = 0
        self.inner: list[Word] = []  # the words of command substitutions
        self.heredocs: list[tuple[str, bool]] = []

    def words(self) -> Iterator[Word]:
        text = self.text
        while self.at < len(text):
            if space := _SPACE.match(text, self.at):
                self.at = space.end()
            elif text[self.at] == "#":
                end = text.find("\n", self.at)
                self.at = end if end >= 0 else len(text)
            elif heredoc := _HEREDOC.match(text, self.at):
                self.heredocs.append((heredoc[2] or heredoc[3] or heredoc[4], bool(heredoc[1])))
                self.at = heredoc.end()
            elif redirect := _REDIRECT.match(text, self.at):
                self.at = redirect.end()
                yield Word((), self.base + redirect.start(), self.base + self.at, "" if "&" in redirect[0][1:] else ">")
            elif operator := _OPERATOR.match(text, self.at):
                self.at = operator.end()
                yield from self.bodies() if operator[0] == "\n" else ()
                yield Word((), self.base + operator.start(), self.base + operator.end(), operator[0])
            else:
                yield self.word()
            yield from self.substituted()

    def substituted(self) -> Iterator[Word]:
        """Commands in `$(…)` stand behind the command they are in, in the order of the tokens: enough for ids."""
        found, self.inner = self.inner, []
        yield from found

    def bodies(self) -> Iterator[Word]:
        """The here-documents of the line that ends here."""
        for end, stripped in self.heredocs:
            tabs = r"\t*" if stripped else ""
            found = re.compile(rf"^{tabs}{re.escape(end)}[ \t\r]*$", re.MULTILINE).search(self.text, self.at)
            stop = found.start() if found else len(self.text)
            body = Part(self.text[self.at : stop], self.base + self.at)
            yield Word((body,), body.at, self.base + stop, "<<")
            self.at = found.end() if found else len(self.text)
        self.heredocs.clear()

    def word(self) -> Word:
        start, text = self.at, self.text
        parts: list[Part] = []
        while self.at < len(text):
            here = text[self.at]
            if here in " \t\r\n;&|()<>" or text.startswith(("\\\n", "\\\r\n"), self.at):
                break
            parts.extend(self.piece(here))
        return Word(tuple(parts), self.base + start, self.base + self.at)

    def piece(self, here: str) -> list[Part]:
        at = self.at
        if here == "\\":
            self.at += 2
            return [Part(self.text[at + 1 : at + 2], self.base + at)]
        if here == "'":
            end = self.text.find("'", at + 1)
            self.at = end + 1 if end >= 0 else len(self.text)
            return [Part(self.text[at + 1 : self.at - 1 if end >= 0 else self.at], self.base + at + 1)]
        if here == '"':
            return self.quoted()
        if here in "$`":
            return [self.expansion()]
        plain = _PLAIN.match(self.text, at)
        self.at = plain.end() if plain else at + 1
        return [Part(self.text[at : self.at], self.base + at)]

    def quoted(self) -> list[Part]:
        """A string in double quotes, from its quote on."""
        self.at += 1
        parts = [Part("", self.base + self.at)]
        while self.at < len(self.text) and self.text[self.at] != '"':
            at, here = self.at, self.text[self.at]
            if here == "\\" and self.text[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
                self.at += 2
                parts.append(Part(self.text[at + 1 : at + 2].strip("\n"), self.base + at))
            elif here in "$`":
                parts.append(self.expansion())
            else:
                end = re.compile(r'["\\$`]').search(self.text, at + 1)
                self.at = end.start() if end else len(self.text)
                parts.append(Part(self.text[at : self.at], self.base + at))
        self.at += 1
        return parts

    def expansion(self) -> Part:
        """`$name`, `${name:-default}`, `$(command)`, and what else begins with a dollar sign or a backquote."""
        at, text = self.at, self.text
        if found := _VARIABLE.match(text, at):
            self.at = found.end()
            return Part("", self.base + at, found[1] or found[2] or "")
        if found := _DEFAULT.match(text, at):
            end = _closing(text, at + 1, "{", "}")
            self.at = min(end + 1, len(text))
            return Part("", self.base + at, found[1], self.nested_parts(found.end(), end))
        if text.startswith(("$(", "${"), at):
            end = _closing(text, at + 1, text[at + 1], ")" if text[at + 1] == "(" else "}")
            self.at = min(end + 1, len(text))
            if text[at + 1] == "(" and text[at + 2 : at + 3] != "(":
                self.nested_commands(at + 2, end)
            return Part("", self.base + at, "")
        if text[at] == "`":
            end = text.find("`", at + 1)
            self.at = end + 1 if end >= 0 else len(text)
            self.nested_commands(at + 1, self.at - 1)
            return Part("", self.base + at, "")
        self.at += 1
        return Part("$", self.base + at)

    def nested_parts(self, start: int, end: int) -> tuple[Part, ...]:
        if self.depth >= _MAX_NESTED:
            return (Part("", self.base + start, ""),)
        inner = _Reader(self.text[start:end], self.base + start, self.depth + 1)
        return tuple(part for word in inner.words() for part in word.parts) or (Part("", self.base + start),)

    def nested_commands(self, start: int, end: int) -> None:
        if self.depth < _MAX_NESTED:
            inner = _Reader(self.text[start:end], self.base + start, self.depth + 1)
            words = list(inner.words())
            self.inner += [Word((), words[0].at, words[0].at, "$("), *words, Word((), end, end, ")$")] if words else []


def _closing(text: str, at: int, left: str, right: str) -> int:
    """Offset of the bracket that closes the one at `at`; the end of the text where there is none."""
    depth = 0
    for found in re.compile(rf"\\.|[{re.escape(left + right)}]", re.DOTALL).finditer(text, at):
        depth += (found[0] == left) - (found[0] == right)
        if depth == 0:
            return found.start()
    return len(text)


# -- commands

_OPENING = frozenset({"if", "for", "while", "until", "case", "select", "{"})
_CLOSING = frozenset({"fi", "done", "esac", "}"})
_BEFORE = frozenset(
    {"then", "else", "elif", "do", "!", "time", "{", "if", "while", "until", "exec", "nohup", "command"}
)
_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset", "set", "setenv"})


@dataclass(slots=True)
class _State:
    variables: Variables
    depth: int = 0
    words: list[Word] = field(default_factory=list)


def final_variables(text: str) -> Variables:
    """The variables as they are at the end of a script."""
    state = _State({})
    for _ in _runs(text, state):
        pass
    return state.variables


def runs(text: str, variables: Mapping[str, Choices] | None = None, base: int = 0) -> Iterator[Run]:
    """The commands of a script, in order; `variables` are those that it finds in its environment, `base` is the
    offset at which it begins."""
    return _runs(text, _State(dict(variables or {})), base)


def _runs(text: str, state: _State, base: int = 0) -> Iterator[Run]:
    outer: list[list[Word]] = []
    array: str | None = None
    for word in islice(_Reader(text, base).words(), MAX_COMMANDS * 10):
        if word.sign == "$(":
            outer.append(state.words)
            state.words = []
        elif word.sign == ")$":
            yield from _command(state)
            state.words = outer.pop()
        elif word.sign == "(" and (array := _assigned(state.words)) is not None:
            state.words = []
        elif array is not None and word.sign in (")", "\n"):
            if word.sign == ")":
                _assign(state, array, _listed(state, state.words))
                state.words, array = [], None
        elif word.sign and word.sign not in (">", "<<"):
            yield from _command(state)
        else:
            state.words.append(word)
    yield from _command(state)


def _assigned(words: list[Word]) -> str | None:
    """The name in front of `=(`."""
    last = words[-1] if words else None
    match = _NAMED.fullmatch(last.parts[0].text) if last is not None and len(last.parts) == 1 else None
    return match[1] if match else None


def _command(state: _State) -> Iterator[Run]:
    body = next((word for word in state.words if word.sign == "<<"), None)
    words, state.words = _without_redirections(state.words), []
    if body is not None and len(words) > 1 and _literal(words[0]) == "read":
        _assign(state, _literal(words[-1]), (Known(body.parts[0].text, body.at),))
        return
    while words and (head := _literal(words[0])) in _BEFORE | _OPENING | _CLOSING:
        state.depth += (head in _OPENING) - (head in _CLOSING)
        if head in ("for", "select") and len(words) > 2 and _literal(words[2]) == "in":
            state.variables[_literal(words[1])] = _listed(state, words[3:])[:_MAX_VALUES]
        if head in ("for", "case", "select"):
            return
        words = words[1:]
    words = _assignments(state, words)
    if words:
        found = tuple(each for word in words for each in _split(word, state.variables))
        if found:
            yield Run(found, words[0].at, words[-1].end)


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
    else:
        rest = words
    found = []
    for index, word in enumerate(rest):
        match = _NAMED.match(word.parts[0].text)
        if match is None:
            return rest[index:] if rest is words else []
        value = (
            word.parts[0]._replace(text=word.parts[0].text[match.end() :], at=word.at + match.end()),
            *word.parts[1:],
        )
        found.append((match[1], value if value[0].text or not value[1:] else value[1:]))
    for name, parts in found:
        _assign(state, name, choices(parts, state.variables))
    return []


def _assign(state: _State, name: str, given: Choices) -> None:
    if state.depth > 0:
        doubtful = tuple(value._replace(sure=False) if value is not None else None for value in given)
        given = (*state.variables.get(name, ()), *doubtful)
    state.variables[name] = tuple(dict.fromkeys(given))[:_MAX_VALUES]


def _listed(state: _State, words: list[Word]) -> Choices:
    """The elements of a list of words: the variable is each of them in turn."""
    found = [value for word in words for value in choices(word.parts, state.variables)]
    return tuple(v._replace(sure=len(found) == 1 and v.sure) if v is not None else None for v in found)


def _literal(word: Word) -> str:
    return "".join(part.text for part in word.parts) if all(part.name is None for part in word.parts) else ""


def _split(word: Word, variables: Variables) -> list[Choices]:
    """What a word can be; a variable that holds several words, and has no quotes around it, is each of them."""
    found = choices(word.parts, variables)
    is_bare = len(word.parts) == 1 and word.parts[0].name is not None
    held = found[0] if is_bare and len(found) == 1 else None
    if held is None or not re.search(r"\s", held.text):
        return [found]
    inner = _Reader(held.text.replace("\\\n", "  ").replace("\n", " "), held.at, _MAX_NESTED).words()
    return [choices(each.parts, variables) for each in inner if each.parts and not each.sign]


def choices(parts: tuple[Part, ...], variables: Variables) -> Choices:
    """What the parts can be together."""
    options = [_options(part, variables) for part in parts if part.text or part.name is not None or len(parts) == 1]
    found: list[Known | None] = []
    for combination in islice(product(*options), _MAX_VALUES):
        known = [piece for piece in combination if piece is not None]
        if len(known) < len(combination):
            text = "".join(piece.text if piece is not None else "*" for piece in combination)
            found.append(Known(text, known[0].at, sure=False) if known and len(text.strip("*/")) else None)
            continue
        first = max(known, key=lambda piece: len(piece.text), default=Known("", 0))
        found.append(Known("".join(p.text for p in known), first.at, sure=all(p.sure for p in known)))
    several = len(found) > 1
    return tuple(dict.fromkeys(v._replace(sure=v.sure and not several) if v is not None else None for v in found))


def _options(part: Part, variables: Variables) -> Choices:
    if part.name is None:
        return (Known(part.text, part.at),)
    given = variables.get(part.name, ()) if part.name else ()
    if not part.default:
        return given or (None,)
    default = tuple(v._replace(sure=False) if v is not None else None for v in choices(part.default, variables))
    return (*(v for v in given if v is None or v.text), *default)
