"""Calls of library APIs: loads, methods on loaded objects, and calls that take one as an argument."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.loaders import Consumer, Match
from analyzer.program import Call, Constant, Expression
from analyzer.records import Link, Role
from analyzer.values import containers, loading, strings
from analyzer.values.calling import passing
from analyzer.values.objects import (
    NO_ARGUMENT,
    Arguments,
    Dict,
    Env,
    Event,
    Inst,
    List,
    Ref,
    Str,
    Thing,
    Tuple,
    Value,
    Values,
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
    match = loading.find(ev, ref, arguments)
    if match is None or not loading.required(ev, match.loader, arguments):
        return None
    if loading.passes_object(ev, match.loader, arguments):
        return None
    given = taken_things(ev, arguments) if ev.follow else ()
    found = event(ev, call, env, match.api, "load", "load", arguments)
    found.match = match, arguments
    found.sources = tuple(dict.fromkeys(thing.event for thing in given))
    return made(match.loader.library, match.loader.returns, _object_name(match.api), found)


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
        if name in strings.SAME and loading.download(thing) is not None:
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
    if (
        loader is not None
        and loading.required(ev, loader, arguments)
        and not loading.passes_object(ev, loader, arguments)
    ):
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
        entries = [ev.evaluate(*entry) if entry else (NO_ARGUMENT,) for entry in passing.positional(ev, arguments)]
    else:
        entries = [passing.argument(ev, arguments, (name,), at) or (NO_ARGUMENT,) for name, at in consumer.gives]
    results = [tuple(_come_out(value, found) for value in values) or (NO_ARGUMENT,) for values in entries]
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
