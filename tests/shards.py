"""Small data sets of code, for what reads shards."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow
from pyarrow import parquet

from ptmscope.bulk.parsing import parse
from ptmscope.bulk.records import Parse, Parsed

Row = dict[str, str]

GENERATE = """from transformers import AutoModelForCausalLM, AutoTokenizer
from names import NAME
tokenizer = AutoTokenizer.from_pretrained(NAME)
model = AutoModelForCausalLM.from_pretrained(NAME)
print(tokenizer.decode(model.generate(**tokenizer("a", return_tensors="pt"))[0]))
"""
CLASSIFY = """from transformers import pipeline
pipe = pipeline("text-classification", model={model!r})
pipe("a")
"""
EMBED = """from sentence_transformers import SentenceTransformer
model = SentenceTransformer({model!r})
model.encode(["a"])
"""


def rows(numbers: Sequence[int]) -> list[Row]:
    """The files of some repositories, in rows as codeparrot has them: the id of the first comes from another file."""
    return [
        {"repo_name": f"o/r{n}", "path": path, "code": code, "license": "mit"}
        for n in numbers
        for path, code in {
            "app/generate.py": GENERATE,
            "app/names.py": f"NAME = 'org/m{n % 3}'\n",
            "app/classify.py": CLASSIFY.format(model=f"org/c{n % 5}"),
            "app/embed.py": EMBED.format(model="org/many"),
            "app/again.py": CLASSIFY.format(model="org/many") if n % 2 else EMBED.format(model="org/many"),
            "README.md": "# nothing\n",
        }.items()
    ]


def write_shards(folder: Path, repositories: int = 12) -> list[str]:
    """Three shards, a form each; one repository is in two of them."""
    folder.mkdir(exist_ok=True)
    numbers = range(repositories)
    parquet.write_table(pyarrow.Table.from_pylist(rows(numbers[::3])), folder / "a.parquet")
    with gzip.open(folder / "b.jsonl.gz", "wt") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in rows(numbers[1::3]))
    with open(folder / "c.csv", "w", newline="") as stream:
        table = csv.DictWriter(stream, ["repo_name", "path", "code", "license"])
        table.writeheader()
        table.writerows(rows([0, *numbers[2::3]]))
    return [str(path) for path in sorted(folder.iterdir())]


def parse_or_die(task: Parse) -> Parsed:
    """As `parse`, but the first process that comes here is killed."""
    import os
    import signal

    mark = os.path.join(os.path.dirname(task.shard.location), "died")
    if not os.path.exists(mark) and task.shard.key.startswith("b"):
        os.close(os.open(mark, os.O_CREAT))
        os.kill(os.getpid(), signal.SIGKILL)
    return parse(task)
