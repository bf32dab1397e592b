"""What a test asks about: what its function is given, or makes of that by itself, and constants.

Only such tests are worth an answer for each call: those of what objects, configs and files hold take many steps to
answer, and seldom tell.
"""

from __future__ import annotations

from analyzer.program import (
    Attribute,
    Call,
    Constant,
    Expression,
    Items,
    Mapping,
    Name,
    Operator,
    Parameter,
    Scope,
    Text,
)

#: Methods of strings that give one string.
_OF_STRINGS = frozenset({"lower", "upper", "strip", "casefold", "startswith", "endswith"})
_MAX_DEPTH = 4


def is_of_given(scope: Scope, condition: Expression, own: str) -> bool:
    """Whether the condition asks only about what the function is given; also about its object, by the name `own`."""
    found = _given(scope, condition, own, _MAX_DEPTH)
    return bool(found)


def _given(scope: Scope, asked: Expression, own: str, depth: int) -> bool | None:
    """Whether something given is asked about; None where anything else is."""
    if depth < 0:
        return None
    match asked:
        case Text() | Constant() | Mapping():
            return False
        case Name(id=name):
            return _of_name(scope, name, own, depth)
        case Attribute(base=Name(id=name)) if name == own:
            return True
        case Attribute(base=base):
            return False if _is_constant(base) else None
        case Operator(operands=parts) | Items(items=parts):
            return _all(scope, parts, own, depth)
        case Call(function=Attribute(base=base, name=name), args=args) if name in _OF_STRINGS:
            return _all(scope, (base, *args), own, depth)
        case Call(function=Attribute(base=base), args=args) if _is_constant(base):
            return _all(scope, args, own, depth)
        case Call(function=Name(), args=args):
            return _all(scope, args, own, depth)
    return None


def _all(scope: Scope, parts: tuple[Expression, ...], own: str, depth: int) -> bool | None:
    found = [_given(scope, part, own, depth - 1) for part in parts]
    return None if None in found else any(found)


def _of_name(scope: Scope, name: str, own: str, depth: int) -> bool | None:
    bindings = scope.bindings.get(name)
    if not bindings:
        return False  # of the module: a constant, a class, a builtin
    if any(isinstance(binding.value, Parameter) for binding in bindings):
        return True
    found = [_given(scope, binding.value, own, depth - 1) for binding in bindings]
    return None if None in found else any(found)


def _is_constant(base: Expression) -> bool:
    """`Kind`, `Kind.GPT`, `models.Kind`: a class, by its name."""
    if isinstance(base, Attribute):
        return base.name[:1].isupper()
    return isinstance(base, Name) and base.id[:1].isupper()
