"""Code as coloured pieces of text. The only importer of Pygments."""

from __future__ import annotations

from typing import Any

from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Keyword, Name, Number, Operator, String

from ptmscope.export.output import printable

#: Kind of token -> the class it is shown in; the first that fits counts.
CLASSES = (
    (Comment, "c"),
    (Keyword, "k"),
    (Operator.Word, "k"),
    (String, "s"),
    (Number, "m"),
    (Name.Function, "f"),
    (Name.Class, "f"),
    (Name.Decorator, "f"),
    (Name.Builtin, "b"),
    (Name.Namespace, "n"),
)


def pieces(code: str) -> list[list[str]]:
    """[class, text] in turn, "" for plain text; characters that hide or turn round the text are spelled out."""
    found: list[list[str]] = []
    for kind, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens(visible(code)):
        name = _class(kind)
        if found and (found[-1][0] == name or not text.strip()):
            found[-1][1] += text
        else:
            found.append([name, text])
    return found


def visible(code: str) -> str:
    """Every line as it can be seen, tabs kept."""
    return "\n".join("\t".join(map(printable, line.split("\t"))) for line in code.split("\n"))


def _class(kind: Any) -> str:
    return next((name for parent, name in CLASSES if kind in parent), "")
