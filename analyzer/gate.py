"""Byte prefilter: can this file hold a load site at all, and where?

Two tests decide. A *distinctive* token (`from_pretrained`) is evidence alone; an ordinary one (`load`, `pipeline`)
counts only in a file that imports a library whose table has it. A file that passes may still hold nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import re2

from analyzer.loaders import tables

#: Imported for much else than loading models: their loaders count, not their import.
_COMMON = frozenset({"torch", "torchvision", "torchaudio", "keras", "langchain_core"})
#: Evidence alone, whatever is imported: re-exports and wrappers hide the library.
_ALONE = ("from_pretrained", "from_preset", "from_hparams", "hf_hub_download", "snapshot_download")


def hits(source: bytes) -> tuple[int, ...]:
    """Byte offsets at which a loader may be named, ascending; empty: no load site in this file."""
    if _evidence().search(source) is None:
        return ()
    roots = {match.group(1).decode() for match in _imports().finditer(source)} or {""}
    found = {match.start() for root in roots for match in _pattern(root).finditer(source)}
    return tuple(at for at in sorted(found) if not _is_text(source, at))


def mentions(source: bytes, words: tuple[str, ...]) -> Iterator[int]:
    """Offsets of these words."""
    for word in words:
        if (text := word.encode()) in source:
            yield from (match.start() for match in re.finditer(rb"\b" + text + rb"\b", source))


def _is_text(source: bytes, at: int) -> bool:
    """Whether the line is a comment or a doctest: no code, in a string or out of it."""
    start = source.rfind(b"\n", 0, at) + 1
    return source[start:at].lstrip()[:3].startswith((b"#", b">>>", b"..."))


def passes(source: bytes) -> bool:
    """Whether the file has to be parsed."""
    return bool(hits(source))


@cache
def _alone() -> tuple[str, ...]:
    distinctive = {token for token, alone in tables().gate_tokens() if alone}
    return tuple(sorted(distinctive.union(_ALONE)))


def _compile(pattern: bytes) -> Any:
    """A pattern with room for its automaton: re2 falls back to something slow, and says so on stderr, without."""
    options = re2.Options()
    options.max_mem = 1 << 26
    options.log_errors = False
    return re2.compile(pattern, options)


@cache
def _evidence() -> Any:
    """A distinctive token, or the import of a library with a table."""
    roots = "|".join(sorted(tables().roots - _COMMON))
    named = "|".join(
        map(re.escape, sorted({t for root in _COMMON & tables().roots for t in tokens(root)} - {*_alone()}))
    )
    imported = rf"\b(?:from|import)[ \t]+(?:[\w., \t]+,[ \t]*)?(?:{roots})\b"
    dynamic = rf"\b(?:import_module|__import__)\([ \t]*[\"'](?:{roots})\b"
    called = rf"\b(?:{named})\b[ \t]*\("
    return _compile(rf"\b(?:{'|'.join(_alone())})\b|{imported}|{dynamic}|{called}".encode())


@cache
def _imports() -> Any:
    """The libraries with a table that the file imports, one a match."""
    roots = "|".join(sorted(tables().roots))
    start = r"(?:\bfrom|\bimport|import_module\(|__import__\(|\bimport[ \t][\w., \t]*,)"
    return _compile(rf"{start}[ \t\"']*({roots})\b".encode())


@cache
def tokens(root: str) -> frozenset[str]:
    """What may name a loader where the library with this import root is imported; "": where none is."""
    own = tables().tokens_of(frozenset({root})) if root else frozenset()
    return own.union(_alone())


@cache
def _pattern(root: str) -> Any:
    """These names, where they could be called or handed on."""
    names = sorted(tokens(root))
    return _compile(rf"(?m)\b(?:{'|'.join(map(re.escape, names))})\b[ \t]*(?:[(,)\]:}}\"'#]|$|as\b)".encode())


def headers(source: bytes) -> Iterator[tuple[bytes, ...]]:
    """(package, names) of `from … import`, modules of `import`, (name, bases) of `class`, name of `def`.

    All six in each tuple; those of other statements are empty.
    """
    for match in _headers().finditer(source):
        yield tuple(group or b"" for group in match.groups())


@cache
def _headers() -> Any:
    """Import statements, class and function headers at the start of a line, also of a line in a notebook's JSON."""
    taken = r"from[ \t]+([.\w]+)[ \t]+import[ \t]*(\([^)]*\)|[^\n;#(\\\"]*)"
    whole = r"import[ \t]+([^\n;#\\\"]+)"
    header = r"class[ \t]+(\w+)[ \t]*\(([^)]*)\)"
    function = r"(?:async[ \t]+)?def[ \t]+(\w+)"
    return _compile(rf"(?m)^[ \t]*\"?[ \t]*(?:{taken}|{whole}|{header}|{function})".encode())
