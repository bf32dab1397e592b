"""Launch lines: shell commands that name a model, such as `hf download ID` or `python x.py --model_name_or_path ID`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analyzer import ids
from analyzer.known_ids import names
from analyzer.loaders import Loader
from analyzer.names import final
from analyzer.program import Module
from analyzer.records import Certainty, LoadSite, ModelRef, Origin
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Str


@dataclass(frozen=True, slots=True)
class LaunchLine:
    """A shell command; `column` is where it begins in its line."""

    text: str
    line: int
    cell: int | None = None
    column: int = 0


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


@dataclass(frozen=True, slots=True)
class Launch:
    """An option that a command line gives to a Python script: `python train.py --model ID`.

    `run` is where the command stands. `more`: the value is not the first behind the option, which may take several.

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
    Command(("tune", "download"), "torchtune.cli.download", "torchtune", "weights"),
    Command(("litgpt", "download"), "litgpt.cli.download", "litgpt", "weights"),
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
#: Programs that run a script of their user's.
_RUNNERS = frozenset(
    ["python", "python3", "run", "accelerate", "torchrun", "deepspeed", "ipython", "srun", "uv", "poetry"]
)
#: Those of them that other words of a command line are not.
_RUNNING = frozenset({"python", "accelerate", "torchrun", "deepspeed"})
_PROGRAMS = _RUNNERS | frozenset(
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
        "axolotl",
    ]
)
#: Programs that run the command behind their own options.
_WRAPPERS = frozenset({
    "ray", "mpirun", "mpiexec", "horovodrun", "timeout", "numactl", "taskset", "env", "nice", "ionice", "stdbuf",
    "setsid", "xvfb-run", "singularity", "apptainer", "docker", "podman", "kubectl", "viztracer", "nsys", "ncu",
})  # fmt: skip
#: Commands behind `--`, one in the other.
_MAX_HANDED = 4
#: Options that have a short form.
_SHORT = {("optimum-cli", "-m"): "--model"}
#: Backends that lm_eval names with --model; its model is `pretrained=` in --model_args.
_EVALUATORS = frozenset({"lm_eval", "lm-eval", "lm_eval.py", "lighteval"})
_PRETRAINED = re.compile(r"(?:^|,)(?:pretrained|model_name)=([^,\s]+)")
_PLAIN = re.compile(r"[A-Za-z][\w.-]*")
#: Programs of the system and of its package managers.
_SYSTEM = frozenset({
    "sudo", "apt", "apt-get", "yum", "dnf", "apk", "brew", "pip", "pip3", "conda", "mamba", "npm", "npx", "yarn",
    "pnpm", "docker", "podman", "kubectl", "helm", "curl", "wget", "git", "cmake", "make", "tar", "rsync", "find",
    "sort", "sed", "sbatch", "srun", "ls", "cp", "ln", "useradd", "groupadd", "aws", "gcloud", "az",
})  # fmt: skip
_VERSIONED = re.compile(r"python\d+(?:\.\d+)*")
_VARIABLE = re.compile(r"\{(\w+)\}|\$(\w+)|\$\{(\w+)\}")


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
    program = "python" if _VERSIONED.fullmatch(program) else program
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


def script(words: Sequence[str]) -> int | None:
    """The index of the Python script, or of the module behind `-m` or `--module`, that a command line runs."""
    start = next((at for at, word in enumerate(words) if "=" not in word and word != "sudo"), len(words))
    inner = _handed_on(words, start)
    if inner is not None:
        return inner
    if _program(words, start) in _WRAPPERS:
        start = next((at for at in range(start + 1, len(words)) if _program(words, at) in _RUNNING), start)
    program = _program(words, start)
    if program not in _RUNNERS and not program.endswith(".py"):
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
    return index if any(word.startswith("--") for word in words[index + 1 :]) else None


def is_runner(command: Command) -> bool:
    """Whether the command runs a program of its user's."""
    return command.words[0] in _RUNNERS


def is_program(word: str) -> bool:
    """Whether the word is a program that takes a model on its command line."""
    name = word.rpartition("/")[2]
    return name in _PROGRAMS or name in ("sh", "bash", *(command.words[0] for command in _COMMANDS))


#: What stands in front of a module: of python, torchrun and accelerate; of deepspeed.
_MODULE = ("-m", "--module")
_LAUNCHERS = frozenset({"torch.distributed.launch", "torch.distributed.run", "accelerate.commands.launch", "pdb"})


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
    module = _module(words) if program in _RUNNERS else ""
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


def _module(words: Sequence[str]) -> str:
    """The module behind `-m` or `--module`."""
    places = [index + 1 for index, word in enumerate(words[:-1]) if word in _MODULE]
    return words[places[0]] if places else ""


def _is_named(flag: str, given: str, program: str) -> bool:
    """Whether the value is a name on the Hub: `--model resnet50` of some script is none."""
    if flag in _HUB_FLAGS or program not in _RUNNERS:
        return True
    if any(sign in given for sign in "${*"):
        return True
    return given in names("huggingface") or ("/" in given and ids.classify(given, "huggingface") == "model")


def sites(ev: Evaluator, module: Module, lines: tuple[LaunchLine, ...]) -> Iterator[LoadSite]:
    """The load sites of launch lines; `{name}` and `$name` are variables of the module."""
    for line in lines:
        for command, word in named(line.text):
            match = ev.tables.match(command.like)
            refs = tuple(_refs(ev, module, match.loader, word, line)) if match is not None else ()
            kinds = {ids.classify(ref.id, match.loader.id_syntax) for ref in refs if match is not None}
            if refs and kinds <= {"model", "local"}:
                local = kinds == {"local"}
                yield LoadSite(
                    path=module.path,
                    line=line.line,
                    column=line.column,
                    end_line=line.line,
                    cell=line.cell,
                    api=command.api,
                    library=command.library,
                    loads=command.loads,
                    status="local" if local else "resolved",
                    reason="local_path" if local else None,
                    models=refs,
                )


def _refs(ev: Evaluator, module: Module, loader: Loader, word: str, line: LaunchLine) -> Iterator[ModelRef]:
    variable = _VARIABLE.fullmatch(word)
    if variable is None:
        if not _VARIABLE.search(word):
            yield _ref(loader, word, Origin(module.path, line.line, line.cell), "certain")
        return
    name = variable[1] or variable[2] or variable[3]
    for binding in final(module.scopes[0].bindings.get(name, ()), 1 << 61, ()):
        for value in ev.evaluate(binding.value, ev.env(0, 0)):
            if isinstance(value, Str) and not value.partial:
                yield _ref(loader, value.text, Origin(module.path, *module.place(value.at)), "possible")


def _ref(loader: Loader, text: str, origin: Origin, certainty: Certainty) -> ModelRef:
    canonical, hub = ids.canonical(text, loader)
    return ModelRef(text, canonical, hub, "launch_line", certainty, origin)
