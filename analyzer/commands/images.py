"""Container images whose entry point serves a model: what they run, and which variable names the model."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analyzer.commands import model_commands, started
from analyzer.commands.expansion import Choices, Known, Variables
from analyzer.commands.model_commands import Command


@dataclass(frozen=True, slots=True)
class Image:
    """An image whose name holds `name`; `runs` is its entry point, `variables` name the model in its environment."""

    name: str
    runs: tuple[str, ...]
    variables: tuple[str, ...]
    library: str


@cache
def table() -> tuple[Image, ...]:
    """The rows of `facts/images.toml`."""
    rows = tomllib.loads((resources.files("analyzer") / "facts" / "images.toml").read_text("utf-8"))["image"]
    return tuple(Image(r["name"], tuple(r["runs"]), tuple(r["variables"]), r["library"]) for r in rows)


def known(name: str) -> Image | None:
    """The row of an image by its full name, registry and tag included."""
    return next((image for image in table() if image.name in name), None)


def prefix(image: Image, words: Sequence[str]) -> tuple[Choices, ...]:
    """The entry point, in front of a command that is only its arguments."""
    if not words or (started.script(words) is None and not model_commands.is_program(words[0])):
        return tuple((Known(word, 0),) for word in image.runs)
    return ()


def environment(image: Image, variables: Variables) -> Iterator[tuple[Command, Choices]]:
    """The model that a variable names."""
    for name in image.variables:
        given = variables.get(name, ())
        if given:
            yield Command(image.runs, f"{image.runs[0]} {name}", image.library, "model"), given
