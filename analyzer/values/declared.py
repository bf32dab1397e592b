"""What declarations of options, fields, dependencies and fixtures give: typer, pydantic, FastAPI, attrs, pytest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Call
from analyzer.values import containers
from analyzer.values.calling import passing
from analyzer.values.configs import environment
from analyzer.values.objects import (
    RUNTIME,
    UNKNOWN_CALL,
    Arguments,
    Cls,
    Const,
    Env,
    Fn,
    List,
    Str,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def option(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """A widget with a list of options as its second argument: any of them."""
    found = containers.elements(ev, passing.argument(ev, arguments, ("options",), 1) or ())
    return relabel(tuple(v for v in found if isinstance(v, Str)), "option_default") or (RUNTIME,)


def several(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """A widget with a list of options as its second argument, of which any number are taken."""
    listed = tuple(value for value in passing.argument(ev, arguments, ("options",), 1) or () if isinstance(value, List))
    return tuple(List(value.entries, more=True) for value in listed) or (RUNTIME,)


def value_of(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """A widget with a value as its second argument."""
    found = tuple(v for v in passing.argument(ev, arguments, ("value",), 1) or () if isinstance(v, Str))
    return relabel(found, "option_default") or (RUNTIME,)


def depends(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`Depends(get)`: what the function gives, or yields."""
    from analyzer.values.calling import calls

    found = []
    for value in passing.argument(ev, arguments, ("dependency",), 0) or ():
        made = calls.invoke(ev, value, Arguments(), node, env) if isinstance(value, Fn | Cls) else ()
        is_yielded = isinstance(value, Fn) and ev.scope(value.module, value.scope).yields
        found.append(containers.elements(ev, made) if is_yielded else made)
    return merged(*found) or (UNKNOWN_CALL,)


def fixture(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    from analyzer.values.calling import fixtures

    return fixtures.named(ev, arguments, node, env)


def option_of_tests(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    from analyzer.values.calling import fixtures

    return fixtures.option(ev, arguments, node, env)


def default(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`field(default=…)`, `Field(…)`, `Option(…)`, `Query(…)`: the default, or what a factory makes."""
    from analyzer.values.calling import calls

    for name in ("default", "default_factory", "factory"):
        given = passing.keyword(ev, arguments, name)
        if given is not None:
            made = [calls.invoke(ev, v, Arguments(), node, env) for v in given] if "factory" in name else [given]
            return relabel(merged(*made), "option_default" if arguments.args or name == "default" else "field_default")
    known = tuple(v for v in passing.first(ev, arguments) if not isinstance(v, Const))
    variables = passing.keyword(ev, arguments, "envvar") or ()
    told = environment.variable(ev, (*variables, *containers.elements(ev, variables)), env.module) if variables else ()
    return merged(told, relabel(known, "option_default")) or (RUNTIME,)


def chosen(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """As `_default`, or any of the `choices` that are listed."""
    listed = containers.elements(ev, passing.keyword(ev, arguments, "choices") or ())
    choices = tuple(value for value in listed if isinstance(value, Str))
    return merged(default(ev, arguments, node, env), relabel(choices, "option_default"))


def field(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """As `_default`, for the fields of a class."""
    found = default(ev, arguments, node, env)
    return tuple(
        v._replace(step="field_default") if isinstance(v, Str) and v.step == "option_default" else v for v in found
    )


def keyword_default(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """As `_default`, for makers whose positional arguments are something else."""
    return field(ev, Arguments((), arguments.keywords), node, env)
