"""YAML as expressions: the only importer of yaml. Events, not objects: no tag constructs, nothing recurses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import yaml

from analyzer.configs.tree import MAX_DEPTH, MAX_NODES, ConfigError, Offsets
from analyzer.program import Constant, Expression, Items, Mapping, Opaque, Text, number

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER = yaml.resolver.Resolver()
_TAG = "tag:yaml.org,2002:"
_WORDS = {"yes": True, "on": True, "true": True, "no": False, "off": False, "false": False}
_MERGE = "<<"


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    at: int
    anchor: str | None
    mapping: bool
    parts: list[tuple[Expression, int]] = field(default_factory=list)  # with the number of nodes in each


class _Reader:
    """Puts the events of one stream together. `sizes` counts the nodes that the aliases stand for, too."""

    def __init__(self, text: str) -> None:
        self.offsets = Offsets(text)
        self.documents: list[Expression] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Expression, int]] = {}
        self.nodes = 0

    def event(self, event: yaml.Event) -> None:
        at = self.offsets[event.start_mark.index if event.start_mark is not None else 0]
        match event:
            case yaml.DocumentStartEvent():
                self.anchors.clear()
            case yaml.ScalarEvent():
                self.put(_scalar(event, at), 1, event.anchor)
            case yaml.AliasEvent():
                self.put(*self.anchors.get(event.anchor or "", (Opaque("bound_reached", at), 1)), None)
            case yaml.SequenceStartEvent() | yaml.MappingStartEvent():
                if len(self.open) >= MAX_DEPTH:
                    raise ConfigError("nested too deep")
                self.open.append(_Open(at, event.anchor, isinstance(event, yaml.MappingStartEvent)))
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                done = self.open.pop()
                self.put(_collection(done), 1 + sum(size for _, size in done.parts), done.anchor)

    def put(self, value: Expression, size: int, anchor: str | None) -> None:
        if size > MAX_NODES:
            value, size = Opaque("bound_reached", value.at), 1
        if anchor is not None:
            self.anchors[anchor] = value, size
        if self.open:
            self.open[-1].parts.append((value, size))
        else:
            self.documents.append(value)


def documents(text: str) -> list[Expression]:
    """The documents of a YAML stream; ConfigError if it is none. Aliases share what they stand for; a part that
    would be more than `MAX_NODES` nodes is unknown."""
    reader = _Reader(text)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.event(event)
    except yaml.YAMLError as error:
        raise ConfigError(str(error)) from None
    return reader.documents


def _collection(done: _Open) -> Expression:
    parts = [value for value, _ in done.parts]
    if not done.mapping:
        return Items(tuple(parts), done.at)
    merged: list[tuple[Expression | None, Expression]] = []
    own: list[tuple[Expression | None, Expression]] = []
    for key, value in zip(parts[::2], parts[1::2], strict=False):
        if isinstance(key, Text) and key.value == _MERGE:
            several = reversed(value.items) if isinstance(value, Items) else (value,)
            merged.extend((None, one) for one in several)
        else:
            own.append((key, value))
    return Mapping((*merged, *own), done.at)


def _scalar(event: yaml.ScalarEvent, at: int) -> Expression:
    if event.tag is not None and event.tag != "!" and not event.tag.startswith(_TAG + "str"):
        return Opaque("computed_string", at)
    if event.style not in (None, ""):
        return Text(event.value, at)
    tag = _implicit_tag(event)
    if event.tag is not None or tag not in _CONSTANTS:
        return Text(event.value, at)
    try:
        found = _CONSTANTS[tag](event.value)
        return Constant(found, at) if found is None else number(found, at)
    except ValueError:
        return Text(event.value, at)


_CONSTANTS: dict[str, Callable[[str], int | float | bool | None]] = {
    "null": lambda text: None,
    "bool": lambda text: _WORDS[text.lower()],
    "int": lambda text: int(text.replace("_", ""), 0),
    "float": lambda text: float(text.replace("_", "")),
}


def _implicit_tag(event: yaml.ScalarEvent) -> str:
    found = _RESOLVER.resolve(yaml.ScalarNode, event.value, event.implicit)  # type: ignore[no-untyped-call]
    return str(found).removeprefix(_TAG)
