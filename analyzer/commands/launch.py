"""Launch lines: what shell commands give to the scripts that they start."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.records import LoadSite


@dataclass(frozen=True, slots=True)
class Launch:
    """An option that a command line gives to a Python script: `python train.py --model ID`.

    `run` is where the command stands. `unknown`: the options of which it is not known what the command gives them, and
    `*` where it may give any. `entry`: the function of the program that it starts, where that is known.
    `more`: the value is not the first behind the option, which may take several.

    `script` is the path as it is written (`*` for what is not known), or of `-m a.b` the path `a/b.py`. `option` is
    written out: `--model`, `-m`, of Hydra `model.name`, of a positional argument its number from 1. `line` is where the
    value stands, in the file `holder` where that is another. Where the script is not in the repository, `site` is the
    load that the line is, if it is one.
    """

    script: str
    option: str
    value: str
    at: int
    line: int
    sure: bool
    site: LoadSite | None = None
    holder: str | None = None
    run: int = 0
    more: bool = False
    entry: str = ""
    unknown: tuple[str, ...] = ()
