"""What a file calls its loaders: their own names, other names, subclasses, tables and functions that give them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from analyzer import gate
from analyzer.loaders import tables
from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Definition,
    Expression,
    Imported,
    Language,
    Mapping,
    Name,
    Scope,
    last_name,
)
from analyzer.values import hierarchy
from analyzer.values.calling import spawned
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import Cls, Env, Partial, Ref

#: Entries of a table that are looked at for loaders.
_MAX_HELD = 24


@cache
def tokens(language: Language) -> frozenset[str]:
    """Last names of loaders, and of calls that call a function for their caller."""
    roots = ("", *gate.roots(language))
    named = {token.rpartition(".")[2] for root in roots for token in gate.tokens(root, language)}
    return frozenset(named | spawned.HANDERS | {"__init__", "partial"})


def others(ev: Evaluator, module: int) -> set[str]:
    """Other names for loaders: aliases and subclasses. The bodies that use them are read."""
    found: set[str] = set()
    scopes = ev.modules[module].scopes
    for index, scope in enumerate(scopes):
        if scope.kind == "class" and scope.bases:
            line = list(hierarchy.lineage(ev, Cls(module, index, ev.env(module, scope.parent))))
            if any(isinstance(base, Ref) and ev.tables.match(base.qualified) for base in line):
                found.add(scope.name)
                for binding in scope.bindings.get("__init__", ()):
                    if isinstance(binding.value, Definition):
                        ev.read_body(module, binding.value.scope)
    everywhere = ev.modules[module].language == "javascript"  # `const {pipeline: p} = await import(…)`
    for scope_index in (0, *(i for i, scope in enumerate(scopes) if i and (everywhere or scope.kind == "class"))):
        for name, bindings in list(scopes[scope_index].bindings.items()):
            if any(_is_loader(ev, b.value, name, ev.env(module, scope_index)) for b in bindings):
                found.add(name.rpartition(".")[2])
    found.update(_taken_in(scopes))
    for name in sorted(
        {*found, *_tables_of_loaders(ev, module), *_givers(scopes, tokens(ev.modules[module].language))}
    ):
        ev.read_mentioning(module, name)
    return found


def _taken_in(scopes: list[Scope]) -> Iterator[str]:
    """Names that functions give to loaders which they import: `from vllm import LLM as Engine`."""
    for scope in scopes:
        for name, bindings in scope.bindings.items() if scope.kind == "function" else ():
            taken = (b.value.qualified for b in bindings if isinstance(b.value, Imported))
            if any(not qualified.endswith("." + name) and tables().match(qualified) for qualified in taken):
                yield name


def _givers(scopes: list[Scope], known: frozenset[str]) -> Iterator[str]:
    """Names of functions that return a loader: what they give may be called by functions that name none."""
    for scope in scopes:
        if scope.name and any(last_name(value) in known for value in scope.returns):
            yield scope.name


def _tables_of_loaders(ev: Evaluator, module: int) -> Iterator[str]:
    """Names of the file's tables that hold loaders: functions that use one may name no loader themselves."""
    here = ev.env(module, 0)
    for name, bindings in list(ev.modules[module].scopes[0].bindings.items()):
        held = [v for b in bindings if isinstance(b.value, Mapping) for _, v in b.value.pairs[:_MAX_HELD]]
        named = (value for value in held if isinstance(value, Name | Attribute))
        refs = (v for value in named for v in ev.evaluate(value, here))
        if any(isinstance(v, Ref) and ev.tables.match(v.qualified) for v in refs):
            yield name


def _is_loader(ev: Evaluator, value: Expression, name: str, env: Env) -> bool:
    """Whether `name` is another name for a loader."""
    if isinstance(value, Call):
        if last_name(value.function) not in ("partial", "getattr"):
            return False
    elif isinstance(value, Name | Attribute):
        if last_name(value) not in tokens(ev.modules[env.module].language):
            return False
    elif not isinstance(value, Imported | Choice):
        return False
    if isinstance(value, Imported) and value.qualified.endswith("." + name):
        return False
    for found in ev.evaluate(value, env):
        inner = found.function if isinstance(found, Partial) else found
        if isinstance(inner, Ref) and ev.tables.match(inner.qualified):
            return True
    return False
