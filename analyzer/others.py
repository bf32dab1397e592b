"""Files that are no Python: configs of known tools, compose files, CI workflows, scripts. One entry for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from analyzer.commands import calls, expansion, scripts, services
from analyzer.commands.budget import Budget
from analyzer.commands.launch import Launch
from analyzer.commands.scripts import Script
from analyzer.commands.shell_state import Sourced
from analyzer.commands.sites import Place
from analyzer.configs import documents as configs
from analyzer.configs import recipes
from analyzer.configs import yaml_events as config_yaml
from analyzer.configs.tree import MAX_BYTES
from analyzer.program import Expression
from analyzer.records import Diagnostic, FileReport, LoadSite

_CONFIGS = (".yaml", ".yml", ".json", ".toml")
_READ_BY_CODE = (".ini", ".cfg", ".conf")
#: What MLflow calls its file, which is YAML.
_MLPROJECT = "MLproject"
_README = re.compile(r"(?:.*/)?readme\.md$", re.IGNORECASE)
_LOCKED = re.compile(
    r"(?:.*/)?pyvenv\.cfg$|(?:.*/)?(?:package-lock|composer\.lock|tsconfig[\w.-]*|tokenizer|vocab|merges|special_tokens_map|added_tokens)\.json$"
)
#: Lists of models, one a line, by their names.
_LIST = re.compile(r"(?:.*/)?[^/]*(?:models?|checkpoints?|encoders?|llms?)[^/]*\.(?:txt|lst|list)$", re.IGNORECASE)
#: What a file must say to be worth parsing as something that runs commands.
_RUNS = re.compile(
    rb"""(?m)^[ \t"'-]*(?:services|containers|run|cmds?|commands?|setup|scripts?|before_script|entrypoint|program)"""
    + rb"""["']?[ \t]*:""",
)
_NAMED = re.compile(
    rb"--?model|MODEL|download|serve|\.py\b|pretrained|text-(?:generation|embeddings)|vllm|ollama|infinity|lorax|huggingface\.co|hf\.co"
)


def wanted(path: str) -> bool:
    """Whether a file of this name may tell something, or be read as a config by code that does."""
    name = path.rpartition("/")[2]
    if path.endswith((*_CONFIGS, *_READ_BY_CODE)):
        return _LOCKED.match(path) is None
    if name == _MLPROJECT:
        return True
    if scripts.is_script(path) or configs.is_dotenv(name):
        return True
    return _README.match(path) is not None or _LIST.match(path) is not None


def analyze(source: bytes, path: str) -> FileReport:
    """All that one file tells where nothing else is known: a launch line of a script that is not at hand is a site."""
    found = read(source, path)
    launched = dict.fromkeys(launch.site for launch in found.launches if launch.site is not None)
    sites = dict.fromkeys((*found.sites, *launched))
    return FileReport(
        path,
        tuple(sorted(sites, key=lambda site: (site.line, site.column, site.api))),
        diagnostics=found.diagnostics,
    )


def read(
    source: bytes,
    path: str,
    environment: expansion.Variables | None = None,
    sourced: Sourced | None = None,
    budget: Budget | None = None,
) -> Script:
    """The load sites of the file, and the options that it gives to scripts. `environment`: what a compose file
    or a script finds in its environment; `sourced`: what a shell script reads in; `budget`: what that may take."""
    if scripts.is_script(path):
        return scripts.read(source, path, environment, sourced, budget)
    if _README.match(path):
        head = recipes.front_matter(source.removeprefix(b"\xef\xbb\xbf"))
        return _of_config(head, path, {}, Budget()) if head is not None and b"sdk:" in head else Script()
    return _of_config(source, path, environment or {}, budget or Budget()) if passes(source, path) else Script()


def passes(source: bytes, path: str) -> bool:
    """Whether the bytes of a config say what one that loads models must say: cheap, before anything is parsed."""
    is_config = path.endswith(_CONFIGS) or path.rpartition("/")[2] == _MLPROJECT
    if not is_config or len(source) > MAX_BYTES:
        return False
    return (_RUNS.search(source) is not None and _NAMED.search(source) is not None) or recipes.passes(source)


def _of_config(source: bytes, path: str, environment: expansion.Variables, budget: Budget) -> Script:
    try:
        trees = documents(source, path)
    except (ValueError, RecursionError) as error:
        if b"{{" in source or not recipes.passes(source):  # a template, or of no tool that is known
            return Script()
        message = str(error).split("\n", 1)[0][:200]
        return Script(diagnostics=(Diagnostic(path, "invalid_config", message),))
    where = services.place(path, source, budget)
    found = scripts.together(_records(trees, where, source, environment), path, budget)
    if not any(services.is_compose(tree) for tree in trees):
        return found
    return replace(found, asks=b"$" in source, mentions=calls.mentioned(source.decode("utf-8", "replace")))


def documents(source: bytes, path: str) -> list[Expression]:
    """The documents of a config; ValueError if it is none."""
    if path.endswith((".yaml", ".yml", ".md", _MLPROJECT)):
        return config_yaml.documents(source.decode("utf-8"))
    module = configs.lower(source, path)
    return [configs.document(module)] if module is not None else []


def _records(
    trees: list[Expression], where: Place, source: bytes, environment: expansion.Variables
) -> Iterator[LoadSite | Launch]:
    if where.path.endswith(".md"):
        yield from chain.from_iterable(recipes.space(tree, where) for tree in trees)
        return
    for tree in trees:
        yield from recipes.sites(tree, where)
    yield from services.read(trees, where, environment)
