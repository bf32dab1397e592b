"""The marked section of a card: found, written and replaced as bytes, so that all others stay what they are."""

from __future__ import annotations

import re

from ptmscope.errors import Misuse

_BEGIN = re.compile(rb"(?m)^<!-- ptmscope card: begin(?: (\S+))? -->(?=[ \t]*\r?(?:\n|\Z))")
_END = re.compile(rb"(?m)^<!-- ptmscope card: end -->(?=[ \t]*\r?(?:\n|\Z))")
#: Ids that can stand in a comment.
_PLAIN = re.compile(r"(?!.*--)[\w./-]+", re.ASCII)


def replaced(card: bytes, body: str, model: str) -> bytes:
    """The card with this body between the marks, put at its end where there are none yet.

    Lines end as the first one of the card does. Raises Misuse where the marks make no pair, or stand in the body.
    """
    if has_marks(body):
        raise Misuse("the section holds a mark of its own")
    newline = "\r\n" if card.split(b"\n", 1)[0].endswith(b"\r") else "\n"
    named = f" {model}" if _PLAIN.fullmatch(model) else ""
    lines = [
        f"<!-- ptmscope card: begin{named} -->",
        "",
        *body.strip("\n").split("\n"),
        "",
        "<!-- ptmscope card: end -->",
    ]
    section = newline.join(lines).encode("utf-8", "backslashreplace")
    found = _section(card)
    if found is not None:
        return card[: found[0]] + section + card[found[1] :]
    return card + _gap(card, newline) + section + newline.encode()


def has_marks(text: str) -> bool:
    content = text.encode("utf-8", "backslashreplace")
    return any(mark.search(content) for mark in (_BEGIN, _END))


def model_of(card: bytes) -> str | None:
    """The model that a section written before is about."""
    found = _BEGIN.search(card)
    return found[1].decode("ascii", "replace") if found and found[1] else None


def outside(card: bytes) -> tuple[bytes, bytes]:
    """What stands before and after the marked section."""
    found = _section(card)
    return (card, b"") if found is None else (card[: found[0]], card[found[1] :])


def blanked(card: bytes) -> bytes:
    """The card with empty lines in place of its marked section."""
    before, after = outside(card)
    lines = card.count(b"\n") - before.count(b"\n") - after.count(b"\n")
    return before + b"\n" * lines + after


def _section(card: bytes) -> tuple[int, int] | None:
    begins, ends = list(_BEGIN.finditer(card)), list(_END.finditer(card))
    if not begins and not ends:
        return None
    if len(begins) != 1 or len(ends) != 1 or begins[0].start() > ends[0].start():
        raise Misuse("the marks of the section in this card are not one beginning and one end; repair or delete them")
    return begins[0].start(), ends[0].end()


def _gap(card: bytes, newline: str) -> bytes:
    """What makes an empty line between the card and what follows."""
    if not card or re.search(rb"\n\r?\n\Z", card):
        return b""
    return (newline if card.endswith(b"\n") else newline * 2).encode()
