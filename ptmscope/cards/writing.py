"""The way from a model and a study to a card: a new one, or one there is, with its section brought up to date."""

from __future__ import annotations

from dataclasses import dataclass

from ptmscope.cards import hub
from ptmscope.cards.fences import headings
from ptmscope.cards.marks import replaced
from ptmscope.cards.section import HEADING, section
from ptmscope.cards.used import Used
from ptmscope.errors import Misuse


@dataclass(frozen=True, slots=True)
class Written:
    """The bytes of a card; `problem` is what the Hub would say against its front matter."""

    content: bytes
    problem: str | None


def card(used: Used, before: bytes | None) -> Written:
    """The card with the section on this use. Raises Misuse where it could not be read there."""
    start = hub.new_card(used.model, used.library).encode() if before is None else before
    content = replaced(start, section(used), used.model)
    text = content.decode("utf-8-sig", "replace")
    lines = [line.rstrip("\r") for line in text.split("\n")]
    if lines.index(HEADING) + 1 not in headings("\n".join(lines)):
        raise Misuse("a block of code or a comment is open at the end of this card; close it first")
    return Written(content, hub.problem(text))
