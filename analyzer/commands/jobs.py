"""Commands in YAML and JSON of tools that run jobs: DVC, SkyPilot and other schedulers, MLflow, sweeps, editors."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.commands.expansion import MAX_WORDS, Choices, Known
from analyzer.commands.shell import Run
from analyzer.configs.tree import MAX_DEPTH, get, items, pairs
from analyzer.program import Constant, Expression, Items, Mapping, Text

#: Keys of commands, in texts or lists of texts.
_KEYS = frozenset({"cmd", "cmds", "command", "commands", "run", "setup", "script", "scripts", "entrypoint", "bash"})
#: What a text says that starts a program: else the key means something else.
_STARTS = re.compile(
    r"\.py\b|\bpython[\d.]* -m |\b(?:hf|huggingface-cli) download |\bvllm serve |\bollama (?:pull|run) "
)
#: What stands in front of a path: the folder that an editor has open, or where a container holds the code.
_FOLDER = re.compile(r"^\$\{workspace(?:Folder|Root)\}/")
#: A variable of the document itself, as projects of spaCy have them.
_VARIABLE = re.compile(r"\$\{vars\.(\w+)\}")
#: Parameters of a template, of which nothing is known.
_PARAMETER = re.compile(r"\{\{.*?\}\}|(?<!\$)\{\w+\}")


def texts(tree: Expression) -> Iterator[Text]:
    """The commands of a document, at any level, with what its own variables stand for."""
    held = {name: value for name, value in pairs(get(tree, "vars")) if isinstance(value, Text | Constant)}
    for text in _texts(tree, 0):
        known = _VARIABLE.sub(lambda found: str(held[found[1]].value) if found[1] in held else found[0], text.value)
        yield Text(known, text.at) if held else text


def _texts(tree: Expression, depth: int) -> Iterator[Text]:
    if depth > MAX_DEPTH:
        return
    for key, value in pairs(tree):
        listed = value.items if isinstance(value, Items) else (value,)
        said = [each for each in listed if isinstance(each, Text) and _STARTS.search(each.value)]
        if key in _KEYS and said:
            yield from (Text(_PARAMETER.sub(_unknown, each.value), each.at) for each in said)
        else:
            yield from _texts(value, depth + 1)
    for item in items(tree):
        yield from _texts(item, depth + 1)


def _unknown(parameter: re.Match[str]) -> str:
    """A variable that nobody sets, of the same length."""
    return "$_" + "_" * (len(parameter[0]) - 2)


def starts(tree: Expression, depth: int = 0) -> Iterator[Run]:
    """Programs with what they are given: `program` and `args` of an editor, `parameters` of a sweep."""
    if depth > MAX_DEPTH:
        return
    program, module = get(tree, "program"), get(tree, "module")
    named = program if isinstance(program, Text) else module
    if isinstance(named, Text):
        before: list[Choices] = [(Known("python", named.at),)]
        before += [(Known("-m", named.at),)] if named is module else []
        script = (Known(_FOLDER.sub("", named.value), named.at),)
        given = list(_arguments(get(tree, "args"))) + list(_parameters(get(tree, "parameters"), _is_plain(tree)))
        if given and (named is module or named.value.endswith(".py")):
            yield Run((*before, script, *given[:MAX_WORDS]), named.at, named.at)
    for _, value in pairs(tree):
        yield from starts(value, depth + 1)
    for item in items(tree):
        yield from starts(item, depth + 1)


def _arguments(node: Expression | None) -> Iterator[Choices]:
    for item in items(node):
        if isinstance(item, Text):
            yield (Known(item.value, item.at),) if "$" not in item.value else (None,)
        elif isinstance(item, Constant):
            yield (Known(str(item.value), item.at),)


def _is_plain(tree: Expression) -> bool:
    """Whether a sweep gives its parameters as Hydra takes them."""
    return any(isinstance(i, Text) and i.value == "${args_no_hyphens}" for i in items(get(tree, "command")))


def _parameters(node: Expression | None, plain: bool, prefix: str = "") -> Iterator[Choices]:
    """The parameters of a sweep, each with all of its values: `{model: {values: […]}}`."""
    for name, value in pairs(node):
        inner = get(value, "parameters")
        if isinstance(inner, Mapping):
            yield from _parameters(inner, plain, f"{prefix}{name}.")
            continue
        one = get(value, "value")
        held = [*items(get(value, "values")), *([one] if one is not None else [])]
        said = [each for each in held if isinstance(each, Text)]
        dashes = "" if plain else "--"
        if said:
            several = len(said) > 1
            yield tuple(Known(f"{dashes}{prefix}{name}={each.value}", each.at, not several) for each in said)
