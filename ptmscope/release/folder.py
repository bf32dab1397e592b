"""A release folder, written file by file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ptmscope.destination import writing
from ptmscope.errors import Misuse
from ptmscope.export import parquet
from ptmscope.export.output import Output
from ptmscope.export.rows import Kind
from ptmscope.release import splits
from ptmscope.release.material import Material
from ptmscope.release.splits import Folds, Scheme
from ptmscope.release.tables import TABLES
from ptmscope.release.tasks import TASKS

SPLIT_COLUMNS: dict[str, Kind] = {"scheme": "text", "usage": "text", "fold": "number"}

Write = Callable[[Output], object]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line leaves to the user. `dates`: source -> when it was last changed."""

    split: splits.Options = field(default_factory=splits.Options)
    dates: dict[str, str] = field(default_factory=dict)


def release(study: str, folder: str, choices: Choices) -> Iterator[str]:
    """Writes the release of a study; tells of each part what was written."""
    parquet.require_pyarrow()
    if os.path.isdir(folder) and os.listdir(folder):
        raise Misuse(f"{folder}: not empty")
    material = Material.of(study, choices.dates)
    yield f"study: {len(material.repositories):,} repositories, {len(material.usages):,} usages"
    found = splits.splits(material.placed(), choices.split)
    for name, write in _files(material, found):
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with writing(path, is_binary=name.endswith(".parquet")) as output:
            write(output)
    yield f"written: {folder}"


def _files(material: Material, found: dict[Scheme, Folds]) -> Iterator[tuple[str, Write]]:
    for table in TABLES:
        yield f"data/{table.name}.parquet", partial(parquet.write_rows, table.columns, table.rows(material))
    yield "splits.parquet", partial(parquet.write_rows, SPLIT_COLUMNS, splits.rows(found))
    for name, task in TASKS.items():
        yield f"tasks/{name}.jsonl", partial(_write_lines, (each.line() for each in task(material.usages)))


def _write_lines(lines: Iterable[dict[str, Any]], output: Output) -> None:
    for line in lines:
        output.write(json.dumps(line, ensure_ascii=False) + "\n")
