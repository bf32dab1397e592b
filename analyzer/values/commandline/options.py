"""Parsed command-line options, and what they hold: argparse and its like, absl's flags, `sys.argv`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Call, Expression, Name, last_name
from analyzer.values.commandline import argument_records, config_flags, overwritten
from analyzer.values.commandline.declarations import by_helpers, declared, of_call
from analyzer.values.commandline.launched import anywhere, given
from analyzer.values.configs import app_settings, config_apis, overlays, runs, web_settings
from analyzer.values.objects import (
    RUNTIME,
    Bound,
    Const,
    Env,
    Ref,
    Started,
    Str,
    Value,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Parsers that have the options that code gives them; a library's may have others.
_OWN = ("argparse.", "optparse.", "builtins.")
_PARSED = re.compile(r"\.parse_(known_|intermixed_|known_intermixed_)?args\(\)$")
#: What absl gives that defines a flag.
_DEFINED = re.compile(r"flags\.DEFINE_(string|enum|list|spaceseplist|multi_string|multi_enum)\(\)$")
_ARGS_NAMES = re.compile(r"(args?|opts?|options?|FLAGS|flags|hparams|params|cfg|config|namespace|a|parsed|cli_args)_?$")
#: What only a run knows: command line and environment, in Python and JavaScript.
_RUN = frozenset({
    "sys.argv", "globalThis.process.env", "globalThis.process.argv", "npm:process.env", "npm:process.argv",
    "node:process.env", "node:process.argv", "import.meta.env", "globalThis.Deno.args", "globalThis.Bun.env",
    "npm:$env.dynamic.private.env", "npm:$env.dynamic.public.env", "globalThis.location", "globalThis.window.location",
    "globalThis.self.location",
})  # fmt: skip


def attribute(ev: Evaluator, base: Ref, name: str) -> Values:
    """`args.name` of parsed arguments or flags; empty if `base` is something else."""
    if _PARSED.search(base.qualified) and not base.qualified.endswith("known_args()"):
        if name in ("get", "pop"):
            return (Bound(base, name),)
        if base.env is None or base.call is None:
            return ()
        made = Started(base.env, base.call.end)
        if replaced := _replaced(ev, base.env, name):
            return replaced
        found = declared(ev, base.env.module, name, made) or by_helpers(ev, base.env.module, name, made)
        laid = overlays.option(ev, base.env.module, name)
        found = found or argument_records.added(ev, base.call, base.env, name)
        found = found or (() if base.qualified.startswith(_OWN) else given(ev, name, made))
        found = merged(laid, tuple(v for v in found if not laid or v != RUNTIME))
        return overwritten.joined(found, overwritten.later(ev, base, name))
    if base.qualified in (
        "absl.flags.FLAGS",
        "tensorflow.flags.FLAGS",
        "tensorflow.app.flags.FLAGS",
        "gflags.FLAGS",
    ):
        found = merged(*(declared(ev, module, name, anywhere(ev, module)) for module in range(len(ev.modules))))
        return found or config_flags.given(ev, name) or (RUNTIME,)
    if base.qualified in _RUN:
        return (RUNTIME,)
    if kept := web_settings.attribute(ev, base, name) or app_settings.attribute(ev, base, name):
        return kept
    if base.qualified in runs.CONFIGS:
        return _of_run(ev, base, name)
    if name == "value" and base.call is not None and base.env is not None and _DEFINED.search(base.qualified):
        return _of_holder(ev, base.call, base.env)
    if base.qualified.endswith(argument_records.FILLED) and base.env is not None and base.call is not None:
        found = merged(given(ev, name, Started(base.env, base.call.end)), argument_records.configured(ev, base, name))
        return found or (RUNTIME,)
    return ()


def _of_run(ev: Evaluator, base: Ref, name: str) -> Values:
    """`wandb.config.model`; the methods of the config stay what they are."""
    if name in ("get", "pop"):
        return (Bound(base, name),)
    return runs.setting(ev, name, base.env.module if base.env is not None else 0)


def _replaced(ev: Evaluator, env: Env, name: str) -> Values:
    """What the function that makes the parser and parses gives the option in any case, before it gives that back."""
    scope = ev.scope(env.module, env.scope)
    if scope.kind != "function":
        return ()
    holders = [held for held, found in scope.bindings.items() if any(_parses(b.value) for b in found)]
    set_there = [b for held in holders for b in scope.bindings.get(f"{held}.{name}", ()) if not b.path]
    return ev.evaluate(set_there[-1].value, env) if set_there else ()


def _parses(value: Expression) -> bool:
    return isinstance(value, Call) and last_name(value.function) == "parse_args"


def _of_holder(ev: Evaluator, call: Call, env: Env) -> Values:
    """`MODEL.value` of `MODEL = flags.DEFINE_string("model", …)`."""
    names = [v.text for arg in call.args[:1] for v in ev.evaluate(arg, env) if isinstance(v, Str)]
    found = (of_call(ev, call, env, name, anywhere(ev, env.module)) for name in names)
    return relabel(merged(*found), "argparse_default") or (RUNTIME,)


def indexed(ev: Evaluator, base: Value, keys: Values) -> Values:
    """`parser.parse_known_args()[0]`; the objects that HfArgumentParser fills, in order."""
    if not isinstance(base, Ref):
        return ()
    if base.qualified.endswith("known_args()"):
        return (Ref(base.qualified.replace("parse_known_args()", "parse_args()"), base.call, base.env),)
    if base.qualified.endswith("OptionParser().parse_args()"):
        return (base,)
    if base.qualified == "sys.argv" and len(keys) == 1 and isinstance(keys[0], Const):
        return ev.launched((str(keys[0].value),), anywhere(ev, 0)) or (RUNTIME,)
    if base.qualified.startswith("sys.argv") or base.qualified in _RUN:
        return (RUNTIME,)
    return config_apis.indexed(ev, base, keys)


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
    from analyzer.values.calling import callers

    scope = ev.scope(env.module, env.scope)
    is_taken = isinstance(base, Name) and any(param.name == base.id for param in scope.params)
    if not is_taken or scope.kind != "function" or scope.name.startswith("__"):
        return True
    return bool(callers.calls_named(ev, env.module, scope.name))
