"""A scan as people read it: models first, each with its sites and what it is used for; then what has no model
id."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.records import ApiCall, CallSequence, Diagnostic, LoadSite, ModelRef
from miner.copies import Copy
from miner.walk import REASONS
from ptmscope.export.output import printable
from ptmscope.findings import Counts, Scan
from ptmscope.lookup import Lookup

#: Steps of a usage that tell what it does. Derived calls (`.cpu()` on a result) tell little.
TELLING_ROLES = ("prepare", "infer", "postprocess", "train", "evaluate", "save")
MAX_STEPS = 6

#: Groups of sites without a model id, by status.
GROUPS = {
    "local": "Loaded from a local path",
    "runtime": "Chosen at run time",
    "unresolved": "Not resolved",
}

#: The source of a library in the tree, by status.
COPIES = {
    "left_out": "Vendored: copy of {library} ({files}) in {paths}; --include-vendored counts it.",
    "counted": "Vendored: copy of {library} ({files}) in {paths}, counted.",
    "own": "This is the source of {library} itself ({files} in {paths}): counted, as it is no copy.",
}

#: Files not read in full that are told one by one.
LISTED = 20


#: Names under which one model is loaded that are told, beside its own.
_WRITTEN = 3


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One load site: where, through what, and how the id gets there (or why there is none)."""

    place: str
    api: str
    how: str


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model. `also`: the other names under which it is loaded, and its hub."""

    name: str
    also: str
    uses: tuple[str, ...]
    sites: tuple[SiteLine, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Sites without a model id, or files not read in full."""

    title: str
    size: int
    lines: tuple[SiteLine, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    models: tuple[ModelEntry, ...]
    groups: tuple[Group, ...]
    footer: tuple[str, ...]


def overview(scan: Scan) -> Overview:
    """The scan, arranged for reading."""
    groups = [_group(title, status, scan.sites) for status, title in GROUPS.items()]
    return Overview(
        models=tuple(_models(scan)),
        groups=(*(group for group in groups if group.lines), *unread(scan)),
        footer=footer(scan),
    )


def unread(scan: Scan) -> tuple[Group, ...]:
    """The group of files not read in full, if there are any."""
    if not scan.diagnostics:
        return ()
    lines = tuple(map(_problem, scan.diagnostics[:LISTED]))
    if len(scan.diagnostics) > LISTED:
        lines += (SiteLine("…", f"{len(scan.diagnostics) - LISTED:,} more", "--format json lists all"),)
    return (Group("Not read in full", len(scan.diagnostics), lines),)


def footer(scan: Scan) -> tuple[str, ...]:
    """What was found, in how many files, and what was left out."""
    names = {_key(model) for site in scan.sites if _has_models(site) for model in site.models}
    counts = scan.counts
    found = f"{count(len(scan.sites), 'load site')}, {count(len(names), 'model')}"
    lines = [f"{found} in {count(counts.files, 'file')}."]
    if counts.skipped:
        lines.append(f"Left out: {', '.join(skipped(counts))}.")
    return (*lines, *_copies(scan))


def _copies(scan: Scan) -> Iterable[str]:
    """A line per library whose source lies in the tree."""
    found: dict[tuple[str, str], list[Copy]] = {}
    for copy in scan.copies:
        found.setdefault((copy.library, copy.status), []).append(copy)
    for (library, status), group in sorted(found.items()):
        files = count(sum(copy.files for copy in group), "file")
        paths = ", ".join(printable(copy.path) for copy in group[:LISTED]) + ", …" * (len(group) > LISTED)
        yield COPIES[status].format(library=library, files=files, paths=paths)


def problems(scan: Scan) -> tuple[str, ...]:
    """Files not read in full, as lines for a log."""
    return tuple(f"{line.place}: {line.api}: {line.how}" for group in unread(scan) for line in group.lines)


def skipped(counts: Counts) -> tuple[str, ...]:
    """What was left out, in words."""
    return tuple(f"{number:,} {REASONS[reason][number != 1]}" for reason, number in counts.skipped)


def place(path: str, line: int | None, cell: int | None = None) -> str:
    """`path:line`, in a notebook `path[cell]:line`."""
    where = printable(path) if cell is None else f"{printable(path)}[{cell}]"
    return where if line is None else f"{where}:{line}"


def short(api: str) -> str:
    """An API name from its class on: `AutoModel.from_pretrained`; of a function, its last two parts."""
    parts = printable(api).split(".")
    first = next((index for index, part in enumerate(parts) if part[:1].isupper()), len(parts) - 2)
    return ".".join(parts[max(first, 0) :])


def steps(usage: CallSequence) -> str:
    """What a usage does, in a few words: `tokenize → generate → decode`; empty if nothing is known but the
    load."""
    names = [_step(call) for call in usage.calls if _tells(call)]
    once = [name for index, name in enumerate(names) if index == 0 or name != names[index - 1]]
    return " → ".join(once[:MAX_STEPS] + ["…"] * (len(once) > MAX_STEPS))


def _tells(call: ApiCall) -> bool:
    return call.role in TELLING_ROLES and (call.link != "derived" or call.role != "postprocess")


def _step(call: ApiCall) -> str:
    parts = call.api.split(".")
    if parts[-1] != "__call__":
        return printable(parts[-1])
    if call.role == "prepare":
        return "tokenize" if "Tokenizer" in parts[-2] else "process"
    return call.role or "call"


def _models(scan: Scan) -> Iterable[ModelEntry]:
    found: dict[tuple[str, str], list[tuple[LoadSite, ModelRef]]] = {}
    for site in filter(_has_models, scan.sites):
        for model in site.models:
            found.setdefault(_key(model), []).append((site, model))
    uses = _uses(scan.usages)
    for (name, hub), pairs in sorted(found.items(), key=_by_name):
        ids = sorted({model.id for _, model in pairs} - {name})
        written = [f"as {each}" for each in ids[:_WRITTEN]]
        if len(ids) > _WRITTEN:
            written.append(f"and {len(ids) - _WRITTEN} more")
        yield ModelEntry(
            name=printable(name),
            also=printable(", ".join([*written, hub, *_standing(scan.lookup, name, pairs)])),
            uses=_used_for(pairs, uses),
            sites=tuple(dict.fromkeys(_line(site, model) for site, model in pairs)),
        )


def _standing(lookup: Lookup, name: str, pairs: list[tuple[LoadSite, ModelRef]]) -> Iterable[str]:
    """What a catalog and the Hub say about a model, where it is worth telling."""
    if {lookup.is_known(*pair) for pair in pairs} == {False}:
        yield "not in catalog"
    found = next(filter(None, (lookup.answer(*pair) for pair in pairs)), None)
    if found is None:
        return
    if not found.exists:
        yield "not on the Hub"
    if found.id and found.id.lower() != name.lower():
        yield f"now {found.id}"
    if found.license:
        yield found.license
    if found.gated:
        yield "gated"


def _key(model: ModelRef) -> tuple[str, str]:
    return model.canonical_id or model.id, model.hub


def _by_name(item: tuple[tuple[str, str], object]) -> tuple[str, str, str]:
    (name, hub), _ = item
    return name.lower(), name, hub


def _uses(usages: Iterable[CallSequence]) -> dict[tuple[str, str], list[str]]:
    """(path, model id) -> what the usages there do."""
    found: dict[tuple[str, str], list[str]] = {}
    for usage in usages:
        found.setdefault((usage.path, usage.model_id), []).append(steps(usage))
    return found


def _used_for(pairs: list[tuple[LoadSite, ModelRef]], uses: dict[tuple[str, str], list[str]]) -> tuple[str, ...]:
    """The different ways of use, the commonest first."""
    places = dict.fromkeys((site.path, model.id) for site, model in pairs)
    counted = Counter(use for each in places for use in uses.get(each, ()) if use)
    return tuple(use if times == 1 else f"{use}  ({times} files)" for use, times in counted.most_common())


def _line(site: LoadSite, model: ModelRef) -> SiteLine:
    return SiteLine(place(site.path, site.line, site.cell), short(site.api), _how(site, model))


def _how(site: LoadSite, model: ModelRef) -> str:
    origin = model.origin
    parts = [model.resolution.replace("_", " ")]
    if origin.path != site.path:
        parts.append(place(origin.path, origin.line, origin.cell))
    elif origin.cell != site.cell:
        parts.append(f"cell {origin.cell} line {origin.line}")
    elif not site.line <= origin.line <= site.end_line:
        parts.append(f"line {origin.line}")
    if model.certainty == "possible":
        parts.append("possible")
    return ", ".join(parts)


def _has_models(site: LoadSite) -> bool:
    """A local path names no model that others know."""
    return bool(site.models) and site.status != "local"


def _group(title: str, status: str, sites: Iterable[LoadSite]) -> Group:
    lines = tuple(
        SiteLine(place(site.path, site.line, site.cell), short(site.api), _why_not(site))
        for site in sites
        if site.status == status and not _has_models(site)
    )
    return Group(title, len(lines), lines)


def _why_not(site: LoadSite) -> str:
    if site.models:
        return ", ".join(printable(model.id) for model in site.models)
    return (site.reason or "").replace("_", " ")


def _problem(diagnostic: Diagnostic) -> SiteLine:
    where = place(diagnostic.path, diagnostic.line)
    return SiteLine(where, diagnostic.kind.replace("_", " "), printable(diagnostic.message))


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 file`, `1,200 files`, `2 repositories`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
