"""A shard of code as folders: each repository that has files in it becomes one, as if it were checked out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from miner import dumps
from miner.checkouts import is_safe, written
from miner.dumps import Complaint
from miner.errors import Misuse
from miner.layouts import Code, codes, keys, layout_of
from miner.records import Repository


@dataclass(slots=True)
class Unpacked:
    """Repositories with their folders, sorted by host and name; a shard that names none is one itself.

    `without_content`: files of which only a name is given. `broken`: why the shard could not be read to its end.
    """

    folders: list[tuple[Repository, Path]] = field(default_factory=list)
    without_content: int = 0
    broken: str | None = None


def unpack(location: str, folder: Path, complain: Complaint) -> Unpacked:
    """Writes what a path or URL holds below a folder, row by row. Of several versions of a file, the last counts.

    What cannot be read is told to `complain`.
    """
    folders: dict[tuple[str, str], tuple[Repository, Path]] = {}
    found = Unpacked()
    try:
        for number, row in dumps.rows(location, keys=keys(), complain=complain):
            layout = layout_of(row)
            if layout is None:
                complain(number, "no columns of a known layout")
                continue
            for code in codes(layout, row, location):
                if code.content is None:
                    found.without_content += 1
                    continue
                key = (code.repository.host, code.repository.name)
                _, place = folders.setdefault(key, (code.repository, folder / str(len(folders))))
                if not _is_written(place, code):
                    complain(number, f"no file can have this name: {code.hit.path[:200]!r}")
    except Misuse as error:
        found.broken = str(error)
    found.folders += [folders[key] for key in sorted(folders) if folders[key][1].is_dir()]
    return found


def _is_written(folder: Path, code: Code) -> bool:
    return is_safe(code.hit.path) and code.content is not None and written(folder / code.hit.path, code.content)
