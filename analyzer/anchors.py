"""Calls matched against the loader tables: load sites, each with the model ids that can reach it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from analyzer import gate, ids
from analyzer.loaders import Loader, Match, tables
from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Constant,
    Definition,
    Element,
    Expression,
    Imported,
    Language,
    Mapping,
    Module,
    Name,
    Parameter,
    Subscript,
    Text,
    Unpacked,
    dotted,
    last_name,
)
from analyzer.records import Certainty, LoadSite, ModelRef, Origin, Scalar, Status
from analyzer.values import apis, attributes, callers, calls, folders, stdlib
from analyzer.values.evaluator import Evaluator
from analyzer.values.objects import (
    DEFAULTS,
    Arguments,
    Cls,
    Const,
    Env,
    Fn,
    Partial,
    Ref,
    Str,
    Thing,
    Unknown,
    Value,
    Values,
)

#: Ways on which the program can also pass something else.
_POSSIBLE = frozenset(DEFAULTS | {"container", "config_choice"})
#: What the bound on the steps of a file grows by for each load site in it.
STEPS_OF_A_SITE = 300
#: Entries of a table that are looked at for loaders.
_MAX_HELD = 24
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
    ]
)


@dataclass(slots=True)
class Candidate:
    """A call that loads, with every set of arguments it was seen with."""

    call: Call
    env: Env
    match: Match
    uses: list[tuple[Arguments, Env]] = field(default_factory=list)


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
    return [found[key] for key in sorted(found)]


def _both(first: LoadSite, second: LoadSite) -> LoadSite:
    """One call that can be either of two loads: the record of the first, with the ids of both."""
    if not second.models or second.status == "local":
        return first
    if not first.models or first.status == "local":
        return second
    models = {model.id: model for model in (*second.models, *first.models)}
    return replace(first, models=tuple(models[key] for key in sorted(models)))


def candidates(ev: Evaluator, module: int, words: Iterable[str] = ()) -> Iterator[Candidate]:
    """Calls of loaders. Bodies read while looking are looked at too."""
    others = _other_names(ev, module).union(words)
    tokens = _tokens(ev.modules[module].language)
    _read_receivers(ev, module, tokens | others)
    done: dict[int, int] = {}
    while True:
        scopes = ev.modules[module].scopes
        todo = [(i, s.calls[n]) for i, s in enumerate(scopes) for n in range(done.get(i, 0), len(s.calls))]
        if not todo:
            return
        done = {index: len(scope.calls) for index, scope in enumerate(scopes)}
        suspects = ev.index("suspects", module, _suspects)
        for index, call in todo:
            name = last_name(call.function)
            is_named = name in tokens or name in others
            if is_named or ((not name or (name in suspects and _is_suspect(call))) and _may_load(ev, call, index)):
                yield from _of_call(ev, call, ev.env(module, index))


def _read_receivers(ev: Evaluator, module: int, names: Collection[str]) -> None:
    """Reads the functions of the file that are given a loader, under whatever name they call it: `retry(X.load, …)`."""
    for index, scope in enumerate(list(ev.modules[module].scopes)):
        for call in list(scope.calls):
            given = (*call.args, *(value for _, value in call.keywords))
            if any(isinstance(value, Name | Attribute) and last_name(value) in names for value in given):
                for function in ev.evaluate(call.function, ev.env(module, index)):
                    if isinstance(function, Fn) and function.module == module:
                        ev.read_body(module, function.scope)


def _may_load(ev: Evaluator, call: Call, scope: int) -> bool:
    """Whether the file alone says that a call of a variable may load: asking all of its callers would take long."""
    alone = ev.alone()
    return alone is ev or any(True for _ in _of_call(alone, call, alone.env(0, scope)))


@cache
def _tokens(language: Language) -> frozenset[str]:
    """Last names of loaders, and of calls that call a function for their caller."""
    roots = ("", *gate.roots(language))
    named = {token.rpartition(".")[2] for root in roots for token in gate.tokens(root, language)}
    return frozenset(named | stdlib.HANDERS | {"__init__", "partial"})


def _is_suspect(call: Call) -> bool:
    """Whether a variable, or an attribute of self, is called with something."""
    function = call.function
    own = (
        isinstance(function, Attribute)
        and isinstance(function.base, Name)
        and function.base.id in ("self", "cls", "this")
    )
    return (own or isinstance(function, Name)) and bool(call.args or call.keywords)


def _suspects(module: Module) -> frozenset[str]:
    """Names that may stand for a function or class: bound to anything but the result of an ordinary call."""
    found: set[str] = set()
    for scope in module.scopes:
        for name, bindings in scope.bindings.items():
            if any(_may_be_function(binding.value) for binding in bindings):
                found.add(name.rpartition(".")[2])
    return frozenset(found)


def _may_be_function(value: Expression) -> bool:
    if isinstance(value, Call):
        return last_name(value.function) in ("partial", "getattr", "type", "import_module")
    return isinstance(value, Name | Attribute | Choice | Subscript | Unpacked | Element | Parameter)


def _other_names(ev: Evaluator, module: int) -> set[str]:
    """Other names for loaders: aliases and subclasses. The bodies that use them are read."""
    found: set[str] = set()
    scopes = ev.modules[module].scopes
    for index, scope in enumerate(scopes):
        if scope.kind == "class" and scope.bases:
            line = list(attributes.lineage(ev, Cls(module, index, ev.env(module, scope.parent))))
            if any(isinstance(base, Ref) and ev.tables.match(base.qualified) for base in line):
                found.add(scope.name)
                for binding in scope.bindings.get("__init__", ()):
                    if isinstance(binding.value, Definition):
                        ev.read_body(module, binding.value.scope)
    everywhere = ev.modules[module].language == "javascript"  # `const {pipeline: p} = await import(…)`
    for scope_index in (0, *(i for i, scope in enumerate(scopes) if i and (everywhere or scope.kind == "class"))):
        for name, bindings in list(scopes[scope_index].bindings.items()):
            if any(_is_loader(ev, b.value, name, ev.env(module, scope_index)) for b in bindings):
                found.add(name.rpartition(".")[2])
    for name in sorted(found | set(_tables_of_loaders(ev, module))):
        ev.read_mentioning(module, name)
    return found


def _tables_of_loaders(ev: Evaluator, module: int) -> Iterator[str]:
    """Names of the file's tables that hold loaders: functions that use one may name no loader themselves."""
    here = ev.env(module, 0)
    for name, bindings in list(ev.modules[module].scopes[0].bindings.items()):
        held = [v for b in bindings if isinstance(b.value, Mapping) for _, v in b.value.pairs[:_MAX_HELD]]
        named = (value for value in held if isinstance(value, Name | Attribute))
        refs = (v for value in named for v in ev.evaluate(value, here))
        if any(isinstance(v, Ref) and ev.tables.match(v.qualified) for v in refs):
            yield name


def _is_loader(ev: Evaluator, value: Expression, name: str, env: Env) -> bool:
    """Whether `name` is another name for a loader."""
    if isinstance(value, Call):
        if last_name(value.function) not in ("partial", "getattr"):
            return False
    elif isinstance(value, Name | Attribute):
        if last_name(value) not in _tokens(ev.modules[env.module].language):
            return False
    elif not isinstance(value, Imported | Choice):
        return False
    if isinstance(value, Imported) and value.qualified.endswith("." + name):
        return False
    for found in ev.evaluate(value, env):
        inner = found.function if isinstance(found, Partial) else found
        if isinstance(inner, Ref) and ev.tables.match(inner.qualified):
            return True
    return False


def _of_call(ev: Evaluator, call: Call, env: Env) -> Iterator[Candidate]:
    found: dict[str, Candidate] = {}
    for match, arguments in _loads(ev, call, env):
        candidate = found.setdefault(match.api, Candidate(call, env, match))
        candidate.uses.append((arguments, env))
    if len(found) > 1:
        found = _by_caller(ev, call, env) or found
    yield from found.values()


def _by_caller(ev: Evaluator, call: Call, env: Env) -> dict[str, Candidate]:
    """Where the loader depends on the caller, the id does too: one look for each caller."""
    found: dict[str, Candidate] = {}
    for frame in callers.frames(ev, env.module, env.scope):
        for match, arguments in _loads(ev, call, frame):
            candidate = found.setdefault(match.api, Candidate(call, env, match))
            candidate.uses.append((arguments, frame))
    return found


def _loads(ev: Evaluator, call: Call, env: Env) -> Iterator[tuple[Match, Arguments]]:
    """The loaders that the call can be, each with the arguments it gets."""
    arguments = calls.arguments_of(call, env)
    for value in ev.evaluate(call.function, env):
        yield from _matches(ev, value, arguments, env, call.function)
        if isinstance(value, Ref) and value.qualified == "functools.partial" and _unused(ev, call, env):
            rest = Arguments(arguments.args[1:], arguments.keywords)
            for function in calls.argument(ev, arguments, (), 0) or ():
                yield from _matches(ev, function, rest, env)


def _matches(
    ev: Evaluator, value: Value, arguments: Arguments, env: Env, function: Expression | None = None
) -> Iterator[tuple[Match, Arguments]]:
    match value:
        case Partial():
            yield from _matches(ev, value.function, calls.together(value.arguments, arguments), env)
        case Cls():
            base = attributes.external_constructor(ev, value)
            if base is not None and ev.tables.match(base.qualified):
                yield from _matches(ev, base, arguments, env)
        case Ref():
            found = apis.find(ev, value, arguments)
            if found is None and value.call is not None and isinstance(function, Attribute):
                yield from _matches(ev, Unknown("call_not_followed"), arguments, env, function)
            if found is not None and apis.required(ev, found.loader, arguments):
                yield found, arguments
            for handed, passed in stdlib.handed_over(ev, value, arguments):
                yield from _matches(ev, handed, passed, env)
        case Thing(attribute=True):
            chain, _, name = value.api.rpartition(".")
            loader = ev.tables.method_loader(value.kind, value.library, name) if value.kind else None
            if loader is not None and apis.required(ev, loader, arguments):
                yield Match(loader, f"{chain}.{name}"), arguments
        case Unknown() if isinstance(function, Attribute) and function.name == "from_pretrained":
            yield from _unknown_class(ev, function, arguments, env.module)
        case Unknown() if isinstance(function, Attribute):
            row = ev.tables.method_loader("", "", function.name)
            if row is not None and apis.required(ev, row, arguments):
                yield Match(row, f"{row.modules[0]}.{row.receiver}.{function.name}"), arguments
        case _:
            return


def _imports_library(module: Module) -> bool:
    """Whether the file imports a library whose classes have a `from_pretrained`."""
    imported = (b.value for scope in module.scopes for found in scope.bindings.values() for b in found)
    roots = {value.qualified.partition(".")[0] for value in imported if isinstance(value, Imported)}
    return any(_has_classes(root) for root in roots & tables().roots)


@cache
def _has_classes(root: str) -> bool:
    return "from_pretrained" in tables().tokens_of(frozenset({root}))


def _unknown_class(
    ev: Evaluator, function: Attribute, arguments: Arguments, module: int
) -> Iterator[tuple[Match, Arguments]]:
    """`cls.from_pretrained(…)`, where nothing tells what cls is: an id org/name does, or what the file imports."""
    written = dotted(function)
    found = ev.tables.generic("unknown." + (written[1] if written else "from_pretrained"))
    known = found is not None and apis.names_model(ev, found.loader, arguments)
    if found is not None and (known or ev.index("imports", module, _imports_library)):
        yield Match(found.loader, found.api.removeprefix("unknown.")), arguments


def _unused(ev: Evaluator, call: Call, env: Env) -> bool:
    """Whether a partial is never called in its file: then the partial itself is the site."""
    suspects = ev.index("suspects", env.module, _suspects)
    for index, scope in enumerate(ev.modules[env.module].scopes):
        for other in scope.calls:
            if last_name(other.function) in suspects and other is not call:
                found = ev.evaluate(other.function, ev.env(env.module, index))
                if any(isinstance(value, Partial) and value.call is call for value in found):
                    return False
    return True


# -- the site and its ids


def _site(ev: Evaluator, candidate: Candidate) -> LoadSite | None:
    """The record; None where an object is passed, or nothing at all."""
    loader = candidate.match.loader
    values: list[Value] = []
    given = False
    for arguments, env in candidate.uses:
        found = given_ids(ev, loader, arguments, candidate.call, env)
        given = given or found is not None
        values.extend(found or ())
    if not given or (values and all(apis.is_object(v) for v in values)):
        return None
    models, reasons, local = read_ids(ev, loader, values)
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


def given_ids(ev: Evaluator, loader: Loader, arguments: Arguments, call: Call, env: Env) -> Values | None:
    """What the id parameters can hold, or the loader's default; None if the call names no model."""
    given = apis.id_values(ev, loader, arguments)
    nothing = given is None or all(isinstance(v, Const) and v.value is None for v in given)
    default = default_ids(ev, loader, arguments, call, env) if nothing or _may_be_none(given) else ()
    if nothing:
        if default:
            return default
        if loader.default_by is not None and given is None:
            key = calls.argument(ev, arguments, loader.default_by.keywords, loader.default_by.position)
            unknown = [v.reason for v in key or () if isinstance(v, Unknown)]
            return (Unknown(unknown[0]),) if unknown else None
        return (Unknown("no_argument"),) if given is not None or calls.has_spread(arguments) else None
    known = tuple(v for v in given or () if not (isinstance(v, Const) and v.value is None))
    return (*known, *default) if known != (Unknown("parameter"),) else known


def _may_be_none(given: Values | None) -> bool:
    return any(isinstance(v, Const) and v.value is None for v in given or ())


def default_ids(ev: Evaluator, loader: Loader, arguments: Arguments, call: Call, env: Env) -> Values:
    """The model that the library loads when none is named."""
    if loader.default_by is not None:
        keys = calls.argument(ev, arguments, loader.default_by.keywords, loader.default_by.position) or ()
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
        if isinstance(value, Str):
            kind: str = ids.classify(value.text, loader.id_syntax) if value.text else "invalid"
            if value.partial:
                kind = _partial_kind(value.text, kind)
            elif kind == "model" and folders.is_written(ev, value, loader.library):
                kind = "local"
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
    ordered = tuple(sorted(models.values(), key=lambda ref: (ref.id, ref.origin)))
    return ordered, reasons, sorted(local.values(), key=lambda ref: (ref.id, ref.origin))


def _partial_kind(text: str, kind: str) -> str:
    """`facebook/mms-tts-*` names models; `*/final` and `run-*` do not."""
    head = text.partition("*")[0]
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


def _status(models: tuple[ModelRef, ...], reasons: list[str], local: list[ModelRef]) -> tuple[Status, str | None]:
    if models:
        return ("partial" if all("*" in model.id for model in models) else "resolved"), None
    if local:
        return "local", "local_path"
    reason = next((r for r in _REASON_ORDER if r in reasons), "no_argument")
    return ("runtime" if reason == "runtime_input" else "unresolved"), reason


def _literal_arguments(ev: Evaluator, candidate: Candidate) -> Iterator[tuple[str, Scalar]]:
    """The arguments that say how the model is loaded, as far as they can be read off the call."""
    arguments, _ = candidate.uses[0]
    seen: set[str] = set()
    for name, expression, env in arguments.keywords:
        if name in _ARGUMENTS and name not in seen:
            seen.add(name)
            yield name, _scalar(ev, expression, env)


def _scalar(ev: Evaluator, expression: Expression, env: Env) -> Scalar:
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, Text):
        return expression.value
    found = ev.evaluate(expression, env)
    if len(found) == 1:
        value = found[0]
        if isinstance(value, Str):
            return value.text
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Ref) and value.call is None:
            return value.qualified
    return "?"
