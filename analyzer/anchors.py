"""Load sites: the calls that load, each with the model ids that can reach it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.candidates import Candidate, candidates, loads
from analyzer.credentials import redacted
from analyzer.loaders import Loader
from analyzer.program import (
    Constant,
    Expression,
    Spread,
    Text,
)
from analyzer.records import LoadSite, ModelRef, Scalar, Status
from analyzer.references import given_ids, read_ids
from analyzer.values import containers, loading
from analyzer.values.branching import supposed
from analyzer.values.calling import passing
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import (
    RUNTIME,
    Arguments,
    Const,
    Dict,
    Env,
    List,
    Ref,
    Str,
    Unknown,
    Value,
)

#: What the bound on the steps of a file grows by for each load site in it.
STEPS_OF_A_SITE = 300
_REASON_ORDER = (
    "runtime_input",
    "parameter",
    "computed_string",
    "attribute_not_found",
    "import_not_followed",
    "call_not_followed",
    "name_not_found",
    "bound_reached",
    "unsupported_syntax",
    "no_argument",
)
_ARGUMENTS = frozenset(
    [
        "revision",
        "trust_remote_code",
        "torch_dtype",
        "dtype",
        "device_map",
        "load_in_8bit",
        "load_in_4bit",
        "use_safetensors",
        "token",
        "use_auth_token",
        "cache_dir",
        "subfolder",
        "variant",
        "device",
        "task",
        "pretrained",
        "filename",
        "num_labels",
        "low_cpu_mem_usage",
        "attn_implementation",
        "local_files_only",
        "force_download",
        "resume_download",
        "quantization_config",
        "custom_pipeline",
        "safety_checker",
        "from_tf",
        "from_flax",
        "use_fast",
        "compute_type",
        "weights_only",
        "weight_name",
        "local_dir_use_symlinks",
    ]
)
#: Sets of arguments of one call that are compared.
_MAX_USES = 8
#: It takes no collection: where one seems to be passed, what it holds was not followed to the end.
_BY_NAME_ONLY = ".from_pretrained"
_OPEN = Unknown("call_not_followed")
#: Arguments that are secrets: only that they are given is told.
_SECRETS = frozenset({"token", "use_auth_token"})


def sites(ev: Evaluator, module: int, words: Iterable[str] = ()) -> list[LoadSite]:
    """All load sites of one file, in source order; `words` are further names that loaders may have in it."""
    found: dict[tuple[int, int], LoadSite] = {}
    for candidate in candidates(ev, module, words):
        ev.max_total += STEPS_OF_A_SITE
        site = _site(ev, candidate)
        if site is not None:
            key = candidate.call.at, candidate.call.end
            known = found.get(key)
            found[key] = site if known is None else _both(known, site)
    ev.loads = {key: site.api for key, site in found.items()}
    return [found[key] for key in sorted(found)]


def _both(first: LoadSite, second: LoadSite) -> LoadSite:
    """One call that can be either of two loads: the record of the first, with the ids of both."""
    if not second.models or second.status == "local":
        return first
    if not first.models or first.status == "local":
        return second
    models = {model.id: model for model in (*second.models, *first.models)}
    return replace(first, models=tuple(models[key] for key in sorted(models)))


def _site(ev: Evaluator, candidate: Candidate) -> LoadSite | None:
    """The record; None where an object is passed, or nothing at all."""
    loader = candidate.match.loader
    values: list[Value] = []
    given = False
    for arguments, env in candidate.uses:
        found = given_ids(ev, loader, arguments, candidate.call, env)
        given = given or found is not None
        values.extend(found or ())
    if candidate.match.api.endswith(_BY_NAME_ONLY):
        values = [_OPEN if isinstance(value, Dict | List) else value for value in values]
    if not given or (values and all(loading.is_object(v) for v in values)):
        return None
    models, reasons, local = read_ids(ev, loader, _possible(ev, candidate, values))
    status, reason = _status(models, reasons, local)
    module = ev.modules[candidate.env.module]
    line, cell = module.place(candidate.call.at)
    end_line, _ = module.place(candidate.call.end - 1)
    return LoadSite(
        path=module.path,
        line=line,
        column=module.column(candidate.call.at),
        end_line=max(line, end_line),
        cell=cell,
        api=candidate.match.api,
        library=loader.library,
        loads=loader.loads,
        status=status,
        reason=reason,
        models=models or tuple(local),
        arguments=tuple(_literal_arguments(ev, candidate)),
    )


def _possible(ev: Evaluator, candidate: Candidate, values: list[Value]) -> list[Value]:
    """Of several ids those that come to the load by the tests on their ways, with what comes beside them."""
    call, where = candidate.call, candidate.env
    texts = [v for v in dict.fromkeys(values) if isinstance(v, Str)]
    usual = any(v.step in supposed.OF_PARSERS for v in texts)
    if not (usual and supposed.is_said_here(ev, call, where)) and (
        len({value.text for value in texts}) < 2 or not supposed.is_told(ev, call, where)
    ):
        return values

    def passed(env: Env) -> tuple[Value, ...]:
        found = list(loads(ev, call, env))
        sets = [arguments for match, arguments in found if match.api == candidate.match.api]
        is_open = not found or "()" in candidate.match.api
        if is_open or any(isinstance(value, Unknown) for value in ev.evaluate(call.function, env)):
            sets = [passing.arguments_of(call, env)]
        elif not sets:
            ev.tells()
        each = (given_ids(ev, candidate.match.loader, arguments, call, env) for arguments in sets)
        return tuple(value for found in each for value in found or ())

    left = {value.text for value in supposed.possible(ev, texts, call, where, passed)}
    kept = [value for value in values if not isinstance(value, Str) or value.text in left]
    return kept or [RUNTIME]


def _status(models: tuple[ModelRef, ...], reasons: list[str], local: list[ModelRef]) -> tuple[Status, str | None]:
    if models:
        return ("partial" if all("*" in model.id for model in models) else "resolved"), None
    if local:
        return "local", "local_path"
    reason = next((r for r in _REASON_ORDER if r in reasons), "no_argument")
    return ("runtime" if reason == "runtime_input" else "unresolved"), reason


def _literal_arguments(ev: Evaluator, candidate: Candidate) -> Iterator[tuple[str, Scalar]]:
    """The arguments that say how the model is loaded, as far as they can be read off the call: `?` where sets of
    arguments differ. `**`: others may be among what is unpacked."""
    sets = [_told(ev, candidate.match.loader, arguments) for arguments, _ in candidate.uses[:_MAX_USES]]
    for name in dict.fromkeys(name for told in sets for name in told):
        values = {(type(told.get(name)), told.get(name)) for told in sets}
        yield name, sets[0][name] if len(values) == 1 else "?"
    if any(passing.has_spread(arguments) for arguments, _ in candidate.uses):
        yield "**", "?"


def _told(ev: Evaluator, loader: Loader, arguments: Arguments) -> dict[str, Scalar]:
    told: dict[str, Scalar] = {}
    for name, expression, env in (*_given(loader, arguments), *_unpacked(ev, arguments)):
        if name in _ARGUMENTS and name not in told:
            value = _scalar(ev, expression, env)
            is_secret = name in _SECRETS and value != "?"
            told[name] = value if not isinstance(value, str) else "…" if is_secret else redacted(value)
    return told


def _given(loader: Loader, arguments: Arguments) -> Iterator[tuple[str | None, Expression, Env]]:
    """What is given by name, and what the loader's row says stands at a position."""
    yield from arguments.keywords
    for name, position in loader.arguments:
        if position < len(arguments.args) and not any(isinstance(each, Spread) for each, _ in arguments.args):
            yield name, *arguments.args[position]


def _unpacked(ev: Evaluator, arguments: Arguments) -> Iterator[tuple[str | None, Expression, Env]]:
    """The known entries of what is unpacked with `**`."""
    for name, expression, env in arguments.keywords:
        held = ev.briefly(expression, env) if name is None else ()
        for key, value, where in (
            pair for found in held if isinstance(found, Dict) for pair in containers.pairs(ev, found)
        ):
            yield next((each.text for each in ev.briefly(key, where) if isinstance(each, Str)), None), value, where


def _scalar(ev: Evaluator, expression: Expression, env: Env) -> Scalar:
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Text):
        return expression.value
    found = ev.briefly(expression, env)
    if len(found) == 1:
        value = found[0]
        if isinstance(value, Str):
            return value.text
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Ref) and value.call is None:
            return value.qualified
    return "?"
