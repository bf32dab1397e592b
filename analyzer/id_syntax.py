"""How ids are written: is this string the name of a model, a place on this machine, or neither?"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal, TypeAlias

from analyzer.known_ids import timm_names

Kind: TypeAlias = Literal["model", "local", "invalid"]

_MAX_LENGTH = 200
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
HUB_URL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?:api/models/|models/)?(?!datasets/|spaces/|docs/)"
    r"([\w.*-]+(?:/[\w.*-]+)?)/?(?:(?:resolve|blob|tree|raw)/.*|[?#].*)?$"
)
#: A file of a repository, as fsspec and cached_path write it: hf://org/name[@revision]/path; or node-llama-cpp:
#: hf:org/name/path, hf:org/name:Q4_K_M.
HUB_FILE = re.compile(r"(?:hf|huggingface):(?://)?(?!datasets/|spaces/)([\w.*-]+/[\w.*-]+)(?:[@:#][\w.*-]+)?(?:/.*)?$")
_PATH = re.compile(r"(?:\.{0,2}[/\\]|\.{1,2}$|~|[A-Za-z]:[/\\]|file:|(?:s3|gs|gcs|hdfs|dbfs|az|oss)://)|.*\\|.*/$")
_WEIGHTS = re.compile(
    r".*\.(?:bin|pt|pth|ckpt|safetensors|gguf|ggml|onnx|h5|hdf5|keras|pkl|pickle|json|tar|gz|tgz|zip|tflite|pb|npz|npy"
    r"|msgpack|ya?ml|toml|txt|model|torchscript|engine|mlmodel|ot|pdparams|nemo|joblib|csv|py)$",
    re.IGNORECASE,
)
REPOSITORY = re.compile(r"[\w*][\w.*-]*(?:/[\w.*-]+)?(?:@[\w.*/-]+)?$")
_FOLDERS = frozenset(
    [
        "artifacts",
        "assets",
        "cache",
        "cached",
        "checkpoint",
        "checkpoints",
        "ckpt",
        "ckpts",
        "data",
        "dataset",
        "datasets",
        "dist",
        "downloads",
        "exp",
        "experiment",
        "experiments",
        "export",
        "exported",
        "files",
        "final",
        "finetuned",
        "fine_tuned_model",
        "finetuned_model",
        "home",
        "local_models",
        "log",
        "logs",
        "mnt",
        "model",
        "model_files",
        "models",
        "my_model",
        "opt",
        "out",
        "output",
        "outputs",
        "path",
        "path_to_model",
        "pretrained",
        "pretrained_model",
        "pretrained_models",
        "resources",
        "results",
        "result",
        "root",
        "run",
        "runs",
        "save",
        "saved",
        "saved_model",
        "saved_models",
        "save_dir",
        "src",
        "temp",
        "tmp",
        "train_output",
        "trained",
        "trained_model",
        "trained_models",
        "user",
        "users",
        "usr",
        "var",
        "weight",
        "weights",
        "workspace",
    ]
)
_CHECKPOINT = re.compile(r"(?:.*/)?(?:checkpoint-(?:\d+|\*|best|last|final)|epoch[-_=]?\d+|step[-_]?\d+)$")
#: Weights files that Ultralytics downloads by their name.
_ASSET = re.compile(
    r"(?:yolo|rtdetr|sam|mobile_sam|FastSAM|yoloe|mobileclip)[\w.-]*\.(?:pt|onnx|torchscript)$", re.IGNORECASE
)
#: Ends of addresses of what is downloaded besides weights.
_DATA = re.compile(
    r"\.(?:jsonl?|[ct]sv|txt|npy|parquet|ya?ml|md|html?|png|jpe?g|gif|wav|mp3|flac|mp4)(?:\?.*)?$", re.IGNORECASE
)
_CLIP = re.compile(r"(?:RN\d+(?:x\d+)?|ViT-[A-Za-z]+[/-]\d+(?:@\d+px)?)$")


def classify(text: str, id_syntax: str) -> Kind:
    """What a string in an id parameter is: a model's name, a place on this machine, or neither.

    `*` stands for an unknown part. Nothing is looked up: a well-formed name counts as a model.
    """
    if not text or len(text) > _MAX_LENGTH or text != text.strip() or not text.isprintable():
        return "invalid"
    return _SYNTAXES.get(id_syntax, _hugging_face)(text)


def is_local(text: str) -> bool:
    return _PATH.match(text) is not None or _WEIGHTS.match(text) is not None or _CHECKPOINT.match(text) is not None


def _is_folder(text: str) -> bool:
    """Whether a path begins in a folder of a usual name, or of several, or one that is left out: `ckpt_cache/run`,
    `xxx/name`."""
    first, slash, _ = text.lower().partition("/")
    if slash and len(first) > 2 and not first.strip("x"):
        return True
    return first in _FOLDERS or (bool(slash) and "_" in first and _FOLDERS.issuperset(first.split("_")))


def _hugging_face(text: str) -> Kind:
    if HUB_URL.match(text):
        return "model"
    if is_local(text):
        return "local"
    if _URL.match(text):
        return "invalid"
    if _is_folder(text) or text.count("/") > 1:
        return "local" if not re.search(r"[\s<>{}$]", text) else "invalid"
    return "model" if REPOSITORY.match(text) and ".." not in text else "invalid"


def _prefixed(*prefixes: str, local: tuple[str, ...] = (), invalid: tuple[str, ...] = ()) -> Callable[[str], Kind]:
    """A syntax that marks ids on the hub by a prefix; without one, a name of the library's own."""

    def kind(text: str) -> Kind:
        if text.startswith(local):
            return "local"
        if text.startswith(invalid):
            return "invalid"
        for prefix in prefixes:
            if text.startswith(prefix):
                return "model" if REPOSITORY.match(text.removeprefix(prefix).split(":")[0]) else "invalid"
        return _hugging_face(text)

    return kind


def _timm_kind(text: str) -> Kind:
    kind = _prefixed("hf-hub:", "hf_hub:", local=("local-dir:",))(text)
    return "model" if kind == "local" and text in timm_names() else kind  # some tags look like file endings


def _keras(text: str) -> Kind:
    if text.startswith(("hf://", "kaggle://", "modelscope://")):
        return "model"
    return _hugging_face(text)


def torch_hub(text: str) -> Kind:
    repository, _, reference = text.partition(":")
    if is_local(text) or repository.count("/") > 1:
        return "local"
    if not re.fullmatch(r"[\w.*-]+/[\w.*-]+", repository) or not re.fullmatch(r"[\w.*/-]*", reference):
        return "local" if re.fullmatch(r"[\w.-]+", text) else "invalid"
    return "model"


def _clip(text: str) -> Kind:
    if _CLIP.match(text):
        return "model"
    return "local" if is_local(text) or "/" in text else _hugging_face(text)


def _spacy(text: str) -> Kind:
    if is_local(text) or "/" in text:
        return "local"
    return "model" if re.fullmatch(r"[a-z*][\w.*-]*", text) else "invalid"


def _file(text: str) -> Kind:
    """A weights file, by its URL or on this machine; a repository too. What holds a data set or settings is none."""
    if HUB_URL.match(text):
        return "model"
    if re.match(r"https?://", text, re.IGNORECASE):
        return "invalid" if _DATA.search(text) else "model"
    return _hugging_face(text)


def _hub_file(text: str) -> Kind:
    """A file of a repository on the Hub; any other address or path is none of a model that is known."""
    if HUB_FILE.match(text) or HUB_URL.match(text):
        return "model"
    return "invalid" if _URL.match(text) else "local"


def _inference(text: str) -> Kind:
    return _hugging_face(text if "://" in text else text.partition(":")[0])


def _weights(text: str) -> Kind:
    if re.match(r"https?://", text, re.IGNORECASE) or _ASSET.match(text):
        return "model"
    if re.match(r"[\w*][\w.*-]*\.(?:gguf|bin)$", text):
        return "model"
    return _registry(text)


def _ollama(text: str) -> Kind:
    """`llama3.2:3b`, `user/model`, `hf.co/org/name:Q4_K_M`."""
    return "model" if re.fullmatch(r"(?:[\w.*-]+/){0,2}[\w.*-]+(?::[\w.*-]+)?", text) else "invalid"


def _gensim(text: str) -> Kind:
    """Vectors; the other names are data sets."""
    return "model" if re.match(r"(?:glove|word2vec|fasttext|conceptnet)-[\w*]", text) else "invalid"


def _registry(text: str) -> Kind:
    """A name in a list of the library's own; slashes are part of it."""
    if HUB_URL.match(text):
        return "model"
    if is_local(text) or _is_folder(text):
        return "local"
    return "model" if re.fullmatch(r"[\w*][\w.*/@+-]*", text) else "invalid"


def _llama_index(text: str) -> Kind:
    if text in {"default", "local", "clip", "mock"}:
        return "model" if text == "local" else "invalid"
    return _prefixed("local:", "clip:")(text) if not text.startswith("clip:") else _clip(text[5:])


_SYNTAXES: dict[str, Callable[[str], Kind]] = {
    "huggingface": _hugging_face,
    "inference": _inference,
    "modelscope": _hugging_face,
    "whisper": _hugging_face,
    "timm": _timm_kind,
    "open_clip": _prefixed("hf-hub:", local=("local-dir:",)),
    "gradio": _prefixed("models/", "huggingface/", invalid=("spaces/",)),
    "clip": _clip,
    "spacy": _spacy,
    "torch_hub": torch_hub,
    "keras": _keras,
    "llama_index": _llama_index,
    "file": _file,
    "url": _file,
    "hub_file": _hub_file,
    "weights": _weights,
    "ollama": _ollama,
    "gensim": _gensim,
    "registry": _registry,
}
