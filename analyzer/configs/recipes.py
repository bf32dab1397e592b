"""Configs that describe a whole run of a known tool (axolotl, LLaMA-Factory, TRL, …): load sites by themselves.

Which tool a file is for is read off its keys: all that the tool needs, and enough of those that only it has.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from analyzer.commands.expansion import Known
from analyzer.commands.model_commands import Command
from analyzer.commands.shell import Run
from analyzer.commands.sites import Place, site_of
from analyzer.configs.tree import get, items, pairs
from analyzer.program import Expression, Text
from analyzer.records import LoadSite


@dataclass(frozen=True, slots=True)
class Key:
    """Where an id stands: names with dots, `[]` for each item of a list; `loads` is what the tool makes of it."""

    path: str
    loads: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """One kind of config: `needs` are all there, `typical` at least `enough` times."""

    tool: str
    needs: tuple[str, ...]
    typical: frozenset[str]
    enough: int
    keys: tuple[Key, ...]
    like: str
    org: bool  # whether a name without an organisation is a folder

    def fits(self, names: frozenset[str]) -> bool:
        return names.issuperset(self.needs) and len(self.typical & names) >= self.enough


@cache
def table() -> tuple[Recipe, ...]:
    """The rows of `facts/recipes.toml`, in the order in which they are tried."""
    rows = tomllib.loads((resources.files("analyzer") / "facts" / "recipes.toml").read_text("utf-8"))["recipe"]
    return tuple(
        Recipe(
            row["tool"],
            tuple(row["needs"]),
            frozenset(row["typical"]),
            row.get("enough", 1),
            tuple(Key(path, loads) for path, loads in row["ids"].items()),
            row.get("like", "huggingface_hub.snapshot_download"),
            row.get("org", False),
        )
        for row in rows
    )


_WORD = re.compile(rb"""(?m)^[ \t"'{,-]*([A-Za-z_][\w-]*)["']?[ \t]*[:=]""")


def passes(source: bytes) -> bool:
    """Whether the bytes name the keys of any recipe: cheap, before anything is parsed."""
    likely = [recipe for recipe in table() if all(need.encode() in source for need in recipe.needs)]
    words = frozenset(match[1].decode() for match in _WORD.finditer(source)) if likely else frozenset()
    return any(recipe.fits(words) for recipe in likely)


def sites(tree: Expression, where: Place) -> Iterator[LoadSite]:
    """The loads of a config of a known tool."""
    names = frozenset(key for key, _ in pairs(tree))
    recipe = next((recipe for recipe in table() if recipe.fits(names)), None)
    for key in recipe.keys if recipe is not None else ():
        for node in found(tree, key.path):
            site = _site(recipe, key, node, where) if recipe is not None and isinstance(node, Text) else None
            if site is not None:
                yield site


def found(tree: Expression, path: str) -> Iterator[Expression]:
    """What stands at a path such as `slices[].sources[].model`."""
    name, _, rest = path.partition(".")
    here = get(tree, name.removesuffix("[]"))
    for node in items(here) if name.endswith("[]") else (here,):
        if node is not None and rest:
            yield from found(node, rest)
        elif node is not None:
            yield node


def _site(recipe: Recipe, key: Key, node: Text, where: Place) -> LoadSite | None:
    if recipe.org and "/" not in node.value:
        return None
    plain = key.path.replace("[]", "")
    command = Command((recipe.tool,), f"{recipe.tool}.config.{plain}", recipe.tool, key.loads, recipe.like)
    return site_of(command, (Known(node.value, node.at),), Run((), node.at, node.at), where, "config")


def front_matter(text: bytes) -> bytes | None:
    """The YAML between the two `---` lines at the head of a README."""
    if not text.startswith((b"---\n", b"---\r\n")):
        return None
    end = re.search(rb"(?m)^---[ \t]*\r?$", text[4:])
    return text[: 4 + end.start()] if end else None


def space(tree: Expression, where: Place) -> Iterator[LoadSite]:
    """The `models:` that the README of a Hugging Face Space names in its front matter."""
    if get(tree, "sdk") is None:
        return
    command = Command(("space",), "huggingface.space.models", "huggingface_hub", "model")
    for node in items(get(tree, "models")):
        if isinstance(node, Text):
            site = site_of(command, (Known(node.value, node.at),), Run((), node.at, node.at), where, "config")
            if site is not None:
                yield site
