"""What a shell command sets: by assignments alone or behind `export`, in front of a command, and by `read`."""

from __future__ import annotations

import re
from itertools import zip_longest

from analyzer.commands.expansion import MAX_WORDS, Choices, choices, part_of
from analyzer.commands.functions import literal
from analyzer.commands.shell_state import State, first, in_turn
from analyzer.commands.shell_words import Part, Word
from analyzer.commands.taken import fields

_MAX_EXPORTED = 256
_NAME = re.compile(r"[A-Za-z_]\w*")
_NAMED = re.compile(r"([A-Za-z_]\w*)\+?=")
_DECLARING = frozenset({"export", "declare", "local", "readonly", "typeset", "set", "setenv"})


def taken(state: State, words: list[Word]) -> list[Word]:
    """The command behind the assignments in front of it; without one, they hold from here on."""
    if words and literal(words[0]) in _DECLARING:
        rest = [word for word in words[1:] if not literal(word).startswith("-")]
        if literal(words[0]) == "export" and len(state.exported) < _MAX_EXPORTED:
            state.exported.update(word.parts[0].text.partition("=")[0] for word in rest[:_MAX_EXPORTED])
    else:
        rest = words
    found: list[tuple[str, tuple[Part, ...]]] = []
    for index, word in enumerate(rest):
        match = _NAMED.match(word.parts[0].text)
        if match is None:
            state.beside = {name: choices(parts, state.variables) for name, parts in found}
            for name, given in state.beside.items():
                state.passed[name] = first((*state.passed.get(name, ()), *given))
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
        state.assign(name, choices(parts, state.variables))
    return []


def array(words: list[Word]) -> str | None:
    """The name in front of `=(`."""
    last = words[-1] if words else None
    match = _NAMED.fullmatch(last.parts[0].text) if last is not None and len(last.parts) == 1 else None
    return match[0] if match else None


def read(state: State, words: list[Word], given: Choices, separators: str) -> None:
    """`IFS=',' read -r A B <<< "$text"`: each variable gets a field; `read -a ARRAY` an array of them."""
    names = [literal(word) for word in words[1:]]
    is_array = any(name.startswith("-") and "a" in name for name in names)
    names = [name for name in names if _NAME.fullmatch(name)]
    most = 0 if is_array else len(names)
    parts = [[part_of(v, part) for part in fields(v.text, separators, most)] for v in given if v is not None]
    columns = [tuple(column) for column in zip_longest(*parts)]
    if is_array and names:
        state.arrays[names[0]] = columns[:MAX_WORDS]
        state.hold(names[0], in_turn(columns[:MAX_WORDS]))
        for number, column in enumerate(columns[:MAX_WORDS]):
            state.hold(f"{names[0]}[{number}]", column)
    for name, column in zip(names if not is_array else (), columns, strict=False):
        state.assign(name, column)
