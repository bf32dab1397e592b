"""Which model references reach the id parameters of a loader, and which of what reaches them is none."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from analyzer import ids
from analyzer.known_ids import names
from analyzer.loaders import Loader
from analyzer.program import (
    Call,
)
from analyzer.records import Certainty, ModelRef, Origin
from analyzer.values import loading
from analyzer.values.calling import passing, patched
from analyzer.values.configs import folders
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import (
    DEFAULTS,
    NO_ARGUMENT,
    Arguments,
    Const,
    Env,
    Ref,
    Str,
    Thing,
    Unknown,
    Value,
    Values,
)

_DEFAULTS = DEFAULTS | {"loader_default"}
#: Ways on which the program can also pass something else.
_POSSIBLE = frozenset(DEFAULTS | {"container", "config_choice", "launch_line_choice"})


def given_ids(ev: Evaluator, loader: Loader, arguments: Arguments, call: Call, env: Env) -> Values | None:
    """What the id parameters can hold, or the loader's default; None if the call names no model."""
    given = loading.id_values(ev, loader, arguments)
    nothing = given is None or all(isinstance(v, Const) and v.value is None for v in given)
    default = default_ids(ev, loader, arguments, call, env) if nothing or _may_be_none(given) else ()
    if nothing:
        if default:
            return default
        if loader.default_by is not None and given is None:
            key = passing.argument(ev, arguments, loader.default_by.keywords, loader.default_by.position)
            unknown = [v.reason for v in key or () if isinstance(v, Unknown)]
            return (Unknown(unknown[0]),) if unknown else None
        return (NO_ARGUMENT,) if given is not None or passing.has_spread(arguments) else None
    known = tuple(v for v in given or () if not (isinstance(v, Const) and v.value is None))
    return (*known, *default) if known != (Unknown("parameter"),) else known


def _may_be_none(given: Values | None) -> bool:
    return any(isinstance(v, Const) and v.value is None for v in given or ())


def default_ids(ev: Evaluator, loader: Loader, arguments: Arguments, call: Call, env: Env) -> Values:
    """The model that the library loads when none is named."""
    if loader.default_by is not None:
        keys = passing.argument(ev, arguments, loader.default_by.keywords, loader.default_by.position) or ()
        found: list[Value] = []
        for key in keys:
            model = ev.tables.default_model(loader.library, key.text) if isinstance(key, Str) else None
            if model is not None:
                found.append(Str(model[0], env.module, call.at, "loader_default"))
        return tuple(found)
    if loader.default is not None:
        return (Str(loader.default, env.module, call.at, "loader_default"),)
    return ()


def read_ids(
    ev: Evaluator, loader: Loader, values: Iterable[Value]
) -> tuple[tuple[ModelRef, ...], list[str], list[ModelRef]]:
    """(models, reasons for what is not known, local paths) of the values an id parameter can hold."""
    models: dict[str, ModelRef] = {}
    local: dict[str, ModelRef] = {}
    reasons: list[str] = []
    several = len(set(values)) > 1
    for value in values:
        if isinstance(value, Str) and value.step == "label":
            reasons.append("runtime_input")
        elif isinstance(value, Str):
            kind: str = ids.classify(value.text, loader.id_syntax) if value.text else "invalid"
            if value.partial:
                kind = _partial_kind(value.text, kind, loader.id_syntax)
            elif kind == "model" and (folders.is_written(ev, value, loader.library) or _is_below(loader, value)):
                kind = "local"
            elif kind == "model" and _is_stand_in(ev, loader, value):
                kind = "invalid"
            if kind == "invalid":
                reasons.append("computed_string" if value.text else "runtime_input")
                continue
            ref = _ref(ev, loader, value, possible=several or value.step in _POSSIBLE)
            (models if kind == "model" else local).setdefault(value.text, ref)
        elif isinstance(value, Unknown):
            reasons.append(value.reason)
        elif isinstance(value, Thing):
            reasons.append("attribute_not_found")
        elif isinstance(value, Ref):
            reasons.append("import_not_followed" if value.call is None else "call_not_followed")
    ordered = tuple(sorted(_of_programs(ev, models.values()), key=lambda ref: (ref.id, ref.origin)))
    return ordered, reasons, sorted(local.values(), key=lambda ref: (ref.id, ref.origin))


def _of_programs(ev: Evaluator, models: Collection[ModelRef]) -> Collection[ModelRef]:
    """What others than tests pass, where they pass anything; else, or where the load is a test's own, all."""
    if len(models) < 2 or patched.is_test(ev.modules[0].path):
        return models
    others = [model for model in models if not patched.is_test(model.origin.path)]
    return others if any(model.resolution not in _DEFAULTS for model in others) else models


#: How a spaCy model's name ends.
_SIZES = ("_sm", "_md", "_lg", "_trf")


def _is_below(loader: Loader, value: Str) -> bool:
    """Whether it is a path below a model's name, which owns nothing: `bert-base-uncased/tokenizer`."""
    owner, slash, _ = value.text.partition("/")
    return bool(slash) and loader.hub == "huggingface" and "-" in owner and owner in names("huggingface")


def _is_stand_in(ev: Evaluator, loader: Loader, value: Str) -> bool:
    """Whether a test passes the name to code outside of tests, and it names no model that facts know."""
    if patched.is_test(ev.modules[0].path) or not patched.is_test(ev.modules[value.module].path):
        return False
    is_known = ids.canonical(value.text, loader)[0] is not None
    return patched.is_stand_in(value.text) or ("/" not in value.text and not is_known and bool(names(loader.library)))


def _partial_kind(text: str, kind: str, id_syntax: str) -> str:
    """`facebook/mms-tts-*` names models, and so does `*_core_news_sm` of spaCy; `*/final` and `run-*` do not."""
    head = text.partition("*")[0]
    if id_syntax == "spacy" and kind == "model" and text.endswith(_SIZES):
        return kind
    if "/" in head and kind != "local" and not head.startswith((".", "/", "~")):
        return kind
    return "local" if kind == "local" and head else "invalid"


def _ref(ev: Evaluator, loader: Loader, value: Str, *, possible: bool) -> ModelRef:
    module = ev.modules[value.module]
    line, cell = module.place(value.at)
    canonical, hub = ids.canonical(value.text, loader) if not value.partial else (None, loader.hub)
    certainty: Certainty = "possible" if possible else "certain"
    resolution = value.step.removesuffix("_choice")
    return ModelRef(value.text, canonical, hub, resolution, certainty, Origin(module.path, line, cell))
