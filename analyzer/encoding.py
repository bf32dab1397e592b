"""Bytes of a Python file as UTF-8."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class UnreadableError(Exception):
    """The bytes are no text; `message` says why."""

    message: str


def decode(source: bytes) -> bytes:
    """The text as UTF-8, by its byte-order mark or its PEP 263 cookie; UnreadableError if it is no text."""
    for bom, encoding in _BOMS:
        if source.startswith(bom):
            return _recode(source, encoding)
    if b"\0" in source:
        raise UnreadableError("NUL bytes")
    if source.isascii():
        return source
    for line in source.split(b"\n", 2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie and cookie[1].lower() not in (b"utf-8", b"utf8", b"utf-8-unix"):
            return _recode(source, cookie[1].decode("ascii"))
    return source


def _recode(source: bytes, encoding: str) -> bytes:
    try:
        return source.decode(encoding).encode("utf-8", "replace")
    except (UnicodeError, LookupError):
        if encoding.startswith("utf-"):
            raise UnreadableError(f"not {encoding}") from None
        return source.decode("latin-1").encode()
