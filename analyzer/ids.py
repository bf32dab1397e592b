"""Model ids: what their hub calls them today."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.id_syntax import HUB_FILE, HUB_URL, REPOSITORY, classify, is_local, torch_hub
from analyzer.known_ids import names, timm_names

if TYPE_CHECKING:
    from analyzer.tables.rows import Loader

__all__ = ["canonical", "classify"]


def canonical(text: str, loader: Loader, qualifier: str | None = None) -> tuple[str | None, str]:
    """(the id's present name, its hub); None where the facts do not know the model.

    `qualifier` is the second argument that completes the id: open_clip's pretrained tag, torch.hub's entry point.
    """
    found = next(_names(text, loader, qualifier), None)
    return (found, "huggingface") if found is not None else _elsewhere(text, loader, qualifier)


def _names(text: str, loader: Loader, qualifier: str | None) -> Iterator[str]:
    """Names on the Hugging Face Hub for an id, the surest first."""
    if found := HUB_URL.match(text) or HUB_FILE.match(text):
        yield from _repository(found[1], None)
    listed = names(loader.library)
    yield from (listed[key] for key in (f"{text} {qualifier}", text) if key in listed)
    if loader.id_syntax == "timm":
        yield from _timm(text)
    for prefix in ("hf-hub:", "hf_hub:", "hf://", "models/", "huggingface/", "local:"):
        if text.startswith(prefix):
            yield from _repository(text.removeprefix(prefix), None)
    if loader.hub == "huggingface":
        plain = text.partition(":")[0] if loader.id_syntax == "inference" else text
        yield from _repository(plain, loader.prefix)


def _repository(text: str, prefix: str | None) -> Iterator[str]:
    """org/name as it is; a short name by the renames of 2024, else by the organisation the library puts before it."""
    name = text.partition("@")[0]
    if not REPOSITORY.match(name) or is_local(name):
        return
    if "/" in name:
        yield name
    elif name in names("huggingface"):
        yield names("huggingface")[name]
    elif prefix is not None:
        yield prefix + name


def _timm(text: str) -> Iterator[str]:
    if text in timm_names():
        yield timm_names()[text]
    elif text in names("timm"):
        yield names("timm")[text]


def _elsewhere(text: str, loader: Loader, qualifier: str | None) -> tuple[str | None, str]:
    """Ids that live on another hub under the name they are passed by."""
    if loader.hub == "torchhub" and torch_hub(text) == "model":
        repository = text.partition(":")[0]
        return (f"{repository}:{qualifier}" if qualifier else repository), loader.hub
    if loader.hub in {"modelscope", "ultralytics", "keras", "tfhub"} and classify(text, loader.id_syntax) == "model":
        return text, loader.hub
    return None, loader.hub
