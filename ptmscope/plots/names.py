"""Names of models as labels: short, told apart, of characters that the font has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

#: Characters of a label.
LONGEST = 30
#: The end of what is surely in the font.
LATIN = 0x250


def labels(models: Sequence[str]) -> list[str]:
    """Without the owner where that is enough, cut in the middle; names that then look alike keep more."""
    ends = [model.rpartition("/")[2] for model in models]
    alike = Counter(ends)
    plain = [model if alike[end] > 1 else end for model, end in zip(models, ends, strict=True)]
    short = [cut(each) for each in plain]
    alike = Counter(short)
    return [visible(whole) if alike[each] > 1 else each for whole, each in zip(plain, short, strict=True)]


def cut(text: str, longest: int = LONGEST) -> str:
    """The beginning and the end: names of models differ in both."""
    text = visible(text)
    if len(text) <= longest:
        return text
    end = (longest - 1) * 2 // 5
    return f"{text[: longest - 1 - end]}…{text[-end:]}"


def visible(text: str) -> str:
    """Latin letters and their like as they are, others escaped."""
    return "".join(c if c.isprintable() and ord(c) < LATIN else c.encode("unicode_escape").decode() for c in text)
