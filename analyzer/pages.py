"""Files of markup as the code in their script elements: HTML pages, Vue and Svelte components."""

from __future__ import annotations

import re

_SCRIPT = re.compile(rb"<script\b([^>]*)>(.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
#: Scripts of other languages: templates, data, shaders. A module, or one without a type, is JavaScript.
_TYPE = re.compile(rb"\btype\s*=\s*[\"']?([\w/+.-]*)", re.IGNORECASE)
_CODE = re.compile(rb"$|module$|(?:text|application)/(?:javascript|ecmascript|typescript|babel|jsx)$", re.IGNORECASE)
_BLANKED = re.compile(rb"[^\n]+")


def scripts(source: bytes) -> bytes:
    """The source with everything blank but the code of its scripts: each offset and line stays where it is."""
    found: list[bytes] = []
    at = 0
    for match in _SCRIPT.finditer(source):
        kind = _TYPE.search(match[1])
        if _CODE.match(kind[1] if kind else b""):
            found += [_blank(source[at : match.start(2)]), match[2], b";"]
            at = match.end(2) + 1  # a statement does not go on in the next script
    return b"".join([*found, _blank(source[at:])])


def _blank(text: bytes) -> bytes:
    return _BLANKED.sub(lambda run: b" " * len(run[0]), text)
