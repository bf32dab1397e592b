"""Command-line options: argparse and its like, click, typer, absl, HfArgumentParser, tyro."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Name, Param, Scope, Text, last_name
from analyzer.values import config_apis, hydra_configs, overlays, parsers
from analyzer.values.objects import (
    Arguments,
    Bound,
    Cls,
    Configs,
    Const,
    Dict,
    Env,
    Frame,
    Held,
    Inst,
    List,
    Parsed,
    Ref,
    Started,
    Str,
    Tuple,
    Unknown,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_RUNTIME = Unknown("runtime_input")
_PARSED = re.compile(r"\.parse_(known_|intermixed_|known_intermixed_)?args\(\)$")
_DATACLASSES = re.compile(
    r"\.(parse_args_into_dataclasses|parse_json_file|parse_yaml_file|parse_dict|parse_args_and_config)\(\)$"
)
_ARGS_NAMES = re.compile(r"(args?|opts?|options?|FLAGS|flags|hparams|params|cfg|config|namespace|a|parsed|cli_args)_?$")
#: What only a run knows: command line and environment, in Python and JavaScript.
_RUN = frozenset({
    "sys.argv", "globalThis.process.env", "globalThis.process.argv", "npm:process.env", "npm:process.argv",
    "node:process.env", "node:process.argv", "import.meta.env", "globalThis.Deno.args", "globalThis.Bun.env",
    "npm:$env.dynamic.private.env", "npm:$env.dynamic.public.env", "globalThis.location", "globalThis.window.location",
    "globalThis.self.location",
})  # fmt: skip
#: Words on a command line that mean that nothing is given.
_NOTHING = frozenset({"none", "null", ""})
#: What makes an option a list, by the keyword of its declaration.
_SEVERAL: dict[str, tuple[object, ...]] = {
    "nargs": ("+", "*"),
    "action": ("append", "extend"),
    "multiple": (True,),
}
#: Stands behind the name of a library's class for an object of it that a command-line parser makes.
_FILLED = "#filled"
_TYPED = frozenset({"tyro.cli", "simple_parsing.parse", "jsonargparse.CLI", "draccus.parse", "pyrallis.parse"})


def attribute(ev: Evaluator, base: Ref, name: str) -> Values:
    """`args.name` of parsed arguments or flags; empty if `base` is something else."""
    if _PARSED.search(base.qualified) and not base.qualified.endswith("known_args()"):
        if name in ("get", "pop"):
            return (Bound(base, name),)
        if base.env is None or base.call is None:
            return ()
        made = Started(base.env, base.call.end)
        found = declared(ev, base.env.module, name, made) or _by_helpers(ev, base.env.module, name, made)
        laid = overlays.option(ev, base.env.module, name)
        return merged(laid, tuple(v for v in found if not laid or v != _RUNTIME))
    if base.qualified in (
        "absl.flags.FLAGS",
        "tensorflow.flags.FLAGS",
        "tensorflow.app.flags.FLAGS",
        "gflags.FLAGS",
    ):
        found = merged(*(declared(ev, module, name, anywhere(ev, module)) for module in range(len(ev.modules))))
        return found or (_RUNTIME,)
    if base.qualified in _RUN:
        return (_RUNTIME,)
    if base.qualified.endswith(_FILLED) and base.env is not None and base.call is not None:
        return given(ev, name, Started(base.env, base.call.end)) or (_RUNTIME,)
    return ()


def indexed(ev: Evaluator, base: Value, keys: Values) -> Values:
    """`parser.parse_known_args()[0]`; the objects that HfArgumentParser fills, in order."""
    if not isinstance(base, Ref):
        return ()
    if base.qualified.endswith("known_args()"):
        return (Ref(base.qualified.replace("parse_known_args()", "parse_args()"), base.call, base.env),)
    if base.qualified.endswith("OptionParser().parse_args()"):
        return (base,)
    if base.qualified == "sys.argv" and len(keys) == 1 and isinstance(keys[0], Const):
        return ev.launched((str(keys[0].value),), anywhere(ev, 0)) or (_RUNTIME,)
    if base.qualified.startswith("sys.argv") or base.qualified in _RUN:
        return (_RUNTIME,)
    return config_apis.indexed(ev, base, keys)


def call(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """Calls that fill the fields of classes from the command line."""
    from analyzer.values import calls

    made = ref.qualified + "()"
    if _DATACLASSES.search(made) or (
        ref.call is not None and ref.qualified.endswith("TrlParser().parse_args_and_config")
    ):
        if ref.call is None or ref.env is None:
            return None
        classes = calls.argument(ev, calls.arguments_of(ref.call, ref.env), ("dataclass_types",), 0) or ()
        files = calls.argument(ev, arguments, ("json_file", "yaml_file"), 0) if "_file()" in made else None
        frames = _from_files(ev, files or (), ref.qualified, env)
        return merged(*(_filled(ev, classes, frame, node, env) for frame in frames or (_parsed(ev, node, env),)))
    if ref.qualified in _TYPED:
        classes = calls.argument(ev, arguments, ("f", "config_class", "args"), 0) or ()
        return tuple(Inst(v, _parsed(ev, node, env)) for v in classes if isinstance(v, Cls)) or None
    return None


def _parsed(ev: Evaluator, call: Call, env: Env) -> Parsed:
    """The one frame of the objects that this call of a parser makes."""
    key = "parsed", call.end, env
    if key not in ev.caches:
        ev.caches[key] = Parsed(Started(env, call.end))
    return ev.caches[key]  # type: ignore[return-value]


def _from_files(ev: Evaluator, paths: Values, reader: str, env: Env) -> list[Frame]:
    """Constructor calls that pass what JSON or YAML files hold, one for each file that is known."""
    found = config_apis.documents(ev, reader, paths, env)
    held = ((ev.keep(Held((value,))), env) for value in found if isinstance(value, Dict | Configs))
    return [Frame(Arguments((), ((None, expression, where),)), None, 1) for expression, where in held]


def _filled(ev: Evaluator, given: Values, frame: Frame, call: Call, env: Env) -> Values:
    """The objects that a parser fills, as a tuple; `frame` is what it makes them with, `call` its call."""
    from analyzer.values import containers

    for value in given:
        if isinstance(value, List):
            classes = [ev.evaluate(*e) for e in containers.entries(ev, value) if e is not None]
            return (Tuple(tuple(_made(c[0], frame, call, env) if c else _RUNTIME for c in classes)),)
        if isinstance(value, Cls | Ref):
            return (Tuple((_made(value, frame, call, env),)),)
    return (_RUNTIME,)


def _made(cls: Value, frame: Frame, call: Call, env: Env) -> Value:
    """The object of one class, which may be a library's: then only command lines tell what it holds."""
    if isinstance(cls, Cls):
        return Inst(cls, frame)
    return Ref(cls.qualified + _FILLED, call, env) if isinstance(cls, Ref) and cls.call is None else _RUNTIME


def anywhere(ev: Evaluator, module: int) -> Started:
    """A parser of which nothing tells when it runs: whenever the file is imported."""
    return Started(ev.env(module, 0), -1)


def given(ev: Evaluator, name: str, started: Started, *, flags: Iterable[str] = (), several: bool = False) -> Values:
    """What command lines give an option of the parser that runs at `started`; one that takes several gets a list."""
    found = ev.launched((*flags, f"--{name}"), started, several=several)
    known = tuple(value for value in found if not is_nothing(value))
    if not several or not known:
        return known
    return (List(tuple((ev.keep(Held((value,))), started.env) for value in known), more=True),)


def is_nothing(value: Value) -> bool:
    """Whether it stands for no value: None, and the word for it on a command line."""
    return isinstance(value, Const) or (isinstance(value, Str) and value.text.lower() in _NOTHING)


def declared(ev: Evaluator, module: int, name: str, started: Started) -> Values:
    """What `add_argument`, `set_defaults` and `DEFINE_string` calls of a file give the option `name`.

    `started` is where the parser is made: programs that run that give the option what their command lines say.
    """
    table = _table(ev, module)
    if name not in table:
        return ()
    found: list[Values] = []
    for call, env in table[name]:
        found.append(_declared(ev, call, env, name, started))
    return relabel(merged(*found), "argparse_default") or (_RUNTIME,)


def _by_helpers(ev: Evaluator, module: int, name: str, started: Started) -> Values:
    """As `declared`, of functions of other files that are handed the parser."""
    found: list[Values] = []
    for helper, index in parsers.helpers(ev, module):
        for call, env in _table(ev, helper).get(name, ()):
            if env.scope == index:
                found.append(_declared(ev, call, env, name, started) or (_RUNTIME,))
    return relabel(merged(*found), "argparse_default")


def _declared(ev: Evaluator, call: Call, env: Env, name: str, started: Started) -> Values:
    from analyzer.values import calls, containers

    arguments = calls.arguments_of(call, env)
    method = _method(call)
    if method == "set_defaults":
        return calls.keyword(ev, arguments, name) or ()
    position = 1 if method.startswith("DEFINE") else None
    default = calls.argument(ev, arguments, ("default",), position) or ()
    choices = containers.elements(ev, calls.keyword(ev, arguments, "choices") or ())
    for kind in calls.keyword(ev, arguments, "type") or ():
        if (
            isinstance(kind, Ref)
            and kind.qualified == "click.Choice()"
            and kind.call is not None
            and kind.env is not None
        ):
            listed = calls.argument(ev, calls.arguments_of(kind.call, kind.env), ("choices",), 0) or ()
            choices = merged(choices, containers.elements(ev, listed))
    flags = [v.text for arg in call.args for v in ev.evaluate(arg, env) if isinstance(v, Str) and v.text[:1] == "-"]
    found = given(ev, name, started, flags=flags, several=_takes_several(ev, arguments))
    known = tuple(v for v in default if not is_nothing(v))
    return merged(found, known, tuple(v for v in choices if isinstance(v, Str))) or (_RUNTIME,)


def _takes_several(ev: Evaluator, arguments: Arguments) -> bool:
    """Whether the option is a list: `nargs="+"`, `action="append"`, click's `multiple=True`."""
    from analyzer.values import calls

    for name, lists in _SEVERAL.items():
        for value in calls.keyword(ev, arguments, name) or ():
            held = value.text if isinstance(value, Str) else value.value if isinstance(value, Const) else None
            if held in lists or (name == "nargs" and isinstance(held, int) and held not in (0, 1)):
                return True
    return False


def _method(call: Call) -> str:
    return call.function.name if isinstance(call.function, Attribute | Name) and hasattr(call.function, "name") else ""


def _table(ev: Evaluator, module: int) -> dict[str, list[tuple[Call, Env]]]:
    """Option name -> the calls that declare it."""
    key = "options", module
    if key in ev.caches:
        return ev.caches[key]  # type: ignore[return-value]
    table: dict[str, list[tuple[Call, Env]]] = {}
    ev.caches[key] = table
    for method in ("add_argument", "set_defaults", "DEFINE_string", "DEFINE_enum", "add_option"):
        ev.read_mentioning(module, method)
    for index, scope in ev.modules[module].in_order():
        for call in scope.calls:
            if _method(call) in (
                "add_argument",
                "add_option",
                "set_defaults",
                "DEFINE_string",
                "DEFINE_enum",
            ):
                for dest in _destinations(ev, call, ev.env(module, index)):
                    table.setdefault(dest, []).append((call, ev.env(module, index)))
    return table


def _destinations(ev: Evaluator, call: Call, env: Env) -> list[str]:
    """The attribute names that an option sets: `dest`, else the first long flag, else the first flag."""
    if _method(call) == "set_defaults":
        return [name for name, _ in call.keywords if name]
    named = [value for name, value in call.keywords if name == "dest"]
    found = [v.text for arg in (named or call.args) for v in ev.evaluate(arg, env) if isinstance(v, Str)]
    if _method(call).startswith("DEFINE") or named:
        return found[:1]
    long = [flag for flag in found if flag.startswith("--")] or found
    return [long[0].lstrip("-").replace("-", "_")] if long else []


def guess(ev: Evaluator, expression: Attribute, env: Env) -> Values:
    """`args.name` where nothing tells what `args` is, in a file that declares the option `name`."""
    base: Expression = expression.base
    option = expression.name
    while isinstance(base, Attribute) and not _ARGS_NAMES.search(base.name):  # `args.model.name` of `--model.name`
        option = f"{base.name}.{option}"
        base = base.base
    if not _ARGS_NAMES.search(last_name(base)):
        return ()
    files = ev.option_files(env.module) if _is_called(ev, base, env) else (env.module,)
    return merged(*(declared(ev, module, option, anywhere(ev, module)) for module in files))


def _is_called(ev: Evaluator, base: Expression, env: Env) -> bool:
    """Whether a function that takes `base` as a parameter is called anywhere by its name; true of anything else."""
    from analyzer.values import callers

    scope = ev.scope(env.module, env.scope)
    is_taken = isinstance(base, Name) and any(param.name == base.id for param in scope.params)
    if not is_taken or scope.kind != "function" or scope.name.startswith("__"):
        return True
    return bool(callers.calls_named(ev, env.module, scope.name))


def _parametrized(ev: Evaluator, call: Call, param: Param, env: Env) -> Values:
    """`@pytest.mark.parametrize("a,b", [(1, 2), …])`: what it gives a parameter of the test."""
    from analyzer.values import calls, containers

    arguments = calls.arguments_of(call, env)
    listed = calls.argument(ev, arguments, ("argnames",), 0) or ()
    names = [name.strip() for value in listed if isinstance(value, Str) for name in value.text.split(",")]
    if param.name not in names:
        return ()
    values = containers.elements(ev, calls.argument(ev, arguments, ("argvalues",), 1) or ())
    if len(names) > 1:
        values = containers.item(ev, values, (Const(names.index(param.name)),))
    return relabel(values, "call_argument")


def decorator(ev: Evaluator, scope: Scope, param: Param, env: Env) -> Values:
    """What a decorator gives a parameter: the default of `@click.option("--name", default=…)`, Hydra's config."""
    if param.kind == "kwargs" and env.parent is not None:
        return _every_option(ev, scope, env.parent)
    found: list[Values] = []
    for expression in scope.decorators:
        if not isinstance(expression, Call) or env.parent is None:
            continue
        if _method(expression) == "parametrize":
            found.append(_parametrized(ev, expression, param, env.parent))
        if _method(expression) not in ("option", "argument"):
            continue
        if param.name in _named_by(ev, expression, env.parent):
            found.append(_declared(ev, expression, env.parent, param.name, anywhere(ev, env.module)))
    return merged(relabel(merged(*found), "option_default"), hydra_configs.handed(ev, scope, param, env))


def _named_by(ev: Evaluator, option: Call, env: Env) -> list[str]:
    """The parameter that `@click.option("--name", …)` fills, if it says so."""
    names = [v.text for arg in option.args for v in ev.evaluate(arg, env) if isinstance(v, Str)]
    plain = [name for name in names if name.isidentifier()]
    dest = plain or [name.split("/")[0].lstrip("-").replace("-", "_").lower() for name in names if name[:2] == "--"]
    return dest[:1]


def _every_option(ev: Evaluator, scope: Scope, env: Env) -> Values:
    """What `**kwargs` of a command holds: each option that no other parameter takes."""
    taken = {param.name for param in scope.params}
    entries: list[tuple[Expression | None, Expression, Env]] = []
    for expression in scope.decorators:
        if isinstance(expression, Call) and _method(expression) in ("option", "argument"):
            for name in _named_by(ev, expression, env):
                if name not in taken:
                    given = relabel(_declared(ev, expression, env, name, anywhere(ev, env.module)), "option_default")
                    entries.append((Text(name, expression.at), ev.keep(Held(given)), env))
    return (Dict(tuple(entries), more=True),) if entries else ()
