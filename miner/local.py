"""Folders and git clones on disk as a source: each is a repository, read in pages of files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from miner.clones import Clone, clone_of
from miner.corpus import Corpus, blob_hash
from miner.errors import Misuse
from miner.licences import licence_of
from miner.reader import read
from miner.records import Answer, Fetched, Hit, Query, Repository
from miner.walk import Rules, Skip, shown, walk

SOURCE = "local"
KIND = "repository"
#: Endings of files with weights, and the bytes that a pointer to one has at most.
_WEIGHTS = (".bin", ".safetensors", ".h5", ".msgpack", ".onnx", ".gguf", ".ckpt", ".pt", ".pth")
_POINTER = 4096
#: Files of one page, which is stored in one step.
PAGE = 200


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder, listed: `files` relative to it, in order, as the system knows them."""

    root: str
    clone: Clone
    licence: str | None
    files: tuple[str, ...]

    @classmethod
    def of(cls, question: str) -> _Folder:
        root, _, commit = question.rpartition("@")
        clone = clone_of(Path(root)) or Clone()
        if not os.path.isdir(root) or (clone.commit or "") != commit:
            raise Misuse(f"{root}: no longer there as it was")
        found = (each for each in walk(root, Rules()) if isinstance(each, str))
        return cls(root, clone, licence_of(root), tuple(sorted({*found, *_signs(root)})))

    @property
    def repository(self) -> Repository:
        """A clone is known by where it comes from, another folder by where it is."""
        host, name = self.clone.host, self.clone.name or shown(self.root)
        commit, branch = self.clone.commit, self.clone.branch
        return Repository(host, name, commit, branch, licence=self.licence, files=len(self.files), url=self.clone.url)


def plan(corpus: Corpus, folders: Iterable[str | os.PathLike[str]], *, again: bool = False) -> int:
    """Puts folders on the list; how many were not there yet. A clone at another commit is another question, another
    folder only with `again`."""
    questions = [_question(Path(folder)) for folder in folders]
    for question in questions if again else ():
        corpus.ask_again(SOURCE, KIND, question)
    return corpus.plan(Query(SOURCE, KIND, question) for question in questions)


def collect(corpus: Corpus, *, max_size: int) -> Iterator[Answer]:
    """Reads the folders on the list that have not been read; an answer is stored before it is given out."""
    while queries := corpus.unanswered(SOURCE, KIND, limit=1):
        for answer in _pages(queries[0], max_size):
            corpus.answer(answer)
            yield answer


def _pages(query: Query, max_size: int) -> Iterator[Answer]:
    """The answers from this page on."""
    try:
        folder = _Folder.of(query.text)
    except Misuse as error:
        yield Answer(query, "failed", reason=str(error))
        return
    answer = _page(folder, query, max_size)
    while answer.then:
        yield answer
        answer = _page(folder, answer.then[0], max_size)
    yield answer


def _signs(root: str) -> Iterator[str]:
    """Files at the root that are no code, and tell a repository of the Hub: pointers in place of weights."""
    for entry in os.scandir(root):
        is_sign = entry.name == ".gitattributes" or entry.name.endswith(_WEIGHTS)
        if is_sign and entry.is_file(follow_symlinks=False) and entry.stat().st_size <= _POINTER:
            yield entry.name


def _question(folder: Path) -> str:
    if not folder.is_dir():
        raise Misuse(f"{folder}: not a folder")
    clone = clone_of(folder)
    return f"{os.path.realpath(folder)}@{(clone and clone.commit) or ''}"


def _page(folder: _Folder, query: Query, max_size: int) -> Answer:
    start = (query.page - 1) * PAGE
    files = folder.files[start : start + PAGE]
    rest = (Query(SOURCE, KIND, query.text, query.page + 1),) if start + PAGE < len(folder.files) else ()
    found = tuple(_fetched(folder, files, max_size))
    return Answer(query, total=len(files), files=found, repositories=(folder.repository,), then=rest)


def _fetched(folder: _Folder, files: Iterable[str], max_size: int) -> Iterator[Fetched]:
    repository = folder.repository
    for file in files:
        path = shown(file)
        content = read(os.path.join(folder.root, file), path, max_size)
        if not isinstance(content, Skip):
            hit = Hit(repository.host, repository.name, path, blob_hash(content), folder.clone.commit)
            yield Fetched(hit, content)
