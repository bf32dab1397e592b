"""Launch lines: shell commands that name a model, such as `hf download ID` or `python x.py --model_name_or_path ID`."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from analyzer import ids
from analyzer.loaders import Loader
from analyzer.names import final
from analyzer.objects import Str
from analyzer.program import Module
from analyzer.records import Certainty, LoadSite, ModelRef, Origin
from analyzer.values import Evaluator


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


_FLAGS = frozenset(
    [
        "model",
        "model-name",
        "model-id",
        "model-name-or-path",
        "model-path",
        "base-model",
        "base-model-name",
        "pretrained-model",
        "pretrained-model-name-or-path",
        "hf-model",
        "model-dir",
        "llm-model",
        "embedding-model",
        "pretrained",
        "checkpoint",
    ]
)
_COMMANDS = (
    Command(("huggingface-cli", "download"), "huggingface_hub.cli.download", "huggingface_hub", "weights"),
    Command(("hf", "download"), "huggingface_hub.cli.download", "huggingface_hub", "weights"),
    Command(("spacy", "download"), "spacy.cli.download", "spacy", "weights", "spacy.load"),
    Command(("vllm", "serve"), "vllm.cli.serve", "vllm", "model"),
    Command(
        ("modelscope", "download"),
        "modelscope.cli.download",
        "modelscope",
        "weights",
        "modelscope.snapshot_download",
    ),
)
#: Values of --repo-type that are no models.
_DATA = frozenset({"dataset", "space"})
_PROGRAMS = frozenset(
    [
        "python",
        "python3",
        "accelerate",
        "torchrun",
        "deepspeed",
        "vllm",
        "trl",
        "text-generation-launcher",
        "autotrain",
        "llamafactory-cli",
        "lm_eval",
        "optimum-cli",
        "ct2-transformers-converter",
        "mlx_lm.generate",
        "mlx_lm.lora",
        "axolotl",
    ]
)
_VARIABLE = re.compile(r"\{(\w+)\}|\$(\w+)|\$\{(\w+)\}")


def named(text: str) -> list[tuple[Command, str]]:
    """(what runs, the model id it is given) of one command line."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:
        words = text.split()
    if any(word.partition("=")[2] in _DATA or word in _DATA for word in words):
        return []
    found = [(command, word) for command in _COMMANDS if (word := _behind(words, command.words)) is not None]
    if found or not words:
        return found
    program = next((word.rpartition("/")[2] for word in words if "=" not in word and word != "sudo"), "")
    return list(_options(words, program)) if program in _PROGRAMS else []


def _behind(words: list[str], wanted: tuple[str, ...]) -> str | None:
    """The first word behind `wanted` that is no option."""
    for at in range(len(words) - len(wanted)):
        if tuple(word.rpartition("/")[2] for word in words[at : at + len(wanted)]) == wanted:
            rest = [word for word in words[at + len(wanted) :] if not word.startswith("-")]
            return rest[0] if rest else None
    return None


def _options(words: list[str], program: str) -> Iterator[tuple[Command, str]]:
    script = next((word for word in words if word.endswith(".py")), program).rpartition("/")[2]
    for at, word in enumerate(words):
        name, equals, value = word.partition("=")
        plain = name.lstrip("-").replace("_", "-")
        if not name.startswith("--") or plain not in _FLAGS:
            continue
        given = value if equals else words[at + 1] if at + 1 < len(words) else ""
        if given and not given.startswith("-"):
            yield Command((program,), f"{script} {name}", "command-line", "model"), given


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
