"""Objects of classes whose fields a command-line parser fills: HfArgumentParser, tyro and their like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.program import Call, last_name
from analyzer.values.calling import passing
from analyzer.values.configs import config_apis, open_configs
from analyzer.values.objects import (
    RUNTIME,
    Arguments,
    Cls,
    Configs,
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
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_DATACLASSES = re.compile(
    r"\.(parse_args_into_dataclasses|parse_json_file|parse_yaml_file|parse_dict|parse_args_and_config)\(\)$"
)
#: Stands behind the name of a library's class for an object of it that a command-line parser makes.
FILLED = "#filled"
#: Ends of the names of classes whose objects parse command lines into objects.
_PARSERS = ("HfArgumentParser", "TrlParser", "tap.Tap", "tap.tap.Tap")
#: What makes an object of such a class one that is filled.
_FILLS_ITSELF = re.compile(r"(?:^|\.)Tap\(\)\.parse_args$")
#: What puts an object of a class into what is parsed, under a name.
_ADDS = "add_arguments"
#: The method of TrlParser that also reads the YAML file behind `--config`.
_CONFIGURED = "parse_args_and_config"
_TYPED = frozenset({"tyro.cli", "simple_parsing.parse", "jsonargparse.CLI", "draccus.parse", "pyrallis.parse"})


def call(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """Calls that fill the fields of classes from the command line."""
    made = ref.qualified + "()"
    if _DATACLASSES.search(made) or (
        ref.call is not None and ref.qualified.endswith("TrlParser().parse_args_and_config")
    ):
        if ref.call is None or ref.env is None:
            return None
        classes = passing.argument(ev, passing.arguments_of(ref.call, ref.env), ("dataclass_types",), 0) or ()
        files = passing.argument(ev, arguments, ("json_file", "yaml_file"), 0) if "_file()" in made else None
        frames = _from_files(ev, files or (), ref.qualified, env)
        if ref.qualified.endswith(_CONFIGURED):
            frames = [_parsed(ev, node, env), *_from_files(ev, (RUNTIME,), "yaml", env)]
        return merged(*(_filled(ev, classes, frame, node, env) for frame in frames or (_parsed(ev, node, env),)))
    if ref.call is not None and ref.env is not None and _FILLS_ITSELF.search(ref.qualified):
        own = ev.evaluate(ref.call.function, ref.env)
        return tuple(Inst(v, _parsed(ev, node, env)) for v in own if isinstance(v, Cls)) or None
    if ref.qualified in _TYPED:
        classes = passing.argument(ev, arguments, ("f", "config_class", "args"), 0) or ()
        return tuple(Inst(v, _parsed(ev, node, env)) for v in classes if isinstance(v, Cls)) or None
    return None


def added(ev: Evaluator, made: Call, env: Env, name: str) -> Values:
    """The object under `args.name` where `parser.add_arguments(Options, "name")` adds it, made by this parsing call."""
    from analyzer.values.calling import callers

    found: list[Value] = []
    for call, where in callers.calls_in(ev, env.module, _ADDS):
        arguments = passing.arguments_of(call, where)
        dests = passing.argument(ev, arguments, ("dest",), 1) or ()
        if any(isinstance(dest, Str) and dest.text == name for dest in dests):
            classes = passing.argument(ev, arguments, ("dataclass",), 0) or ()
            found += [Inst(cls, _parsed(ev, made, env)) for cls in classes if isinstance(cls, Cls)]
    return tuple(found)


def configured(ev: Evaluator, filled: Ref, name: str) -> Values:
    """What the configs hold under a field that the parser of a filled object can be told to read: `--config FILE`."""
    if filled.call is None or filled.env is None or last_name(filled.call.function) != _CONFIGURED:
        return ()
    configs = open_configs.any_of(ev, "yaml", filled.env.module)
    found = (open_configs.entry(ev, each, name) for each in configs if isinstance(each, Configs))
    return tuple(value for values in found for value in values if isinstance(value, Str))


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
            return (Tuple(tuple(_made(c[0], frame, call, env) if c else RUNTIME for c in classes)),)
        if isinstance(value, Cls | Ref):
            return (Tuple((_made(value, frame, call, env),)),)
    return (RUNTIME,)


def _made(cls: Value, frame: Frame, call: Call, env: Env) -> Value:
    """The object of one class, which may be a library's: then only command lines tell what it holds."""
    if isinstance(cls, Cls):
        return Inst(cls, frame)
    return Ref(cls.qualified + FILLED, call, env) if isinstance(cls, Ref) and cls.call is None else RUNTIME


def parser(ev: Evaluator, base: Ref, inst: Inst | None) -> Ref:
    """The base; of an object that parses command lines what its constructor call makes, as a library's does."""
    if inst is None or base.call is not None:
        return base
    frame = inst.frame if base.qualified.endswith(_PARSERS) else None
    if frame is None or frame.arguments is None or frame.started is None:
        return base
    key = "parser", frame
    if key not in ev.caches:
        args = tuple(expression for expression, _ in frame.arguments.args)
        named = tuple((name, expression) for name, expression, _ in frame.arguments.keywords)
        at = frame.started.at
        ev.caches[key] = Call(Held((inst.cls,), at), args, named, at, at)
    return Ref(base.qualified + "()", ev.caches[key], frame.started.env)  # type: ignore[arg-type]
