"""What a condition is for one value of the name that it asks about: true, false, or not to be told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from analyzer.program import (
    Attribute,
    Call,
    Constant,
    Element,
    Expression,
    Generated,
    Items,
    Mapping,
    Name,
    Operator,
    Text,
    dotted,
    first_name,
)
from analyzer.values import containers
from analyzer.values.branching import kinds, predicates
from analyzer.values.branching.questions import OVER
from analyzer.values.objects import Cls, Const, Dict, Env, Inst, List, Ref, Str, Thing, Unknown, Value, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_SAME = frozenset({"lower", "upper", "strip", "casefold"})
_COLLECTING = frozenset({"list", "tuple", "set", "frozenset", "sorted"})
#: Types of which a string is one, or may be taken for one.
_STRINGS = frozenset({"builtins.str", "os.PathLike", "pathlib.Path", "typing.Text", "builtins.object", "typing.Any"})


def key_of(expression: Expression) -> str:
    """The dotted name that an expression is; "" for any other."""
    if isinstance(expression, Name):
        return expression.id
    found = dotted(expression) if isinstance(expression, Attribute) else None
    return found[1] if found is not None else ""


def of(ev: Evaluator, condition: Expression, key: str, value: Value, env: Env) -> bool | None:
    """What the condition is for this value; None where that cannot be told."""
    if isinstance(condition, Operator):
        if condition.sign in ("and", "or", "not"):
            return combined(condition.sign, [of(ev, each, key, value, env) for each in condition.operands])
        judge, is_negated = _COMPARISONS.get(condition.sign, (None, False))
        if judge is None or len(condition.operands) != 2:
            return None
        found = judge(ev, condition.operands, key, value, env)
        return found if found is None or not is_negated else not found
    if isinstance(condition, Call):
        return called(ev, condition, key, value, env)
    return truthy(value) if key_of(condition) == key else None


def combined(sign: str, found: list[bool | None]) -> bool | None:
    """`and`, `or`, `not` of what may not be known."""
    if sign == "not":
        return None if found[0] is None else not found[0]
    decisive = sign == "or"
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def fails(condition: Expression, key: str, value: Value) -> bool:
    """Whether the condition fails for this value, so that control goes on neither way: `None.startswith("a")`."""
    if value != Const(None):
        return False
    match condition:
        case Operator(sign="not" | "and" | "or", operands=(first, *_)):
            return fails(first, key, value)
        case Operator(sign="in" | "not in", operands=(part, whole)):
            return isinstance(part, Text) and key_of(_unchanged(whole)) == key
        case Call(function=Attribute(base=base, name="startswith" | "endswith")):
            return key_of(_unchanged(base)) == key
    return False


def _unchanged(expression: Expression) -> Expression:
    """`name` of `name.lower()`."""
    while isinstance(expression, Call) and isinstance(expression.function, Attribute) and not expression.args:
        if expression.function.name not in _SAME:
            break
        expression = expression.function.base
    return expression


def truthy(value: Value) -> bool | None:
    """Whether a value counts as true."""
    match value:
        case Str(text=text, partial=False):
            return bool(text)
        case Const(value=held):
            return bool(held)
        case Inst() | Thing():
            return True
    return None


def fixed(ev: Evaluator, expression: Expression, env: Env) -> Values:
    """Values of what a test compares with, where that is written out or a constant by its name; else nothing.

    Two variables compared tell little, and following both ways round would not end.
    """
    if isinstance(expression, Text):
        return ev.text(expression, env)
    chain = dotted(expression)
    if chain is not None:
        root = chain[0].id
        is_constant = root.lstrip("_")[:1].isupper() or chain[1].rpartition(".")[2].isupper()
        return ev.evaluate(expression, env) if is_constant else ()
    return ev.evaluate(expression, env) if isinstance(expression, Text | Constant | Items | Mapping) else ()


def _text(expression: Expression, key: str, value: Value) -> str | None:
    """What the expression is as text, where it is the name itself or its lower case and the like."""
    if not isinstance(value, Str) or value.partial:
        return None
    if key_of(expression) == key:
        return value.text
    if isinstance(expression, Call) and isinstance(expression.function, Attribute) and not expression.args:
        inner = _text(expression.function.base, key, value) if expression.function.name in _SAME else None
        return getattr(inner, expression.function.name)() if inner is not None else None
    return None


def _strings(values: Values) -> list[str] | None:
    """The texts, where every value is one."""
    texts = [value.text for value in values if isinstance(value, Str) and not value.partial]
    return texts if texts and len(texts) == len(values) else None


def _equal(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`name == "a"`, either way round; `name == None`."""
    if isinstance(operands[1], Constant) and operands[1].value is None:
        return _is(ev, operands, key, value, env)
    for this, other in (operands, operands[::-1]):
        text = _text(this, key, value)
        if text is None and key_of(this) == key and isinstance(value, Const):
            given = fixed(ev, other, env)
            return False if _strings(given) else None
        if text is not None:
            texts = _strings(fixed(ev, other, env))
            if texts is None:
                return None
            return text in texts if len(texts) == 1 else (None if text in texts else False)
    return None


def _is(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`name is None`."""
    if key_of(operands[0]) != key or fixed(ev, operands[1], env) != (Const(None),):
        return None
    return value.value is None if isinstance(value, Const) else (None if isinstance(value, Unknown | Ref) else False)


def _inside(ev: Evaluator, operands: tuple[Expression, ...], key: str, value: Value, env: Env) -> bool | None:
    """`"a" in name`, `name in ("a", "b")`, `name in table`."""
    part, whole = operands
    text = _text(whole, key, value)
    if text is not None:
        parts = _strings(fixed(ev, part, env))
        return parts[0] in text if parts is not None and len(parts) == 1 else None
    text = _text(part, key, value)
    if text is None:
        return None
    if isinstance(whole, Attribute) and whole.name == "__all__":
        return _offered(ev, ev.evaluate(whole.base, env), text)
    found = collection(ev, whole, env)
    if len(found) != 1:
        return None
    texts = members(ev, found[0])
    return None if texts is None else text in texts


def collection(ev: Evaluator, whole: Expression, env: Env) -> Values:
    """What `in` looks through; `table.keys()` and `list(table)` are the table."""
    whole = _without_call(whole)
    if isinstance(whole, Call) and isinstance(whole.function, Attribute) and whole.function.name == "values":
        return ev.evaluate(whole, env) if collection(ev, whole.function.base, env) else ()
    return ev.evaluate(whole, env) if isinstance(whole, Name) or _is_own(whole) else fixed(ev, whole, env)


def listed(ev: Evaluator, whole: Expression, env: Env) -> Values:
    """The strings that are listed there, where that is written out, a constant, or a name for what is written out."""
    whole = _without_call(whole)
    if isinstance(whole, Name) and not whole.id.lstrip("_")[:1].isupper():
        scopes = ev.modules[env.module].scopes
        bound = scopes[env.scope].bindings.get(whole.id) or scopes[0].bindings.get(whole.id) or []
        if len(bound) != 1 or not isinstance(bound[0].value, Items | Mapping):
            return ()
    found = collection(ev, whole, env)
    if any(isinstance(value, Str) or members(ev, value) is None for value in found):
        return ()
    return containers.elements(ev, found)


def _without_call(whole: Expression) -> Expression:
    if isinstance(whole, Call):
        if isinstance(whole.function, Attribute) and whole.function.name == "keys" and not whole.args:
            return whole.function.base
        if isinstance(whole.function, Name) and whole.function.id in _COLLECTING and len(whole.args) == 1:
            return whole.args[0]
    return whole


def _offered(ev: Evaluator, modules: Values, name: str) -> bool | None:
    """`name in library.__all__`: an id such as org/model never is; a class that the tables know is."""
    if not name.isidentifier():
        return False
    found = (ev.tables.offers(f"{v.qualified}.{name}") for v in modules if isinstance(v, Ref))
    return True if any(found) else None


def _is_own(whole: Expression) -> bool:
    """`self.sizes`: a collection that is an attribute."""
    return isinstance(whole, Attribute) and isinstance(whole.base, Name) and whole.base.id in ("self", "cls")


def members(ev: Evaluator, whole: Value) -> list[str] | str | None:
    """What `in` looks through: a text, or the texts in a collection; None where these are not all known."""
    match whole:
        case Str(text=text, partial=False):
            return text
        case Dict(open=False):
            return _keys(ev, whole)
        case List(open=False):
            return _strings(containers.elements(ev, (whole,)))
    return None


def _keys(ev: Evaluator, whole: Dict) -> list[str] | None:
    """The keys of a dict; None where these are not all known. Many values are looked for in one table."""
    key = "keys", whole
    known = ev.caches.get(key)
    if known is not None:
        return known  # type: ignore[return-value]
    keys = [ev.evaluate(each, env) for each, _, env in containers.pairs(ev, whole) if each is not None]
    if not all(map(_strings, keys)):
        return None
    found = [v.text for each in keys for v in each if isinstance(v, Str)]
    if found:
        ev.caches[key] = found
        ev.note(ev.caches, key)
    return found


#: By sign: what decides, and whether the sign says the contrary.
_COMPARISONS: dict[str, tuple[Callable[[Evaluator, tuple[Expression, ...], str, Value, Env], bool | None], bool]] = {
    "==": (_equal, False),
    "!=": (_equal, True),
    "is": (_is, False),
    "is not": (_is, True),
    "in": (_inside, False),
    "not in": (_inside, True),
}


def subject(call: Call) -> Expression | None:
    """What `name.startswith("a")` and `isinstance(name, str)` ask about."""
    function = call.function
    if isinstance(function, Attribute) and function.name in ("startswith", "endswith") and len(call.args) == 1:
        return function.base
    return call.args[0] if isinstance(function, Name) and function.id == "isinstance" and call.args else None


def called(ev: Evaluator, call: Call, key: str, value: Value, env: Env) -> bool | None:
    """`name.startswith("a")`, `isinstance(name, str)`, `any(part in name for part in PARTS)`."""
    function = call.function
    if isinstance(function, Name) and function.id in OVER and len(call.args) == 1:
        each = asked_of_each(ev, call.args[0], env)
        return combined(OVER[function.id], [of(ev, one, key, value, env) for one in each]) if each else None
    if isinstance(function, Attribute) and function.name in ("startswith", "endswith") and len(call.args) == 1:
        text = _text(function.base, key, value)
        found = fixed(ev, call.args[0], env)
        if len(found) == 1 and isinstance(found[0], List):
            found = containers.elements(ev, found)
        texts = _strings(found)
        return getattr(text, function.name)(tuple(texts)) if text is not None and texts else None
    asked = kinds.asked(call)
    if asked is not None and key_of(asked[0]) == key:
        return _is_instance(ev, asked[1], value, env)
    return _of_method(ev, call, key, value, env)


def _of_method(ev: Evaluator, call: Call, key: str, value: Value, env: Env) -> bool | None:
    """`self.is_xl()`, where the method returns a test of the attribute."""
    own, dot, attribute = key.partition(".")
    root = first_name(call.function) if dot else None
    if root is None or root.id != own:
        return None
    asked = predicates.inner(ev, call, env)
    return of(ev, asked[0], f"{asked[1]}.{attribute}", value, asked[2]) if asked is not None else None


def asked_of_each(ev: Evaluator, made: Expression, env: Env) -> list[Expression]:
    """What a comprehension asks, once for each text that it runs over; nothing where these are not all known."""
    if isinstance(made, Items):
        return list(made.items)
    if not isinstance(made, Generated) or made.each is None:
        return []
    bound = ev.modules[env.module].scopes[env.scope].bindings.get(made.each.id, ())
    over = next((b.value for b in bound if isinstance(b.value, Element) and b.value.at == made.at), None)
    texts = _strings(ev.evaluate(over, env)) if over is not None else None
    return [replaced(made.element, made.each.id, Text(text, made.at)) for text in texts or ()]


def replaced(condition: Expression, name: str, value: Expression) -> Expression:
    """The condition with a value in the place of a name."""
    if key_of(condition) == name:
        return value
    match condition:
        case Operator(operands=parts):
            return condition._replace(operands=tuple(replaced(each, name, value) for each in parts))
        case Call(function=Attribute(base=base) as function, args=args):
            inner = replaced(base, name, value)
            if isinstance(inner, Text) and function.name in _SAME and not args:
                return inner._replace(value=getattr(inner.value, function.name)())
            of_value = function._replace(base=inner)
            return condition._replace(function=of_value, args=tuple(replaced(each, name, value) for each in args))
    return condition


def _is_instance(ev: Evaluator, kind: Expression, value: Value, env: Env) -> bool | None:
    """Whether it is a string can be told, and whether an object of the files read is of one of their classes."""
    found = kinds.named(ev, kind, env)
    names = [v.qualified for v in found if isinstance(v, Ref) and v.call is None]
    if len(names) != len(found) or not names:
        if isinstance(value, Inst):
            return kinds.is_one(ev, value, found)
        is_own = bool(found) and all(isinstance(v, Cls) for v in found)
        return False if isinstance(value, Str) and is_own else None
    if isinstance(value, Str):
        return not _STRINGS.isdisjoint(names)
    is_object = isinstance(value, Inst | Thing | Const | List | Dict)
    return False if is_object and set(names) == {"builtins.str"} else None
