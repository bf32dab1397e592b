"""Which loader a call is, and what reaches its parameters."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from analyzer import ids
from analyzer.loaders import Loader, Match
from analyzer.program import Call, Name
from analyzer.values import containers
from analyzer.values.calling import passing
from analyzer.values.objects import Arguments, Cls, Const, Dict, Inst, List, Ref, Str, Thing, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def find(ev: Evaluator, ref: Ref, arguments: Arguments) -> Match | None:
    """The loader row of a dotted name; of a package without a table, only `X.from_pretrained` of an id org/name."""
    qualified = ref.qualified.removesuffix(".__init__")
    found = ev.tables.match(qualified)
    if found is not None:
        return found
    if ref.qualified.rpartition(".")[2] != "from_pretrained" or ref.qualified.startswith("builtins."):
        return None
    relative = ref.qualified.lstrip(".")
    generic = ev.tables.generic(relative) if relative else None
    return generic if generic is not None and names_model(ev, generic.loader, arguments) else None


def names_model(ev: Evaluator, loader: Loader, arguments: Arguments) -> bool:
    """Whether an id of the form org/name is passed."""
    given = id_values(ev, loader, arguments) or ()
    texts = [value.text for value in given if isinstance(value, Str)]
    return any(text.count("/") == 1 and ids.classify(text, "huggingface") == "model" for text in texts)


def id_values(ev: Evaluator, loader: Loader, arguments: Arguments, behind: list[Call] | None = None) -> Values | None:
    """The values of the loader's id parameter; None if it is not given. `behind`: downloads that were asked about."""
    given = []
    behind = [] if behind is None else behind
    for parameter in loader.ids:
        values = passing.argument(ev, arguments, parameter.keywords, parameter.position)
        if values is not None and parameter.key is not None:
            entries = containers.item(ev, values, (Str(parameter.key, 0, 0),))
            texts = tuple(value for value in values if isinstance(value, Str))
            values = merged(texts, entries) if len(texts) < len(values) else texts
        if values is not None:
            given.append(values)
    return tuple(each for value in merged(*given) for each in _downloaded(ev, value, behind)) if given else None


def _downloaded(ev: Evaluator, value: Value, behind: list[Call]) -> Values:
    """The ids of what a call has downloaded, where its path is passed on: `load(snapshot_download("org/name"))`.

    Each call is asked about once: a path that takes the place of its own id tells no more, as in
    `args.name = snapshot_download(args.name)`.
    """
    if not isinstance(value, Thing) or value.attribute or (match := download(value)) is None:
        return (value,)
    call = value.event.call
    if any(call is other for other in behind):
        return ()
    is_first = not behind
    behind.append(call)
    return id_values(ev, match[0].loader, match[1], behind) or ((value,) if is_first else ())


def download(thing: Thing) -> tuple[Match, Arguments] | None:
    """The call that has downloaded what the thing, or what it is an attribute of, is the path of."""
    match = thing.event.match
    if not isinstance(match, tuple) or thing.event.link != "load":
        return None
    loader: Loader = match[0].loader
    return match if loader.loads == "weights" and not loader.returns else None


def is_path(value: Value) -> bool:
    """Whether it is the path of a download."""
    return isinstance(value, Thing) and not value.attribute and download(value) is not None


def given_id(ev: Evaluator, thing: Thing, name: str) -> Values:
    """`embeddings.model_name`: what was passed under that keyword when the object was loaded."""
    match = thing.event.match
    if thing.attribute or thing.event.link != "load" or not isinstance(match, tuple):
        return ()
    loader: Loader = match[0].loader
    if not any(name in parameter.keywords for parameter in loader.ids):
        return ()
    return tuple(value for value in id_values(ev, loader, match[1]) or () if isinstance(value, Str))


def passes_object(ev: Evaluator, loader: Loader, arguments: Arguments) -> bool:
    """Whether the id parameter holds a loaded object instead of an id."""
    given = id_values(ev, loader, arguments)
    return bool(given) and all(is_object(value) for value in given or ())


def is_object(value: Value) -> bool:
    """Whether the value is an object and no name of one; a config holds names: `config.base_model_name_or_path`."""
    if isinstance(value, Thing) and value.attribute:
        name = value.api.rpartition(".")[2]
        if ".config." in value.api or value.kind == "config":
            return name.endswith("config")
        return not any(word in name for word in ("name", "path", "_id", "repo"))
    return isinstance(value, Thing | Inst | Cls | Dict | List)


def required(ev: Evaluator, loader: Loader, arguments: Arguments) -> bool:
    """Whether the arguments that make the call a load are there (`pretrained=True`)."""
    for name, wanted in loader.unless:
        position = next((each.position for each in loader.ids if name in each.keywords), None)
        if _is_literally(_given(ev, arguments, name, position), wanted):
            return False
    if not loader.requires or passing.has_spread(arguments):
        return True
    for index, (name, wanted) in enumerate(loader.requires):
        position = loader.requires_position if index == 0 else None
        given = passing.argument(ev, arguments, (name,), position)
        if given is None:
            continue
        if wanted == "*":
            if any(not (isinstance(v, Const) and not v.value) for v in given):
                return True
        elif not all(isinstance(v, Const) and v.value != wanted for v in given) or _is_open(ev, arguments, name):
            return True
    return False


def _is_open(ev: Evaluator, arguments: Arguments, name: str) -> bool:
    """Whether the argument is a parameter that each caller must fill: whatever those found pass, others can differ."""
    for key, expression, env in arguments.keywords:
        if key == name and isinstance(expression, Name):
            params = ev.modules[env.module].scopes[env.scope].params
            return any(param.name == expression.id and param.default is None for param in params)
    return False


def _given(ev: Evaluator, arguments: Arguments, name: str, position: int | None = None) -> Values | None:
    """An argument by its keyword or position; `repo.type` is an entry of the dict given."""
    keyword, _, entry = name.partition(".")
    given = passing.argument(ev, arguments, (keyword,), position)
    if not entry or given is None:
        return given
    return containers.item(ev, tuple(v for v in given if isinstance(v, Dict)), (Str(entry, 0, 0),))


def _is_literally(given: Values | None, wanted: object) -> bool:
    if not given:
        return False
    if wanted is False:
        return all(isinstance(value, Const) and not value.value for value in given)
    return all(
        (isinstance(value, Const) and value.value == wanted)
        or (isinstance(value, Str) and fnmatchcase(value.text, str(wanted)))
        for value in given
    )
