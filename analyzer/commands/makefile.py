"""A Makefile or justfile as a shell script of the same length: its recipes and simple variables."""

from __future__ import annotations

import re

_MAKE_VARIABLE = re.compile(r"^(?:export[ \t]+)?([A-Za-z_]\w*)([ \t]*(?:[:?+]|::)?=[ \t]*)(\S+)[ \t]*$")
_MAKE_USE = re.compile(r"\$\((\w+)\)")
_JUST_USE = re.compile(r"\{\{[ \t]*(\w+)[ \t]*\}\}")


def script(text: str) -> str:
    return "\n".join(_make_line(line) for line in text.split("\n"))


def _make_line(line: str) -> str:
    used = _MAKE_USE.sub(lambda use: "${" + use[1] + "}", line).replace("$$", " $")
    used = _JUST_USE.sub(lambda use: "${" + use[1] + "}", used).rjust(len(line))
    if line.startswith("\t"):
        body = used.lstrip("\t @+-")
        return " " * (len(used) - len(body)) + body
    variable = _MAKE_VARIABLE.match(used)
    if variable:
        kept = f"{variable[1]}={variable[3]}"
        return (" " * variable.end(3))[: -len(kept)] + kept
    return used if line.startswith(" ") else " " * len(line)
