"""Repositories in which it is known what is wrong with each file: the ground truth of the curation benchmark.

The code is this project's own; every file of it is used once, so that what is planted are all the copies there are.
Beside each planted set stand near misses that no rule may take; most sets have some that show less than the rules ask
for.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from miner.records import Repository

HOST = "example.org"
#: Words for names; none of them is a sign of a toy.
_WORDS = (
    "amber",
    "basalt",
    "cedar",
    "delta",
    "ember",
    "fjord",
    "garnet",
    "harbor",
    "indigo",
    "juniper",
    "kelp",
    "larch",
)
_WORDS += ("mesa", "nimbus", "onyx", "pine", "quartz", "reef", "sable", "tundra", "umber", "vale", "willow", "yarrow")


@dataclass(frozen=True, slots=True)
class Planted:
    """A repository, its files (path, text), and the rules that must take each path."""

    repository: Repository
    files: tuple[tuple[str, str], ...]
    truth: dict[str, frozenset[str]] = field(default_factory=dict)


def planted(sources: Path, seed: int = 1) -> tuple[Planted, ...]:
    """All repositories, ordinary ones first."""
    lots = random.Random(seed)
    making = _Making(lots, pool_of(sources, lots))
    ordinary = [making.ordinary(number) for number in range(40)]
    return (*ordinary, *making.facts(), *making.mirrors(), *making.toys(), *making.vendored(), *making.generated(),
            *making.copies(ordinary))  # fmt: skip


def pool_of(sources: Path, lots: random.Random) -> list[str]:
    """Files of code of a usual length, shuffled."""
    texts = (file.read_text("utf-8") for file in sorted(sources.rglob("*.py")))
    pool = [text for text in texts if 1500 < len(text) < 20000]
    lots.shuffle(pool)
    return pool


class _Making:
    def __init__(self, lots: random.Random, pool: list[str]) -> None:
        self.lots = lots
        self.pool = pool
        self.made = 0

    def repository(self, name: str | None = None, **facts: object) -> Repository:
        """One that nothing is wrong with, but for the facts given."""
        self.made += 1
        lots = self.lots
        usual = Repository(
            HOST,
            f"owner{self.made}/{name or '-'.join(lots.sample(_WORDS, 2))}",
            commit=f"{self.made:040x}",
            stars=lots.randrange(5, 400),
            fork=False,
            archived=False,
            template=False,
            files=lots.randrange(12, 300),
            commits=lots.randrange(10, 500),
            created="2022-01-01",
        )
        return replace(usual, **facts)  # type: ignore[arg-type]

    def code(self) -> str:
        """A file that is nowhere else."""
        return self.pool.pop() if self.pool else _own_code(self.lots)

    def simple(self, repository: Repository, rules: frozenset[str] = frozenset(), **extra: str) -> Planted:
        files = (("src/main.py", self.code()), ("README.md", f"# {repository.name}\n\nAbout it.\n"))
        told = {path: text.replace("{n}", str(self.made)) for path, text in extra.items()}
        every = (*(each for each in files if each[0] not in extra), *told.items())
        return Planted(repository, every, {path: rules for path, _ in every})

    def ordinary(self, number: int) -> Planted:
        """With, in turn, front matter and configs that are not the Hub's, places and names that are no toy's."""
        misses: tuple[dict[str, str], ...] = (
            {"README.md": "---\nlayout: page\ntitle: Docs\ntags: [a, b]\n---\n# Docs\n"},
            {"config.json": '{"model_name": "x", "port": 8000, "license": "mit"}'},
            {
                "README.md": "# Model card\n\nlicense: mit\ntags: none\n",
                ".gitattributes": "*.bin binary\n*.png filter=lfs\n",
            },
            {"examples/run.py": self.code()},
            {"src/vendor_api.py": self.code()},
            {"src/transformers_utils/loading.py": self.code(), "src/models/bert.py": self.code()},
            {"src/captions.py": "# Shows generated text; edit it there.\nTITLE = 'auto-generated captions, {n}'\n"},
            {"weights.bin": "not a pointer"},
        )
        names = ("concourse", "discourse-bot", "labrador", "practicality", "demographics", "recourse", None, None)
        return self.simple(self.repository(names[number % len(names)]), **misses[number % len(misses)])

    def facts(self) -> Iterator[Planted]:
        for name in ("fork", "archived", "template"):
            for _ in range(10):
                yield self.simple(self.repository(**{name: True}), frozenset({name}))

    def mirrors(self) -> Iterator[Planted]:
        """Of models and Spaces, with all or only some of what such a repository has."""
        card = "---\n# {n}\nlicense: mit\ntags:\n- text-generation\npipeline_tag: text-generation\n---\n# A model\n"
        small = "---\n# {n}\nlanguage: en\nbase_model: gpt2\nlibrary_name: peft\n---\n"
        space = "---\ntitle: A Space {n}\nemoji: 🐢\ncolorFrom: red\nsdk: gradio\napp_file: app.py\n---\n"
        config = '{\n  "architectures": ["GPT2LMHeadModel"],\n  "model_type": "gpt2", "n": {n}\n}'
        pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:{n}\nsize 548118077\n"
        attributes = (
            "# {n}\n*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
        )
        kinds: tuple[dict[str, str], ...] = (
            {"README.md": card, "config.json": config, "model.safetensors": pointer, ".gitattributes": attributes},
            {"README.md": small},
            {"README.md": space, "app.py": "import gradio\n", ".gitattributes": attributes},
            {"README.md": space, "app.py": "import streamlit\n"},
            {"README.md": "# x\n", "config.json": config, "pytorch_model.bin": pointer},
            {"config.json": '{"_class_name": "UNet2DModel", "n": {n}}', ".gitattributes": attributes},
            {"README.md": card},
            {"config.json": config, "README.md": "---\nlicense: mit\n---\n# {n}\n", ".gitattributes": attributes},
        )
        for number in range(24):
            yield self.simple(self.repository(), frozenset({"hub_mirror"}), **kinds[number % len(kinds)])
        yield self.simple(self.repository(), frozenset({"hub_mirror"}), **{"config.json": config})  # shows too little

    def toys(self) -> Iterator[Planted]:
        kinds: tuple[dict[str, object], ...] = (
            {"name": "nlp-homework-3", "stars": 0, "files": 9},
            {"name": "hello-world-bert", "stars": 2, "files": 2},
            {"name": "CS224N_assignment", "stars": 0},
            {"name": "transformers-tutorial", "commits": 1},
            {"name": "bert-course", "topics": ("course", "nlp")},
            {"name": "test-repo", "stars": 0, "files": 3},
            {"name": "sentiment", "stars": 0, "files": 2, "commits": 1},
            {"name": "learning-transformers", "description": "For learning purposes"},
            {"name": "hf-workshop", "stars": 0},
            {"name": "classifier", "stars": 0, "commits": 1, "description": "My coursework, term 2"},
        )
        for number in range(30):
            facts = dict(kinds[number % len(kinds)])
            yield self.simple(self.repository(str(facts.pop("name")), **facts), frozenset({"toy"}))
        yield self.simple(
            self.repository("mnist", description="week 3", stars=0), frozenset({"toy"})
        )  # shows too little
        for name, facts in (("stock-tutorial", {}), ("small", {"files": 2, "stars": 0}), ("new", {"stars": 0})):
            yield self.simple(self.repository(name, **facts))  # signs, but too few

    def vendored(self) -> Iterator[Planted]:
        """Folders of other people's code, whole packages, and single files of libraries."""
        places: tuple[tuple[str, ...], ...] = (
            ("third_party/lib/a.py",),
            ("src/_vendor/b.py",),
            ("web/node_modules/x/index.js",),
            ("transformers/__init__.py", "transformers/modeling_utils.py", "transformers/configuration_utils.py",
             "transformers/tokenization_utils.py", "transformers/data/x.py"),
            ("code/transformers/models/bert/modeling_bert.py",),
            ("diffusers/pipelines/ddpm/pipeline_ddpm.py",),
            ("lib/sentence_transformers/losses/TripletLoss.py",),
            ("pytorch_pretrained_bert/modeling.py",),
            ("external/vendor/tool.py",),
            ("libs/diffusers/schedulers/scheduling_ddim.py",),
            ("fairseq_copy/tasks.py",),  # shows too little
        )  # fmt: skip
        for number in range(22):
            paths = places[number % len(places)]
            own = (("src/main.py", self.code()), ("README.md", "# x\n"))
            taken = tuple((path, self.code()) for path in paths)
            truth = {**dict.fromkeys(paths, frozenset({"vendored"})), "src/main.py": frozenset[str]()}
            yield Planted(self.repository(), (*own, *taken), truth)

    def generated(self) -> Iterator[Planted]:
        heads = (
            "# Generated by the protocol buffer compiler.  DO NOT EDIT!\n",
            "# This file was automatically generated by speakeasy.\n",
            "# AUTO-GENERATED FROM openapi.yaml\n",
            "// @generated by relay\n",
            '"""Autogenerated by make fix-copies. Do not edit."""\n',
            "# Code generated by swagger. DO NOT EDIT.\n",
            "# Autogenerated with datamodel-codegen\n",
            "# This module is generated. Changes are lost.\n",
            "# WARNING: auto generated by build.rs\n",
            "# Output of mktables; your changes will be overwritten.\n",  # shows too little
            "# Do not modify this file: it is generated from schema.json.\n# Run make instead.\n",
        )
        for number in range(22):
            head = heads[number % len(heads)]
            path = "src/client.ts" if head.startswith("//") else "src/client.py"
            files = ((path, head + self.code()), ("src/main.py", self.code()))
            yield Planted(self.repository(), files, {path: frozenset({"generated"}), "src/main.py": frozenset()})

    def copies(self, ordinary: list[Planted]) -> Iterator[Planted]:
        """Copies of files of popular repositories in lesser ones: as they are, with edits, and half rewritten."""
        for number, original in enumerate(ordinary):
            text = dict(original.files)["src/main.py"]
            lesser = self.repository(stars=1)
            if number % 4 == 0:
                yield self._copy(lesser, text, {"exact_duplicate"})
            elif number % 4 == 3:
                yield self._copy(lesser, _rewritten(text, 0.5, self.lots), set())
            else:
                yield self._copy(lesser, edited(text, 0.04, self.lots), {"near_duplicate"})

    def _copy(self, repository: Repository, text: str, rules: set[str]) -> Planted:
        files = (("lib/helper.py", text), ("src/main.py", self.code()))
        return Planted(repository, files, {"lib/helper.py": frozenset(rules), "src/main.py": frozenset()})


def edited(text: str, part: float, lots: random.Random) -> str:
    """What people do to code they take: another head, so many of the lines touched, a function renamed."""
    lines = text.split("\n")
    for _ in range(max(1, round(len(lines) * part / 2))):  # a line out, a line in
        del lines[lots.randrange(len(lines))]
        lines.insert(lots.randrange(len(lines)), f"    # changed {lots.randrange(1000)}")
    text = f"# taken from elsewhere, {lots.randrange(1000)}\n" + "\n".join(lines)
    names = re.findall(r"(?m)^(?:def|class) (\w+)", text)
    return re.sub(rf"\b{lots.choice(names)}\b", "renamed", text) if names else text


def _rewritten(text: str, part: float, lots: random.Random) -> str:
    """With so many of its lines replaced by others."""
    lines = text.split("\n")
    return "\n".join(f"x{lots.randrange(10**6)} = {lots.random()}" if lots.random() < part else line for line in lines)


def _own_code(lots: random.Random) -> str:
    """Code that is like no other."""
    names = [f"{lots.choice(_WORDS)}_{lots.randrange(10**6)}" for _ in range(40)]
    lines = [f"{name} = {lots.choice(_WORDS)}({lots.randrange(10**6)}, '{lots.choice(_WORDS)}')" for name in names]
    return "\n".join(["from transformers import AutoModel", *lines, ""])
