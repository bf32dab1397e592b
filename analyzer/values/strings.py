"""Strings put together: concatenation, f-strings, %, format, join, case and trimming, paths."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice, product
from typing import TYPE_CHECKING

from analyzer.program import Expression, Operator
from analyzer.values.objects import (
    BOUND,
    HOLE,
    RUNTIME,
    SOMEWHERE,
    STEPS,
    Const,
    Dict,
    Env,
    List,
    Str,
    Thing,
    Tuple,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_MAX_COMBINATIONS = 48
_MAX_LENGTH = 300
_MAX_PRODUCT = 1_000_000
_DIGITS = 4  # of the place of an argument
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}:!]*)[^{}]*\}")
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-+ #0-9.]*([sdrfgi%])")
_NOT_PASSED = frozenset({Unknown("parameter"), Unknown("computed_string"), Unknown("attribute_not_found")})
#: JavaScript's names for methods of strings.
_ECMA = {"toLowerCase": "lower", "toUpperCase": "upper", "trim": "strip", "replaceAll": "replace", "toString": "strip"}
SAME = frozenset({"strip", "rstrip", "lstrip", "encode", "decode", "__str__", "expanduser", "resolve", "as_posix"})


def join(ev: Evaluator, parts: tuple[Expression, ...], env: Env, at: int) -> Values:
    """The parts one after the other; lists added to lists are one list."""
    values = [ev.evaluate(part, env) for part in parts]
    if any(isinstance(value, List) for value in values[0]):
        return merged(*values)
    return combine(ev, values, env, at)


def combine(ev: Evaluator, parts: list[Values], env: Env, at: int, separator: str = "") -> Values:
    """Every combination of the parts. A part that is not known becomes `*`; with no known text there is no string."""
    things = [value for part in parts for value in part if isinstance(value, Thing)]
    choices = [_choices(part) for part in parts]
    found: list[Value] = []
    for combination in islice(product(*choices), _MAX_COMBINATIONS):
        texts = [part.text if isinstance(part, Str) else HOLE for part in combination]
        text = re.sub(r"\*+", HOLE, separator.join(texts))
        known = [part for part in combination if isinstance(part, Str)]
        if not known or not text.strip(HOLE + "/- _.:") or len(text) > _MAX_LENGTH:
            continue
        first = max(known, key=lambda part: (STEPS[part.step], len(part.text)))
        partial = any(not isinstance(part, Str) or part.partial for part in combination)
        step = first.step if STEPS[first.step] > STEPS["formatted"] else "formatted"
        found.append(Str(text, first.module, first.at, step, partial))
    if not found and all(part for part in parts):
        reasons = [v for part in parts for v in part if isinstance(v, Unknown)]
        found.append(RUNTIME if RUNTIME in reasons else Unknown("computed_string"))
    return merged(tuple(found), tuple(things))


def _choices(part: Values) -> list[Str | None]:
    """The strings a part can be; None for each way in which it is not known."""
    found: list[Str | None] = []
    for value in part:
        if isinstance(value, Str):
            found.append(value)
        elif isinstance(value, Const) and value.value is not None and not isinstance(value.value, bool):
            found.append(Str(str(value.value), 0, 0))
        elif not isinstance(value, Const):
            found.append(None)
    return list(dict.fromkeys(found)) or [None]


def operator(ev: Evaluator, expression: Operator, env: Env) -> Values:
    """`%` formats, `/` joins paths, `|` merges dicts; of the rest only what loaded objects flow through matters."""
    values = [ev.evaluate(operand, env) for operand in expression.operands]
    if expression.sign in ("??", "?="):
        return _usual(values[0], values[1], parameter=expression.sign == "?=")
    if expression.sign == "%" and any(isinstance(value, Str) for value in values[0]):
        return percent(ev, values[0], values[1], env, expression.at)
    if expression.sign == "/" and len(values) == 2 and not _has_thing(values):
        return combine(ev, values, env, expression.at, separator="/")
    if expression.sign == "|":
        parts = [value for part in values for value in part if isinstance(value, Dict)]
        return (Dict(tuple(e for d in parts for e in d.entries)),) if len(parts) == len(values) else merged(*values)
    things = tuple(value for part in values for value in part if isinstance(value, Thing))
    if things:
        return things[:1]
    from analyzer.values.branching import outcome, reach

    told = (
        outcome.of(ev, expression, env)
        if expression.sign in outcome.SIGNS and (ev.supposed is not None or reach.is_known(env))
        else None
    )
    return (Const(told),) if told is not None else (Unknown("computed_string"),)


def _usual(given: Values, default: Values, *, parameter: bool) -> Values:
    """`given ?? default`: what the environment brings has the default, and so has what nobody passes."""
    if RUNTIME in given:
        given = tuple(value for value in given if value != RUNTIME)
        default = relabel(default, "environment_default")
    elif parameter:
        given = tuple(value for value in given if value not in _NOT_PASSED)
        default = relabel(default, "function_default")
    found = tuple(v for v in given if not (isinstance(v, Const) and not v.value) and v != Str("", 0, 0))
    return merged(found, default) or given


def _has_thing(parts: list[Values]) -> bool:
    return any(isinstance(value, Thing) for part in parts for value in part)


def percent(ev: Evaluator, templates: Values, given: Values, env: Env, at: int) -> Values:
    """`template % given`, where `given` is one value, a tuple or a dict."""
    found: list[Values] = []
    for template in templates:
        if not isinstance(template, Str):
            continue
        parts: list[Values] = []
        end = index = 0
        for field in _PERCENT.finditer(template.text):
            parts.append((template._replace(text=template.text[end : field.start()]),))
            end = field.end()
            if field[2] == "%":
                parts.append((template._replace(text="%"),))
                continue
            parts.append(_given(ev, given, field[1], index))
            index += 1
        parts.append((template._replace(text=template.text[end:]),))
        found.append(combine(ev, parts, env, at))
    return merged(*found)


def _given(ev: Evaluator, given: Values, key: str | None, index: int) -> Values:
    from analyzer.values import containers

    if key is not None:
        return containers.item(ev, given, (Str(key, 0, 0),))
    if any(isinstance(value, List) for value in given):
        return containers.item(ev, given, (Const(index),))
    return given if index == 0 else (Unknown("computed_string"),)


def formatted(ev: Evaluator, template: Str, args: list[Values], keywords: dict[str, Values], env: Env) -> Values:
    """`template.format(*args, **keywords)`."""
    parts: list[Values] = []
    end = index = 0
    for field in _FIELD.finditer(template.text):
        parts.append((template._replace(text=template.text[end : field.start()]),))
        end = field.end()
        name = field[1]
        if name is None:
            parts.append((template._replace(text=field[0][0]),))
            continue
        if name == "":
            name, index = str(index), index + 1
        if name.isdecimal() and len(name) < _DIGITS:
            parts.append(args[int(name)] if int(name) < len(args) else (Unknown("computed_string"),))
        else:
            parts.append(keywords.get(name, (Unknown("computed_string"),)))
    parts.append((template._replace(text=template.text[end:]),))
    return combine(ev, parts, env, template.at)


def method(ev: Evaluator, base: Str, name: str, args: list[Values], keywords: dict[str, Values], env: Env) -> Values:
    """A method of a string, where its result can be told."""
    from analyzer.values.configs import config_apis

    name = _ECMA.get(name, name)
    if name in SAME:
        text = base.text.strip() if name.endswith("strip") and not args else base.text
        return (_changed(base, text),)
    if name in ("lower", "upper", "title", "casefold"):
        return (_changed(base, getattr(base.text, name)()),)
    if name == "format":
        return formatted(ev, base, args, keywords, env)
    if name == "join" and args:
        return _joined(ev, base, args[0], env)
    if name in ("open", "read_text", "read_bytes"):
        return config_apis.opened(ev, base, env)
    if name == "joinpath":
        return combine(ev, [(base,), *args], env, base.at, separator="/")
    if name in ("split", "splitlines") and not args and not base.partial:
        return _applied(base, name, [])
    texts = [_only(arg) for arg in args]
    if name in ("replace", "removeprefix", "removesuffix") and texts and None not in texts and not base.partial:
        return _applied(base, name, texts)
    if name in ("split", "rsplit", "partition", "rpartition") and texts and texts[0] and not base.partial:
        most = [v.value for v in args[1] if isinstance(v, Const) and isinstance(v.value, int)] if len(args) > 1 else []
        return _applied(base, name, [texts[0], *most[:1]])
    return (Unknown("computed_string"),)


def _applied(base: Str, name: str, args: Sequence[str | int | None]) -> Values:
    """What Python's method gives. Each can make a text longer, and in a chain of them, too long for any memory."""
    if len(base.text) * max((len(arg) for arg in args if isinstance(arg, str)), default=1) > _MAX_PRODUCT:
        return (BOUND,)
    try:
        found = getattr(base.text, name)(*args)
    except (TypeError, OverflowError):  # it takes others, or no such number
        return (Unknown("computed_string"),)
    if isinstance(found, str):
        return (_changed(base, found),) if len(found) <= max(len(base.text), _MAX_LENGTH) else (BOUND,)
    return (Tuple(tuple(_changed(base, part) for part in found)),)


def parent(path: Str) -> Str:
    """The folder that a path lies in."""
    folder = path.text.rpartition("/")[0]
    if path.partial:
        return path if path.text == SOMEWHERE else path._replace(text=folder or SOMEWHERE)
    return path._replace(text=folder or ".")


def last_part(path: Str) -> Str:
    """The name of what a path leads to; of one that is not known, anything."""
    name = path.text.rpartition("/")[2]
    return path if path.text == SOMEWHERE else _changed(path, name)


def _changed(base: Str, text: str) -> Str:
    step = base.step if STEPS[base.step] > STEPS["formatted"] else "formatted"
    return base if text == base.text else base._replace(text=text, step=step)


def _only(values: Values) -> str | None:
    return values[0].text if len(values) == 1 and isinstance(values[0], Str) else None


def _joined(ev: Evaluator, separator: Str, given: Values, env: Env) -> Values:
    from analyzer.values import containers

    found: list[Values] = []
    for value in given:
        if isinstance(value, List) and not value.open:
            parts = [ev.evaluate(*e) if e else (Unknown("computed_string"),) for e in containers.entries(ev, value)]
            found.append(combine(ev, parts, env, separator.at, separator=separator.text))
    return merged(*found) or (Unknown("computed_string"),)
