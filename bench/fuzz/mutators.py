"""Bytes made worse: cut, doubled, nested, spliced with others, tokens swapped."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

#: Longer results are cut: the time goes to many inputs.
LONGEST = 20_000
_TOKEN = re.compile(rb"\w+|[^\w\s]")
_ODD = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80", b"\r", b"\r\n", b"\t", b"\f",
    b"\\", b"\\\n", b'"""', b"'''",
    b'"', b"'", b"`", b"${", b"{{", b"}}", b"$(", b"<<EOF\n", b"#", b"%", b"!", b"&a ", b"*a",
    b"<<: ", b"!!python/object:x ",
    b"- ", b": ", b"---\n", b"? ", b"|\n", b">-\n", b"\\ud800", b"\\x", b"\\N{", b"1e999", b"-0",
    b"9" * 400, b"NaN", b"null",
    b"\xe2\x80\xa8", b"\xc2\x85", b"\xc2\xa0", b"\xf0\x9f\x98\x80", b"\xe2\x80\xae", b"\x1b[31m",
    b"=", b"+", b"@", b"[]", b"{}",
    b"lambda: ", b"async ", b"await ", b"yield ", b"match x:\n", b"**", b":=", b"self.", b"=>",
    b"...", b"?.", b"from_pretrained(",
)  # fmt: skip
_PAIRS = (
    (b"(", b")"), (b"[", b"]"), (b"{", b"}"), (b"f(", b")"), (b"[0, ", b"]"), (b'{"a": ', b"}"),
    (b"{1: ", b"}"), (b"not ", b""),
    (b"lambda: ", b""), (b"- ", b""), (b"a.", b""), (b"x if x else ", b""), (b"", b".b"), (b"",
    b"[0]"), (b"", b" + x"), (b"$(", b")"),
    (b"`${", b"}`"), (b'f"{', b'}"'), (b"if x:\n ", b""), (b"<a>", b"</a>"), (b"\\", b""), (b'"',
    b'"'), (b"x => ", b""),
)  # fmt: skip
_NUMBERS = (0, 1, 0x7F, 0x80, 0xFF)


def mutated(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    """The text after one to four mutations."""
    for _ in range(draw.choice((1, 1, 2, 3, 4))):
        text = draw.choice(MUTATORS)(draw, text, others)[:LONGEST]
    return text


def bent(draw: Random, content: bytes) -> bytes:
    """A few bytes changed, so that a container stays whole enough to be read on."""
    found = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 5)) if found else 0):
        found[draw.randrange(len(found))] = draw.randrange(256)
    return bytes(found)


def _span(draw: Random, text: bytes, longest: int = 200) -> tuple[int, int]:
    start = draw.randint(0, len(text))
    return start, min(len(text), start + draw.randint(0, longest))


def _cut(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(draw, text)
    return text[:start] + text[end:]


def _ended(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    return text[: draw.randint(0, len(text))]


def _doubled(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(draw, text)
    return text[:end] + text[start:end] * draw.choice((1, 2, 7, 50)) + text[end:]


def _spliced(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    other = draw.choice(others)
    start, end = _span(draw, other, 400)
    at = draw.randint(0, len(text))
    return text[:at] + other[start:end] + text[at:]


def _joined(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    return text + draw.choice((b"", b"\n")) + draw.choice(others)


def _odd(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(draw, text, 8)
    return text[:start] + draw.choice(_ODD) + text[draw.choice((start, end)) :]


def _nested(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    start, end = _span(draw, text, 40)
    left, right = draw.choice(_PAIRS)
    depth = draw.choice((1, 3, 30, 300, 2000) if draw.random() < 0.1 else (1, 2, 5, 40))
    return (
        text[:start] + left * depth + text[start:end] + right * draw.choice((depth, depth, depth - 1, 0)) + text[end:]
    )


def _swapped(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    """A token in the place of another, of this text or of another one."""
    mine = [match.span() for match in _TOKEN.finditer(text)]
    theirs = _TOKEN.findall(draw.choice((text, draw.choice(others))))
    if not mine or not theirs:
        return text
    start, end = draw.choice(mine)
    return text[:start] + draw.choice(theirs) + text[end:]


def _renamed(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    """One name for another everywhere: what was apart becomes a loop, a shadow or itself."""
    names = sorted(set(re.findall(rb"[A-Za-z_]\w*", text)))
    if len(names) < 2:
        return text
    old, new = draw.sample(names, 2)
    return re.sub(rb"\b" + old + rb"\b", new, text)


def _flipped(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    found = bytearray(text)
    for _ in range(draw.choice((1, 1, 4, 16))) if found else ():
        at = draw.randrange(len(found))
        found[at] = draw.choice((found[at] ^ (1 << draw.randrange(8)), draw.choice(_NUMBERS), draw.randrange(256)))
    return bytes(found)


def _lines(draw: Random, text: bytes, others: Sequence[bytes]) -> bytes:
    """Lines lost, moved, repeated, shifted."""
    lines = text.split(b"\n")
    at = draw.randrange(len(lines))
    match draw.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(draw.randrange(len(lines)), lines.pop(at))
        case 2:
            lines[at] = b" " * draw.choice((1, 4, 8)) + lines[at]
        case _:
            lines[at] = lines[at].lstrip()
    return b"\n".join(lines)


Mutator = Callable[[Random, bytes, Sequence[bytes]], bytes]
MUTATORS: tuple[Mutator, ...] = (
    _cut, _ended, _doubled, _spliced, _joined, _odd, _odd, _nested, _swapped, _swapped, _renamed, _flipped, _lines,
)  # fmt: skip
