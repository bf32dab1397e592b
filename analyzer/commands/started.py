"""Which program of its user's a command starts: `accelerate launch train.py`, `python -m a.b`, `train-tool --x`."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: Programs that run a script of their user's.
RUNNERS = frozenset(
    ["python", "python3", "run", "accelerate", "torchrun", "deepspeed", "ipython", "srun", "uv", "poetry"]
)
#: Those of them that other words of a command line are not.
_RUNNING = frozenset({"python", "accelerate", "torchrun", "deepspeed"})
#: Programs that run the command behind their own options.
_WRAPPERS = frozenset({
    "ray", "mpirun", "mpiexec", "horovodrun", "timeout", "numactl", "taskset", "env", "nice", "ionice", "stdbuf",
    "setsid", "xvfb-run", "singularity", "apptainer", "docker", "podman", "kubectl", "viztracer", "nsys", "ncu",
})  # fmt: skip
#: Commands behind `--`, one in the other.
_MAX_HANDED = 4
_PLAIN = re.compile(r"[A-Za-z][\w.-]*")
_OPTION = re.compile(r"--|-[A-Za-z]$")
#: Programs of the system and of its package managers.
_SYSTEM = frozenset({
    "sudo", "apt", "apt-get", "yum", "dnf", "apk", "brew", "pip", "pip3", "conda", "mamba", "npm", "npx", "yarn",
    "pnpm", "docker", "podman", "kubectl", "helm", "curl", "wget", "git", "cmake", "make", "tar", "rsync", "find",
    "sort", "sed", "sbatch", "srun", "ls", "cp", "ln", "useradd", "groupadd", "aws", "gcloud", "az",
})  # fmt: skip
VERSIONED = re.compile(r"python\d+(?:\.\d+)*")
#: What stands in front of a module: of python, torchrun and accelerate; of deepspeed.
_MODULE = ("-m", "--module")
_LAUNCHERS = frozenset({"torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch", "pdb"})


def script(words: Sequence[str]) -> int | None:
    """The index of the Python script, or of the module behind `-m` or `--module`, that a command line runs."""
    start = next((at for at, word in enumerate(words) if "=" not in word and word != "sudo"), len(words))
    inner = _handed_on(words, start)
    if inner is not None:
        return inner
    if _program(words, start) in _WRAPPERS:
        start = next((at for at in range(start + 1, len(words)) if _program(words, at) in _RUNNING), start)
    program = _program(words, start)
    if program not in RUNNERS and not program.endswith(".py"):
        return None
    for index, word in enumerate(words[start:], start):
        if word.endswith(".py") and not word.startswith("-"):
            return index
        if word in _MODULE and index + 1 < len(words) and words[index + 1] not in _LAUNCHERS:
            return index + 1
        if word == "-c":
            return None
    return None


def _handed_on(words: Sequence[str], start: int) -> int | None:
    """The script of a command behind `--`, which a launcher is given: `python submit.py -- torchrun x.py`."""
    if not 0 < words[start:].count("--") <= _MAX_HANDED:
        return None
    behind = words.index("--") + 1
    found = script(words[behind:]) if behind < len(words) and behind > start + 1 else None
    return found + behind if found is not None else None


def _program(words: Sequence[str], at: int) -> str:
    """The word there as a program, without its folder and version."""
    return words[at].rpartition("/")[2].rstrip("0123456789.") if at < len(words) else ""


def path_of(words: Sequence[str], index: int) -> str:
    """The path of the script at this place; of `-m a.b` it is `a/b.py`."""
    return words[index].replace(".", "/") + ".py" if index and words[index - 1] in _MODULE else words[index]


def console(words: Sequence[str]) -> int | None:
    """The index of a program that a package may install under a plain name, and that is given options."""
    index = next((at for at, word in enumerate(words) if "=" not in word), None)
    if index is None or not _PLAIN.fullmatch(words[index]) or words[index] in _SYSTEM:
        return None
    rest = words[index + 1 :]
    return index if any(_OPTION.match(word) for word in rest) else None


def module(words: Sequence[str]) -> str:
    """The module behind `-m` or `--module`."""
    places = [index + 1 for index, word in enumerate(words[:-1]) if word in _MODULE]
    return words[places[0]] if places else ""
