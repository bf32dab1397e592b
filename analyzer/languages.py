"""Which files are read, and by which grammar."""

from __future__ import annotations

from analyzer.program import Language

#: Files of markup, whose script elements are read.
PAGES = (".html", ".htm", ".vue", ".svelte")

#: Ending of a file -> its grammar. All but Python is read as JavaScript is.
GRAMMARS = {
    ".py": "python",
    ".ipynb": "python",
    ".js": "javascript",
    ".mjs": "javascript",
    ".cjs": "javascript",
    ".jsx": "javascript",
    ".ts": "typescript",
    ".mts": "typescript",
    ".cts": "typescript",
    ".tsx": "tsx",
    ".html": "javascript",
    ".htm": "javascript",
    ".vue": "typescript",
    ".svelte": "typescript",
}


def grammar_of(path: str) -> str:
    """Python's for endings that are not known."""
    return GRAMMARS.get("." + path.rpartition(".")[2], "python")


def language_of(path: str) -> Language:
    return "python" if grammar_of(path) == "python" else "javascript"
