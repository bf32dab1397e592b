"""Queries of GitHub's (legacy) code search, evaluated over a world: words, phrases and qualifiers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from servers.world import File, World, words

_PART = re.compile(r'-?[a-z]+:"[^"]*"|-?[a-z]+:\S+|"[^"]*"|\S+')
_QUALIFIER = re.compile(r'(-?)([a-z]+):"?([^"]*)"?')
_KNOWN = {"extension", "filename", "in", "language", "path", "repo", "size", "user"}
_LANGUAGES = {"python": ("py",), "jupyter notebook": ("ipynb",), "yaml": ("yaml", "yml")}

#: Files that the index holds are smaller.
LARGEST = 384 * 1024


class Invalid(ValueError):
    """A query that the service answers with 422."""


@dataclass(frozen=True, slots=True)
class Query:
    phrases: tuple[tuple[str, ...], ...]
    qualifiers: tuple[tuple[bool, str, str], ...]


def parse(text: str) -> Query:
    """A query's phrases and (negated, qualifier, value); what the service refuses raises Invalid."""
    if len(text) > 256:
        raise Invalid("The search is longer than 256 characters.")
    phrases, qualifiers = [], []
    operators = 0
    for part in _PART.findall(text):
        if part in {"AND", "OR", "NOT"}:
            operators += 1
        elif (found := _QUALIFIER.fullmatch(part)) and found[2] in _KNOWN:
            qualifiers.append((found[1] == "-", found[2], found[3]))
            operators += found[1] == "-"
        elif phrase := tuple(words(part)):
            phrases.append(phrase)
    if not phrases:
        raise Invalid("The search must have at least one term.")
    if operators > 5:
        raise Invalid("More than five AND / OR / NOT operators were used.")
    return Query(tuple(phrases), tuple(qualifiers))


def matches(world: World, query: Query) -> Iterator[File]:
    """Files on default branches that a query finds, in a fixed order."""
    for file in world.candidates([word for phrase in query.phrases for word in phrase]):
        repo = world.repos[file.repo]
        if repo.is_fork and repo.stars < 5:
            continue  # forks are searched only where they have more stars than their parent
        if world.size(file) < LARGEST and all(_fits(world, file, each) for each in query.qualifiers):
            text = words(world.content(file).decode())
            if all(_holds(text, phrase) for phrase in query.phrases):
                yield file


def _holds(text: list[str], phrase: tuple[str, ...]) -> bool:
    length = len(phrase)
    first = phrase[0]
    return any(word == first and tuple(text[at : at + length]) == phrase for at, word in enumerate(text))


def _fits(world: World, file: File, qualifier: tuple[bool, str, str]) -> bool:
    negated, name, value = qualifier
    return _TESTS[name](world, file, value) != negated


def _within(size: int, value: str) -> bool:
    low, dots, high = value.partition("..")
    if dots:
        return (low in {"", "*"} or size >= int(low)) and (high in {"", "*"} or size <= int(high))
    if found := re.fullmatch(r"([<>]=?)(\d+)", value):
        bound = int(found[2])
        return {"<": size < bound, "<=": size <= bound, ">": size > bound, ">=": size >= bound}[found[1]]
    return size == int(value)


def _in_path(path: str, value: str) -> bool:
    folder = path.rpartition("/")[0]
    wanted = value.strip("/")
    return folder == "" if not wanted else f"/{folder}/".find(f"/{wanted}/") >= 0


_TESTS = {
    "extension": lambda world, file, value: file.ending == value.lstrip("."),
    "filename": lambda world, file, value: value.lower() in file.path.rpartition("/")[2].lower(),
    "in": lambda world, file, value: True,
    "language": lambda world, file, value: file.ending in _LANGUAGES.get(value.lower(), ()),
    "path": lambda world, file, value: _in_path(file.path, value),
    "repo": lambda world, file, value: world.repos[file.repo].name.lower() == value.lower(),
    "size": lambda world, file, value: _within(world.size(file), value),
    "user": lambda world, file, value: world.repos[file.repo].name.lower().startswith(value.lower() + "/"),
}
