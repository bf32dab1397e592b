"""Cards on disk: a Markdown file each, or many as JSON Lines with `id` and `card`."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator

from ptmscope.cards.marks import blanked, model_of
from ptmscope.errors import Misuse


def cards(path: str, model: str | None) -> Iterator[tuple[str, str, str]]:
    """(name, text, model) of each card in a file. A Markdown file is about `model`, or what its marked section is
    about; what stands in there is not the card's own, and left out.

    Raises Misuse for what cannot be read, and a card of which nothing says what it is about.
    """
    if path.removesuffix(".gz").endswith(".jsonl"):
        yield from _lines(path)
        return
    content = read(path)
    about = model or model_of(content)
    if about is None:
        raise Misuse(f"{path}: which model is this card about? Give --model ID")
    yield path, blanked(content).decode("utf-8", "replace"), about


def read(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror or error}") from error


def _lines(path: str) -> Iterator[tuple[str, str, str]]:
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8") if path.endswith(".gz") else open(path, encoding="utf-8") as stream
        ):
            for number, line in enumerate(stream, 1):
                yield _record(line, f"{path}:{number}")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise Misuse(f"{os.fspath(path)}: {error}") from error


def _record(line: str, place: str) -> tuple[str, str, str]:
    try:
        found = json.loads(line)
        name, text = found["id"], found["card"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Misuse(f"{place}: not a record with an id and a card") from None
    if not isinstance(name, str) or not isinstance(text, str):
        raise Misuse(f"{place}: not a record with an id and a card")
    return name, text, name
