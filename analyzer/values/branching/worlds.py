"""In which calls of a function control comes to a call in it: one environment for each, where tests leave some out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    BranchPath,
    Call,
    Expression,
    Name,
    Parameter,
    Scope,
    Spread,
    Subscript,
    first_name,
    in_force,
)
from analyzer.values import attributes, hierarchy
from analyzer.values.branching import indirect, narrowing, questions, reach
from analyzer.values.calling import callers, calls, parameters
from analyzer.values.objects import (
    Arguments,
    Const,
    Env,
    Fn,
    Frame,
    Given,
    Held,
    Inst,
    Nobody,
    Ref,
    Str,
    Unknown,
    is_one_record,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Values of one parameter that are looked at one by one.
_MAX_VALUES = 32
#: Records that one name can hold, of which tests ask.
_MAX_RECORDS = 64
#: Items of a comprehension that are told apart.
_MAX_ITEMS = 24


def of_call(ev: Evaluator, call: Call, env: Env) -> list[Env]:
    """Where tests of what a function is given rule out the call for some of its callers: those that are left."""
    scope = ev.modules[env.module].scopes[env.scope]
    root = first_name(call.function)
    if root is None or root.id == "super" or env.frame is not None or not scope.tests:
        return [env]
    at, path = root.at, root.path
    if ev.supposed is not None:
        return coming(ev, env, _frames(ev, env), at, path)
    asked = reach.asked(scope, at, path)
    every = callers.frames(ev, env.module, env.scope) if asked else _objects(ev, scope, env, at, path)
    left: list[Env] = []
    for frame in every:
        comes = reach.comes(ev, frame, at, path)
        if comes is None:
            left += _split(ev, scope, frame, asked, at, path)
        elif comes:
            left.append(frame)
    if left and left != list(every):
        return left
    if asked and every and not left and len(every) < callers.MAX_CALLERS and _asks_texts(scope, at, path):
        return [_nobody(ev, env)]
    return _records(ev, scope, root, env) or _by_key(ev, scope, root, env) or [env]


def _asks_texts(scope: Scope, at: int, path: BranchPath) -> bool:
    """Whether a test on the way asks about texts: flags are there to be set by others."""
    tests = (test.condition for test, _ in scope.tests_to(at, path))
    return any(questions.is_textual(each) and questions.given(scope, each) for each in tests)


def _nobody(ev: Evaluator, env: Env) -> Env:
    key = env, "nobody"
    if key not in ev.frames:
        ev.frames[key] = Env(env.module, env.scope, Nobody(), env.parent)
    return ev.frames[key]


def _frames(ev: Evaluator, env: Env) -> tuple[Env, ...]:
    """The calls of the function, or any call where none is known."""
    known = callers.frames_in_all(ev, env.module, env.scope)
    return (callers.frames(ev, env.module, env.scope) if env.scope else ()) or (() if known else (env,))


def coming(ev: Evaluator, env: Env, frames: Iterable[Env], at: int, path: BranchPath) -> list[Env]:
    """Of the calls of a function those in which control can come to a place.

    Where no call that is known comes there, whatever a run takes, some other does.
    """
    found = [frame for frame in frames if reach.comes(ev, frame, at, path) is not False]
    known = callers.frames_in_all(ev, env.module, env.scope)
    if not found and known and all(reach.comes_in_all(ev, frame, at, path) is False for frame in known):
        return [env]
    return found


def _objects(ev: Evaluator, scope: Scope, env: Env, at: int, path: BranchPath) -> tuple[Env, ...]:
    """The method in each object that is known to be made of its class, where tests ask about the object."""
    owner = hierarchy.owner(ev, env.module, env.scope)
    own = scope.params[0].name if scope.params else ""
    return objects(ev, env) if owner is not None and own in reach.asked(scope, at, path, own) else ()


def objects(ev: Evaluator, env: Env) -> tuple[Env, ...]:
    """The method in each object that is known to be made of its class."""
    owner = hierarchy.owner(ev, env.module, env.scope)
    if owner is None or env.parent is None:
        return ()
    found: list[Env] = []
    for init in attributes.constructors(ev, owner):
        for made in callers.frames(ev, init.module, init.scope):
            bound = made.frame.bound if made.frame is not None else None
            if isinstance(bound, Inst):
                method = Fn(env.module, env.scope, env.parent, Inst(bound.cls, made.frame))
                inside = calls.enter(ev, method, None, ("made", made), env.parent)
                found += [inside] if inside is not None else []
    return tuple(found)


def _records(ev: Evaluator, scope: Scope, use: Name, env: Env) -> list[Env]:
    """One environment for each record that a name can hold, of which tests ask: those whose entries lead here."""
    names = reach.records(scope, use.at, use.path)
    if ev.modules[env.module].language != "javascript":  # where options are passed as one object
        names = frozenset(name for name in names if not isinstance(scope.bindings[name][0].value, Parameter))
    for name in sorted(names):
        asked = ev.keep(Name(name, use.at, use.path))
        held = [v for v in ev.evaluate(asked, env) if not isinstance(v, Unknown)]
        nothing = [indirect.assumed(ev, env, name, v) for v in held if isinstance(v, Const)]
        held = [v for v in held if not isinstance(v, Const)]
        is_open = any(reach.decides(ev, one, use.at, use.path) for one in nothing)
        is_given = isinstance(scope.bindings[name][0].value, Parameter)
        made = [v for v in held if is_given and isinstance(v, Ref) and v.call is not None]  # of libraries: not known
        held = [v for v in held if v not in made]
        if not is_open and (0 if is_given else 1) < len(held) <= _MAX_RECORDS and all(map(is_one_record, held)):
            each = [indirect.assumed(ev, env, name, value) for value in held]
            left = [one for one in each if reach.comes(ev, one, use.at, use.path) is not False]
            if is_given and len(left) < len(each) and (made or not left):
                left.append(_nobody(ev, env))
            if left and left != each:
                return left
    return []


def by_record(ev: Evaluator, call: Call, env: Env) -> list[Env]:
    """One environment for each record that holds what is called: `entry["class"](entry["name"])`."""
    root = call.function
    while isinstance(root, Attribute | Subscript):
        root = root.base
    if root is call.function or not isinstance(root, Name):
        return []
    held = [value for value in ev.evaluate(root, env) if not isinstance(value, Unknown)]
    if not 1 < len(held) <= _MAX_VALUES or not all(map(is_one_record, held)):
        return []
    return [indirect.assumed(ev, env, root.id, value) for value in held]


def _by_key(ev: Evaluator, scope: Scope, called: Name, env: Env) -> list[Env]:
    """Where nobody is known to call the function, and a parameter decides what is called, and is looked up in a table:
    one environment for each key of the table that leads here."""
    bindings = scope.bindings.get(called.id, ())
    arms = {arm[0] for binding in bindings for arm in binding.path} if len(bindings) > 1 else set()
    asked = {questions.given(scope, test.condition) for test in scope.tests if test.at in arms}
    found = asked.pop() if len(asked) == 1 else None
    if not found or len(found) > 1 or callers.frames(ev, env.module, env.scope):
        return []
    (name,) = found
    tables = (b.value for held in scope.bindings.values() for b in held if isinstance(b.value, Subscript))
    bases = (ev.evaluate(t.base, env) for t in tables if isinstance(t.key, Name) and t.key.id == name)
    keys = dict.fromkeys(key.text for base in bases for key in narrowing.keys(ev, base) if isinstance(key, Str))
    each = [indirect.assumed(ev, env, name, Str(text, env.module, called.at)) for text in list(keys)[:_MAX_VALUES]]
    return [one for one in each if reach.comes(ev, one, called.at, called.path) is not False]


def of_variable(ev: Evaluator, name: Name, env: Env) -> list[Env]:
    """One environment for each value of the variable of a comprehension; none where they are not all known."""
    if env.frame is not None and env.frame.arguments is not None:
        return []
    held = ev.evaluate(name, env)
    is_known = 1 < len(held) <= _MAX_ITEMS and not any(isinstance(value, Unknown) for value in held)
    return [indirect.assumed(ev, env, name.id, value) for value in held] if is_known else []


def _split(ev: Evaluator, scope: Scope, frame: Env, asked: frozenset[str], at: int, path: BranchPath) -> Iterator[Env]:
    """One call for each value of a parameter of which a test asks, as far as control comes there."""
    for name in sorted(asked):
        values = _values(ev, scope, frame, name)
        if 1 < len(values) <= _MAX_VALUES:
            each = [_given(ev, scope, frame, name, value) for value in values]
            left = [one for one in each if reach.comes(ev, one, at, path) is not False]
            if len(left) < len(each):
                yield from left
                return
        if told := _told(ev, scope, frame, name, at, path):
            yield from told
            return
    yield frame


def _told(ev: Evaluator, scope: Scope, frame: Env, name: str, at: int, path: BranchPath) -> list[Env]:
    """Where the caller hands on a name that nothing tells: one call for each text that tests on the way say it is.

    The caller asks the same: what it passes beside the name is then what goes with that text.
    """
    named, caller = _passed(ev, scope, frame, name)
    if not isinstance(named, Name) or caller is None or caller.frame is not None or caller.parent is None:
        return []
    outer = ev.modules[caller.module].scopes[caller.scope]
    if not outer.tests_of(named.id) or not questions.is_parameter(outer, named.id):
        return []
    tests = in_force(scope.tests_of(name), at, path)
    texts = (narrowing.listed(ev, test.condition, name, frame, holds=holds) for test, holds in tests)
    each = (indirect.assumed(ev, caller, named.id, value) for value in next(filter(None, texts), ()))
    return [seen_from(ev, frame, caller, one) for one in each]


def _passed(ev: Evaluator, scope: Scope, env: Env, name: str) -> tuple[Expression | None, Env | None]:
    """What a call passes for a parameter, where that is written out."""
    assert env.frame is not None
    assert env.frame.arguments is not None
    args, keywords = env.frame.arguments
    place = next(place for place, param in enumerate(scope.params) if param.name == name)
    place -= 1 if parameters.has_self(ev, scope, env.scope, env) else 0
    named = next(((value, where) for key, value, where in keywords if key == name), None)
    return named or (args[place] if 0 <= place < len(args) else (None, None))


def seen_from(ev: Evaluator, env: Env, caller: Env, assumed: Env) -> Env:
    """The call with what the caller passes as that is where one of its names holds one value."""
    key = env, "seen from", assumed
    if key not in ev.frames:
        frame = env.frame
        assert frame is not None
        assert frame.arguments is not None
        args = tuple((value, assumed if where is caller else where) for value, where in frame.arguments.args)
        keywords = tuple((k, v, assumed if where is caller else where) for k, v, where in frame.arguments.keywords)
        inside = Frame(Arguments(args, keywords), frame.bound, frame.depth, frame.started)
        ev.frames[key] = Env(env.module, env.scope, inside, env.parent)
    return ev.frames[key]


def _values(ev: Evaluator, scope: Scope, frame: Env, name: str) -> tuple[Str, ...]:
    """What the parameter can be in the call, where all of that is text."""
    bound = next((b.value for b in scope.bindings.get(name, ()) if isinstance(b.value, Parameter)), None)
    found = ev.evaluate(bound, frame) if bound is not None else ()
    texts = tuple(value for value in found if isinstance(value, Str))
    return texts if len(texts) == len(found) else ()


def _given(ev: Evaluator, scope: Scope, env: Env, name: str, value: Str) -> Env:
    """The call with one value of the parameter."""
    key = env, "given", name, value
    if key not in ev.frames:
        frame = env.frame
        assert frame is not None
        assert frame.arguments is not None
        place = next(place for place, param in enumerate(scope.params) if param.name == name)
        place -= 1 if parameters.has_self(ev, scope, env.scope, env) else 0
        held = ev.keep(Held((value,)))
        args = list(frame.arguments.args)
        keywords = tuple(entry for entry in frame.arguments.keywords if entry[0] != name)
        if place < len(args) and not any(isinstance(each, Spread) for each, _ in args[: place + 1]):
            args[place] = held, env
        else:
            keywords = ((name, held, env), *keywords)
        given = Given(Arguments(tuple(args), keywords), env)
        ev.frames[key] = Env(env.module, env.scope, given, env.parent)
    return ev.frames[key]
