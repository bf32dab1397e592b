"""One file as the analysis sees it: scopes with bindings, calls and returned expressions; no syntax nodes, no text.

A `Module` is the per-file summary. It is plain data (it pickles), and the evaluator in `values` works on any number
of them, so linking files is the same work as reading one. Positions (`at`, `end`) are byte offsets; `Module.line`
turns them into lines. Function bodies that cannot matter to a load site are left out (`Scope.lowered` is False).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Literal, NamedTuple, Protocol, TypeAlias

#: One arm of one branching statement: (statement offset, arm, count). The arm of a loop body is LOOP. `count` is the
#: number of arms that go on behind the statement if one arm is always taken, else 0; -1 for an arm that returns.
Arm: TypeAlias = tuple[int, int, int]
BranchPath: TypeAlias = tuple[Arm, ...]
Language: TypeAlias = Literal["python", "javascript"]
LOOP = -1
#: Of the largest whole number that is followed.
_BITS = 64


class Expression(Protocol):
    """One of the records below. A protocol, because a recursive union of tuples is more than mypy can take."""

    @property
    def at(self) -> int: ...


class Text(NamedTuple):
    value: str
    at: int


class Constant(NamedTuple):
    """None, a truth value, a number, or an ellipsis."""

    value: int | float | bool | None
    at: int


class Name(NamedTuple):
    id: str
    at: int
    path: BranchPath


class Attribute(NamedTuple):
    base: Expression
    name: str
    at: int


class Subscript(NamedTuple):
    base: Expression
    key: Expression
    at: int


class Call(NamedTuple):
    """`keywords` with the name None are `**` arguments; `Spread` in `args` are `*` arguments."""

    function: Expression
    args: tuple[Expression, ...]
    keywords: tuple[tuple[str | None, Expression], ...]
    at: int
    end: int


class Joined(NamedTuple):
    """Strings put one after the other: concatenation and f-strings."""

    parts: tuple[Expression, ...]
    at: int


class Choice(NamedTuple):
    """One of several: `a if c else b`, `a or b`; `first`: the others only where the first is nothing.

    `asked`: of two the first where that holds, else the second.
    """

    options: tuple[Expression, ...]
    at: int
    first: bool = False
    asked: Expression | None = None


class Items(NamedTuple):
    """A list, tuple or set display."""

    items: tuple[Expression, ...]
    at: int


class Mapping(NamedTuple):
    """A dict display; the key None is `**other`."""

    pairs: tuple[tuple[Expression | None, Expression], ...]
    at: int


class Operator(NamedTuple):
    """Any other operator, by its sign; what it computes matters only for `%`, `/` and `|`."""

    sign: str
    operands: tuple[Expression, ...]
    at: int


class Spread(NamedTuple):
    """`*value` in a call or display."""

    value: Expression
    at: int


class Element(NamedTuple):
    """What iterating over `iterable` gives; a comprehension is the items it yields."""

    iterable: Expression
    at: int


class Generated(NamedTuple):
    """A comprehension: a collection of `element`, or of (key, element) pairs; `each`: its first variable, of one that
    makes no pairs only where it is its only one, and nothing is left out."""

    key: Expression | None
    element: Expression
    at: int
    each: Name | None = None


class Unpacked(NamedTuple):
    """One part of an unpacked value; a negative place counts from the end."""

    value: Expression
    place: int
    at: int


class Entered(NamedTuple):
    """What `with context as x` binds."""

    context: Expression
    at: int


class Captured(NamedTuple):
    """A value that another scope, an inner one, gives a variable."""

    value: Expression
    scope: int
    at: int


class Imported(NamedTuple):
    """`from a.b import c` is `a.b.c`; leading dots are kept."""

    qualified: str
    at: int


class Definition(NamedTuple):
    """A function, lambda or class of this module, by its index in `Module.scopes`."""

    scope: int
    at: int


class Parameter(NamedTuple):
    scope: int
    place: int
    at: int


class Opaque(NamedTuple):
    """Something the analysis does not look into; `reason` is one of `records.REASONS`."""

    reason: str
    at: int


class Referenced(NamedTuple):
    """`${model.name}` in a config: `known` is what the config itself has there, if it has the key.

    Else it is a key of what the config becomes a part of. In both cases, command lines can set the key.
    """

    name: str
    at: int
    known: Expression | None = None


def number(value: int | float, at: int) -> Expression:
    """A number; one that neither text nor JSON can hold is not known."""
    is_held = value.bit_length() <= _BITS if isinstance(value, int) else isfinite(value)
    return Constant(value, at) if is_held else Opaque("unsupported_syntax", at)


class Binding(NamedTuple):
    """`value` is bound from offset `at` on; inside a comprehension only up to `until` (0: no limit)."""

    at: int
    path: BranchPath
    value: Expression
    until: int = 0


class Test(NamedTuple):
    """The condition of arm `arm` of the `if` at offset `at`; `leaves`: control never goes on behind that arm.

    `inline`: of an `x if y else z`.
    """

    at: int
    arm: int
    path: BranchPath  # of the `if` itself
    condition: Expression
    names: frozenset[str]  # dotted names it asks about
    text: str  # the condition as written
    leaves: bool
    end: int  # of the condition
    inline: bool = False


class Param(NamedTuple):
    name: str
    kind: Literal["positional", "keyword", "args", "kwargs"]
    default: Expression | None
    annotation: Expression | None


class Field(NamedTuple):
    """An annotated name in a class body, in source order: what dataclasses and their like turn into parameters."""

    name: str
    annotation: Expression
    default: Expression | None


def dotted(expression: Expression) -> tuple[Name, str] | None:
    """`a.b.c` as its first name and its text; None for anything else."""
    parts: list[str] = []
    while isinstance(expression, Attribute):
        parts.append(expression.name)
        expression = expression.base
    return (expression, ".".join([expression.id, *reversed(parts)])) if isinstance(expression, Name) else None


def first_name(expression: Expression) -> Name | None:
    """The name that a chain of calls and attributes begins with: where it stands, the chain does."""
    while not isinstance(expression, Name):
        inner = getattr(expression, "function", None) or getattr(expression, "base", None)
        if inner is None:
            return None
        expression = inner
    return expression


def last_name(expression: Expression) -> str:
    """The last name of a dotted one; "" for anything else."""
    if isinstance(expression, Name):
        return expression.id
    return expression.name if isinstance(expression, Attribute) else ""


def in_force(tests: Iterable[Test], at: int, path: BranchPath) -> Iterator[tuple[Test, bool]]:
    """Of some tests of a scope those that decide whether control comes to a place, each with its outcome there."""
    arms = {arm[0]: arm[1] for arm in path}
    for test in tests:
        taken = arms.get(test.at)
        if taken is not None:
            if taken >= test.arm:
                yield test, taken == test.arm
        elif test.leaves and test.end <= at and test.path == path[: len(test.path)]:
            yield test, False


@dataclass(slots=True)
class Scope:
    """A module, class, function or lambda.

    `bindings` holds names, dotted names (`self.model`) and, under `name[]`, what is put into a collection.
    `calls` are in evaluation order: inner before outer, earlier links of a chain first.
    """

    kind: Literal["module", "class", "function", "lambda"]
    name: str
    parent: int
    at: int
    end: int
    path: BranchPath = ()
    lowered: bool = True
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    returns: list[Expression] = field(default_factory=list)
    return_paths: list[BranchPath] = field(default_factory=list)  # of each of `returns`
    yields: bool = False
    params: tuple[Param, ...] = ()
    decorators: tuple[Expression, ...] = ()
    bases: tuple[Expression, ...] = ()
    fields: list[Field] = field(default_factory=list)
    tests: list[Test] = field(default_factory=list)
    asking: dict[str, list[Test]] | None = field(default=None, repr=False, compare=False)
    ways: dict[tuple[int, BranchPath, int], list[tuple[Test, bool]]] = field(
        default_factory=dict, repr=False, compare=False
    )
    told: dict[tuple[object, ...], frozenset[str]] = field(
        default_factory=dict, repr=False, compare=False
    )  # by question

    def give(self, values: Iterable[Expression], path: BranchPath) -> None:
        """Note what the function returns or yields on a branch."""
        for value in values:
            self.returns.append(value)
            self.return_paths.append(path)

    def tests_to(self, at: int, path: BranchPath) -> list[tuple[Test, bool]]:
        """The tests that decide whether control comes to a place, each with its outcome there."""
        key = at, path, len(self.tests)
        found = self.ways.get(key)
        if found is None:
            found = self.ways[key] = list(in_force(self.tests, at, path))
        return found

    def tests_of(self, name: str) -> list[Test]:
        """The tests that ask about a dotted name."""
        if not self.lowered:
            return []
        if self.asking is None:
            self.asking = {}
            for test in self.tests:
                for asked in test.names:
                    self.asking.setdefault(asked, []).append(test)
        return self.asking.get(name, [])


@dataclass(slots=True)
class Module:
    """One file. `scopes[0]` is the module itself; a scope's parent comes before it."""

    path: str
    scopes: list[Scope]
    newlines: list[int]
    continuation: list[int]  # offsets of UTF-8 continuation bytes, for columns in characters
    errors: tuple[tuple[int, int], ...] = ()  # byte ranges that did not parse
    cells: tuple[tuple[int, int], ...] = ()  # notebooks: (first line, cell index), ascending
    language: Language = "python"
    step: str = "literal"  # how a string of this file comes to code: "config" in a config file
    changed: list[int] = field(default_factory=list, repr=False, compare=False)  # scopes, as more of them is read
    ordered: list[tuple[int, Scope]] = field(default_factory=list, repr=False, compare=False)

    def in_order(self) -> list[tuple[int, Scope]]:
        """The scopes with their index, in source order, whatever the order in which they were read."""
        if len(self.ordered) != len(self.scopes):  # scopes are only added
            self.ordered = sorted(enumerate(self.scopes), key=lambda entry: self.place_in_source(entry[0]))
        return self.ordered

    def place_in_source(self, number: int) -> tuple[int, int, int]:
        """What orders scopes as the source does: outer ones first."""
        scope = self.scopes[number]
        return scope.at, -scope.end, number

    def line(self, at: int) -> int:
        """1-based line of a byte offset; within the cell in a notebook."""
        return self.place(at)[0]

    def place(self, at: int) -> tuple[int, int | None]:
        """(line, cell) of a byte offset."""
        line = bisect_right(self.newlines, at - 1) + 1
        if not self.cells:
            return line, None
        first, cell = self.cells[max(bisect_right(self.cells, (line, 1 << 60)) - 1, 0)]
        return line - first + 1, cell

    def column(self, at: int) -> int:
        """0-based column of a byte offset, in characters."""
        row = bisect_right(self.newlines, at - 1)
        start = self.newlines[row - 1] + 1 if row else 0
        wide = bisect_right(self.continuation, at - 1) - bisect_right(self.continuation, start - 1)
        return at - start - wide
