"""The records that the loader tables are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from analyzer.records import Role, Scalar

LOADS = (
    "model",
    "tokenizer",
    "processor",
    "config",
    "pipeline",
    "adapter",
    "weights",
    "endpoint",
    "scheduler",
    "card",
)
#: How an id is written. `analyzer.ids` reads each of them.
ID_SYNTAXES = (
    "huggingface",  # org/name, a short name, or a huggingface.co URL
    "timm",  # arch.tag or hf-hub:org/name
    "open_clip",  # architecture, with the pretrained tag in a second argument
    "clip",  # OpenAI CLIP: ViT-B/32
    "whisper",  # size names, or org/name
    "spacy",  # en_core_web_sm
    "hub_file",  # hf://org/name/file, or an address on the Hub
    "torch_hub",  # owner/repository[:ref], with the entry point in a second argument
    "keras",  # preset names, hf://org/name, kaggle://…
    "modelscope",  # org/name on ModelScope
    "gradio",  # models/org/name
    "llama_index",  # local:org/name
    "file",  # a weights file or its URL
    "url",  # TensorFlow Hub, Kaggle
    "weights",  # a weights file that is the model's name: yolov8n.pt
    "inference",  # org/name[:provider], or [:file]
    "ollama",  # name[:tag], with a namespace or hf.co/org before it
    "gensim",  # vectors of gensim-data: glove-wiki-gigaword-50
    "registry",  # a name the library looks up in a list of its own
)
ROLES = get_args(Role)


class LoaderTableError(Exception):
    """A table file that cannot be used: names the file and the row."""

    def __init__(self, file: str, row: str, message: str) -> None:
        super().__init__(f"{file}{' ' + row if row else ''}: {message}")
        self.file, self.row, self.message = file, row, message


@dataclass(frozen=True, slots=True)
class IdParameter:
    """A parameter by its keywords and, unless it is keyword-only, its position; `key`: an entry of the dict given."""

    keywords: tuple[str, ...]
    position: int | None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Loader:
    """One callable that loads, downloads or names a model."""

    library: str
    hub: str
    id_syntax: str
    callable: str
    modules: tuple[str, ...]
    exclude: tuple[str, ...]
    receiver: str | None
    ids: tuple[IdParameter, ...]
    loads: str
    returns: tuple[str, ...]
    prefix: str | None
    default: str | None
    default_by: IdParameter | None
    requires: tuple[tuple[str, Scalar], ...]  # a site only if one of these arguments is given; "*": any but None, False
    source: str
    unless: tuple[tuple[str, Scalar], ...] = ()  # no site if one of these arguments is literally this; False: None too
    requires_position: int | None = None  # of the first argument in `requires`
    arguments: tuple[tuple[str, int], ...] = ()  # arguments worth telling that are often given by position
    qualifier: IdParameter | None = None  # a second argument that completes the id: torch.hub's entry point
    distinctive: bool = False  # the bare name of the callable is evidence enough
    fold: bool = True  # below the first import path; False: below the one it was found under


@dataclass(frozen=True, slots=True)
class Consumer:
    """One callable that takes a loaded object as an argument, and the role of that call."""

    api: str
    role: Role
    returns: tuple[str, ...]
    modules: tuple[str, ...]
    exclude: tuple[str, ...]
    source: str
    fold: bool = True
    gives: tuple[
        tuple[str, int], ...
    ] = ()  # arguments that are the results, by keyword and position; "*": all, in order
    results: bool = False  # whether it also takes what a call on a loaded object gave


@dataclass(frozen=True, slots=True)
class Library:
    """One table file."""

    file: str
    name: str
    modules: tuple[str, ...]
    public_modules: tuple[str, ...]
    sink: bool  # its loaders lead to no other table's
    by_name: bool  # its loaders are taken by name: `getattr(models, name)(…)`
    roles_from: str | None
    loaders: tuple[Loader, ...]
    consumers: tuple[Consumer, ...]
    defaults: Mapping[str, tuple[str, str | None]]
    roles: Mapping[str, Mapping[str, Role]]
    families: Mapping[str, tuple[str, ...]]  # name -> globs on the classes that load the same sort of model
