"""What config readers share: bounds, byte offsets, and plain values as expressions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from analyzer.program import Constant, Expression, Items, Mapping, Opaque, Text, number

MAX_BYTES = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 40


class ConfigError(ValueError):
    """The file is not what its name says."""


class Offsets:
    """Byte offsets of character offsets."""

    def __init__(self, text: str) -> None:
        wide = () if text.isascii() else tuple((i, len(c.encode()) - 1) for i, c in enumerate(text) if c > "\x7f")
        self.places = [index for index, _ in wide]
        self.extra = [0]
        for _, more in wide:
            self.extra.append(self.extra[-1] + more)

    def __getitem__(self, index: int) -> int:
        return index + self.extra[bisect_right(self.places, index - 1)]


def of_plain(value: object, strings: list[tuple[str, int]], mark: str = "", depth: int = 0) -> Expression:
    """Parsed JSON or TOML whose strings are `mark` and a number: an index into `strings`."""
    if isinstance(value, str):
        text, at = _string(value, strings, mark)
        return Text(text, at)
    if depth > MAX_DEPTH:
        return Opaque("bound_reached", 0)
    if isinstance(value, dict):
        pairs = [(Text(*_string(k, strings, mark)), of_plain(v, strings, mark, depth + 1)) for k, v in value.items()]
        return Mapping(tuple(pairs), 0)
    if isinstance(value, list):
        return Items(tuple(of_plain(item, strings, mark, depth + 1) for item in value), 0)
    if isinstance(value, int | float):
        return number(value, 0)
    if value is None:
        return Constant(value, 0)
    return Opaque("unsupported_syntax", 0)


def _string(value: str, strings: list[tuple[str, int]], mark: str) -> tuple[str, int]:
    number = value[len(mark) :]
    numbered = value.startswith(mark) and number.isdecimal() and number.isascii() and int(number) < len(strings)
    return strings[int(number)] if numbered else (value, 0)


def get(tree: Expression | None, *keys: str) -> Expression | None:
    """What stands under the keys, one mapping inside the other."""
    for key in keys:
        tree = next((v for k, v in pairs(tree) if k == key), None)
    return tree


def pairs(tree: Expression | None, depth: int = 0) -> Iterator[tuple[str, Expression]]:
    """(key, value) of a mapping, the one that counts first; those merged in after its own."""
    if not isinstance(tree, Mapping) or depth > MAX_DEPTH:
        return
    for key, value in reversed(tree.pairs):
        if isinstance(key, Text):
            yield key.value, value
        elif key is None:
            yield from pairs(value, depth + 1)


def items(tree: Expression | None) -> tuple[Expression, ...]:
    return tree.items if isinstance(tree, Items) else ()


def nodes(tree: Expression, limit: int = MAX_NODES) -> Iterator[Expression]:
    """The tree and all below it, at most `limit`, a shared part each time that it is shared."""
    todo = [tree]
    while todo and limit:
        limit -= 1
        here = todo.pop()
        yield here
        if isinstance(here, Mapping):
            todo.extend(value for _, value in reversed(here.pairs))
        elif isinstance(here, Items):
            todo.extend(reversed(here.items))
