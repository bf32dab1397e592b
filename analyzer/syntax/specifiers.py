"""What JavaScript imports from, as a dotted name: `@huggingface/transformers`, `npm:fastembed`, `..lib.config`."""

from __future__ import annotations

import re

_URL = re.compile(
    r"https?://[^/]+/(?:npm/|gh/|v\d+/|stable/|pin/)?(?:.*?/)??((?:@[\w.-]+/)?[\w.-]+@[\w.^~-]+.*|@[\w.-]+/.*)$"
)
#: A copy of a package in a folder for such.
_COPY = re.compile(
    r"(?:^|/)(?:node_modules/|(?:vendor(?:ed)?|third[_-]party|external|modules|packages|libs?|deps)/(?=@))"
    r"((?:@[\w.-]+/)?[\w.-]+(?:/.*)?)$"
)
_PACKAGE = re.compile(r"(?P<name>(?:@[^/@]*/)?[^/@]+)(?:@[^/]*)?(?P<inside>/.*)?$")
_ENDING = re.compile(r"\.(?:[cm]?[jt]sx?|d\.ts|json|svelte|vue)$")
#: What bundlers are told to look for from the source root on: `@/lib/models`, `~/models`, `$lib/models`, `src/models`.
_ALIASED = re.compile(r"(?:@|~)/|(?=src/)|\$(?=lib(?:/|$))")
#: In front of a dotted name that starts at the source root of the importer.
ALIAS = "@/"
#: In front of the path of a config that is imported as if it were a module.
CONFIG = "config:"
_INDEX = re.compile(r"(?:^|/)index$")
_QUERY = re.compile(r"[?#].*$")
#: The address of a package's own file: everything below is the package.
_BUILT = re.compile(r"/(?:dist|build|es\d*|esm|cjs|\+esm|src)(?:/.*)?$|/\+esm$")


def root(specifier: str) -> str:
    """The dotted name of a module.

    A package keeps its name, in front of it `npm:` unless it has a scope, so that it is told from a Python package;
    what follows is dotted: `langchain/embeddings/hf` is `npm:langchain.embeddings.hf`. A path becomes a relative name,
    with as many dots as in Python: `./a` is `.a`, `../lib/b.js` is `..lib.b`; into `node_modules`, or to a package with
    its scope in a folder of copies, it is that package. A path from the source root is `@/lib.models`. A JSON file
    keeps its path.
    """
    plain = _QUERY.sub("", specifier.strip())
    if plain.endswith(".json") and plain.startswith((".", "/", "@/", "~/")):
        return CONFIG + plain.removeprefix("@").removeprefix("~")
    if plain.startswith((".", "/")):
        copy = _COPY.search(plain)
        return _package(copy[1]) if copy else _relative(plain)
    aliased = _ALIASED.match(plain)
    if aliased:
        return ALIAS + _dotted(plain[aliased.end() :])
    if plain.startswith("node:"):
        return plain.replace("/", ".")
    address = _URL.match(plain)
    return _package(address[1] if address else plain.removeprefix("npm:").removeprefix("jsr:"))


def member(module: str, name: str) -> str:
    """What `import {name} from module` binds; a package's default is the package, and all of a config the config."""
    if module.startswith(CONFIG) or (name == "default" and not module.startswith((".", ALIAS))):
        return module
    return module + name if module.endswith(".") else f"{module}.{name}"


def _package(text: str) -> str:
    found = _PACKAGE.match(text)
    if found is None:
        return "npm:" + text.replace("/", ".")
    name = found["name"] if found["name"].startswith("@") else "npm:" + found["name"]
    inside = _ENDING.sub("", _BUILT.sub("", found["inside"] or ""))
    return name.replace(".", "_") + inside.replace("/", ".")


def _relative(path: str) -> str:
    ups, parts = 1, []
    for part in path.split("/"):
        if part == "..":
            ups += 1
        elif part not in ("", "."):
            parts.append(part)
    return "." * ups + _dotted("/".join(parts))


def _dotted(path: str) -> str:
    return _INDEX.sub("", _ENDING.sub("", path)).replace("/", ".")
