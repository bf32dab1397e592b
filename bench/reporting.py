"""Reports of a large study: `python -m bench.reporting [--models N] [--page-models N] [--no-browser]`.

A study is generated: usages of models by rank as in real ones (a few with hundreds, most with one or two), in
repositories with files of real-looking code, half of them under a licence that lets others show it. Its site is
written, pages of it are opened in headless chromium, and the single page of a small study is written.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from analyzer import analyze_source
from analyzer.records import FileReport
from bench.tables import Cell, table
from patterns.pattern import Pattern, Patterns, member
from patterns.skeleton import name, skeleton, weights_of
from ptmscope import studied, study
from ptmscope.destination import writing
from ptmscope.export.patterns.formats import FORMATS
from ptmscope.findings import Counts
from ptmscope.report import page, site
from ptmscope.report.material import Material, key, material
from ptmscope.repositories import Repository
from ptmscope.settings import Settings

SEED = 7
#: Models of one file at most, files of a repository.
FILES = 8
#: Usages of the model of rank r: FIRST / r ** FALL, one at least.
FIRST, FALL = 700, 0.85
#: Pages that are opened, each so often.
OPENED, TIMES = 12, 3
CODE = (
    """from transformers import AutoTokenizer, AutoModelForCausalLM
tokenizer = AutoTokenizer.from_pretrained("MODEL", use_fast=True)
model = AutoModelForCausalLM.from_pretrained("MODEL", device_map="auto")

def answer(prompt):
    inputs = tokenizer(prompt, return_tensors="pt").to(model.device)
    ids = model.generate(**inputs, max_new_tokens=200, do_sample=True)
    return tokenizer.decode(ids[0], skip_special_tokens=True)
""",
    """from sentence_transformers import SentenceTransformer, util
model = SentenceTransformer("MODEL")

def search(query, documents):
    vectors = model.encode(documents, batch_size=32, convert_to_tensor=True)
    return util.semantic_search(model.encode(query), vectors, top_k=5)
""",
    """from transformers import AutoTokenizer, AutoModelForSequenceClassification, Trainer, TrainingArguments
tokenizer = AutoTokenizer.from_pretrained("MODEL")
model = AutoModelForSequenceClassification.from_pretrained("MODEL", num_labels=2)

def train(data):
    data = data.map(lambda row: tokenizer(row["text"], truncation=True, padding="max_length"))
    trainer = Trainer(model=model, args=TrainingArguments("out"), train_dataset=data, tokenizer=tokenizer)
    trainer.train()
    trainer.save_model("out")
""",
    """from transformers import pipeline
classify = pipeline("text-classification", model="MODEL", device=0)
print(classify(["good", "bad"], truncation=True))
""",
    """import torch
from diffusers import StableDiffusionPipeline
pipe = StableDiffusionPipeline.from_pretrained("MODEL", torch_dtype=torch.float16).to("cuda")
pipe.enable_attention_slicing()
image = pipe("a photo", num_inference_steps=30, guidance_scale=7.5).images[0]
image.save("out.png")
""",
    """from transformers import AutoModel, AutoTokenizer
import torch
tokenizer = AutoTokenizer.from_pretrained("MODEL")
model = AutoModel.from_pretrained("MODEL", trust_remote_code=True)
model.eval()

def embed(texts):
    batch = tokenizer(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**batch).last_hidden_state
    return hidden.mean(dim=1)
""",
    """from huggingface_hub import hf_hub_download
path = hf_hub_download(repo_id="MODEL", filename="model.safetensors", revision="main")
""",
    """from transformers import pipeline
speech = pipeline("automatic-speech-recognition", model="MODEL", chunk_length_s=30)
print(speech("audio.mp3", return_timestamps=True)["text"])
""",
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.reporting", description=__doc__)
    parser.add_argument("--models", type=int, default=7325, metavar="N")
    parser.add_argument("--page-models", type=int, default=200, metavar="N")
    parser.add_argument("--no-browser", action="store_true")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        large = generated(root / "large", options.models)
        print(table(f"The site of {options.models:,} models", _FIGURES, _site(large, root / "site")))
        if not options.no_browser:
            found = _opened(root / "site", material([str(large)], Settings()))
            print(table("Pages opened in headless chromium", _OPENED, found))
        small = generated(root / "small", options.page_models)
        print(table(f"One page of {options.page_models:,} models", _FIGURES, _page(small, root / "report.html")))
    return 0


_FIGURES = ("figure", "value")
_OPENED = ("page", "text there, s", "pictures drawn, s", "CPU of the page, s")


def _site(large: Path, folder: Path) -> Iterator[tuple[Cell, ...]]:
    start, cpu = time.monotonic(), time.process_time()
    found = material([str(large)], Settings())
    site.write(found, "bench", str(folder))
    wall, cpu = time.monotonic() - start, time.process_time() - cpu
    files = [path for path in folder.rglob("*") if path.is_file()]
    yield "models", f"{len(found.models):,}"
    yield "usages", f"{sum(len(model.usages) for model in found.models):,}"
    yield "repositories", f"{len(found.repositories):,}"
    yield "written in, s of CPU", f"{cpu:.0f}"
    yield "written in, s (target: 120)", f"{wall:.0f}"
    yield "files", f"{len(files):,}"
    yield "MB", f"{sum(path.stat().st_size for path in files) / 1e6:.0f}"
    yield "peak memory, MB", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f}"


def _page(small: Path, file: Path) -> Iterator[tuple[Cell, ...]]:
    found = material([str(small)], Settings())
    with writing(str(file), is_binary=False) as output:
        page.write(found, "bench", output)
    yield "models", f"{len(found.models):,}"
    yield "usages", f"{sum(len(model.usages) for model in found.models):,}"
    yield "MB (target: 8)", f"{file.stat().st_size / 1e6:.2f}"


def _opened(folder: Path, found: Material) -> Iterator[tuple[Cell, ...]]:
    """Until what is on the first screen is drawn."""
    from playwright.sync_api import sync_playwright

    size = len(found.models)
    ranks = sorted({round(size ** (step / (OPENED - 1))) - 1 for step in range(OPENED)})
    keys = [key(found.models[rank].name) for rank in ranks]
    views = [(view, f"{view if view != 'overview' else 'index'}.html") for view in site.VIEWS if view != "compare"]
    pages = [*views, ("compare", f"compare.html#/{keys[0]}/{keys[1]}")]
    pages += [(f"model of rank {rank + 1:,}", f"model/{name}.html") for rank, name in zip(ranks, keys, strict=True)]
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        _seconds(browser, folder.as_uri(), "index.html")  # the browser itself is warm then
        for told, address in pages:
            taken = [_seconds(browser, folder.as_uri(), address) for _ in range(TIMES)]
            yield told, *(f"{statistics.median(column):.2f}" for column in zip(*taken, strict=True))
        browser.close()


_TEXT = """() => document.body?.dataset.ready && document.querySelector("main h2, main table")"""
_PICTURES = """() => [...document.querySelectorAll(".plot")].every((plot) =>
    plot.getBoundingClientRect().top > innerHeight || plot.dataset.drawn)"""


def _seconds(browser: Any, root: str, address: str) -> tuple[float, float, float]:
    """Until the text is there, until the pictures are, and the processor time of the page's process till then."""
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    session = opened.context.new_cdp_session(opened)
    session.send("Performance.enable")
    before, start = _cpu(session), time.monotonic()
    opened.goto(f"{root}/{address}")
    opened.wait_for_function(_TEXT)
    text = time.monotonic() - start
    opened.wait_for_function(_PICTURES)
    pictures = time.monotonic() - start
    used = _cpu(session) - before
    opened.close()
    return text, pictures, used


def _cpu(session: Any) -> float:
    metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
    return float(metrics["ProcessTime"])


# -- a study


def generated(folder: Path, models: int) -> Path:
    """A study with its patterns, and the code that it was read from."""
    chance = random.Random(SEED)
    reports = [analyze_source(code.replace("MODEL", "owner/model").encode(), "a.py") for code in CODE]
    names = [f"owner{chance.randrange(models // 4 + 1)}/model-{rank}-base" for rank in range(models)]
    uses = [
        (rank, chance.randrange(3)) for rank in range(models) for _ in range(max(1, int(FIRST / (rank + 1) ** FALL)))
    ]
    chance.shuffle(uses)
    repositories = []
    while uses:
        taken = [uses.pop() for _ in range(min(len(uses), chance.randint(1, FILES)))]
        repositories.append(_repository(folder, len(repositories), taken, names, reports))
    (folder / "study").mkdir(parents=True, exist_ok=True)
    for each in repositories:
        studied.keep(str(folder / "study"), each, Settings())
    _keep_patterns(folder / "study", repositories)
    return folder / "study"


def _repository(
    folder: Path, number: int, taken: Sequence[tuple[int, int]], names: Sequence[str], reports: Sequence[FileReport]
) -> Repository:
    root = folder / "code" / f"repo-{number}"
    root.mkdir(parents=True)
    sites, usages = [], []
    for place, (rank, way) in enumerate(taken):
        number_of_code = (rank + way) % len(CODE)
        path, report = f"src/part_{place}/use.py", reports[number_of_code]
        (root / path).parent.mkdir(parents=True)
        (root / path).write_text(CODE[number_of_code].replace("MODEL", names[rank]))
        for each in report.sites:
            refs = tuple(replace(ref, id=names[rank], canonical_id=None) for ref in each.models)
            sites.append(replace(each, path=path, models=refs))
        usages += [replace(usage, path=path, model_id=names[rank]) for usage in report.sequences]
    url = f"https://github.com/owner{number}/repo-{number}"
    licence = "MIT" if number % 2 else None
    counts = Counts(3 * len(taken), 0, ())
    return Repository(
        f"repo-{number}", str(root), tuple(sites), tuple(usages), f"{number:040x}", licence, url, counts=counts
    )


def _keep_patterns(folder: Path, repositories: Sequence[Repository]) -> None:
    """As the step of a study keeps them; one for each piece of code, which are alike."""
    held: defaultdict[str, list[tuple[str, Any]]] = defaultdict(list)
    for each in repositories:
        for usage in each.usages:
            held[json.dumps([call.api for call in usage.calls])].append((each.name, usage))
    total = sum(map(len, held.values()))
    made = [_pattern(number, own, total) for number, own in enumerate(held.values())]
    with writing(str(folder / "patterns.jsonl"), is_binary=False) as output:
        FORMATS["jsonl"](Patterns(tuple(made), (), total), output)
    study.mark_done(str(folder), "patterns", ("patterns.jsonl",))


def _pattern(number: int, own: Sequence[tuple[str, Any]], total: int) -> Pattern:
    usages, sources = [usage for _, usage in own], [source for source, _ in own]
    steps = skeleton(usages[:50], sources[:50])
    models = tuple(sorted({usage.model_id for usage in usages}))
    members = tuple(member(*each) for each in own)
    told = (f"{number:012x}", name(steps, weights_of(usages[:50])), "use", steps, len(set(sources)))
    return Pattern(*told, len(own) / total, 0.9, models, members)


if __name__ == "__main__":
    sys.exit(main())
