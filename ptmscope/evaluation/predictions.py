"""Bring your own: what another system recommends, as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ptmscope.errors import Misuse


@dataclass(frozen=True, slots=True)
class Predictions:
    """Task -> recommendations, the best first; `unknown` are the tasks that nobody asks for."""

    name: str
    ranked: Mapping[str, tuple[str, ...]]
    unknown: int

    def missing(self, asked: Collection[str]) -> int:
        return sum(name not in self.ranked for name in asked)


def read(given: str, known: Collection[str]) -> Predictions:
    """NAME=FILE with a line {"id": task, "predictions": [text, …]} for each task. Raises Misuse for anything else."""
    name, _, path = given.partition("=")
    if not name or not path:
        raise Misuse(f"--predictions {given}: not of the form NAME=FILE")
    ranked: dict[str, tuple[str, ...]] = {}
    try:
        with open(path, encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    task, found = _line(line, f"{path}:{number}")
                    if task in ranked:
                        raise Misuse(f"{path}:{number}: {task!r} comes twice")
                    ranked[task] = found
    except UnicodeDecodeError as error:
        raise Misuse(f"{path}: no UTF-8 text") from error
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror}") from error
    unknown = ranked.keys() - set(known)
    return Predictions(name, {task: ranked[task] for task in ranked.keys() - unknown}, len(unknown))


def _line(line: str, place: str) -> tuple[str, tuple[str, ...]]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{place}: no JSON") from error
    task = row.get("id") if isinstance(row, dict) else None
    found = row.get("predictions") if isinstance(row, dict) else None
    if not isinstance(task, str) or not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Misuse(f'{place}: not of the form {{"id": text, "predictions": [text, …]}}')
    return task, tuple(found)
