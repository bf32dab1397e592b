"""The same readers, led by coverage: `python -m bench.fuzz.guided KIND [libFuzzer options]`. Needs atheris.

The bytes that atheris makes stand for the content of one file of the kind; the mutated fixtures of `bench.fuzz` are a
good corpus to start from (`--show`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress
from random import Random

PACKAGES = ("analyzer", "miner", "patterns", "ptmscope")


def main(arguments: Sequence[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=list(PACKAGES)):
        from bench.fuzz.kinds import KINDS

    name, *options = arguments
    kind = next(kind for kind in KINDS if kind.name == name)
    paths = [path for number in range(200) for path, _ in kind.make(Random(number))]
    names = sorted(set(paths))

    def read(content: bytes) -> None:
        """The first byte chooses the name, and so the reader."""
        path = names[content[0] % len(names)] if content else names[0]
        with suppress(*kind.refuses):
            kind.read(((path, content[1:]),))

    atheris.Setup([sys.argv[0], *options], read)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
