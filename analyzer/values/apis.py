"""Calls of library APIs: loads, methods on loaded objects, and calls that take one as an argument."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from analyzer import ids
from analyzer.loaders import Consumer, Loader, Match
from analyzer.program import Call, Constant, Expression, Name
from analyzer.records import Link, Role
from analyzer.values import containers, strings
from analyzer.values.calling import calls
from analyzer.values.objects import (
    Arguments,
    Cls,
    Const,
    Dict,
    Env,
    Event,
    Inst,
    List,
    Ref,
    Str,
    Thing,
    Tuple,
    Unknown,
    Value,
    Values,
    merged,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Methods that give the object they are called on.
_SAME = frozenset(
    [
        "to",
        "eval",
        "cuda",
        "cpu",
        "half",
        "float",
        "double",
        "bfloat16",
        "train",
        "requires_grad_",
        "share_memory_",
        "tie_weights",
        "compile",
        "type",
        "merge_and_unload",
        "to_bettertransformer",
        "reverse_bettertransformer",
        "fuse",
        "with_options",
        "bind",
        "with_config",
        "set_module",
        "unload",
        "get_base_model",
    ]
)
_QUIET = (
    "builtins.",
    "logging.",
    "warnings.",
    "os.",
    "json.",
    "time.",
    "sys.",
    "gc.",
    "typing.",
    "inspect.",
    "re.",
)
#: Attributes of a loaded object that are objects of a kind of their own.
_PARTS = {
    **{kind: kind for kind in ("tokenizer", "model", "config", "image_processor", "feature_extractor", "processor")},
    **dict.fromkeys(("tokenizer_2", "tokenizer_3"), "tokenizer"),
    **dict.fromkeys(("text_encoder", "text_encoder_2", "text_encoder_3", "image_encoder"), "model"),
    **dict.fromkeys(("unet", "vae", "transformer", "transformer_2", "controlnet"), "model"),
    "scheduler": "scheduler",
}
_MAX_NESTED = 20
_NOT_KNOWN = Unknown("no_argument")
_NOTHING = Arguments()


def event(
    ev: Evaluator, call: Call, env: Env, api: str, link: Link, role: Role | None, arguments: Arguments = _NOTHING
) -> Event:
    """The one event of this call, under this name, in this frame."""
    key = (env.module, call.at, call.end, api, env)
    if key not in ev.events:
        ev.events[key] = Event(call, env, api, link, role)
    found = ev.events[key]
    if ev.follow:
        found.keywords.update(given_names(ev, arguments))
    return found


def given_names(ev: Evaluator, arguments: Arguments) -> Iterator[str]:
    """Names under which something is passed, also through `**`, that is not literally None or False."""
    for name, expression, env in arguments.keywords:
        if name is None:
            yield from _names_spread(ev, expression, env)
        elif not (isinstance(expression, Constant) and expression.value in (None, False)):
            yield name


def _names_spread(ev: Evaluator, expression: Expression, env: Env) -> Iterator[str]:
    for held in ev.evaluate(expression, env):
        if isinstance(held, Dict):
            keys = (value for key, _, env in containers.pairs(ev, held) for value in ev.evaluate(key, env))
            yield from (key.text for key in keys if isinstance(key, Str) and not key.partial)


def load(ev: Evaluator, ref: Ref, arguments: Arguments, call: Call, env: Env) -> Values | None:
    """The objects that a loader gives; None if the name is no loader, or loads nothing here."""
    match = find(ev, ref, arguments)
    if match is None or not required(ev, match.loader, arguments):
        return None
    if passes_object(ev, match.loader, arguments):
        return None
    given = taken_things(ev, arguments) if ev.follow else ()
    found = event(ev, call, env, match.api, "load", "load", arguments)
    found.match = match, arguments
    found.sources = tuple(dict.fromkeys(thing.event for thing in given))
    return made(match.loader.library, match.loader.returns, _object_name(match.api), found)


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


def id_values(ev: Evaluator, loader: Loader, arguments: Arguments, behind: tuple[Call, ...] = ()) -> Values | None:
    """The values of the loader's id parameter; None if it is not given. `behind`: downloads that are asked about."""
    given = []
    for parameter in loader.ids:
        values = calls.argument(ev, arguments, parameter.keywords, parameter.position)
        if values is not None and parameter.key is not None:
            entries = containers.item(ev, values, (Str(parameter.key, 0, 0),))
            texts = tuple(value for value in values if isinstance(value, Str))
            values = merged(texts, entries) if len(texts) < len(values) else texts
        if values is not None:
            given.append(values)
    return tuple(each for value in merged(*given) for each in _downloaded(ev, value, behind)) if given else None


def _downloaded(ev: Evaluator, value: Value, behind: tuple[Call, ...]) -> Values:
    """The ids of what a call has downloaded, where its path is passed on: `load(snapshot_download("org/name"))`.

    A path that takes the place of its own id (`args.name = snapshot_download(args.name)`) tells no more.
    """
    if not isinstance(value, Thing) or value.attribute or (match := _download(value)) is None:
        return (value,)
    call = value.event.call
    if any(call is other for other in behind):
        return ()
    return id_values(ev, match[0].loader, match[1], (*behind, call)) or (value,)


def _download(thing: Thing) -> tuple[Match, Arguments] | None:
    """The call that has downloaded what the thing, or what it is an attribute of, is the path of."""
    match = thing.event.match
    if not isinstance(match, tuple) or thing.event.link != "load":
        return None
    loader: Loader = match[0].loader
    return match if loader.loads == "weights" and not loader.returns else None


def is_path(value: Value) -> bool:
    """Whether it is the path of a download."""
    return isinstance(value, Thing) and not value.attribute and _download(value) is not None


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
    if not loader.requires or calls.has_spread(arguments):
        return True
    for index, (name, wanted) in enumerate(loader.requires):
        position = loader.requires_position if index == 0 else None
        given = calls.argument(ev, arguments, (name,), position)
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
    given = calls.argument(ev, arguments, (keyword,), position)
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


def _object_name(api: str) -> str:
    """`transformers.AutoModel.from_pretrained` gives a `transformers.AutoModel`."""
    head, _, _last = api.rpartition(".")
    return head if head.rpartition(".")[2][:1].isupper() else api


def made(library: str, kinds: tuple[str, ...], api: str, found: Event) -> Values:
    """One thing for each kind; several come as a tuple."""
    if not kinds:
        return (Thing(api, library, "", found),)
    things = tuple(Thing(api, library, kind, found) for kind in kinds)
    return things if len(things) == 1 else (Tuple(things),)


def method(ev: Evaluator, thing: Thing, arguments: Arguments, call: Call, env: Env) -> Values:
    """A call on a loaded object, or on what an earlier call gave."""
    if not thing.attribute:
        chain, name = thing.api, "__call__"
    else:
        chain, _, name = thing.api.rpartition(".")
        thing.event.called.add(name)
        if name in strings.SAME and _download(thing) is not None:
            return (thing._replace(api=chain, attribute=False),)
    kind = _kind(ev, thing, chain)
    loader = ev.tables.method_loader(kind, thing.library, name) if kind else None
    if kind and thing.attribute and name in _PARTS:
        role = ev.tables.role(thing.library, _PARTS[name], "__call__")
    else:
        role = ev.tables.role(thing.library, kind, name) if kind else "postprocess"
    found = event(ev, call, env, f"{chain}.{name}", _link(thing), role, arguments)
    things = (thing, *taken_things(ev, arguments)) if ev.follow else (thing,)
    found.sources = tuple(dict.fromkeys((*found.sources, *(t.event for t in things))))
    if loader is not None and required(ev, loader, arguments) and not passes_object(ev, loader, arguments):
        found.match = Match(loader, f"{chain}.{name}"), arguments
    if name in _SAME and thing.kind:
        return (Thing(chain, thing.library, thing.kind, found),)
    return (Thing(f"{chain}.{name}", thing.library, "", found),)


def _link(thing: Thing) -> Link:
    """A method of the loaded object itself, or a call on what an earlier call returned."""
    for api, link in thing.event.gives.items():
        if thing.api == api or thing.api.startswith(api + "."):
            return link
    return "receiver" if thing.kind and thing.event.link != "argument" else "derived"


def _kind(ev: Evaluator, thing: Thing, chain: str) -> str:
    """`processor.tokenizer` is a tokenizer."""
    last = chain.rpartition(".")[2]
    return _PARTS.get(last, thing.kind) if thing.kind else ""


def consumer_of(ev: Evaluator, qualified: str) -> Consumer | None:
    """The row of an API that takes a loaded object; `X().f` is a method of an object of X."""
    name = qualified.removesuffix(".__init__")
    return ev.tables.consumer(name) or ev.tables.consumer(name.replace("()", ""))


def taken(ev: Evaluator, qualified: str, arguments: Arguments, call: Call, env: Env) -> Values:
    """What a library call gives that takes a loaded object; empty if it takes none."""
    if not qualified or qualified.startswith(_QUIET):
        return ()
    consumer = consumer_of(ev, qualified)
    if not ev.follow and consumer is None:
        return ()
    results = consumer is not None and consumer.results
    things = taken_things(ev, arguments)
    given = tuple(thing for thing in things if results or _is_loaded(thing))
    if not given:
        return _given_back(ev, consumer, arguments, None) if ev.follow and consumer is not None else ()
    plain = qualified.replace("()", "").removesuffix(".__init__")
    api = consumer.api if consumer is not None else ev.tables.public_name(plain)
    link: Link = "argument" if any(map(_is_loaded, given)) else "derived"
    found = event(ev, call, env, api, link, consumer.role if consumer is not None else None, arguments)
    found.sources = tuple(dict.fromkeys((*found.sources, *(thing.event for thing in given))))
    if consumer is not None and consumer.gives:
        found.gives = {thing.api: _link(thing) for thing in given}
        return _given_back(ev, consumer, arguments, found)
    if consumer is not None and consumer.returns:
        return made(given[0].library, consumer.returns, _object_name(api), found)
    return (Thing(api, given[0].library, "", found),)


def _is_loaded(thing: Thing) -> bool:
    """Whether this is a loaded object, or a part of one that is an object of its own; what a config holds is none."""
    return bool(thing.kind) and (not thing.attribute or _PARTS.get(thing.api.rpartition(".")[2], "config") != "config")


def _given_back(ev: Evaluator, consumer: Consumer, arguments: Arguments, found: Event | None) -> Values:
    """The arguments that the call gives back, loaded objects as they come out of the event."""
    if consumer.gives == (("*", 0),):
        entries = [ev.evaluate(*entry) if entry else (_NOT_KNOWN,) for entry in calls.positional(ev, arguments)]
    else:
        entries = [calls.argument(ev, arguments, (name,), at) or (_NOT_KNOWN,) for name, at in consumer.gives]
    results = [tuple(_come_out(value, found) for value in values) or (_NOT_KNOWN,) for values in entries]
    if len(results) < 2:
        return results[0] if results else ()
    ways = max(len(values) for values in results)
    return tuple(Tuple(tuple(values[min(way, len(values) - 1)] for values in results)) for way in range(ways))


def _come_out(value: Value, found: Event | None) -> Value:
    if isinstance(value, Inst) and value.thing is not None and found is not None:
        return value._replace(thing=value.thing._replace(event=found))
    if isinstance(value, Thing) and value.kind and not value.attribute and found is not None:
        return value._replace(event=found)
    return value


def taken_things(ev: Evaluator, arguments: Arguments) -> tuple[Thing, ...]:
    """Loaded objects and what came of them among the arguments, also inside displays."""
    found: list[Value] = []
    for expression, env in (*arguments.args, *((e, where) for _, e, where in arguments.keywords)):
        found.extend(things_in(ev, ev.evaluate(expression, env), 2))
    return tuple(dict.fromkeys(value for value in found if isinstance(value, Thing)))


def things_in(ev: Evaluator, values: Values, depth: int) -> list[Thing]:
    found: list[Thing] = []
    for value in values:
        if isinstance(value, Thing):
            found.append(value)
        elif isinstance(value, Inst) and value.thing is not None:
            found.append(value.thing)
        elif isinstance(value, Tuple):
            found.extend(v for v in value.values if isinstance(v, Thing))
        elif isinstance(value, List | Dict) and depth and len(value.entries) <= _MAX_NESTED:
            held = value.entries if isinstance(value, List) else [(e, env) for _, e, env in value.entries]
            for expression, env in held:
                found.extend(things_in(ev, ev.evaluate(expression, env), depth - 1))
    return found
