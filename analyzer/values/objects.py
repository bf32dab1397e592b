"""What an expression can be: the abstract values that the evaluator hands around.

Strings carry where they stand and how they came here. Everything that is not known is `Unknown`, with its reason.
Values compare by content, but for containers and environments, which are made once and compare by identity.
"""

from __future__ import annotations

from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from analyzer.program import Call, Expression, Opaque
from analyzer.records import Link, Role

#: Which step of a string's way names its resolution: the one with the higher number.
STEPS = {
    "literal": 0,
    "local_variable": 1,
    "module_constant": 2,
    "container": 3,
    "formatted": 4,
    "attribute": 5,
    "enum_member": 6,
    "call_argument": 7,
    "field_default": 8,
    "function_default": 8,
    "environment_default": 9,
    "option_default": 9,
    "argparse_default": 9,
    "loader_default": 9,
    "import": 10,
    "config": 11,
    "config_choice": 11,  # a config, of which code does not say which
    "launch_line": 11,
    "launch_line_choice": 11,  # of a command that is given one of several, or by default
    "label": 12,  # what a person reads: it names no model, whatever is made of it
}
#: Steps at which a string is only what is taken when nobody says otherwise.
DEFAULTS = frozenset(
    {
        "function_default",
        "field_default",
        "environment_default",
        "option_default",
        "argparse_default",
    }
)
#: Steps of strings that a run can replace by others.
REPLACED = frozenset({"argparse_default", "option_default", "environment_default", "launch_line", "launch_line_choice"})
HOLE = "*"
#: A path on disk of which nothing else is known.
SOMEWHERE = "/*"


class Env:
    """Where an expression is evaluated: a scope, in one call of it or (frame None) in any."""

    __slots__ = ("frame", "module", "parent", "scope")

    def __init__(self, module: int, scope: int, frame: Frame | None, parent: Env | None) -> None:
        self.module, self.scope, self.frame, self.parent = module, scope, frame, parent


class Arguments(NamedTuple):
    """What a call passes: expressions, each with where to evaluate it; the keyword None is `**`."""

    args: tuple[tuple[Expression, Env], ...] = ()
    keywords: tuple[tuple[str | None, Expression, Env], ...] = ()


class Started(NamedTuple):
    """The call that ends at offset `at` in an environment: where to look for what runs it."""

    env: Env
    at: int


class Frame:
    """One call of a function of the files read; `bound` is self or cls, `started` the call where that is known."""

    __slots__ = ("arguments", "bound", "depth", "started")

    def __init__(
        self, arguments: Arguments | None, bound: Value | None, depth: int, started: Started | None = None
    ) -> None:
        self.arguments, self.bound, self.depth, self.started = arguments, bound, depth, started


class Given(Frame):
    """A call of a function with one of the values that one of its parameters can have there; `whole`: with all."""

    __slots__ = ("whole",)

    def __init__(self, arguments: Arguments, whole: Env) -> None:
        frame = whole.frame
        assert frame is not None
        super().__init__(arguments, frame.bound, frame.depth, frame.started)
        self.whole = whole


class Assumed(Frame):
    """A call of a function, or any, in which one of its names holds one of the values that it can have in `whole`."""

    __slots__ = ("name", "value", "whole")

    def __init__(self, name: str, value: Value, whole: Env) -> None:
        within = whole.frame
        if within is None:
            super().__init__(None, None, 0)
        else:
            super().__init__(within.arguments, within.bound, within.depth, within.started)
        self.name, self.value, self.whole = name, value, whole


class Turn(Frame):
    """A call of a function, or any, in one turn of a loop: what it gives there."""

    __slots__ = ("element", "values")

    def __init__(self, element: Expression, values: Values, within: Frame | None) -> None:
        if within is None:
            super().__init__(None, None, 0)
        else:
            super().__init__(within.arguments, within.bound, within.depth, within.started)
        self.element, self.values = element, values


class Nobody(Frame):
    """A call of a function by nobody that is known: what it passes is not known, but for the defaults."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__(Arguments(), None, 1)


class Parsed(Frame):
    """The constructor call of an object that a command-line parser makes, by the call `started`."""

    __slots__ = ()

    def __init__(self, started: Started) -> None:
        super().__init__(None, None, 0, started)


#: The constructor call of an object that an annotation promises: whoever made it may have left every field as it is.
PROMISED = Frame(None, None, 0)


class Str(NamedTuple):
    """A string; `*` stands for each part that is not known."""

    text: str
    module: int
    at: int
    step: str = "literal"
    partial: bool = False


class Const(NamedTuple):
    value: int | float | bool | None


class Ref(NamedTuple):
    """Something outside the files read, by its dotted name; `f()` in it is the result of calling f.

    `call` is the call that made it, where there is one, so that its arguments can be looked at.
    """

    qualified: str
    call: Call | None = None
    env: Env | None = None


class Mod(NamedTuple):
    """A module of the files read."""

    module: int


class Fn(NamedTuple):
    """A function of the files read. `env` is where it was defined, `bound` its self or cls."""

    module: int
    scope: int
    env: Env
    bound: Any = None  # a Value


class Cls(NamedTuple):
    """A class of the files read; `any`: it or a class derived from it, as `cls` in a class method."""

    module: int
    scope: int
    env: Env
    any: bool = False


class Inst(NamedTuple):
    """An object of a class of the files read; `frame` is the constructor call, None for any."""

    cls: Cls
    frame: Frame | None
    thing: Thing | None = None  # the library object it is, where its class derives from a loader


class Super(NamedTuple):
    """`super()` inside a method of `cls`."""

    cls: Cls
    bound: Any  # a Value


class Partial(NamedTuple):
    """`functools.partial(function, …)`; `call` is the partial(...) call itself."""

    function: Any  # a Value
    arguments: Arguments
    call: Call


class Event:
    """One API call in the flow of loaded objects. Made once for each (call, api, frame).

    `gives`: of a call that gives back what it takes, how calls on these objects, by their API, touch them.
    `keywords` are arguments given by name; `reads` attributes taken of the result, `called` those that are called.
    """

    __slots__ = ("api", "call", "called", "env", "gives", "keywords", "link", "match", "reads", "role", "sources")

    def __init__(self, call: Call, env: Env, api: str, link: Link, role: Role | None) -> None:
        self.call, self.env, self.api, self.link, self.role = call, env, api, link, role
        self.sources: tuple[Event, ...] = ()
        self.match: object = None
        self.gives: dict[str, Link] = {}
        self.keywords: set[str] = set()
        self.reads: set[str] = set()
        self.called: set[str] = set()


class Thing(NamedTuple):
    """An object that an API call gave. `kind` names its role table ("" if derived); `attribute`: reached by a dot."""

    api: str
    library: str
    kind: str
    event: Event
    attribute: bool = False


class Bound(NamedTuple):
    """A method of a string or container."""

    value: Any  # a Value
    name: str


class Unknown(NamedTuple):
    reason: str


class List:
    """A list, tuple, set or anything iterated over; `entries` may be spread, `open`: there can be more."""

    __slots__ = ("entries", "open")

    def __init__(self, entries: tuple[tuple[Expression, Env], ...], *, more: bool = False) -> None:
        self.entries, self.open = entries, more


class Tuple(List):
    """A tuple of values that no expression stands for."""

    __slots__ = ("values",)

    def __init__(self, values: Values) -> None:
        super().__init__((), more=True)
        self.values = values


class Dict:
    """A dict, or an object used like one; the key None is another dict merged in. `open`: a key can be missing.

    `missing` is what a defaultdict gives for a key that is not there.
    """

    __slots__ = ("entries", "missing", "open")

    def __init__(
        self,
        entries: tuple[tuple[Expression | None, Expression, Env], ...],
        *,
        more: bool = False,
        missing: tuple[Expression, Env] | None = None,
    ) -> None:
        self.entries, self.open, self.missing = entries, more, missing


class Configs:
    """One of several config documents, code does not say which: at the top `groups` of paths, read by need."""

    __slots__ = ("docs", "groups")

    def __init__(self, docs: tuple[Dict, ...], groups: tuple[tuple[str, ...], ...] = ()) -> None:
        self.docs, self.groups = docs, groups


class Supposed(NamedTuple):
    """The string that stands at `at`, supposed to be the one that a run takes, wherever it is one of several.

    `config`: the file that it stands in, where that is one config of several; `commands`: the command lines that give
    it, each as (program, file, place there). `default`: the string, where a run takes it that is told nothing else.
    """

    module: int
    at: int
    config: str
    commands: frozenset[tuple[str, str, int]]
    default: str = ""


class Held(NamedTuple):
    """An expression that is these values: what no expression of a file stands for, passed as an argument."""

    values: Values
    at: int = 0


class Shown(NamedTuple):
    """What the components of a user interface hold that an expression gives; `each`: a list of what each holds."""

    components: Expression
    at: int
    each: bool


Value: TypeAlias = (
    Str | Const | Ref | Mod | Fn | Cls | Inst | Super | Partial | Thing | Bound | List | Dict | Configs | Unknown
)
Values: TypeAlias = tuple[Value, ...]

UNKNOWN_CALL = Unknown("call_not_followed")
BOUND = Unknown("bound_reached")
RUNTIME = Unknown("runtime_input")
NO_ARGUMENT = Unknown("no_argument")
#: A call that stands nowhere: what runs the function is no code.
NO_CALL = Call(Opaque("call_not_followed", 0), (), (), 0, 0)


def relabel(values: Values, step: str) -> Values:
    """The same values, come here by `step`, where that says more than how they came before."""
    rank = STEPS[step]
    if not any(isinstance(value, Str) and STEPS[value.step] < rank for value in values):
        return values
    return tuple(
        value._replace(step=step) if isinstance(value, Str) and STEPS[value.step] < rank else value for value in values
    )


def without_any(values: Values) -> Values:
    """The values without any object of a class where objects of it are known: those that are made if none is given."""
    if len(values) < 2:
        return values
    for value in values:
        if type(value) is Inst and value.frame is None:
            break
    else:
        return values
    made = {v.cls for v in values if isinstance(v, Inst) and v.frame is not None and v.frame.arguments is not None}
    return tuple(v for v in values if not (isinstance(v, Inst) and v.frame is None and v.cls in made))


def is_one_record(value: Value) -> bool:
    """Whether the value is a dict, or an object made by a call that is known: not any object of a class."""
    return isinstance(value, Dict) or (
        isinstance(value, Inst) and value.frame is not None and value.frame.arguments is not None
    )


def merged(*groups: Values, limit: int = 64) -> Values:
    """All values of the groups, each once, in order; cut at `limit`, strings that can be ids first, `BOUND` behind."""
    some = [group for group in groups if group]
    if not some or (len(some) == 1 and len(some[0]) == 1):
        return some[0] if some else ()
    found = tuple(dict.fromkeys(chain.from_iterable(some)))
    if len(found) <= limit:
        return found
    return (*sorted(found, key=_cut_late)[:limit], BOUND)


def own_first(values: Values) -> Values:
    """What the files read give, if they give anything, else what may be a library's."""
    return tuple(value for value in values if not isinstance(value, Ref)) or values


def _cut_late(value: Value) -> int:
    """Where a value stands when there are too many: what can be an id first, then longer paths, then the rest."""
    if not isinstance(value, Str) or value.step == "label":
        return 2
    return int(value.text.count("/") > 1)
