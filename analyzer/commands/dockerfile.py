"""A Dockerfile as a shell script of the same length, so that every offset still holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_INSTRUCTION = re.compile(r"[ \t]*([A-Za-z]+)[ \t]+")
_FLAG = re.compile(r"(?<!\S)--[\w-]+(?:=\S*)?[ \t]+")
_LEGACY = re.compile(r"([A-Za-z_]\w*)([ \t]+)(\S.*)$", re.DOTALL)
_RUN_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?[ \t]*\n")


@dataclass(slots=True)
class Dockerfile:
    """`script` fills `images`, the (offset, name) of each FROM, and `starts`, the ENTRYPOINT and CMD lines."""

    text: str
    images: list[tuple[int, str]] = field(default_factory=list)
    starts: list[range] = field(default_factory=list)

    def script(self) -> str:
        """Commands and variables; all else is blank."""
        found = []
        at = 0
        text = _as_continued(self.text)
        while at < len(text):
            end = _instruction_end(text, at)
            found.append(self._instruction(text[at:end], at))
            at = end
        return "".join(found)

    def _instruction(self, line: str, at: int) -> str:
        match = _INSTRUCTION.match(line)
        word = match[1].upper() if match else ""
        start = match.end() if match else 0
        if word == "FROM":
            names = [name for name in line[start:].split() if not name.startswith("--")]
            self.images += [(at, names[0])] if names else []
        if word in ("CMD", "ENTRYPOINT"):
            self.starts.append(range(at, at + len(line)))
            return " " * start + _exec_form(line[start:])
        if word == "RUN":
            rest = (
                _FLAG.sub(lambda flag: " " * len(flag[0]), line[start:])
                if line[start:].startswith("--")
                else line[start:]
            )
            return " " * start + _heredoc(_exec_form(rest))
        if word in ("ARG", "ENV"):
            legacy = _LEGACY.match(line[start:])
            rest = line[start:]
            if legacy and word == "ENV" and not legacy[2].startswith("=") and "=" not in legacy[1]:
                rest = " " * (len(legacy[2]) - 1) + legacy[1] + "=" + legacy[3]
            return " " * start + rest
        return re.sub(r"[^\n]", " ", line)


def _as_continued(text: str) -> str:
    """Comment lines blank, and going on where they stand inside an instruction."""
    found = []
    going = False
    for line in text.split("\n"):
        if line.lstrip().startswith("#"):
            blank = " " * len(line)
            line = blank[:-1] + "\\" if going and blank else blank
        elif line.strip():
            going = line.rstrip().endswith("\\")
        found.append(line)
    return "\n".join(found)


def _instruction_end(text: str, at: int) -> int:
    """Offset behind the instruction that begins at `at`: continued lines and here-documents are part of it."""
    end = at
    while True:
        newline = text.find("\n", end)
        if newline < 0:
            return len(text)
        line = text[end:newline]
        heredoc = _RUN_HEREDOC.search(text, end, newline + 1) if line.lstrip().upper().startswith("RUN") else None
        if heredoc:
            closing = re.compile(rf"^[ \t]*{heredoc[1]}[ \t]*$", re.MULTILINE).search(text, newline)
            return min(closing.end() + 1, len(text)) if closing else len(text)
        end = newline + 1
        if not line.rstrip().endswith("\\"):
            return end


def _exec_form(text: str) -> str:
    """`["a", "b"]` as shell words."""
    if not text.lstrip().startswith("["):
        return text
    return re.sub(r'"(?:[^"\\]|\\.)*+"?|[\[\],]', lambda part: part[0] if part[0][0] == '"' else " ", text)


def _heredoc(text: str) -> str:
    """`<<EOF` and the line that ends it blank: what stands between is the script."""
    match = _RUN_HEREDOC.match(text)
    if match is None:
        return text
    inner = re.sub(rf"^[ \t]*{match[1]}[ \t]*$", lambda end: " " * len(end[0]), text[match.end() :], flags=re.MULTILINE)
    return " " * (match.end() - 1) + "\n" + inner
