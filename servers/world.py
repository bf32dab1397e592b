"""A made-up world of repositories: who has which files, which files name which models. Same seed, same world."""

from __future__ import annotations

import hashlib
import json
import random
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

#: What GitHub's search ignores between words.
_IGNORED = re.compile(r"[\s.,:;/\\`'\"=*!?#$&+^|~<>(){}\[\]@]+")

_FOLDERS = ("", "src/", "app/", "tests/", "examples/", "notebooks/", "models/", "scripts/deep/er/")
_WORDS = ("alpha", "bravo", "delta", "gamma", "omega", "sigma", "theta", "kappa")
_LICENCES = ("MIT", "Apache-2.0", "GPL-3.0", None)

#: Seconds: 2024-01-01.
EPOCH = 1_704_067_200


def words(text: str) -> list[str]:
    """What the search compares: lower-case words, punctuation dropped."""
    return [word for word in _IGNORED.split(text.lower()) if word]


def blob_hash(content: bytes) -> str:
    """The name that git gives to a file's content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


@dataclass(slots=True)
class Repo:
    number: int
    name: str
    stars: int = 0
    forks: int = 0
    is_fork: bool = False
    is_archived: bool = False
    is_template: bool = False
    licence: str | None = None
    topics: tuple[str, ...] = ()
    commit: str = ""
    files: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class File:
    """A file as a recipe: its text is made when it is asked for, so that a large world fits in memory."""

    number: int
    repo: int
    path: str
    models: tuple[int, ...]
    is_load: bool
    padding: int
    same_as: int | None = None

    @property
    def ending(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a world is, and how uneven."""

    repositories: int = 40
    models: Sequence[str] = ("gpt2", "bert-base-uncased", "org/tiny")
    hits: int = 300
    skew: float = 1.0
    most_padding: int = 2_000
    copies: float = 0.1
    together: float = 0.3
    endings: Sequence[str] = ("py", "py", "py", "ipynb", "yaml")
    forks: float = 0.1
    seed: int = 1


class World:
    """Repositories, their files, and an index of the models that files name."""

    def __init__(self, shape: Shape | None = None) -> None:
        self.shape = shape or Shape()
        self.models = tuple(self.shape.models)
        self.repos: list[Repo] = []
        self.files: list[File] = []
        self.naming: list[array[int]] = [array("l") for _ in self.models]
        self.renamed: dict[str, str] = {}
        self._build(random.Random(self.shape.seed))

    def _build(self, draw: random.Random) -> None:
        self.repos = [_repo(number, draw, self.shape.forks) for number in range(self.shape.repositories)]
        share = list(accumulate(1 / (rank + 1) ** self.shape.skew for rank in range(len(self.models))))
        hits = 0
        while hits < self.shape.hits:
            together = 1
            while draw.random() < self.shape.together and together < 40:
                together += 1
            chosen = {bisect_left(share, draw.random() * share[-1]) for _ in range(together)}
            self.add(draw, tuple(sorted(chosen)), self.shape.hits - hits)
            hits += len(self.files[-1].models)

    def add(self, draw: random.Random, models: tuple[int, ...], room: int) -> File:
        """One more file, in a repository where files are already likely."""
        number = len(self.files)
        repo = int(len(self.repos) * draw.random() ** 2)
        path = f"{draw.choice(_FOLDERS)}{draw.choice(_WORDS)}_{number}.{draw.choice(self.shape.endings)}"
        padding = int(draw.random() ** 3 * self.shape.most_padding)
        file = File(number, repo, path, models[:room], draw.random() < 0.8, padding)
        other = self.files[draw.randrange(number)] if self.files and draw.random() < self.shape.copies else None
        if other is not None and len(other.models) <= room:
            path = path.rpartition(".")[0] + "." + other.ending
            file = File(number, repo, path, other.models, other.is_load, other.padding, other.same_as or other.number)
        self.files.append(file)
        self.repos[repo].files.append(number)
        for model in file.models:
            self.naming[model].append(number)
        return file

    def content(self, file: File) -> bytes:
        """The text of a file: loads or mentions of its models, padded to its size."""
        origin = file if file.same_as is None else self.files[file.same_as]
        names = [self.models[model] for model in origin.models]
        return _TEXTS[origin.ending](origin, names).encode()

    def size(self, file: File) -> int:
        return self._sizes[file.number]

    def sha(self, file: File) -> str:
        return self._shas[file.number].hex()

    @cached_property
    def _sizes(self) -> array[int]:
        return array("l", (len(self.content(file)) for file in self.files))

    @cached_property
    def _shas(self) -> list[bytes]:
        return [bytes.fromhex(blob_hash(self.content(file))) for file in self.files]

    @cached_property
    def by_name(self) -> dict[str, Repo]:
        return {repo.name: repo for repo in self.repos}

    @cached_property
    def by_sha(self) -> dict[bytes, int]:
        return {sha: number for number, sha in enumerate(self._shas)}

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        """word of a model's name -> models."""
        found: dict[str, list[int]] = {}
        for number, name in enumerate(self.models):
            for word in words(name):
                found.setdefault(word, []).append(number)
        return found

    def candidates(self, wanted: Sequence[str]) -> Iterator[File]:
        """Files that can hold all these words: those that name the models named so, or all there are."""
        rare = min((self._by_word[word] for word in wanted if word in self._by_word), key=len, default=None)
        if rare is None:
            yield from self.files
            return
        numbers = {file for model in rare for file in self.naming[model]}
        yield from (self.files[number] for number in sorted(numbers))


def _repo(number: int, draw: random.Random, forks: float) -> Repo:
    return Repo(
        number,
        f"owner{number % 97}/{draw.choice(_WORDS)}-{number}",
        stars=int(draw.paretovariate(0.7)) - 1,
        forks=draw.randrange(5),
        is_fork=draw.random() < forks,
        is_archived=draw.random() < 0.05,
        is_template=draw.random() < 0.02,
        licence=draw.choice(_LICENCES),
        topics=tuple(sorted(draw.sample(_WORDS, draw.randrange(3)))),
        commit=hashlib.sha1(f"commit {number}".encode(), usedforsecurity=False).hexdigest(),
    )


def _python(file: File, names: Sequence[str]) -> str:
    lines = [f'"""File {file.number}."""', "from transformers import AutoModel, pipeline", ""]
    for number, name in enumerate(names):
        load = f'model{number} = AutoModel.from_pretrained("{name}")'
        lines.append(load if file.is_load else f"# {load}")
    return "\n".join([*lines, *("# padding " + "x" * 70 for _ in range(file.padding // 80)), ""])


def _notebook(file: File, names: Sequence[str]) -> str:
    source = _python(file, names).splitlines(keepends=True)
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _config(file: File, names: Sequence[str]) -> str:
    lines = [f"# file {file.number}, read by from_pretrained", *(f"model_{n}: {name}" for n, name in enumerate(names))]
    return "\n".join([*lines, *("# padding " + "x" * 70 for _ in range(file.padding // 80)), ""])


_TEXTS = {"py": _python, "ipynb": _notebook, "yaml": _config}
