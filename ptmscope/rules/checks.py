"""What each rule looks for in a load site: pure functions of the records, and a table of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from analyzer.explanations.trails import SENTENCES
from analyzer.known_ids import names
from analyzer.loaders import tables
from analyzer.records import LoadSite, ModelRef, Scalar
from ptmscope.lookup import HUB, Lookup
from ptmscope.rules.tables import facts, matches

#: Revisions that move with every push.
BRANCHES = ("main", "master", "HEAD")

#: Where a URL or an id says which revision: `…/resolve/main/…`, `org/name@v1`.
_IN_ID = re.compile(r"/(?:resolve|blob|raw|tree)/([^/]+)|(?<=[\w.])@([\w.-]+)$")
_COMMIT = re.compile(r"[0-9a-f]{40}")

#: Arguments that name a file of weights.
_FILES = ("filename", "weight_name")

#: Calls that only look whether a file is there.
_LOOKS = ("huggingface_hub*.try_to_load_from_cache", "huggingface_hub*.hf_hub_url")

#: Ids that a message names.
LISTED = 3

#: What downloads nothing that a revision could pin.
_NO_DOWNLOAD = ("endpoint", "card")


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule found at a site. `subject`: what it is about, in words that stay when lines move."""

    message: str
    subject: str
    models: tuple[ModelRef, ...] = ()


Check = Callable[[LoadSite, Lookup], Iterator[Hit]]


def unpinned_revision(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    arguments = dict(site.arguments)
    row = next((row for row in facts().revisions if matches(site.api, row.apis)), None)
    if row is None or site.loads in _NO_DOWNLOAD or arguments.get("local_files_only") is True:
        return
    if "**" in arguments and "revision" not in arguments:  # it may be among what is unpacked
        return
    told = None if row.mark else arguments.get("revision")
    models = tuple(model for model in _downloads(site, row.hub) if not _is_pinned(model, told, row.mark))
    if models:
        how = f"revision={told!r} is a branch" if told else "no revision is given"
        yield Hit(f"{_listed(models)}: not pinned, {how}", _all(models), models)


def remote_code(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    arguments = dict(site.arguments)
    revision = arguments.get("revision")
    is_read = isinstance(revision, str) and _COMMIT.fullmatch(revision)
    if arguments.get("trust_remote_code") is True and site.status != "local" and not is_read:
        what = f" of {_listed(site.models)}" if site.models else ""
        yield Hit(f"Code out of the repository{what} is run: trust_remote_code=True", _all(site.models), site.models)


def unsafe_weights(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    arguments = dict(site.arguments)
    if site.status == "local" or arguments.get("weights_only") is True or matches(site.api, _LOOKS):
        return
    files = tuple(filter(partial(_is_pickle, site.library), _files(site)))
    if files:
        models = tuple(model for model in site.models if model.id in files) or site.models
        yield Hit(f"{_some(files)}: a pickle can run code when it is loaded", ", ".join(files), models)
    if arguments.get("use_safetensors") is False:
        what = _listed(site.models) or "Weights"
        yield Hit(f"{what}: use_safetensors=False loads a pickle, which can run code", "use_safetensors", site.models)


def _files(site: LoadSite) -> Iterator[str]:
    """What a load names that may be a file."""
    arguments = dict(site.arguments)
    yield from (value for name in _FILES if isinstance(value := arguments.get(name), str))
    yield from dict.fromkeys(model.id for model in site.models)


def _is_pickle(library: str, file: str) -> bool:
    name = file.partition("?")[0].rpartition("/")[2]
    return any(row.covers(name, library) for row in facts().pickles)


def unresolved_model(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    if site.status == "unresolved":
        why = SENTENCES.get(site.reason or "", "not known")
        yield Hit(f"Which model is loaded could not be found out: {why}", site.reason or "")


def renamed_model(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    for model in site.models if site.status != "local" else ():
        now = _present_name(site, model, lookup)
        if now is not None:
            yield Hit(f"{model.id} is called {now} now", model.id, (model,))


def unknown_model(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    for model in site.models:
        answer = lookup.answer(site, model)
        if answer is not None and not answer.exists:
            yield Hit(f"{model.id}: not on the Hub, or not for this user", model.id, (model,))
        elif answer is None and lookup.is_known(site, model) is False:
            yield Hit(f"{model.id}: not in the catalog", model.id, (model,))


def gated_model(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    for model in site.models:
        terms = lookup.terms(site, model)
        if terms is not None and terms.gated:
            yield Hit(f"{model.id} is gated: its terms have to be accepted", model.id, (model,))


def missing_licence(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    for model in site.models:
        terms = lookup.terms(site, model)
        if terms is not None and not terms.licence:
            yield Hit(f"{model.id} has no licence", model.id, (model,))


def deprecated_argument(site: LoadSite, lookup: Lookup) -> Iterator[Hit]:
    given = dict(site.arguments)
    for row in facts().deprecated:
        if row.argument in given and matches(site.api, row.apis):
            yield Hit(f"{row.argument} is deprecated in {row.package}; instead: {row.instead}", row.argument)


#: Rule -> what looks for it. `token-in-code` is about no site: the scan's credentials are its hits.
CHECKS: dict[str, Check] = {
    "remote-code": remote_code,
    "unsafe-weights": unsafe_weights,
    "unknown-model": unknown_model,
    "renamed-model": renamed_model,
    "gated-model": gated_model,
    "missing-licence": missing_licence,
    "unpinned-revision": unpinned_revision,
    "deprecated-argument": deprecated_argument,
    "unresolved-model": unresolved_model,
}


def _downloads(site: LoadSite, hub: str) -> Iterator[ModelRef]:
    """The models that come from the hub at a revision that the program chooses."""
    library = tables().libraries.get(site.library)
    own = {name for name, revision in library.defaults.values() if revision} if library is not None else set()
    for model in site.models if site.status != "local" else ():
        if model.hub == hub and not (model.resolution == "loader_default" and model.id in own):
            yield model


def _is_pinned(model: ModelRef, revision: Scalar, mark: str | None) -> bool:
    """Whether a revision is named that is no branch. One that is not known is taken for pinned."""
    told = _IN_ID.search(model.id)
    named = model.id.partition(mark)[2] if mark else (told[1] or told[2]) if told else revision
    return bool(named) and named not in BRANCHES


def _present_name(site: LoadSite, model: ModelRef, lookup: Lookup) -> str | None:
    """The name that the Hub has for what the code calls otherwise; a library's own short names are no old names."""
    answer = lookup.answer(site, model)
    if (
        answer is not None
        and answer.id
        and answer.id.lower() not in (model.id.lower(), (model.canonical_id or "").lower())
    ):
        return answer.id
    now = names(HUB).get(model.id)
    return now if model.hub == HUB and now == model.canonical_id and now != model.id else None


def _listed(models: tuple[ModelRef, ...]) -> str:
    """The ids in a message: some, and how many more."""
    return _some(tuple(dict.fromkeys(model.id for model in models)))


def _some(names: tuple[str, ...]) -> str:
    return ", ".join(names[:LISTED]) + (f" and {len(names) - LISTED} more" if len(names) > LISTED else "")


def _all(models: tuple[ModelRef, ...]) -> str:
    return ", ".join(dict.fromkeys(model.id for model in models))
