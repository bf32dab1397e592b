"""The words and operators of a shell script, with their quotes and variables: one pass, nothing resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from analyzer.commands import taken
from analyzer.commands.taken import Taken

MAX_NESTED = 5


class Part(NamedTuple):
    """A piece of a word: literal text, or the variable `name` with its default (an empty name: unknown); `take`: not
    its whole value."""

    text: str
    at: int
    name: str | None = None
    default: tuple[Part, ...] = ()
    take: Taken | None = None


class Word(NamedTuple):
    parts: tuple[Part, ...]
    at: int
    end: int
    sign: str = ""  # an operator instead of a word


_SPACE = re.compile(r"(?:[ \t\r]|\\\r?\n)+")
_PLAIN = re.compile(r"[^\s\\'\"$`;&|()<>#\0]+|#")
_REDIRECT = re.compile(r"(?:\d*(?:<<<|<>|>>|>\||<|>)|&>>?)(?:&\d*-?)?")
_HEREDOC = re.compile(r"\d*<<(-?)[ \t]*(?:'([^'\n]+)'|\"([^\"\n]+)\"|\\?([\w.-]+))")
_OPERATOR = re.compile(r"&&|\|\||;;&?|[;&|()\n]")
_VARIABLE = re.compile(r"\$(?:(\d|\w+|[@*])|\{(\w+|[@*])(?:\[[@*]\])?\}|[#?!$-])")
#: An element of an array, by a key: its name is `NAME[key]`, or `NAME[$variable]`.
_INDEXED = re.compile(r"\$\{(\w+)\[[\"']?(?:([\w.-]+)|\$(\w+)|\$\{(\w+)\})[\"']?\]\}")
_OUTER = re.compile(r"\0\d+\0")  # in an inner script: a variable of the one around it, which holds in any quotes
_DEFAULT = re.compile(r"\$\{(\w+):?[-=]")


class Reader:
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
                sign = "" if "&" in redirect[0][1:] else "<<<" if redirect[0] == "<<<" else ">"
                yield Word((), self.base + redirect.start(), self.base + self.at, sign)
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
            return self.verbatim(at + 1, end if end >= 0 else self.at)
        if here == '"':
            return self.quoted()
        if here in "$`\0":
            return [self.expansion()]
        plain = _PLAIN.match(self.text, at)
        self.at = plain.end() if plain else at + 1
        return [Part(self.text[at : self.at], self.base + at)]

    def verbatim(self, start: int, end: int) -> list[Part]:
        """Text in which only what an outer script put there is no text."""
        parts = []
        for outer in _OUTER.finditer(self.text, start, end):
            parts += [Part(self.text[start : outer.start()], self.base + start)]
            parts += [Part("", self.base + outer.start(), outer[0])]
            start = outer.end()
        return [*parts, Part(self.text[start:end], self.base + start)]

    def quoted(self) -> list[Part]:
        """A string in double quotes, from its quote on."""
        self.at += 1
        parts = [Part("", self.base + self.at)]
        while self.at < len(self.text) and self.text[self.at] != '"':
            at, here = self.at, self.text[self.at]
            if here == "\\" and self.text[at + 1 : at + 2] in ('"', "\\", "$", "`", "\n"):
                self.at += 2
                parts.append(Part(self.text[at + 1 : at + 2].strip("\n"), self.base + at))
            elif here in "$`\0":
                parts.append(self.expansion())
            else:
                end = re.compile(r'["\\$`\0]').search(self.text, at + 1)
                self.at = end.start() if end else len(self.text)
                parts.append(Part(self.text[at : self.at], self.base + at))
        self.at += 1
        return parts

    def expansion(self) -> Part:
        """`$name`, `${name:-default}`, `$(command)`, and what else begins with a dollar sign or a backquote."""
        at, text = self.at, self.text
        if found := _OUTER.match(text, at):
            self.at = found.end()
            return Part("", self.base + at, found[0])
        if found := _VARIABLE.match(text, at):
            self.at = found.end()
            return Part("", self.base + at, found[1] or found[2] or "")
        if found := _INDEXED.match(text, at):
            self.at = found.end()
            return Part("", self.base + at, f"{found[1]}[{found[2] or '$' + (found[3] or found[4])}]")
        if found := _DEFAULT.match(text, at):
            end = _closing(text, at + 1, "{", "}")
            self.at = min(end + 1, len(text))
            return Part("", self.base + at, found[1], self.nested_parts(found.end(), end))
        if part := taken.found(text, at):
            name, take, self.at = part
            return Part("", self.base + at, name, take=take)
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
        return Part(text[at], self.base + at)

    def nested_parts(self, start: int, end: int) -> tuple[Part, ...]:
        if self.depth >= MAX_NESTED:
            return (Part("", self.base + start, ""),)
        inner = Reader(self.text[start:end], self.base + start, self.depth + 1)
        return tuple(part for word in inner.words() for part in word.parts) or (Part("", self.base + start),)

    def nested_commands(self, start: int, end: int) -> None:
        if self.depth < MAX_NESTED:
            inner = Reader(self.text[start:end], self.base + start, self.depth + 1)
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
