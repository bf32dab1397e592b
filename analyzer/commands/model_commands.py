"""Commands that name a model: `hf download ID`, `vllm serve ID`, `python x.py --model_name_or_path ID`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer import ids
from analyzer.commands import started
from analyzer.commands.started import RUNNERS
from analyzer.known_ids import names


@dataclass(frozen=True, slots=True)
class Command:
    """A program that takes a model id behind these words; `like` is the loader that takes the same ids."""

    words: tuple[str, ...]
    api: str
    library: str
    loads: str
    like: str = "huggingface_hub.snapshot_download"


@dataclass(frozen=True, slots=True)
class Named:
    """A model id on a command line: the word that it is, or the end of (`--model=ID`)."""

    command: Command
    index: int
    text: str


#: Options that name a model, and those that do so in programs around Hugging Face only.
_HUB_FLAGS = frozenset(
    [
        "model-id",
        "model-name-or-path",
        "base-model",
        "base-model-name",
        "pretrained-model",
        "pretrained-model-name-or-path",
        "hf-model",
        "llm-model",
        "embedding-model",
    ]
)
_FLAGS = _HUB_FLAGS | frozenset(["model", "model-name", "model-path", "model-dir", "pretrained", "checkpoint"])
_COMMANDS = (
    Command(("huggingface-cli", "download"), "huggingface_hub.cli.download", "huggingface_hub", "weights"),
    Command(("hf", "download"), "huggingface_hub.cli.download", "huggingface_hub", "weights"),
    Command(("spacy", "download"), "spacy.cli.download", "spacy", "weights", "spacy.load"),
    Command(("vllm", "serve"), "vllm.cli.serve", "vllm", "model"),
    Command(("lmdeploy", "serve", "api_server"), "lmdeploy.cli.serve.api_server", "lmdeploy", "model"),
    Command(("trtllm-serve",), "tensorrt_llm.cli.serve", "tensorrt-llm", "model"),
    Command(("tune", "download"), "torchtune.cli.download", "torchtune", "weights"),
    Command(("litgpt", "download"), "litgpt.cli.download", "litgpt", "weights"),
    Command(("ollama", "pull"), "ollama.cli.pull", "ollama", "weights", "ollama.pull"),
    Command(("ollama", "run"), "ollama.cli.run", "ollama", "model", "ollama.generate"),
    Command(
        ("modelscope", "download"),
        "modelscope.cli.download",
        "modelscope",
        "weights",
        "modelscope.snapshot_download",
    ),
)
CLONE = Command(("git", "clone"), "git.clone", "git", "weights")
#: The address of a model's repository: of data sets and spaces the path begins with what they are.
_ADDRESS = re.compile(
    r"(?:https?://(?:[^/@\s]*@)?(?:www\.)?(?:huggingface|hf)\.co/|(?:ssh://)?git@(?:huggingface|hf)\.co[:/])"
    r"(?!datasets/|spaces/)([\w.-]+(?:/[\w.-]+?)?)(?:\.git)?/?"
)
#: Values of --repo-type that are no models.
_DATA = frozenset({"dataset", "space"})
#: Options of these commands that take a value.
_VALUED = frozenset(
    [
        "--local-dir",
        "--local_dir",
        "--cache-dir",
        "--cache_dir",
        "--output-dir",
        "--revision",
        "--token",
        "--hf-token",
        "--repo-type",
        "--include",
        "--exclude",
        "--ignore-patterns",
        "--max-workers",
        "--local-dir-use-symlinks",
        "--host",
        "--port",
        "--dtype",
        "--api-key",
        "--config",
        "--tensor-parallel-size",
        "--max-model-len",
        "--gpu-memory-utilization",
        "--served-model-name",
    ]
)
_PROGRAMS = RUNNERS | frozenset(
    [
        "vllm",
        "trl",
        "text-generation-launcher",
        "text-embeddings-router",
        "lorax-launcher",
        "infinity_emb",
        "autotrain",
        "llamafactory-cli",
        "lm_eval",
        "lm-eval",
        "lighteval",
        "optimum-cli",
        "ct2-transformers-converter",
        "mlx_lm.generate",
        "mlx_lm.lora",
        "mlx_lm.server",
        "mlx_vlm.generate",
        "mlx_vlm.server",
        "mlx_whisper",
        "axolotl",
        "swift",
        "insanely-fast-whisper",
        "comet-score",
        "comet-compare",
    ]
)
#: Options that have a short form.
_SHORT = {("optimum-cli", "-m"): "--model"}
#: Backends that lm_eval names with --model; its model is `pretrained=` in --model_args.
_EVALUATORS = frozenset({"lm_eval", "lm-eval", "lm_eval.py", "lighteval"})
_PRETRAINED = re.compile(r"(?:^|,)(?:pretrained|model_name)=([^,\s]+)")


def named(text: str) -> list[tuple[Command, str]]:
    """(what runs, the model id it is given) of one command line."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    return [(found.command, found.text) for found in matches(words)]


def matches(words: Sequence[str]) -> list[Named]:
    """The model ids that a command line names."""
    if any(word.partition("=")[2] in _DATA or word in _DATA for word in words):
        return []
    found = [named for command in _COMMANDS if (named := _behind(words, command)) is not None]
    found = found or list(_clones(words))
    if found or not words:
        return found
    program = next((word.rpartition("/")[2] for word in words if "=" not in word and word != "sudo"), "")
    program = "python" if started.VERSIONED.fullmatch(program) else program
    return list(_options(words, program)) if program in _PROGRAMS else []


def cloned(address: str) -> str:
    """The model whose repository has this address; "" for another address."""
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else ""


def _clones(words: Sequence[str]) -> Iterator[Named]:
    """The repositories of models that git is told to clone; what can be several is for the caller to look at."""
    at = words.index("clone") if "clone" in words else 0
    if "git" in words[:at]:
        yield from (
            Named(CLONE, index, cloned(words[index]) or "*")
            for index in range(at + 1, len(words))
            if words[index] == "*" or cloned(words[index])
        )


def _behind(words: Sequence[str], command: Command) -> Named | None:
    """The first word behind the command that is no option, and no value of one."""
    wanted = command.words
    for start in range(len(words) - len(wanted)):
        if tuple(word.rpartition("/")[2] for word in words[start : start + len(wanted)]) == wanted:
            rest = range(start + len(wanted), len(words))
            for index in sorted(rest, key=lambda at: words[at - 1] not in ("--model", "--model-id")):
                if not words[index].startswith("-") and words[index - 1] not in _VALUED:
                    return Named(command, index, words[index])
            return None
    return None


def _options(words: Sequence[str], program: str) -> Iterator[Named]:
    module = started.module(words) if program in RUNNERS else ""
    script = next((word for word in words if word.endswith(".py")), module or program).rpartition("/")[2]
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        plain = name.lstrip("-").replace("_", "-")
        if (program, name) in _SHORT:
            name, plain = _SHORT[program, name], "model"
        if not name.startswith("--"):
            continue
        given = value if equals else words[at + 1] if at + 1 < len(words) else ""
        index = at if equals else at + 1
        command = Command((program,), f"{script} {name}", "command-line", "model")
        if script in _EVALUATORS:
            listed = _PRETRAINED.search(given) if plain == "model-args" else None
            if listed:
                yield Named(command, index, listed[1])
        elif given and not given.startswith("-") and plain in _FLAGS and _is_named(plain, given, program):
            yield Named(command, index, given)


def _is_named(flag: str, given: str, program: str) -> bool:
    """Whether the value is a name on the Hub: `--model resnet50` of some script is none."""
    if flag in _HUB_FLAGS or program not in RUNNERS:
        return True
    if any(sign in given for sign in "${*"):
        return True
    return given in names("huggingface") or ("/" in given and ids.classify(given, "huggingface") == "model")


def is_runner(command: Command) -> bool:
    """Whether the command runs a program of its user's."""
    return command.words[0] in RUNNERS


def is_program(word: str) -> bool:
    """Whether the word is a program that takes a model on its command line."""
    name = word.rpartition("/")[2]
    return name in _PROGRAMS or name in ("sh", "bash", *(command.words[0] for command in _COMMANDS))
