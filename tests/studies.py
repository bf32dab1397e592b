"""Studies for tests of what is shown of them: a plain one, and one in which every text is hostile."""

from __future__ import annotations

from pathlib import Path

from analyzer.records import Anchor, ApiCall, CallSequence, LoadSite, ModelRef, Origin
from ptmscope import studied
from ptmscope.findings import Counts
from ptmscope.repositories import Repository, repository
from ptmscope.settings import Settings

MIT = "MIT License\n\nPermission is hereby granted, free of charge, to any person … without restriction\n"
GPL = "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n"
GENERATE = """
from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("gpt2", use_fast=True)
model = AutoModelForCausalLM.from_pretrained("gpt2")
def answer(prompt):
    ids = tokenizer(prompt, return_tensors="pt")  # a comment
    return tokenizer.decode(model.generate(**ids, max_new_tokens=20)[0])
"""
EMBED = """
from sentence_transformers import SentenceTransformer
model = SentenceTransformer("all-MiniLM-L6-v2")
vectors = model.encode(["a"], batch_size=8)
"""
MOOD = 'from transformers import pipeline\nmood = pipeline("sentiment-analysis", model={id!r})\nmood("fine")\n'

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "\u202etxet\u2066 \u200b",
    "a\x00b\x1b[31m\x7f\u2028c",
    "__proto__",
    "constructor",
    "<!--<script>",
    "]]>&lt;b&gt;&amp;",
    "\"onmouseover='alert(1)' x=\"",
    "<b>bold</b><a href='javascript:alert(1)'>x</a>",
    "%{customdata}$x^2$${y}",
    "\udc80",
)


def plain(folder: Path, repositories: int = 5) -> Path:
    """Repositories that use four models, half of them under a licence that lets others show their code."""
    paths = []
    for number in range(repositories):
        root = folder / f"repo{number}"
        root.mkdir(parents=True)
        (root / "LICENSE").write_text(MIT if number % 2 == 0 else GPL)
        (root / "answer.py").write_text(GENERATE)
        (root / "embed.py").write_text(EMBED)
        (root / "mood.py").write_text(MOOD.format(id=("distilbert-base-uncased", "roberta-base")[number % 2]))
        (root / "unknown.py").write_text("from transformers import AutoModel\nAutoModel.from_pretrained(given)\n")
        paths.append(root)
    return _study(folder / "study", [repository(str(path), path.name, Settings()) for path in paths])


def hostile(folder: Path) -> Path:
    """Every text of every record is hostile, and so is the code."""
    found = []
    for number, text in enumerate(HOSTILE):
        root = folder / str(number)
        root.mkdir(parents=True)
        path = text.replace("/", "").replace("\x00", "").encode("utf-8", "replace").decode() + ".py"
        load = f"m = transformers.AutoModel.from_pretrained({text!r})  # {text}\n"
        code = f"import transformers\n{load}m.generate({text!r})\n"
        (root / path).write_bytes(code.encode("utf-8", "surrogateescape"))
        found.append(_hostile(str(root), path, text))
    return _study(folder / "study", found)


def _hostile(folder: str, path: str, text: str) -> Repository:
    api = "transformers.AutoModel.from_pretrained"
    ref = ModelRef(text, None, text, text, "certain", Origin(text, 2))
    arguments = ((text, text), ("__proto__", text), ("api_token", text))
    site = LoadSite(path, 2, 4, 2, None, api, text, text, "resolved", None, (ref,), arguments)
    lost = LoadSite(path, 3, 4, 3, None, text, text, text, text, text, ())  # type: ignore[arg-type]
    calls = (
        ApiCall(api, 2, None, "load", "load", (), keywords=(text,)),
        ApiCall("transformers.AutoModel.generate", 3, None, "receiver", "infer", (0,), keywords=(text, "__proto__")),
        ApiCall(text, 3, None, "derived", "postprocess", (1,), reads=(text,)),
    )
    usages = tuple(CallSequence(path, None, name, (Anchor(2, None, api),), calls) for name in (text, "gpt2"))
    counts = Counts(1, 0, ((text, 3),))
    return Repository(
        f"r {text}", folder, (site, lost), usages, text, "MIT", f"https://github.com/{text}", text, counts
    )


def _study(folder: Path, repositories: list[Repository]) -> Path:
    folder.mkdir()
    for each in repositories:
        studied.keep(str(folder), each, Settings())
    (folder / studied.MARK).write_text('{"form": 3, "steps": {}}\n')
    return folder
