"""What a test asks about: what its function is given, or makes of that by itself, and constants.

Only such tests are worth an answer for each call: those of what objects, configs and files hold take many steps to
answer, and seldom tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from analyzer import names
from analyzer.program import (
    Attribute,
    Call,
    Choice,
    Constant,
    Element,
    Expression,
    Items,
    Joined,
    Mapping,
    Name,
    Operator,
    Parameter,
    Scope,
    Subscript,
    Text,
    dotted,
)

#: Methods of strings that give one string.
_OF_STRINGS = frozenset({"lower", "upper", "strip", "casefold", "startswith", "endswith"})
#: Functions that ask one thing of each of several, by the sign that says the same.
OVER = {"any": "or", "all": "and"}
#: The object that a method is of.
OWN = frozenset({"self", "cls", "this"})
_MAX_DEPTH = 4


def given(scope: Scope, condition: Expression, own: str = "") -> frozenset[str] | None:
    """The parameters that the condition asks about; None if it asks about anything else, but for the object `own`."""
    return _given(scope, condition, own, _MAX_DEPTH)


def _given(scope: Scope, asked: Expression, own: str, depth: int) -> frozenset[str] | None:
    if depth < 0:
        return None
    match asked:
        case Text() | Constant() | Mapping():
            return frozenset()
        case Name(id=name):
            return _of_name(scope, name, own, depth)
        case Attribute(base=Name(id=name)) if name == own:
            return frozenset((own,))
        case Attribute(base=base):
            return frozenset() if _is_constant(base) else None
        case Operator(operands=parts) | Items(items=parts):
            return _all(scope, parts, own, depth)
        case Call(function=Attribute(base=base, name=name), args=args) if name in _OF_STRINGS:
            return _all(scope, (base, *args), own, depth)
        case Call(function=Attribute(base=base), args=args) if _is_constant(base):
            return _all(scope, args, own, depth)
        case Call(function=Name(), args=args):
            return _all(scope, args, own, depth)
    return None


def _all(scope: Scope, parts: Iterable[Expression], own: str, depth: int) -> frozenset[str] | None:
    found: frozenset[str] = frozenset()
    for part in parts:
        names = _given(scope, part, own, depth - 1)
        if names is None:
            return None
        found |= names
    return found


def _of_name(scope: Scope, name: str, own: str, depth: int) -> frozenset[str] | None:
    bindings = scope.bindings.get(name)
    if not bindings:
        return frozenset()  # of the module: a constant, a class, a builtin
    if any(isinstance(binding.value, Parameter) for binding in bindings):
        return frozenset((name,))
    return _all(scope, (binding.value for binding in bindings), own, depth)


def is_parameter(scope: Scope, name: str) -> bool:
    """Whether a name is a parameter, and nothing else."""
    bindings = scope.bindings.get(name, ())
    return len(bindings) == 1 and isinstance(bindings[0].value, Parameter)


def records(scope: Scope, asked: Expression, depth: int = _MAX_DEPTH) -> frozenset[str]:
    """The names of which the condition asks an entry or attribute: `info["kind"] == "x"`, also under another name."""
    found: frozenset[str] = frozenset()
    match asked:
        case Subscript(base=Name(id=name), key=Text()) | Call(function=Attribute(base=Name(id=name), name="get")):
            return frozenset((name,)) if _is_one(scope, name) else found
        case Attribute(base=Name(id=name) as base) if not _is_constant(base):
            return frozenset((name,)) if _is_one(scope, name) else found
        case Operator(operands=parts):
            return found.union(*(records(scope, part, depth - 1) for part in parts)) if depth else found
        case Call(function=Attribute(base=base, name=name)) if name in _OF_STRINGS and depth:
            return records(scope, base, depth - 1)
        case Name(id=name) if depth and len(scope.bindings.get(name, ())) == 1:
            return records(scope, scope.bindings[name][0].value, depth - 1)
    return found


def names_in(asked: Expression) -> Iterator[str]:
    """The names that an expression is written with."""
    match asked:
        case Name(id=name):
            yield name
        case Operator(operands=parts) | Items(items=parts) | Joined(parts=parts) | Choice(options=parts):
            yield from (name for part in parts for name in names_in(part))
        case Attribute(base=base):
            yield from names_in(base)
        case Subscript(base=base, key=key):
            yield from (*names_in(base), *names_in(key))
        case Call(function=function, args=args):
            yield from (name for part in (function, *args) for name in names_in(part))


def dotted_in(asked: Expression) -> Iterator[str]:
    """The dotted names that an expression asks about, but for what is called."""
    match asked:
        case Name() | Attribute() if (name := dotted(asked)) is not None:
            yield name[1]
        case Operator(operands=parts) | Items(items=parts) | Joined(parts=parts) | Choice(options=parts):
            yield from (name for part in parts for name in dotted_in(part))
        case Call(function=Attribute(base=base), args=args):
            yield from (name for part in (base, *args) for name in dotted_in(part))
        case Call(args=parts):
            yield from (name for part in parts for name in dotted_in(part))
        case Attribute(base=base):
            yield from dotted_in(base)
        case Subscript(base=base, key=key):
            yield from (*dotted_in(base), *dotted_in(key))


def is_textual(asked: Expression, depth: int = _MAX_DEPTH) -> bool:
    """Whether the condition compares with a text that is written out or a table of them, or asks what a function makes
    of something."""
    match asked:
        case Text():
            return True
        case Operator(sign="in" | "not in", operands=(_, Name(id=table))) if table.isupper():
            return True
        case Operator(operands=parts) | Items(items=parts):
            return depth > 0 and any(is_textual(part, depth - 1) for part in parts)
        case Call(function=Name(id=name)):
            return name in OVER or names.predefined("python", name) is None
        case Call(function=Attribute()):
            return True
    return isinstance(asked, Attribute) and _is_constant(asked.base)


def takes(scope: Scope, asked: Expression, depth: int = _MAX_DEPTH) -> bool:
    """Whether the expression is made of what some caller of the function gives, but for the object it is of."""
    for name in names_in(asked) if scope.kind in ("function", "lambda") else ():
        for binding in scope.bindings.get(name, ()) if name not in OWN else ():
            if isinstance(binding.value, Parameter) or depth == 0 or takes(scope, binding.value, depth - 1):
                return True
    return False


def _is_one(scope: Scope, name: str) -> bool:
    """Whether a name stands for one thing out of several: `TABLE[key]`, `TABLE.get(key)`, an element, a parameter."""
    bindings = scope.bindings.get(name, ())
    if len(bindings) != 1:
        return False
    match bindings[0].value:
        case Subscript() | Element() | Call(function=Attribute(name="get")):
            return True
        case Parameter():
            return name not in OWN
    return False


def _is_constant(base: Expression) -> bool:
    """`Kind`, `Kind.GPT`, `models.Kind`: a class, by its name."""
    if isinstance(base, Attribute):
        return base.name[:1].isupper()
    return isinstance(base, Name) and base.id[:1].isupper()
