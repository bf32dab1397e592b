"""What a shell takes of the value of a variable: `${x%%:*}`, `$(echo $x | cut -d: -f1)`, `$(basename $x)`."""

from __future__ import annotations

import re
from typing import NamedTuple

_TRIMMED = re.compile(r"\$\{(\w+)(%%?|##?|//?)((?:[^{}$`\\/]|\\.)*)(?:/([^{}$`\\/]*))?\}")
_VALUE = r"\"?\$\{?(?P<name>\w+)\}?\"?"
_SAID = rf"(?:echo[ \t]+(?:-\w+[ \t]+)?{_VALUE}[ \t]*\|[ \t]*"
_CUT = r"cut[ \t]+-d[ \t]*['\"\\]?(?P<separator>[^\w$])['\"]?[ \t]+-f[ \t]*(?P<field>\d)"
_AWK = r"awk[ \t]+(?:-F[ \t]*['\"]?(?P<split>[^\w$'\"])['\"]?[ \t]+)?'\{[ \t]*print[ \t]+\$(?P<column>\d);?[ \t]*\}'"
_FIELD = re.compile(rf"\$\([ \t]*{_SAID}(?:{_CUT}|{_AWK}))[ \t]*\)")
_BASENAME = re.compile(rf"\$\([ \t]*basename[ \t]+{_VALUE}[ \t]*\)")
#: Characters of a pattern that stand for others.
_WILD = re.compile(r"[*?]")
_MAX_WILD = 2
#: Characters of a value that is taken apart.
_MAX_TEXT = 300


class Taken(NamedTuple):
    """`way` is the operator of the shell, or "field" with its number, which `what` separates from the others."""

    way: str
    what: str
    number: int = 0

    def of(self, text: str) -> tuple[str, int] | None:
        """(what is left of a text, where that begins in it)."""
        if len(text) > _MAX_TEXT:
            return None
        if self.way == "field":
            parts = fields(text, self.what)
            return parts[self.number - 1] if 0 < self.number <= len(parts) else None
        if self.way[0] in "%#":
            return self._trimmed(text)
        old, _, new = self.what.partition("\0")
        return (text.replace(old, new, -1 if self.way == "//" else 1), 0) if old else (text, 0)

    def _trimmed(self, text: str) -> tuple[str, int]:
        starts = range(1, len(text) + 1)
        if self.way[0] == "#":
            ends = [end for end in starts if _fits(self.what, text[:end])]
            cut = (max(ends) if len(self.way) > 1 else min(ends)) if ends else 0
            return text[cut:], cut
        begins = [start for start in range(len(text)) if _fits(self.what, text[start:])]
        return (text[: (min(begins) if len(self.way) > 1 else max(begins))] if begins else text), 0


def fields(text: str, separators: str, most: int = 0) -> list[tuple[str, int]]:
    """(field, where it begins) of a text; the last of `most` is all that is left. Spaces side by side are one."""
    if separators.isspace():
        words = list(re.finditer(r"\S+", text))
        rest = words[most - 1 :] if most else []
        found = [(word[0], word.start()) for word in (words[: most - 1] if most else words)]
        return [*found, (text[rest[0].start() : rest[-1].end()], rest[0].start())] if rest else found
    found, at = [], 0
    for part in re.split(f"[{re.escape(separators)}]", text, maxsplit=max(most - 1, 0)):
        found.append((part, at))
        at += len(part) + 1
    return found


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(_regex(pattern), text, re.DOTALL) is not None


def _regex(pattern: str) -> str:
    return "".join({"*": ".*", "?": "."}.get(here) or re.escape(here) for here in pattern)


def found(text: str, at: int) -> tuple[str, Taken, int] | None:
    """(the variable, what is taken of it, where the expansion ends) of what begins there."""
    if match := _TRIMMED.match(text, at):
        name, way, what, new = match.groups()
        plain = re.sub(r"[\"'\\]", "", what)
        if (way[0] in "%#" and new is not None) or len(_WILD.findall(plain)) > _MAX_WILD:
            return None
        if way[0] == "/" and _WILD.search(plain):
            return None
        return name, Taken(way, plain if way[0] in "%#" else f"{plain}\0{new or ''}"), match.end()
    if match := _BASENAME.match(text, at):
        return match["name"], Taken("##", "*/"), match.end()
    if match := _FIELD.match(text, at):
        separator = match["separator"] or match["split"] or " "
        return match["name"], Taken("field", separator, int(match["field"] or match["column"])), match.end()
    return None
