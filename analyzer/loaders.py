"""The loader tables: which API calls load a pre-trained model, and what is done with what they return."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from importlib import resources

from analyzer.records import Role
from analyzer.tables.checks import check
from analyzer.tables.files import read_library
from analyzer.tables.index import Index, first, index_of, is_class, patterns, row_tokens
from analyzer.tables.rows import Consumer, IdParameter, Library, Loader, LoaderTableError

__all__ = [
    "Consumer",
    "IdParameter",
    "Loader",
    "LoaderTableError",
    "LoaderTables",
    "Match",
    "load_tables",
    "tables",
]

#: What takes a part of a module by its name.
_BY_NAME = ("getattr", "__dict__")
_GENERIC = "*"  # the module of rows that hold for packages without a table


@dataclass(frozen=True, slots=True)
class Match:
    """A call that a loader row covers; `api` is the public name, with the real class in it."""

    loader: Loader
    api: str


def _filled(loader: Loader, qualified: str) -> Loader:
    """The row with `{root}`, `{owner}` and `{name}` in its default replaced by the first and last names of the call."""
    if loader.default is None or "{" not in loader.default:
        return loader
    parts = qualified.split(".")
    return dataclasses.replace(loader, default=loader.default.format(root=parts[0], owner=parts[-2], name=parts[-1]))


@dataclass(frozen=True, slots=True)
class LoaderTables:
    """All tables as one index. Build it with `tables` or `load_tables`."""

    libraries: Mapping[str, Library]
    roots: frozenset[str]
    _calls: Index
    _consumers: Index
    _methods: tuple[Loader, ...]
    _folds: tuple[tuple[str, str], ...]  # (import path, public module), the longest first
    _matches: dict[str, Match | None] = field(default_factory=dict)
    _uses: dict[str, Consumer | None] = field(default_factory=dict)
    _roles: dict[tuple[str, str, str], Role | None] = field(default_factory=dict)
    _families: dict[str, str | None] = field(default_factory=dict)

    def match(self, qualified: str) -> Match | None:
        """The loader that a call of this dotted name is, if it is one."""
        try:
            return self._matches[qualified]
        except KeyError:
            if qualified.partition(".")[0] not in self.roots:
                return None
        found = first(self._calls, qualified)
        match = None
        if found is not None and isinstance(found[0].row, Loader):
            match = Match(_filled(found[0].row, qualified), found[1])
        self._matches[qualified] = match
        return match

    def generic(self, qualified: str) -> Match | None:
        """`X.from_pretrained` of a package that has no table: a ModelHubMixin or made like one."""
        root = qualified.partition(".")[0]
        if root in self.roots or "." not in qualified:
            return None
        *path, cls, method = qualified.rsplit(".", 2)
        lowered = [part.lower() for part in path]  # folders of other people's code have any name: `third_party.BigVGAN`
        found = first(self._calls, ".".join((_GENERIC, *lowered, cls, method)))
        if found is None or not isinstance(found[0].row, Loader):
            return None
        return Match(dataclasses.replace(found[0].row, library=root), qualified)

    def method_loader(self, kind: str, library: str, method: str) -> Loader | None:
        """The row of a loading method (`load_lora_weights`) on an object; kind "": an object of unknown origin."""
        for row in self._methods:
            if row.callable != method:
                continue
            if row.distinctive if not kind else kind == row.receiver and row.library in self._lineage(library):
                return row
        return None

    def default_model(self, library: str, key: str) -> tuple[str, str | None] | None:
        """(id, revision) that the library loads for this key, such as a pipeline's task."""
        for name in self._lineage(library):
            if key in self.libraries[name].defaults:
                return self.libraries[name].defaults[key]
        return None

    def role(self, library: str, kind: str, method: str) -> Role | None:
        """What calling this method does; of an attribute chain (`tokenizer.decode`) the last name counts."""
        key = library, kind, method
        if key not in self._roles:
            name = method.rpartition(".")[2]
            tables = [self.libraries[entry].roles.get(kind, {}) for entry in self._lineage(library)]
            found = (role for roles in tables for role in _method_roles(roles, method, name))
            self._roles[key] = next(found, None)
        return self._roles[key]

    def family(self, api: str) -> str | None:
        """The sort of object behind a loader, or a method of what it loads: the family of its class, or its kind."""
        if api not in self._families:
            self._families[api] = self._family(api)
        return self._families[api]

    def _family(self, api: str) -> str | None:
        parts = api.split(".")
        at = next((at for at, part in enumerate(parts[1:], 1) if is_class(part)), len(parts) - 1)
        cls = ".".join(parts[: at + 1])
        match = self.match(api) or self.match(cls) or self.match(f"{cls}.from_pretrained")
        if match is None:
            return None
        tables = (self.libraries[entry].families for entry in self._lineage(match.loader.library))
        rows = (row for families in tables for row in families.items())
        found = (name for name, globs in rows for glob in globs if fnmatchcase(parts[at], glob))
        return next(found, match.loader.loads)

    def consumer(self, qualified: str) -> Consumer | None:
        """The row of an API that takes a loaded object as an argument."""
        if qualified not in self._uses:
            if qualified.partition(".")[0] not in self.roots:
                return None
            found = first(self._consumers, qualified)
            use = None
            if found is not None and isinstance(found[0].row, Consumer):
                use = dataclasses.replace(found[0].row, api=found[1])
            self._uses[qualified] = use
        return self._uses[qualified]

    def public_name(self, qualified: str) -> str:
        """Where a library offers a class: transformers.models.bert.BertModel is transformers.BertModel."""
        root = qualified.partition(".")[0]
        if root not in self.roots:
            return qualified
        if (known := self.match(qualified) or self.consumer(qualified)) is not None:
            return known.api
        module, public = next(((m, p) for m, p in self._folds if qualified.startswith(m + ".")), ("", ""))
        rest = qualified[len(module) + 1 :].split(".")
        start = next((at for at, segment in enumerate(rest) if is_class(segment)), None)
        return ".".join((public, *rest[start:])) if module and start is not None else qualified

    def gate_tokens(self) -> tuple[tuple[str, bool], ...]:
        """(last segment of a loader callable, is it evidence by itself?), sorted."""
        tokens: dict[str, bool] = {}
        for row in self._loaders():
            for token in row_tokens(row):
                tokens[token] = tokens.get(token, False) or row.distinctive
        return tuple(sorted(tokens.items()))

    def tokens_of(self, roots: frozenset[str]) -> frozenset[str]:
        """Last segments of the loader callables of the libraries that these top-level packages belong to."""
        found: set[str] = set()
        for library in self.libraries.values():
            paths = {*library.modules, *(path for row in library.loaders for path in row.modules)}
            if not roots.isdisjoint(path.partition(".")[0] for path in paths):
                found.update(token for row in library.loaders for token in row_tokens(row))
                found.update(_BY_NAME if library.by_name else ())
        return frozenset(found)

    def offers(self, qualified: str) -> bool:
        """Whether a loader is a method of what has this dotted name."""
        tokens = self.tokens_of(frozenset({qualified.partition(".")[0]}))
        return any(self.match(f"{qualified}.{token.rpartition('.')[2]}") for token in sorted(tokens))

    def _loaders(self) -> Iterator[Loader]:
        for library in self.libraries.values():
            yield from library.loaders

    def _lineage(self, library: str) -> Iterator[str]:
        """The library, and those whose roles it takes over; for one without a table, the generic one."""
        name: str | None = library if library in self.libraries else _GENERIC
        while name is not None and name in self.libraries:
            yield name
            name = self.libraries[name].roles_from


def _method_roles(roles: Mapping[str, Role], method: str, name: str) -> Iterator[Role]:
    """Roles of a method, the best first: by its whole chain, by its name, by a glob, the longest first."""
    yield from (roles[key] for key in (method, name) if key in roles)
    globs = sorted((glob for glob in roles if "*" in glob), key=len, reverse=True)
    yield from (roles[glob] for glob in globs if fnmatchcase(method, glob) or fnmatchcase(name, glob))


def _folds(libraries: Iterable[Library], rows: Iterable[Loader | Consumer]) -> dict[str, str]:
    """Import path -> the public module that stands for it."""
    folds = {path: row.modules[0] if row.fold else path for row in rows for path in row.modules}
    for library in libraries:
        folds |= dict.fromkeys(library.modules, library.modules[0])
        folds |= {module: module for module in library.public_modules}
    return folds


def load_tables(files: Iterable[tuple[str, bytes]]) -> LoaderTables:
    """The tables in these (file name, content); LoaderTableError if one of them is not as it should be."""
    libraries: dict[str, Library] = {}
    for file, content in sorted(files):
        library = read_library(file, content)
        if library.name in libraries:
            raise LoaderTableError(file, "", f"{library.name} has a table already: {libraries[library.name].file}")
        libraries[library.name] = library
    check(libraries)
    loaders = [row for library in libraries.values() for row in library.loaders]
    consumers = [row for library in libraries.values() for row in library.consumers]
    calls = [row for row in loaders if row.receiver is None]
    folds = _folds(libraries.values(), (*loaders, *consumers))
    return LoaderTables(
        libraries=libraries,
        roots=frozenset(module.partition(".")[0] for module in folds if module != _GENERIC),
        _calls=index_of(patterns(calls, "callable")),
        _consumers=index_of(patterns(consumers, "api")),
        _methods=tuple(row for row in loaders if row.receiver is not None),
        _folds=tuple(sorted(folds.items(), key=lambda pair: (-len(pair[0]), pair[0]))),
    )


@functools.cache
def tables() -> LoaderTables:
    """The tables that come with the package."""
    folder = resources.files("analyzer") / "loaders"
    return load_tables((file.name, file.read_bytes()) for file in folder.iterdir() if file.name.endswith(".toml"))
