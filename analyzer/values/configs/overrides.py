"""What command lines set in a config by the path of a key: `model.name=ID`, `++model.name=ID`, `--model.name ID`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import Expression, Items, Mapping, Text
from analyzer.values.objects import Dict, Env, Held, Started, Str

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_KEY = re.compile(r"[A-Za-z_][\w-]*(?:[./][A-Za-z_][\w-]*)*$")
_SET = re.compile(r"\+{0,2}([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)=(.+)$", re.DOTALL)
_CONFIG_NAMES = frozenset({"--config-name", "-cn"})
_MAX_COMMANDS = 160
Tree: TypeAlias = "dict[str, Tree | Expression]"


def documents(ev: Evaluator, started: Started, *, dashed: bool = False) -> tuple[Dict, ...]:
    """One config for each command line that starts the program: what its options say, nested by their dots.

    `dashed`: the options have dashes (jsonargparse), else they have none (Hydra, OmegaConf) or are given behind one
    that has (`--cfg-options model.name=ID`).
    """
    key = "overrides", started, dashed
    if key not in ev.caches:
        ev.caches[key] = ()
        trees = _by_command(ev.options_launched(started), dashed=dashed)
        ev.caches[key] = tuple(_document(ev, tree, started.env) for tree in trees.values())
    return ev.caches[key]  # type: ignore[return-value]


def of_program(ev: Evaluator, module: int) -> tuple[tuple[str, Dict], ...]:
    """(the config that a command line of the program asks for, what it sets in it) for each."""
    options = tuple(ev.options_of(module))
    named = {command: value.text for command, written, value in options if written in _CONFIG_NAMES}
    trees = _by_command(options, dashed=False)
    return tuple((named.get(command, ""), _document(ev, tree, ev.env(module, 0))) for command, tree in trees.items())


def _by_command(options: Iterable[tuple[object, str, Str]], *, dashed: bool) -> dict[object, Tree]:
    commands: dict[object, Tree] = {}
    for command, written, given in options:
        option, value = (written, given) if dashed else _set(written, given)
        if option.startswith("-") == dashed and _KEY.match(option.lstrip("-")) and len(commands) < _MAX_COMMANDS:
            _put(commands.setdefault(command, {}), option.lstrip("-").split("."), _value(value))
    return commands


def without(ev: Evaluator, documents: Iterable[Dict], groups: frozenset[str]) -> tuple[Dict, ...]:
    """The documents without the keys that choose a config (`model=llama`) instead of setting something."""
    found = []
    for doc in documents:
        kept = tuple(e for e in doc.entries if not _chooses(e[0], e[1], groups))
        found += [Dict(kept)] if kept else []
    return tuple(found)


def _chooses(key: Expression | None, value: Expression, groups: frozenset[str]) -> bool:
    return isinstance(key, Text) and not isinstance(value, Mapping) and key.value in groups


def _set(option: str, value: Str) -> tuple[str, Str]:
    """`key=value` where that stands behind an option."""
    match = _SET.match(value.text) if option.startswith("-") or option.isdigit() else None
    return (match[1], value._replace(text=match[2])) if match else (option, value)


def _put(tree: Tree, names: list[str], value: Expression) -> None:
    """Sets a key; where another option sets something below it, it chooses a config (`model=llama model.name=x`)."""
    for name in names[:-1]:
        inner = tree.get(name)
        if not isinstance(inner, dict):
            inner = tree[name] = {}
        tree = inner
    if not isinstance(tree.get(names[-1]), dict):
        tree[names[-1]] = value


def _value(value: Str) -> Expression:
    """The string, or the list of strings that `[a,b]` or `a,b` stands for."""
    text = value.text
    if text[:1] == "[" and text[-1:] == "]":
        return Items(tuple(_plain(value, part) for part in text[1:-1].split(",") if part), value.at)
    parts = text.split(",") if "{" not in text else [text]
    return Held(tuple(v for part in parts for v in _plain(value, part).values), value.at)


def _plain(value: Str, text: str) -> Held:
    plain = text.strip().strip("'\"")
    return Held(
        (value._replace(text=plain),) if plain and plain.lower() not in ("null", "none", "???") else (), value.at
    )


def _document(ev: Evaluator, tree: Tree, env: Env) -> Dict:
    entries = tuple((Text(name, 0), ev.keep(_expression(inner)), env) for name, inner in tree.items())
    return Dict(entries)


def _expression(tree: Tree | Expression) -> Expression:
    if not isinstance(tree, dict):
        return tree
    return Mapping(tuple((Text(name, 0), _expression(inner)) for name, inner in tree.items()), 0)
