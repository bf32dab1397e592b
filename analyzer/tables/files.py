"""Reads the files of the loader tables and checks all they say: `docs/loader-tables.md` is the user's side of this."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from analyzer.records import Role, Scalar
from analyzer.tables.rows import (
    ID_SYNTAXES,
    LOADS,
    ROLES,
    Consumer,
    IdParameter,
    Library,
    Loader,
    LoaderTableError,
)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("a non-empty string is wanted")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    texts = tuple(_items(value))
    if not all(isinstance(text, str) and text for text in texts):
        raise ValueError("a non-empty string, or a list of them, is wanted")
    return texts


def _words(value: Any) -> tuple[str, ...]:
    """Method names in one string, with spaces between: much faster to read than a list."""
    return tuple(_text(value).split())


def _position(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("a position from 0 is wanted")
    return value


def _given(value: Any) -> tuple[tuple[str, int], ...]:
    """["model 1", "optimizer 2"] as pairs; "*" for all positional arguments."""
    if value == "*":
        return (("*", 0),)
    pairs = [text.split() for text in _texts(value)]
    if not all(len(pair) == 2 and pair[1].isdigit() for pair in pairs):
        raise ValueError('"*", or a list of arguments with their positions, is wanted: ["model 0"]')
    return tuple((name, int(position)) for name, position in pairs)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false is wanted")
    return value


def _scalars(value: Any) -> tuple[tuple[str, Scalar], ...]:
    """{a = 1, b = ["x", "y"]} as pairs: (a, 1), (b, x), (b, y)."""
    pairs = [(name, item) for name, given in _table(value).items() for item in _items(given)]
    if not all(isinstance(item, str | int | float) for _, item in pairs):
        raise ValueError("a table of plain values, or lists of them, is wanted")
    return tuple(pairs)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _one_of(allowed: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in allowed:
            raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
        return cast(str, value)

    return check


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("a table is wanted")
    return value


def _rows(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list):
        raise ValueError("a list of tables is wanted")
    return [_table(row) for row in value]


#: field -> (check, needed?)
_Fields = Mapping[str, tuple[Callable[[Any], Any], bool]]
_FILE: _Fields = {
    "library": (_text, True),
    "modules": (_texts, True),
    "hub": (_text, True),
    "id_syntax": (_one_of(ID_SYNTAXES), True),
    "public_modules": (_texts, False),
    "sink": (_flag, False),
    "by_name": (_flag, False),
    "roles_from": (_text, False),
    "loader": (_rows, False),
    "consumer": (_rows, False),
    "defaults": (_table, False),
    "roles": (_table, False),
    "families": (_table, False),
}
_ID: _Fields = {"id": (_texts, True), "position": (_position, False), "key": (_text, False)}
_LOADER: _Fields = {
    "callable": (_texts, True),
    "except": (_texts, False),
    "modules": (_texts, False),
    "receiver": (_text, False),
    "id": (_texts, False),
    "position": (_position, False),
    "key": (_text, False),
    "more_ids": (_rows, False),
    "qualifier": (_table, False),
    "loads": (_one_of(LOADS), True),
    "returns": (_texts, False),
    "prefix": (_text, False),
    "default": (_text, False),
    "default_by": (_texts, False),
    "default_by_position": (_position, False),
    "requires": (_scalars, False),
    "requires_position": (_position, False),
    "unless": (_scalars, False),
    "arguments": (_given, False),
    "distinctive": (_flag, False),
    "fold": (_flag, False),
    "hub": (_text, False),
    "id_syntax": (_one_of(ID_SYNTAXES), False),
}
_CONSUMER: _Fields = {
    "callable": (_texts, True),
    "except": (_texts, False),
    "modules": (_texts, False),
    "role": (_one_of(ROLES), True),
    "returns": (_texts, False),
    "gives": (_given, False),
    "results": (_flag, False),
    "fold": (_flag, False),
}
#: a field that means nothing without another one
_COMPANIONS = (
    ("id", "position"),
    ("id", "key"),
    ("id", "more_ids"),
    ("default_by", "default_by_position"),
    ("requires", "requires_position"),
)
_DEFAULT: _Fields = {"id": (_text, True), "revision": (_text, False)}
_ROLES: _Fields = dict.fromkeys(ROLES, (_words, False))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file something stands, for messages."""

    file: str
    row: str = ""

    def fail(self, message: str) -> NoReturn:
        raise LoaderTableError(self.file, self.row, message)

    def __str__(self) -> str:
        return f"{self.file} {self.row}".rstrip()


def _checked(raw: Any, fields: _Fields, place: _Place) -> dict[str, Any]:
    if not isinstance(raw, dict):
        place.fail("a table is wanted")
    if unknown := raw.keys() - fields.keys():
        place.fail(f"unknown {', '.join(sorted(unknown))}; known are {', '.join(fields)}")
    if missing := [name for name, (_, needed) in fields.items() if needed and name not in raw]:
        place.fail(f"{', '.join(missing)} is missing")
    values, name = {}, ""
    try:
        for name, value in raw.items():
            values[name] = fields[name][0](value)
    except ValueError as error:
        place.fail(f"{name}: {error}")
    return values


def _parameter(raw: Any, place: _Place) -> IdParameter:
    row = _checked(raw, _ID, place)
    return IdParameter(row["id"], row.get("position"), row.get("key"))


def _default_by(row: Mapping[str, Any]) -> IdParameter | None:
    return IdParameter(row["default_by"], row.get("default_by_position")) if "default_by" in row else None


def _loaders(file: Mapping[str, Any], raw: Any, place: _Place) -> Iterator[Loader]:
    row = _checked(raw, _LOADER, place)
    if not row.keys() & {"id", "default"}:
        place.fail("id is missing, and there is no default")
    for needed, given in _COMPANIONS:
        if given in row and needed not in row:
            place.fail(f"{given} without {needed}")
    first = [IdParameter(row["id"], row.get("position"), row.get("key"))] if "id" in row else []
    more = [_parameter(item, place) for item in row.get("more_ids", ())]
    values = {
        "library": file["library"],
        "hub": row.get("hub", file["hub"]),
        "id_syntax": row.get("id_syntax", file["id_syntax"]),
        "modules": row.get("modules", file["modules"]),
        "exclude": row.get("except", ()),
        "receiver": row.get("receiver"),
        "ids": (*first, *more),
        "loads": row["loads"],
        "returns": row.get("returns", (row["loads"],)),
        "prefix": row.get("prefix"),
        "default": row.get("default"),
        "default_by": _default_by(row),
        "requires": row.get("requires", ()),
        "source": str(place),
        "unless": row.get("unless", ()),
        "arguments": row.get("arguments", ()),
        "requires_position": row.get("requires_position"),
        "qualifier": _parameter(row["qualifier"], place) if "qualifier" in row else None,
        "distinctive": row.get("distinctive", False),
        "fold": row.get("fold", True),
    }
    yield from (Loader(callable=name, **values) for name in row["callable"])


def _consumers(file: Mapping[str, Any], raw: Any, place: _Place) -> Iterator[Consumer]:
    row = _checked(raw, _CONSUMER, place)
    for name in row["callable"]:
        yield Consumer(
            api=name,
            role=row["role"],
            returns=row.get("returns", ()),
            modules=row.get("modules", file["modules"]),
            exclude=row.get("except", ()),
            source=str(place),
            fold=row.get("fold", True),
            gives=row.get("gives", ()),
            results=row.get("results", False),
        )


def _method_roles(raw: Any, place: _Place) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for role, methods in _checked(raw, _ROLES, place).items():
        for method in methods:
            if method in roles:
                place.fail(f"{method} has two roles: {roles[method]} and {role}")
            roles[method] = cast(Role, role)
    return roles


def _default(raw: Any, place: _Place) -> tuple[str, str | None]:
    row = _checked(raw, _DEFAULT, place)
    return row["id"], row.get("revision")


def _families(raw: Any, place: _Place) -> dict[str, tuple[str, ...]]:
    return _checked(raw, dict.fromkeys(raw, (_words, False)), place)


def read_library(file: str, content: bytes) -> Library:
    """The table in one file; LoaderTableError if anything in it is not as `docs/loader-tables.md` says."""
    place = _Place(file)
    try:
        raw = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        place.fail(str(error))
    table = _checked(raw, _FILE, place)

    def places(what: str, key: str) -> Iterator[tuple[Any, _Place]]:
        for number, row in enumerate(table.get(key, ()), start=1):
            yield row, _Place(file, f"{what} {number}")

    return Library(
        file=file,
        name=table["library"],
        modules=table["modules"],
        public_modules=table.get("public_modules", ()),
        sink=table.get("sink", False),
        by_name=table.get("by_name", False),
        roles_from=table.get("roles_from"),
        loaders=tuple(loader for row, at in places("row", "loader") for loader in _loaders(table, row, at)),
        consumers=tuple(item for row, at in places("consumer", "consumer") for item in _consumers(table, row, at)),
        defaults={
            key: _default(row, _Place(file, f"[defaults.{key}]")) for key, row in table.get("defaults", {}).items()
        },
        roles={
            kind: _method_roles(row, _Place(file, f"[roles.{kind}]")) for kind, row in table.get("roles", {}).items()
        },
        families=_families(table.get("families", {}), _Place(file, "[families]")),
    )
