"""Schemas of JavaScript that say what a value is by default: zod's objects, and what checks an environment by one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Text
from analyzer.values import containers
from analyzer.values.objects import Dict, Env, Ref, Str, Value, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

ROOTS = ("npm:zod.", "@t3-oss/env-", "npm:envalid.")
#: What a schema of an object has parsed.
_PARSED = re.compile(r"^npm:zod\.(?:z\.)?object\(\)\.(?:\w+\(\)\.)*(?:parse|safeParse|parseAsync)\(\)(?:\.data)?$")
#: What checks the environment: place of the schema, and the parts of it that hold entries.
_CHECKED = {"createEnv()": (0, ("server", "client", "shared")), "cleanEnv()": (1, ())}
_DEFAULTS = frozenset({"default", "prefault", "catch"})


def attribute(ev: Evaluator, base: Ref, name: str) -> Values:
    """What an entry of a parsed object, or of a checked environment, is by default."""
    if base.call is None or base.env is None:
        return ()
    found = [_of_entry(ev, *entry) for entry in _entries(ev, base) if entry[0] == name]
    return relabel(merged(*found), "option_default")


def _entries(ev: Evaluator, base: Ref) -> Iterator[tuple[str, Expression, Env]]:
    """(key, schema, where) of each entry of the schema behind the value."""
    if base.call is None or base.env is None:
        return
    checked = _CHECKED.get(base.qualified.rpartition(".")[2], (-1, ()))
    place, parts = (0, ()) if _PARSED.match(base.qualified) else checked
    schema = ev.evaluate(base.call.args[place], base.env) if 0 <= place < len(base.call.args) else ()
    if parts:
        schema = merged(*(containers.known(ev, s, (Str(part, 0, 0),)) for s in _dicts(schema) for part in parts))
    for each in _dicts(schema):
        yield from ((k.value, value, where) for k, value, where in containers.pairs(ev, each) if isinstance(k, Text))


def _dicts(values: Values) -> Iterator[Dict]:
    yield from (value for value in values if isinstance(value, Dict))


def _of_entry(ev: Evaluator, name: str, schema: Expression, env: Env) -> Values:
    """`z.string().default("name")`, `str({default: "name"})`; of an object in it what that is when it is parsed."""
    link: Expression = schema
    while isinstance(link, Call):
        if isinstance(link.function, Attribute) and link.function.name in _DEFAULTS and link.args:
            return ev.evaluate(link.args[0], env)
        given = next((value for key, value in link.keywords if key == "default"), None)
        if given is not None:
            return ev.evaluate(given, env)
        link = link.function.base if isinstance(link.function, Attribute) else link.function
    return tuple(_parsed(value) for value in ev.evaluate(schema, env) if isinstance(value, Ref) and value.call)


def _parsed(schema: Ref) -> Value:
    return schema._replace(qualified=schema.qualified + ".parse()")
