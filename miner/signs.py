"""The tests that look at one repository: each tells which of its files a reason applies to, and what it saw."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, TypeAlias

from analyzer.languages import GRAMMARS
from miner import copies
from miner.folders import reason_by_name
from miner.records import StoredFile
from miner.rules import Rule
from miner.subjects import Subject

#: (key of the file, what was seen)
Finding: TypeAlias = tuple[int, str]
Test = Callable[[Rule, Subject], Iterator[Finding]]

_FRONT_MATTER = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)\r?\n---", re.DOTALL)
_COMMENT = re.compile(r"(?m)^[ \t]*(?:#+|//+|/?\*+)")  # how a line of one starts
_KEY = re.compile(r"(?m)^([\w-]+)[ \t]*:")
_HEAD = 4000  # bytes that are enough to tell


def fact(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """What the code host says of the repository."""
    if getattr(subject.repository, rule.settings["fact"]):
        yield from _all(subject, "")


def mirror(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """Whether the repository is one of a model or a Space of the Hub, by what lies at its root."""
    points, seen = 0, []
    for file in subject.files:
        if "/" not in file.hit.path:
            for name, worth in _mirror_signs(rule, file, subject.content):
                if name not in seen:
                    points += worth
                    seen.append(name)
    if points >= rule.settings["points"]:
        yield from _all(subject, ", ".join(sorted(seen)))


def _mirror_signs(rule: Rule, file: StoredFile, content: Callable[[str], bytes]) -> Iterator[tuple[str, int]]:
    path = file.hit.path
    wanted = {name: row for name, row in rule.settings["files"].items() if _whole(row["path"]).fullmatch(path)}
    is_readme = path.lower() == "readme.md"
    if not wanted and not is_readme:
        return
    text = content(file.blob)[:_HEAD].decode("utf-8", "replace")
    yield from ((name, row["points"]) for name, row in wanted.items() if _whole(row["has"]).search(text))
    matter = _FRONT_MATTER.match(text) if is_readme else None
    keys = set(_KEY.findall(matter[1])) if matter else set()
    for name, row in rule.settings["front_matter"].items():
        if len(keys.intersection(row["keys"])) > 1:
            yield name, row["points"]


def vendored(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """Files of another project: by their folder, or because a library's source lies there."""
    if _is_own(subject):
        return
    places = copies.packages(subject.paths)
    patterns = [_whole(pattern) for pattern in rule.settings["paths"]]
    for file in subject.files:
        path = file.hit.path
        folders = path.split("/")[:-1]
        folder = next((name for name in folders if reason_by_name(name, include_vendored=False)), None)
        place = next((place for place in places if path.startswith(f"{place}/")), None)
        if folder is not None or place is not None or any(pattern.fullmatch(path) for pattern in patterns):
            yield file.key, folder or place or path


def _is_own(subject: Subject) -> bool:
    """Whether the repository is that of a library which others copy."""
    name = subject.repository.name.rpartition("/")[2].lower().replace("_", "-")
    return any(name in library.distributions for library in copies.facts().libraries.values())


def generated(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """Code that programs wrote: they say so in its first lines, or it has a name or lines that nobody writes."""
    paths = [_whole(pattern) for pattern in rule.settings["paths"]]
    says = [_whole(pattern) for pattern in rule.settings["says"]]
    for file in subject.files:
        if any(pattern.fullmatch(file.hit.path) for pattern in paths):
            yield file.key, "name"
        elif file.hit.path.endswith(tuple(GRAMMARS)) and not file.hit.path.endswith(".ipynb"):
            content = subject.content(file.blob)
            head = b"\n".join(content.split(b"\n", rule.settings["lines"])[: rule.settings["lines"]])
            text = " ".join(_COMMENT.sub("", head[:_HEAD].decode("utf-8", "replace")).split())
            found = next((match for pattern in says if (match := pattern.search(text))), None)
            if found:
                yield file.key, found[0][:80]
            elif max(map(len, content.split(b"\n"))) > rule.settings["longest_line"]:
                yield file.key, "long lines"


def toy(rule: Rule, subject: Subject) -> Iterator[Finding]:
    """Repositories made to learn or to show something: signs give points."""
    signs = dict(_toy_signs(rule.settings, subject))
    if sum(signs.values()) >= rule.settings["points"]:
        yield from _all(subject, ", ".join(sorted(signs)))


def _toy_signs(settings: dict[str, Any], subject: Subject) -> Iterator[tuple[str, int]]:
    repository = subject.repository
    name = re.sub(r"[\s_.]+", "-", repository.name.rpartition("/")[2])
    if _word(tuple(settings["named"]["words"])).search(name):
        yield "named", settings["named"]["points"]
    if any(_word(tuple(settings["topics"]["words"])).fullmatch(topic) for topic in repository.topics):
        yield "topics", settings["topics"]["points"]
    if _word(tuple(settings["described"]["words"])).search(repository.description or ""):
        yield "described", settings["described"]["points"]
    if repository.files is not None and repository.files < settings["few_files"]:
        yield "files", settings["files"]["points"]
    for sign in ("commits", "stars"):
        value = getattr(repository, sign)
        if value is not None and value <= settings[sign]["most"]:
            yield sign, settings[sign]["points"]
    programs = [path for path in subject.paths if path.endswith(tuple(GRAMMARS))]
    place = _word(tuple(settings["places"]["words"]))
    if programs and all(any(place.fullmatch(part) for part in path.split("/")[:-1]) for path in programs):
        yield "places", settings["places"]["points"]


def _all(subject: Subject, detail: str) -> Iterator[Finding]:
    return ((file.key, detail) for file in subject.files)


@cache
def _whole(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@cache
def _word(words: Iterable[str]) -> re.Pattern[str]:
    """One of these, as a word of its own between dashes or spaces."""
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(words)})(?![^\W_])", re.IGNORECASE)


#: What a rule can say under `finds` -> the test; those that compare files with one another are in `duplicates`.
TESTS: dict[str, Test] = {
    "fact": fact,
    "mirror": mirror,
    "vendored": vendored,
    "generated": generated,
    "toy": toy,
}
