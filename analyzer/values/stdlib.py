"""What calls of the standard library and its neighbours give, as a table of small functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from analyzer.program import Attribute, Call, Expression, Text, last_name
from analyzer.values import (
    built,
    containers,
    copies,
    declared,
    ecma_globals,
    loading,
    packaged,
    prompts,
    reflection,
    sequences,
    strings,
    walked,
)
from analyzer.values.calling import passing
from analyzer.values.commandline import argument_records
from analyzer.values.configs import config_apis, environment, instantiated
from analyzer.values.objects import (
    RUNTIME,
    SOMEWHERE,
    UNKNOWN_CALL,
    Arguments,
    Configs,
    Const,
    Dict,
    Env,
    Held,
    Inst,
    List,
    Partial,
    Ref,
    Str,
    Tuple,
    Unknown,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_Call: TypeAlias = "Callable[[Evaluator, Arguments, Call, Env], Values]"


def call(ev: Evaluator, ref: Ref, arguments: Arguments, node: Call, env: Env) -> Values | None:
    """What calling this external name gives; None if the table does not know it."""
    known = _TABLE.get(ref.qualified)
    if known is None and ref.qualified.startswith("streamlit."):
        known = _METHODS.get(ref.qualified.rpartition(".")[2])
    if known is not None:
        return known(ev, arguments, node, env)
    made = sequences.record(ev, ref, arguments, node, env)
    if made is not None:
        return made
    asked = prompts.call(ev, ref, arguments, env)
    if asked is not None:
        return asked
    of_data = built.by_function(ev, ref, arguments, node, env)
    if of_data is not None:
        return of_data
    read = config_apis.call(ev, ref, arguments, node, env)
    if read is not None:
        return read
    return argument_records.call(ev, ref, arguments, node, env)


def of_unknown(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """What a method gives whatever it is called on: only one library has one of its name."""
    known = _METHODS.get(last_name(node.function)) if isinstance(node.function, Attribute) else None
    return known(ev, arguments, node, env) if known is not None else ()


def _environment(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`os.getenv("X", default)`: what a .env file says, the default, or whatever the run brings."""
    if any(isinstance(v, Str) and v.text in FOLDERS for v in passing.first(ev, arguments)):
        return _folder(ev, arguments, node, env)
    loaded = environment.variable(ev, passing.first(ev, arguments), env.module)
    default = passing.argument(ev, arguments, ("default",), 1)
    known = tuple(v for v in default or () if not isinstance(v, Const))
    said = {v.text for v in known if isinstance(v, Str)}
    loaded = tuple(v for v in loaded if v.step == "config" or v.text not in said)
    return merged(loaded, relabel(known, "environment_default")) or (RUNTIME,)


def _runtime(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return (RUNTIME,)


def _folder(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """A folder that only a run knows."""
    return (Str(SOMEWHERE, env.module, node.at, partial=True),)


def _parent(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    given = passing.first(ev, arguments)
    return tuple(strings.parent(v) if isinstance(v, Str) else v for v in given) or (UNKNOWN_CALL,)


def _basename(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    given = passing.first(ev, arguments)
    return tuple(strings.last_part(v) if isinstance(v, Str) else v for v in given) or (UNKNOWN_CALL,)


def _same(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return passing.first(ev, arguments) or (UNKNOWN_CALL,)


def _words(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`shlex.split(command)`."""
    texts = [v for v in passing.first(ev, arguments) if isinstance(v, Str)]
    return tuple(Tuple(tuple(v._replace(text=word) for word in v.text.split())) for v in texts) or (UNKNOWN_CALL,)


def _reduced(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`reduce(merge, mappings, {})`: any of the mappings; `reduce(getitem, path, tree)`: what the path leads to."""
    for function in passing.first(ev, arguments):
        found = walked.by_function(ev, function, passing.first(ev, arguments, 1), passing.first(ev, arguments, 2))
        if found is not None:
            return found
    listed = merged(containers.elements(ev, passing.first(ev, arguments, 1)), passing.first(ev, arguments, 2))
    return tuple(v for v in listed if isinstance(v, Dict | Configs)) or (UNKNOWN_CALL,)


def _wrapped(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """What makes something else of a function or class that calls are made of all the same; also with options first."""
    return passing.first(ev, arguments) or (Ref("builtins.iter"),)


def _second(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return passing.first(ev, arguments, 1) or (UNKNOWN_CALL,)


def _path(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    parts = [ev.evaluate(expression, where) for expression, where in arguments.args]
    if len(parts) == 1:
        return parts[0]
    return strings.combine(ev, parts, env, node.at, separator="/") if parts else (UNKNOWN_CALL,)


def _text(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    found = tuple(v for v in passing.first(ev, arguments) if isinstance(v, Str | Unknown | Const) or loading.is_path(v))
    return found or (Unknown("computed_string"),)


def _dict(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`dict(a=1, **other)`, `dict(pairs)`, and name spaces made the same way."""
    given: list[tuple[Expression | None, Expression, Env]] = []
    for expression, where in arguments.args:
        given += _pairs(ev, expression, where) or [(None, expression, where)]
    named = tuple((Text(n, e.at) if n is not None else None, e, where) for n, e, where in arguments.keywords)
    return (Dict((*given, *named)),)


def _pairs(ev: Evaluator, expression: Expression, env: Env) -> list[tuple[Expression | None, Expression, Env]]:
    """The entries of a dict made of a list of pairs, of known length."""
    found = ev.evaluate(expression, env)
    listed = [v for v in found if isinstance(v, List) and not v.open]
    entries = list(containers.entries(ev, listed[0])) if len(found) == len(listed) == 1 else [None]
    if None in entries:
        return []
    pairs = [ev.evaluate(*entry) for entry in entries if entry is not None]
    parts = [[containers.item(ev, pair, (Const(place),)) for place in (0, 1)] for pair in pairs]
    return [(ev.keep(Held(key)), ev.keep(Held(value)), env) for key, value in parts]


def _defaultdict(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`defaultdict(factory, {…})`: what it is made of, and what calling the factory gives."""
    entries = tuple((None, expression, where) for expression, where in arguments.args[1:])
    named = tuple((Text(n, e.at) if n is not None else None, e, where) for n, e, where in arguments.keywords)
    factory, where = arguments.args[0] if arguments.args else (None, env)
    made = ev.keep(Call(factory, (), (), node.at, node.end)) if factory is not None else None
    return (Dict((*entries, *named), more=True, missing=(made, where) if made is not None else None),)


def _element(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return containers.elements(ev, passing.first(ev, arguments)) or (UNKNOWN_CALL,)


def _second_element(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return containers.elements(ev, passing.first(ev, arguments, 1)) or (UNKNOWN_CALL,)


def _replaced(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`replace(record, name=…)`."""
    given = Arguments((), arguments.keywords)
    records = passing.first(ev, arguments)
    return tuple(copies.made(ev, v, given, env) if isinstance(v, Inst) else v for v in records) or (UNKNOWN_CALL,)


def _partial(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    rest = Arguments(arguments.args[1:], arguments.keywords)
    return tuple(Partial(value, rest, node) for value in passing.first(ev, arguments)) or (UNKNOWN_CALL,)


def _opaque(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    return (UNKNOWN_CALL,)


#: Environment variables that hold a path.
FOLDERS = frozenset({"HOME", "PWD", "TMPDIR", "USERPROFILE", "HF_HOME", "XDG_CACHE_HOME"})
_RESOURCES = ("importlib.resources", "importlib_resources")
_READINGS = tuple((way, kind) for way in ("open", "read") for kind in ("text", "binary"))
_JOINS = (".join", ".resolve", ".posix.join", ".default.join", ".default.resolve")


def _rows(function: _Call, *names: str) -> dict[str, _Call]:
    return dict.fromkeys(names, function)


#: Methods of objects that nobody makes in the code.
_METHODS: dict[str, _Call] = {
    **_rows(declared.option, "selectbox", "radio", "select_slider", "segmented_control", "pills"),
    **_rows(declared.several, "multiselect"),
    **_rows(declared.value_of, "text_input", "text_area"),
    "suggest_categorical": _second_element,
    "getfixturevalue": declared.fixture,
    "getoption": declared.option_of_tests,
}
_TABLE: dict[str, _Call] = {
    **_rows(_environment, "os.getenv", "os.environ.get", "os.environ.setdefault", "decouple.config", "environ.get"),
    **_rows(_environment, "os.environ.pop", "streamlit.secrets.get"),
    **_rows(_environment, "environs.Env()", "environs.Env().str", "environs.Env().__call__", "decouple.AutoConfig()"),
    **_rows(_environment, "environ.Env()", "environ.Env().str", "decouple.Config()", "starlette.config.Config()"),
    **_rows(_runtime, "builtins.input", "getpass.getpass", "builtins.raw_input"),
    **_rows(sequences.listed, "builtins.list", "builtins.tuple"),
    **_rows(sequences.ordered, "builtins.sorted"),
    **_rows(sequences.turned, "builtins.reversed"),
    **_rows(
        _same,
        "builtins.set",
        "builtins.iter",
        "copy.copy",
        "copy.deepcopy",
        "tqdm.tqdm",
        "tqdm.auto.tqdm",
        "tqdm.notebook.tqdm",
    ),
    **_rows(_same, "os.path.expanduser", "os.path.abspath", "os.path.normpath", "os.path.realpath", "os.fspath"),
    **_rows(
        _same,
        "os.path.expandvars",
        "types.MappingProxyType",
        "textwrap.dedent",
        "dataclasses.asdict",
        "builtins.frozenset",
    ),
    **_rows(
        _same,
        "omegaconf.OmegaConf.create",
        "omegaconf.OmegaConf.structured",
        "omegaconf.OmegaConf.to_container",
        "omegaconf.OmegaConf.to_object",
        "munch.munchify",
        "munch.Munch.fromDict",
    ),
    **_rows(_same, "torch.nn.ModuleList", "asyncio.run", "contextlib.nullcontext", "torch.nn.ModuleDict"),
    **_rows(_same, "ray.get", "ray.put"),
    **_rows(_wrapped, "joblib.delayed", "joblib.parallel.delayed", "dask.delayed"),
    **_rows(_wrapped, "ray.remote", "ray.serve.deployment", "ray.serve.ingress"),
    **_rows(_wrapped, "detectron2.config.LazyCall", "detectron2.config.lazy.LazyCall"),
    **_rows(_reduced, "functools.reduce"),
    **_rows(_second, "typing.cast"),
    **_rows(_same, "importlib.util.module_from_spec"),
    **_rows(_words, "shlex.split"),
    **_rows(_path, "os.path.join", "pathlib.Path", "pathlib.PurePath", "posixpath.join", "pathlib.PosixPath"),
    **_rows(_text, "builtins.str", "builtins.repr", "shlex.quote"),
    **_rows(_dict, "builtins.dict", "types.SimpleNamespace", "argparse.Namespace", "collections.OrderedDict"),
    **_rows(_dict, "easydict.EasyDict", "ml_collections.ConfigDict", "addict.Dict", "box.Box", "munch.Munch"),
    **_rows(_dict, "attrdict.AttrDict", "attrdict.AttrMap", "dotmap.DotMap"),
    **_rows(_defaultdict, "collections.defaultdict"),
    **_rows(sequences.enumerated, "builtins.enumerate"),
    **_rows(sequences.zipped, "builtins.zip", "itertools.zip_longest"),
    **_rows(sequences.chained, "itertools.chain"),
    **_rows(sequences.flattened, "itertools.chain.from_iterable"),
    **_rows(sequences.crossed, "itertools.product"),
    **_rows(sequences.summed, "builtins.sum"),
    **_rows(_same, "itertools.islice", "itertools.cycle", "random.sample", "random.choices"),
    **_rows(_second, "builtins.filter"),
    **_rows(_element, "ray.tune.choice", "ray.tune.grid_search"),
    **_rows(_second_element, "hyperopt.hp.choice"),
    **_rows(sequences.first, "builtins.next"),
    **_rows(_element, "random.choice", "numpy.random.choice", "builtins.max", "builtins.min"),
    **_rows(reflection.attribute_named, "builtins.getattr"),
    **_rows(reflection.module_named, "importlib.import_module", "builtins.__import__", "lazy_loader.load"),
    **_rows(reflection.module_named, "pytest.importorskip", "langchain_core.utils.guard_import"),
    **_rows(_replaced, "dataclasses.replace", "attrs.evolve", "attr.evolve", "copy.replace"),
    **_rows(_partial, "functools.partial"),
    **_rows(reflection.super_of, "builtins.super"),
    **_rows(declared.depends, "fastapi.Depends", "fastapi.params.Depends", "fast_depends.Depends"),
    **_rows(instantiated.instantiated, "hydra.utils.instantiate", "hydra.utils.call"),
    **_rows(_same, "builtins.vars"),
    **_rows(_folder, "tempfile.TemporaryDirectory", "tempfile.mkdtemp", "tempfile.gettempdir", "tempfile.mktemp"),
    **_rows(_folder, "os.getcwd", "pathlib.Path.cwd", "pathlib.Path.home"),
    **_rows(_parent, "os.path.dirname"),
    **_rows(_basename, "os.path.basename", "ntpath.basename", "posixpath.basename"),
    **_rows(packaged.folder, "pkg_resources.resource_filename", *(f"{root}.files" for root in _RESOURCES)),
    **_rows(packaged.folder, *(f"{root}.path" for root in _RESOURCES)),
    **_rows(packaged.opened, "pkgutil.get_data", "pkg_resources.resource_string", "pkg_resources.resource_stream"),
    **_rows(packaged.opened, *(f"{root}.{way}_{kind}" for root in _RESOURCES for way, kind in _READINGS)),
    **_rows(_same, *(f"{root}.as_file" for root in _RESOURCES)),
    **_rows(reflection.class_of, "builtins.type"),
    **_rows(reflection.names_of_module, "builtins.globals"),
    **_rows(declared.keyword_default, "dataclasses.field", "attr.ib", "attr.field", "attrs.field", "msgspec.field"),
    **_rows(declared.keyword_default, "trl.trainer.utils.field", "tyro.conf.arg", "modal.parameter"),
    **_rows(
        declared.keyword_default,
        "simple_parsing.field",
        "simple_parsing.helpers.field",
        "pyrallis.field",
        "draccus.field",
    ),
    **_rows(declared.field, "pydantic.Field", "pydantic.v1.Field", "sqlmodel.Field", "pydantic.fields.Field"),
    **_rows(declared.default, "typer.Option", "typer.Argument", "fastapi.Query", "fastapi.Body"),
    **_rows(declared.default, "fastapi.Form"),
    **_rows(declared.chosen, "cog.Input"),
    **_rows(
        _environment, "globalThis.Deno.env.get", "globalThis.localStorage.getItem", "globalThis.sessionStorage.getItem"
    ),
    **_rows(_runtime, "globalThis.prompt", "globalThis.window.prompt", "globalThis.window.localStorage.getItem"),
    **_rows(_same, "globalThis.Object.freeze", "globalThis.Object.seal", "globalThis.structuredClone"),
    **_rows(_same, "globalThis.Promise.all", "globalThis.Promise.resolve", "globalThis.Promise.allSettled"),
    **_rows(_same, "globalThis.Array.from", "globalThis.Set", "globalThis.Promise.race", "globalThis.Promise.any"),
    **_rows(_text, "globalThis.String"),
    **ecma_globals.TABLE,
    **_rows(_path, *(f"{root}path{way}" for root in ("npm:", "node:") for way in _JOINS)),
    **_rows(_parent, "npm:path.dirname", "node:path.dirname"),
    **_rows(_same, "npm:url.fileURLToPath", "node:url.fileURLToPath", "globalThis.URL"),
    **_rows(_folder, "globalThis.process.cwd", "npm:process.cwd", "node:process.cwd"),
    **_rows(_opaque, "builtins.print", "builtins.len", "builtins.isinstance", "builtins.id", "builtins.hasattr"),
    **_rows(_opaque, "builtins.setattr", "builtins.int", "builtins.float", "builtins.bool"),
    **_rows(_opaque, "builtins.range", "builtins.any", "builtins.all", "builtins.callable"),
}
