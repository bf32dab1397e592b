"""Folders that a program writes itself: a name without a slash that it loads again is no id, whatever it looks like."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.commands.launch import Launch
from analyzer.known_ids import names
from analyzer.program import Call, Module, Scope, last_name
from analyzer.values.objects import Str

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Options and keywords that say where a program writes to.
_WRITTEN = re.compile(
    r"(?:output|out|save|export|merged?|result)s?(?:_(?:hf|model|merged))?(?:_(?:dir|path|folder|directory|to))?"
)
#: Options and entries of configs that say under which id a program uploads what it has made.
_UPLOADED = frozenset({"hub_model_id", "push_to_hub_model_id"})
#: Methods that write to their first argument.
_SAVES = frozenset(
    {
        "makedirs",
        "save",
        "save_adapter",
        "save_checkpoint",
        "save_lora_adapter",
        "save_low_bit",
        "save_model",
        "save_pretrained",
        "save_pretrained_gguf",
        "save_pretrained_merged",
        "save_quantized",
        "save_quantized_model",
        "save_to_disk",
        "save_vocabulary",
        "to_disk",
    }
)


def _plain(text: str) -> str:
    return text.removeprefix("./").rstrip("/")


def is_option(option: str) -> bool:
    """Whether the option says where a program writes to."""
    return _WRITTEN.fullmatch(option.lstrip("-").replace("-", "_")) is not None


def is_upload(option: str) -> bool:
    """Whether the option says where a program uploads to: no id of a model that it could start from."""
    return option in _UPLOADED


def unwritten(given: Iterable[tuple[str, Launch]]) -> Iterator[tuple[str, Launch]]:
    """Command lines with the file that holds each, without the values that are folders another command writes to.

    Of one file, that is a command further up.
    """
    listed = list(given)
    first: dict[str, dict[str, int]] = {}  # folder -> file -> the first command that writes to it
    for path, launch in listed:
        if is_option(launch.option):
            files = first.setdefault(_plain(launch.value), {})
            files[path] = min(launch.run, files.get(path, launch.run))
    for path, launch in listed:
        writers = first.get(_plain(launch.value), {}) if not is_option(launch.option) else {}
        is_written = any(writer != path or at < launch.run for writer, at in writers.items())
        if not is_written or launch.value in names("huggingface"):
            yield path, launch


def is_written(ev: Evaluator, value: Str, library: str) -> bool:
    """Whether the file in which the name stands writes to a folder of that name."""
    text = _plain(value.text)
    if "/" in text or text in names("huggingface") or text in names(library):
        return False
    key = "written", value.module
    if key not in ev.caches:
        ev.caches[key] = frozenset()
        ev.caches[key] = frozenset(_texts(ev, value.module))
    return text in ev.caches[key]  # type: ignore[operator]


def _texts(ev: Evaluator, module: int) -> Iterator[str]:
    """What the file writes to."""
    for name in sorted(_SAVES):
        ev.read_mentioning(module, name)
    for call, scope in ev.index(module, _writes).get(True):
        held = [arg for name, arg in call.keywords if name and is_option(name)]
        for expression in held or call.args[:1]:
            found = ev.evaluate(expression, ev.env(module, scope))
            yield from (_plain(v.text) for v in found if isinstance(v, Str) and not v.partial)


def _writes(module: Module, index: int, scope: Scope) -> Iterator[tuple[bool, tuple[Call, int]]]:
    """The calls that write to what they are given, with their scope."""
    for call in scope.calls:
        if last_name(call.function) in _SAVES or any(name and is_option(name) for name, _ in call.keywords):
            yield True, (call, index)
