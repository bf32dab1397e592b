"""Access tokens that stand in a file. Only where one of the Hugging Face Hub stands is ever told, not the token; and
in code that is shown, no token of any kind is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer import notebooks
from analyzer.encoding import UnreadableError
from analyzer.records import Credential

_MARK = b"hf_"
#: `hf_` and 34 letters or digits: huggingface.co/docs/hub/security-tokens.
_TOKEN = re.compile(rb"hf_([A-Za-z0-9]{34})(?![A-Za-z0-9_])")  # a look behind first would make the search slow
_INSIDE = re.compile(rb"\w")
#: What stands in examples in place of a token: few different characters, runs of the alphabet, words for it.
_FEWEST = 12
_MADE_UP = re.compile(rb"abcdef|123456|(.)\1\1\1|your|token|example|replace", re.IGNORECASE)
#: What is taken out of code that is shown: whatever looks like a token of the Hub, or of services that code often asks.
_ANY = re.compile(r"(?<![A-Za-z0-9])(hf_|sk-|ghp_|gho_|ghs_|github_pat_|glpat-)[\w-]{16,}")


def redacted(text: str) -> str:
    """The text with what kind each token is, and an ellipsis in the place of the rest."""
    return _ANY.sub(r"\1…", text)


def has_token(text: str) -> bool:
    return _ANY.search(text) is not None


def credentials(source: bytes, path: str) -> tuple[Credential, ...]:
    """Where tokens stand in the text of a file, comments included, each line once."""
    if _MARK not in source or not any(True for _ in _found(source)):
        return ()
    try:
        program = notebooks.program(source, path)
    except (UnreadableError, notebooks.NotebookError):
        return ()
    places = (_place(program, at) for at in _found(program.source))
    return tuple(dict.fromkeys(Credential(path, line, cell) for line, cell in places))


def _found(text: bytes) -> Iterator[int]:
    """Offsets of tokens that may be real."""
    for match in _TOKEN.finditer(text):
        is_inside = match.start() > 0 and _INSIDE.match(text, match.start() - 1)
        if not is_inside and len(set(match[1])) >= _FEWEST and not _MADE_UP.search(match[1]):
            yield match.start()


def _place(program: notebooks.Program, at: int) -> tuple[int, int | None]:
    line = program.source.count(b"\n", 0, at) + 1
    start, cell = max(((first, cell) for first, cell in program.cells if first <= line), default=(1, None))
    return line - start + 1, cell
