"""References inside a config: `${model.name}`, `${oc.env:X,default}` (OmegaConf), `%(x)s` (INI), `${X}` (.env)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import partial

from analyzer.configs.tree import MAX_NODES, nodes, pairs
from analyzer.program import Choice, Constant, Expression, Items, Joined, Mapping, Opaque, Referenced, Text

_REFERENCE = re.compile(r"\$\{([^${}]*)\}")
_PERCENT = re.compile(r"%\((\w+)\)s")
_PLAIN = re.compile(r"\w[\w.-]*$")
_DEFAULT = re.compile(r"(\w+):?-(.*)$")
#: What OmegaConf reads as a value that a run has to set.
_MANDATORY = "???"
_MAX_HOPS = 5
_Find = Callable[[str, int], Expression | None]


def resolved(tree: Expression) -> Expression:
    """The tree with its `${…}` followed: to a key of the same document, or to the default of a variable."""
    if not any(isinstance(node, Text) and "${" in node.value for node in nodes(tree)):
        return tree
    find = _Document(tree).find
    return _mapped(tree, lambda text: _text(text, _REFERENCE, find), {})


def resolved_ini(tree: Mapping) -> Expression:
    """The sections with their `%(option)s` put in."""
    found = []
    for key, section in tree.pairs:
        options = _by_name(section.pairs) if isinstance(section, Mapping) else {}
        change = partial(_text, pattern=_PERCENT, find=partial(_option, options))
        found.append((key, _mapped(section, change, {})))
    return Mapping(tuple(found), tree.at)


def _by_name(pairs: Iterable[tuple[Expression | None, Expression]]) -> dict[str, Expression]:
    """The last of each name counts."""
    return {key.value: value for key, value in pairs if isinstance(key, Text)}


def _option(options: dict[str, Expression], name: str, at: int) -> Expression | None:
    return options.get(name) or options.get(name.lower())


def resolved_env(text: Text, before: dict[str, Expression]) -> Expression:
    """A value of a .env file with the variables of the lines above put in."""

    def find(name: str, at: int) -> Expression | None:
        default = _DEFAULT.match(name)
        known = before.get(default[1] if default else name)
        return known or (Text(default[2], at) if default else None)

    return _text(text, _REFERENCE, find)


def _mapped(tree: Expression, change: Callable[[Text], Expression], done: dict[int, Expression]) -> Expression:
    """The tree with its values changed; what is shared stays shared."""
    if id(tree) in done:
        return done[id(tree)]
    found = tree
    match tree:
        case Text():
            found = change(tree)
        case Mapping():
            found = Mapping(tuple((key, _mapped(value, change, done)) for key, value in tree.pairs), tree.at)
        case Items():
            found = Items(tuple(_mapped(item, change, done) for item in tree.items), tree.at)
    done[id(tree)] = found
    return found


def _text(text: Text, pattern: re.Pattern[str], find: _Find, hops: int = 0) -> Expression:
    parts: list[Expression] = []
    end = 0
    for match in pattern.finditer(text.value):
        if match.start() > end:
            parts.append(Text(text.value[end : match.start()], text.at))
        known = find(match[1].strip(), text.at) if hops < _MAX_HOPS else None
        parts.append(_followed(known, pattern, find, hops, text.at))
        end = match.end()
    if not parts:
        return text if "${" not in text.value else Opaque("computed_string", text.at)
    if end < len(text.value):
        parts.append(Text(text.value[end:], text.at))
    return parts[0] if len(parts) == 1 else Joined(tuple(parts), text.at)


def _followed(known: Expression | None, pattern: re.Pattern[str], find: _Find, hops: int, at: int) -> Expression:
    match known:
        case None:
            return Opaque("computed_string", at)
        case Text():
            return _text(known, pattern, find, hops + 1)
        case Referenced(known=Text() as inner):
            return known._replace(known=_text(inner, pattern, find, hops + 1))
    return known


class _Document:
    """A document, and what its references ask for; of many that ask for the same, it is looked up once."""

    def __init__(self, tree: Expression) -> None:
        self.tree = tree
        self.held: dict[int, dict[str, Expression]] = {}
        self.small: dict[int, bool] = {}

    def find(self, name: str, at: int) -> Expression | None:
        resolver, colon, rest = name.partition(":")
        if colon and resolver in ("oc.env", "env"):
            _, comma, default = rest.partition(",")
            runtime = Opaque("runtime_input", at)
            return Choice((Text(default.strip(" '\""), at), runtime), at) if comma else runtime
        found = self._under(name.split(".")) if _PLAIN.match(name) else None
        if found is None and _PLAIN.match(name):
            return Referenced(name, at)
        if isinstance(found, Text):
            return Referenced(name, at, found if found.value != _MANDATORY else Opaque("runtime_input", at))
        return found if found is None or isinstance(found, Constant) or self._is_small(found) else None

    def _under(self, names: Iterable[str]) -> Expression | None:
        found: Expression | None = self.tree
        for name in names:
            if found is None:
                return None
            if id(found) not in self.held:
                known = self.held[id(found)] = {}
                for key, value in pairs(found):
                    known.setdefault(key, value)
            found = self.held[id(found)].get(name)
        return found

    def _is_small(self, found: Expression) -> bool:
        if id(found) not in self.small:
            self.small[id(found)] = sum(1 for _ in nodes(found, MAX_NODES)) < MAX_NODES
        return self.small[id(found)]
