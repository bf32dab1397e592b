"""Config files as the evaluator sees them: YAML, JSON, TOML, INI and .env, with where every scalar stands.

A file becomes a `Module` whose only binding, `DOCUMENT`, is the tree of what the file holds. Nothing is constructed or
executed: YAML is read as events, tags that would make objects are unknown values, and aliases are expanded up to
`MAX_NODES`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analyzer.configs import interpolation
from analyzer.configs import yaml_events as config_yaml
from analyzer.configs.tree import (
    MAX_BYTES,
    MAX_NODES,
    ConfigError,
    Offsets,
    of_plain,
)
from analyzer.program import Binding, Expression, Mapping, Module, Name, Scope, Text

#: The name that the whole document is bound to.
DOCUMENT = ""
#: The name that the package of a Hydra config is bound to, where its first lines say one.
PACKAGE = "@package"

#: Tells the numbers that stand for strings from bare TOML keys that are numbers.
_MARK = "§"

_PACKAGE = re.compile(r"(?:\s*#.*\n)*?\s*#\s*@package[ \t]+([\w.]+)")
#: A string that does not end is one to the end of the text, which no parser takes: a search goes over the text once.
_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"?|//[^\n]*|/\*.*?\*/', re.DOTALL)
_LAST_COMMA = re.compile(r",\s*+(?=[}\]])")
_TOML_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}" + r'|"(?:[^"\\\n]|\\.)*+"?|' + r"'[^'\n]*'|#[^\n]*", re.DOTALL
)
_TOO_DOTTED = re.compile(r'(?<![\w"§-])(?:[\w"§-]++[ \t]*\.[ \t]*){64}')
_SECTION = re.compile(r"\[([^\]]+)\]")
_OPTION = re.compile(r"([^=:\s][^=:]*)[=:]\s*(.*)$")
_VARIABLE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=[ \t]*(.*)$")
#: Characters of the lines in which a value of an INI file goes on.
_MAX_CONTINUED = 10_000
_DOTENV = re.compile(
    r".*\.env|\.env[._-].+|(?:dot)?env[._-](?:example|sample|template|tmpl|dist|defaults?)", re.IGNORECASE
)
_COMMENT = re.compile(r"(?<!\s)\s+#.*$")


def lower(source: bytes, path: str) -> Module | None:
    """The config file as a module; None for a file of another kind, and for one that does not parse."""
    read = _reader(path)
    if read is None or len(source) > MAX_BYTES:
        return None
    try:
        text = source.decode("utf-8")
        tree = read(text)
    except (ValueError, RecursionError):
        return None
    if tree is None:
        return None
    found = module(source, path, tree)
    if package := _PACKAGE.match(text):
        found.scopes[0].bindings[PACKAGE] = [Binding(0, (), Text(package[1], package.start(1)))]
    return found


def module(source: bytes, path: str, tree: Expression) -> Module:
    """A module that binds nothing but this document."""
    scope = Scope("module", "", -1, 0, len(source), bindings={DOCUMENT: [Binding(0, (), tree)]})
    newlines = [match.start() for match in re.finditer(rb"\n", source)]
    wide = [] if source.isascii() else [match.start() for match in re.finditer(rb"[\x80-\xbf]", source)]
    return Module(path, [scope], newlines, wide, step="config")


def of_program(module_: Module) -> Module:
    """A Python file that is read as a config: the names that it binds."""
    names = [name for name in module_.scopes[0].bindings if name.isidentifier()]
    last = max((b.at for name in names for b in module_.scopes[0].bindings[name]), default=0)
    tree = Mapping(tuple((Text(name, 0), Name(name, last, ())) for name in names), 0)
    top = replace(module_.scopes[0], bindings={**module_.scopes[0].bindings, DOCUMENT: [Binding(0, (), tree)]})
    return replace(module_, scopes=[top, *module_.scopes[1:]])


def document(module: Module) -> Expression:
    """What the file holds."""
    return module.scopes[0].bindings[DOCUMENT][0].value


def _reader(path: str) -> Callable[[str], Expression | None] | None:
    name = path.rpartition("/")[2].lower()
    if is_dotenv(name):
        return env
    return _READERS.get("." + name.rpartition(".")[2])


def is_dotenv(name: str) -> bool:
    """Whether a file of this name holds variables: `.env`, `prod.env`, and what shows one, as `env.example`."""
    return _DOTENV.fullmatch(name) is not None


def yaml(text: str) -> Expression | None:
    """The first document; `${…}` of OmegaConf and Hydra followed within it."""
    found = config_yaml.documents(text)
    return interpolation.resolved(found[0]) if found else None


def json_(text: str) -> Expression:
    """JSON, with the comments that editors allow in it; every string is read under a number, so that the parser need
    not know where it stands."""
    strings: list[tuple[str, int]] = []
    offsets = Offsets(text)

    def number(match: re.Match[str]) -> str:
        if match[0].startswith("/"):
            return ""
        strings.append((json.loads(match[0], strict=False), offsets[match.start()]))
        return f'"{len(strings) - 1}"'

    plain = _JSON_STRING.sub(number, text)
    return of_plain(json.loads(_LAST_COMMA.sub("", plain) if "," in plain else plain), strings)


def toml(text: str) -> Expression:
    """TOML, by the same way."""
    strings: list[tuple[str, int]] = []
    offsets = Offsets(text)

    def number(match: re.Match[str]) -> str:
        if match[0].startswith("#"):
            return ""
        strings.append((tomllib.loads("x = " + match[0])["x"], offsets[match.start()]))
        return f'"{_MARK}{len(strings) - 1}"'

    plain = _TOML_STRING.sub(number, text)
    _check_dots(plain)
    return of_plain(tomllib.loads(plain), strings, mark=_MARK)


def plain_toml(text: str) -> dict[str, Any]:
    """The TOML of strangers as Python has it; ValueError or RecursionError where it cannot be read."""
    _check_dots(_TOML_STRING.sub(lambda string: "" if string[0].startswith("#") else '""', text))
    return tomllib.loads(text)


def _check_dots(text: str) -> None:
    """For keys of many parts, the parser takes time and memory by the square. No strings stand in the text."""
    if _TOO_DOTTED.search(text):
        raise ConfigError("nested too deep")


def ini(text: str) -> Expression:
    """INI as configparser reads it: option names in lower case too, lines that go on, [DEFAULT] in every section."""
    sections: dict[str, list[tuple[Expression | None, Expression]]] = {}
    places: dict[str, int] = {}
    here: list[tuple[Expression | None, Expression]] | None = None
    at = more = 0
    for line in text.splitlines(keepends=True):
        plain = line.strip()
        if plain and plain[0] not in "#;":
            section = _SECTION.match(line)
            if section:
                places.setdefault(section[1], at)
                here = sections.setdefault(section[1], [])
            elif here is None:
                raise ConfigError("an option before the first section")
            elif not line[0].isspace():
                here.extend(_option(line, at))
                more = 0
            elif here and (more := more + len(plain)) <= _MAX_CONTINUED:
                key, last = here[-1]
                if isinstance(last, Text):
                    here[-1] = key, last._replace(value=f"{last.value}\n{plain}".strip())
        at += len(line.encode())
    default = sections.pop("DEFAULT", [])
    if len(default) * len(sections) > MAX_NODES:
        raise ConfigError("too many options in too many sections")
    found = tuple((Text(n, places[n]), Mapping((*default, *pairs), places[n])) for n, pairs in sections.items())
    return interpolation.resolved_ini(Mapping(found, 0))


def _option(line: str, at: int) -> list[tuple[Expression | None, Expression]]:
    match = _OPTION.match(line.rstrip())
    if match is None:
        return []
    value = Text(match[2], at + len(line[: match.start(2)].encode()))
    name = match[1].rstrip()
    names = dict.fromkeys((name, name.lower()))
    return [(Text(name, at), value) for name in names]


def env(text: str) -> Expression:
    """KEY=VALUE lines of a .env file: `export`, quotes, comments, `${OTHER}`."""
    pairs: list[tuple[Expression | None, Expression]] = []
    before: dict[str, Expression] = {}
    at = 0
    for line in text.splitlines(keepends=True):
        match = _VARIABLE.match(line.rstrip("\r\n"))
        if match:
            start = at + len(line[: match.start(2)].encode())
            before[match[1]] = _value(match[2].strip(), start, before)
            pairs.append((Text(match[1], at), before[match[1]]))
        at += len(line.encode())
    return Mapping(tuple(pairs), 0)


def _value(written: str, at: int, before: dict[str, Expression]) -> Expression:
    quote = written[:1] if written[:1] in ("'", '"') else ""
    if quote and (end := written.find(quote, 1)) > 0:
        text = Text(written[1:end], at)
    else:
        text = Text(_COMMENT.sub("", " " + written).strip(), at)
    return text if quote == "'" else interpolation.resolved_env(text, before)


_READERS: dict[str, Callable[[str], Expression | None]] = {
    ".yaml": yaml,
    ".yml": yaml,
    ".json": json_,
    ".toml": toml,
    ".ini": ini,
    ".cfg": ini,
    ".conf": ini,
}
