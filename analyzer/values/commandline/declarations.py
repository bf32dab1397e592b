"""Options as code declares them: `add_argument`, `set_defaults`, `DEFINE_string` and their like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Module, Name, Scope, Spread, Text, last_name
from analyzer.values import turns
from analyzer.values.calling import passing
from analyzer.values.commandline import launched, parsers
from analyzer.values.configs import environment
from analyzer.values.objects import (
    RUNTIME,
    Arguments,
    Const,
    Dict,
    Env,
    Fn,
    Held,
    List,
    Ref,
    Started,
    Str,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_LISTS = ("DEFINE_list", "DEFINE_spaceseplist", "DEFINE_multi_string", "DEFINE_multi_enum")
_DECLARING = ("add_argument", "set_defaults", "DEFINE_string", "DEFINE_enum", "add_option", "addoption", *_LISTS)
_SHORT = ("add", "add_arg")
#: What makes an option a list, by the keyword of its declaration.
_SEVERAL: dict[str, tuple[object, ...]] = {
    "nargs": ("+", "*"),
    "action": ("append", "extend"),
    "multiple": (True,),
}


def declared(ev: Evaluator, module: int, name: str, started: Started) -> Values:
    """What `add_argument`, `set_defaults` and `DEFINE_string` calls of a file give the option `name`.

    `started` is where the parser is made: programs that run that give the option what their command lines say.
    """
    table = _table(ev, module)
    if name not in table:
        return ()
    found: list[Values] = []
    for call, env in table[name]:
        found.append(of_call(ev, call, env, name, started))
    return relabel(merged(*found), "argparse_default") or (RUNTIME,)


def by_helpers(ev: Evaluator, module: int, name: str, started: Started) -> Values:
    """As `declared`, of functions of other files that are handed the parser."""
    found: list[Values] = []
    for helper, index in parsers.helpers(ev, module):
        for call, env in _table(ev, helper).get(name, ()):
            if env.scope == index:
                found.append(of_call(ev, call, env, name, started) or (RUNTIME,))
    return relabel(merged(*found), "argparse_default")


def of_call(ev: Evaluator, call: Call, env: Env, name: str, started: Started, place: int | None = None) -> Values:
    """What one declaration gives the option `name`; `place`: it is the argument of this number, without a name."""
    from analyzer.values import containers

    arguments = passing.arguments_of(call, env)
    if method(call) == "set_defaults":
        return passing.keyword(ev, arguments, name) or ()
    position = 1 if method(call).startswith("DEFINE") else None
    default = passing.argument(ev, arguments, ("default",), position) or ()
    choices = containers.elements(ev, passing.keyword(ev, arguments, "choices") or ())
    for kind in passing.keyword(ev, arguments, "type") or ():
        if (
            isinstance(kind, Ref)
            and kind.qualified == "click.Choice()"
            and kind.call is not None
            and kind.env is not None
        ):
            listed = passing.argument(ev, passing.arguments_of(kind.call, kind.env), ("choices",), 0) or ()
            choices = merged(choices, containers.elements(ev, listed))
    flags = [v.text for arg in call.args for v in ev.evaluate(arg, env) if isinstance(v, Str) and v.text[:1] == "-"]
    places = (place,) if place else ev.index(env.module, _places).get(call.end)[-1:]
    flags += map(str, places)
    is_list = _takes_several(ev, arguments)
    found = launched.given(ev, name, started, flags=flags, several=is_list)
    default = merged(*((v,) if not isinstance(v, Fn) else _called(ev, v, call, env) for v in default))
    variables = passing.keyword(ev, arguments, "envvar") or ()
    if variables:
        found = merged(found, environment.variable(ev, (*variables, *containers.elements(ev, variables)), env.module))
    known = tuple(_items_by_default(ev, v) for v in default if not launched.is_nothing(v))
    if choices and all(isinstance(choice, Str) and not choice.partial for choice in choices):
        ev.listed.update((v.module, v.at) for v in (*choices, *known) if isinstance(v, Str))
    if ev.supposed is not None and ev.supposed.default:
        given = known
    elif ev.supposed is not None and ev.supposed.commands:
        given = launched.alone(ev, name, flags, found, known)
    else:
        chosen = tuple(v for v in relabel(choices, "argparse_default") if isinstance(v, Str))
        given = merged(found, known, (_list_of(ev, chosen, env),) if is_list and chosen else chosen)
    if method(call) in _LISTS:
        given = tuple(_list(ev, value, env) if isinstance(value, Str) else value for value in given)
    return _converted(ev, given, passing.keyword(ev, arguments, "type") or (), call, env) or (RUNTIME,)


def _list(ev: Evaluator, value: Str, env: Env) -> List:
    """The list that a flag makes of its text: `--models=a,b`."""
    return _list_of(ev, tuple(value._replace(text=word.strip()) for word in value.text.split(",")), env)


def _list_of(ev: Evaluator, words: tuple[Str, ...], env: Env) -> List:
    return List(tuple((ev.keep(Held((word,), word.at)), env) for word in words))


def _items_by_default(ev: Evaluator, value: Value) -> Value:
    """The default of an option that is a list, with items that are there by default only, as it is."""
    if not isinstance(value, List) or value.open or any(isinstance(item, Spread) for item, _ in value.entries):
        return value
    items = ((relabel(ev.evaluate(item, where), "argparse_default"), where) for item, where in value.entries)
    return List(tuple((ev.keep(Held(values)), where) for values, where in items))


def _called(ev: Evaluator, function: Fn, call: Call, env: Env) -> Values:
    """What a function gives that is the default: `default=lambda: …`."""
    from analyzer.values.calling import calls

    return tuple(v for v in calls.invoke(ev, function, Arguments(), call, env) if not isinstance(v, Unknown))


def _converted(ev: Evaluator, given: Values, kinds: Values, call: Call, env: Env) -> Values:
    """What a function of the files read makes of the text: `type=lambda text: text.split(",")`."""
    texts = tuple(value for value in given if isinstance(value, Str))
    functions = [kind for kind in kinds if isinstance(kind, Fn)] if texts else []
    useful = [v for fn in functions for v in _made(ev, fn, texts, call, env) if isinstance(v, Str | List | Dict)]
    return merged(tuple(useful), tuple(value for value in given if value not in texts)) if useful else given


def _made(ev: Evaluator, function: Fn, texts: Values, call: Call, env: Env) -> Values:
    from analyzer.values.branching import reach
    from analyzer.values.calling import calls

    passed = Arguments(((ev.keep(Held(texts)), env),))
    inside = calls.enter(ev, function, passed, ("type", call.end, texts), env)
    if inside is None:
        return ()
    return ev.union(reach.returned(ev, ev.scope(function.module, function.scope), inside), inside)


def _takes_several(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether the option is a list: `nargs="+"`, `action="append"`, click's `multiple=True`."""
    for name, lists in _SEVERAL.items():
        for value in passing.keyword(ev, arguments, name) or ():
            held = value.text if isinstance(value, Str) else value.value if isinstance(value, Const) else None
            if held in lists or (name == "nargs" and isinstance(held, int) and held not in (0, 1)):
                return True
    return False


def method(call: Call) -> str:
    return call.function.name if isinstance(call.function, Attribute | Name) and hasattr(call.function, "name") else ""


def _table(ev: Evaluator, module: int) -> dict[str, list[tuple[Call, Env]]]:
    """Option name -> the calls that declare it."""
    key = "options", module
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    table: dict[str, list[tuple[Call, Env]]] = {}
    ev.caches[key] = table
    for name in (*_DECLARING, "add_arg"):
        ev.read_mentioning(module, name)
    for index, scope in ev.modules[module].in_order():
        for call in scope.calls:
            if method(call) in _DECLARING or _is_short(call):
                for env in _declaring(ev, call, scope, ev.env(module, index)):
                    for dest in _destinations(ev, call, env):
                        table.setdefault(dest, []).append((call, env))
    return table


def _is_short(call: Call) -> bool:
    """`parser.add("--model", …)` of ConfigArgParse, and `parser.add_arg`."""
    first = call.args[0] if method(call) in _SHORT and call.args else None
    return isinstance(first, Text) and first.value[:1] == "-"


def _declaring(ev: Evaluator, call: Call, scope: Scope, env: Env) -> tuple[Env, ...]:
    """Where the call declares an option: in each turn of a loop, each call of a function that passes on its own."""
    from analyzer.values.calling import callers

    own = {param.name for param in scope.params}
    first = call.args[0].value if call.args and isinstance(call.args[0], Spread) else next(iter(call.args), None)
    is_passed_on = isinstance(first, Name) and first.id in own
    made = (callers.frames(ev, env.module, env.scope) if is_passed_on else ()) or (env,)
    if isinstance(first, Text):
        return made
    return tuple(each for where in made for each in turns.of_call(ev, call, scope, where) or (where,))


def _destinations(ev: Evaluator, call: Call, env: Env) -> list[str]:
    """The attribute names that an option sets: `dest`, else the first long flag, else the first flag."""
    if method(call) == "set_defaults":
        return [name for name, _ in call.keywords if name]
    named = [value for name, value in call.keywords if name == "dest"]
    found = [v.text for arg in (named or call.args) for v in ev.evaluate(arg, env) if isinstance(v, Str)]
    if method(call).startswith("DEFINE") or named:
        return found[:1]
    long = [flag for flag in found if flag.startswith("--")] or found
    return [long[0].lstrip("-").replace("-", "_")] if long else []


def _places(module: Module, index: int, scope: Scope) -> Iterator[tuple[int, int]]:
    """End of the call that declares an argument without a name -> its number on the command line, from 1."""
    numbers: dict[str, int] = {}
    for call in scope.calls:
        function = call.function
        if isinstance(function, Attribute) and isinstance(function.base, Name) and _takes_place(call):
            parser = function.base.id
            if parser not in numbers:
                numbers[parser] = int(_is_of_command(scope, parser))
            numbers[parser] += 1
            yield call.end, numbers[parser]


def _is_of_command(scope: Scope, parser: str) -> bool:
    """Whether it is the parser of a command, whose name comes first."""
    made = scope.bindings.get(parser, ())[:1]
    return any(isinstance(b.value, Call) and last_name(b.value.function) == "add_parser" for b in made)


def _takes_place(call: Call) -> bool:
    """Whether the call declares an argument without a name; the name of a command is one."""
    first = call.args[0] if call.args else None
    is_plain = isinstance(first, Text) and first.value[:1] not in ("-", "")
    return method(call) == "add_subparsers" or (method(call) == "add_argument" and is_plain)
