"""Programs of Hydra: which configs they take, and what command lines set in these."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from analyzer.program import Call, Scope, last_name
from analyzer.values.configs import open_configs, overrides
from analyzer.values.configs.config_apis import given, texts
from analyzer.values.objects import Arguments, Dict, Env, Ref

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_HYDRA = frozenset({"hydra.main", "hydra.main.main"})


class _Program(NamedTuple):
    """A program of Hydra: the folder of its configs, which of them it takes, and what a command line sets in it."""

    folder: str
    names: frozenset[str]
    said: Dict


def told(ev: Evaluator, path: str) -> tuple[Dict, ...]:
    """What command lines set of the programs that read the config of this path, one document for each command line."""
    return tuple(program.said for program in _programs(ev) if _takes(program, path))


def _takes(program: _Program, path: str) -> bool:
    """Whether the config is the program's own, or one of a group."""
    inside = posixpath.relpath(path, program.folder)
    return not inside.startswith("..") and ("/" in inside or inside.rpartition(".")[0] in program.names)


def _programs(ev: Evaluator) -> tuple[_Program, ...]:
    if "hydra programs" not in ev.caches:
        ev.caches["hydra programs"] = ()
        found = [program for module in ev.programs("hydra") for program in _programs_of(ev, module)]
        ev.caches["hydra programs"] = tuple(found)
    return ev.caches["hydra programs"]  # type: ignore[return-value]


def _programs_of(ev: Evaluator, module: int) -> Iterator[_Program]:
    for index, scope in ev.modules[module].in_order():
        env = ev.env(module, index)
        for arguments in mains(ev, ev.scope(module, index), env) if _may_start(scope) else ():
            paths = texts(ev, given(ev, arguments, ("config_path",))) or ["."]
            own = [posixpath.basename(p) for p in paths if is_file(p)]
            own += texts(ev, given(ev, arguments, ("config_name",), 1))
            for path in paths:
                for asked, said in overrides.of_program(ev, module):
                    names = frozenset(name.removesuffix(".yaml") for name in ([asked] if asked else own))
                    yield _Program(start_of(ev, folder_of(path), env), names, said)


def _may_start(scope: Scope) -> bool:
    return scope.kind == "function" and not scope.parent


def mains(ev: Evaluator, scope: Scope, env: Env) -> Iterator[Arguments]:
    """What `@hydra.main(…)` of a function is given."""
    from analyzer.values.calling import passing

    for decorator in scope.decorators:
        if env.parent is None or not isinstance(decorator, Call) or last_name(decorator.function) != "main":
            continue
        made = ev.evaluate(decorator.function, env.parent)
        if any(isinstance(v, Ref) and v.qualified in _HYDRA for v in made):
            yield passing.arguments_of(decorator, env.parent)


def is_file(path: str) -> bool:
    """Whether `config_path` names the config itself, as it did before Hydra 1.0."""
    return path.endswith(open_configs.YAML)


def folder_of(path: str) -> str:
    return posixpath.dirname(path) or "." if is_file(path) else path


def start_of(ev: Evaluator, folder: str, env: Env) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(ev.modules[env.module].path), folder))
