"""Commands that run another shell script: which, and what they give it."""

from __future__ import annotations

import re
from typing import NamedTuple

from analyzer.commands.expansion import Variables
from analyzer.commands.nested import SHELLS
from analyzer.commands.shell import SHELL, Run

_STARTERS = SHELLS | {"sbatch", "qsub", "srun", "nohup", "sudo", "env", "exec", "time", "nice", "setsid", "xvfb-run"}
_MENTIONED = re.compile(
    r"(?<![\w.-])[\w.-]+\.(?:sh|bash|zsh|ksh|slurm|sbatch|pbs|lsf)\b"
)  # from its start: else quadratic
_MAX_ARGUMENTS = 64


class Call(NamedTuple):
    """The script as it is written (`*` for what is not known), and its variables: arguments by their number, and
    what its environment holds."""

    script: str
    variables: Variables


def mentioned(text: str) -> tuple[str, ...]:
    """The names of scripts in a text, without their folders."""
    return tuple(sorted(set(_MENTIONED.findall(text))))


def of(run: Run) -> Call | None:
    """The call that a command is, if it runs a script."""
    words = run.texts()
    index = next((at for at, word in enumerate(words) if word.endswith(SHELL) and not word.startswith("-")), None)
    if index is None or (index and words[0].rpartition("/")[2] not in _STARTERS):
        return None
    variables: Variables = {}
    for name, value in run.environment:
        variables[name] = (*variables.get(name, ()), value)
    given = run.words[index + 1 : index + 1 + _MAX_ARGUMENTS]
    return Call(words[index], variables | {str(number): value for number, value in enumerate(given, 1)})
