"""A release folder, written file by file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from ptmscope.destination import writing
from ptmscope.errors import Misuse
from ptmscope.export import parquet
from ptmscope.export.output import Output
from ptmscope.export.rows import Cell
from ptmscope.release import checksums
from ptmscope.release.card import about, card
from ptmscope.release.croissant import croissant
from ptmscope.release.facts import Choices, facts
from ptmscope.release.material import Material
from ptmscope.release.tables import Table, tables
from ptmscope.release.tasks import TASKS

SCHEMAS = ("task.schema.json",)


def release(study: str, folder: str, choices: Choices) -> Iterator[str]:
    """Writes the release of a study into a folder that is empty or not there; tells of each part what was written."""
    parquet.require_pyarrow()
    files = Folder.new(folder)
    material = Material.of(study, choices.dates, choices.split)
    yield f"study: {len(material.repositories):,} repositories, {len(material.usages):,} usages"
    rows = {table.name: _table(files, table, material) for table in tables()}
    rows |= {name: _tasks(files, name, material) for name in TASKS}
    yield f"data: {', '.join(f'{count:,} {name}' for name, count in rows.items())}"
    told = facts(material, choices, rows)
    _describe(files, told)
    yield from _leaking(told)


@dataclass(frozen=True, slots=True)
class Folder:
    """Files written so far, relative to `root`."""

    root: str
    names: list[str] = field(default_factory=list)

    @classmethod
    def new(cls, root: str) -> Folder:
        """Raises Misuse where there is something already."""
        if os.path.isdir(root) and os.listdir(root):
            raise Misuse(f"{root}: not empty")
        return cls(root)

    def write(self, name: str, write: Callable[[Output], object]) -> None:
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with writing(path, is_binary=name.endswith(".parquet")) as output:
            write(output)
        self.names.append(name)

    def text(self, name: str, content: str) -> None:
        self.write(name, lambda output: output.write(content))


def _table(files: Folder, table: Table, material: Material) -> int:
    rows: list[tuple[Cell, ...]] = list(table.rows(material))
    files.write(table.path, lambda output: parquet.write_rows(table.kinds, rows, output))
    return len(rows)


def _tasks(files: Folder, name: str, material: Material) -> int:
    lines = [json.dumps(task.line(), ensure_ascii=False) for task in TASKS[name](material.usages)]
    files.text(f"tasks/{name}.jsonl", "".join(f"{line}\n" for line in lines))
    return len(lines)


def _describe(files: Folder, told: Mapping[str, Any]) -> None:
    """All but the data; the checksums last."""
    data = checksums.digests(files.root, files.names)
    for name in SCHEMAS:
        files.text(f"schemas/{name}", (resources.files("ptmscope") / "schemas" / name).read_text(encoding="utf-8"))
    files.text("release.json", _json(told))
    files.text("README.md", card(told, tables()))
    files.text("croissant.json", _json(croissant(told, about(told), data, tables())))
    files.text(checksums.NAME, checksums.lines(checksums.digests(files.root, files.names)))


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _leaking(told: Mapping[str, Any]) -> Iterable[str]:
    for leak in told["leaks"]:
        if leak["crossing"]:
            kind = leak["kind"].replace("_", " ")
            yield f"leak check: {leak['scheme']}: {kind}: {leak['crossing']:,} of {leak['groups']:,} groups cross"
