"""The miners on large and on disturbed input: `python -m bench.collecting [--dump FILE] [--gigabytes N] [--kills N]`.

--dump       the funnel of a dump of the Hub's catalog, and the processor time it takes
--gigabytes  a JSON Lines shard of that size is generated and read; peak memory, beside that for a tenth of it
--kills      runs over folders and a shard are killed at that many moments; what is stored in the end is compared
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.tables import Cell, table
from miner import local, shards
from miner.catalog import read_models
from miner.corpus import Corpus
from miner.curate import curate
from miner.funnel import Funnel, Wanted, rules
from miner.rules import read_rules
from miner.verification import verify

_ROOT = Path(__file__).resolve().parent.parent
_SIZE = 10_000_000
_GIGABYTE = 1_000_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.collecting", description=__doc__)
    parser.add_argument("--dump", metavar="FILE")
    parser.add_argument("--gigabytes", type=float, metavar="N")
    parser.add_argument("--kills", type=int, metavar="N")
    parser.add_argument("--run", nargs=2, metavar=("CORPUS", "FOLDER"), help=argparse.SUPPRESS)
    parser.add_argument("--read", nargs=2, metavar=("CORPUS", "SHARD"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.run:
        _run(*options.run)
    if options.read:
        _read(*options.read)
    if options.dump:
        print(table("Funnel", ("rule", "models left", "dropped"), funnel(options.dump)))
    if options.gigabytes:
        sizes = ("shard", "rows", "kept", "peak memory", "CPU s")
        print(table("A shard as a stream", sizes, [shard(options.gigabytes * part) for part in (0.1, 1)]))
    if options.kills:
        kills = ("kills", "corpora", "as the undisturbed one", "lines")
        print(table("Runs that are killed", kills, [killed(options.kills)]))
    return 0


def funnel(dump: str) -> Iterator[tuple[Cell, ...]]:
    """A line for each rule, the time last."""
    started = time.process_time()
    wanted = Wanted(card=True, any_tag=True, any_pipeline_tag=True, downloads=10)
    choice = Funnel(rules(wanted))
    for _ in choice.kept(read_models(dump)):
        pass
    seconds = time.process_time() - started
    yield "all", f"{choice.entered:,}", ""
    for step in choice.steps:
        yield step.rule, f"{step.entered - step.dropped:,}", f"{step.dropped:,}"
    yield f"{seconds:.2f} s of CPU", "", ""


def shard(gigabytes: float) -> tuple[Cell, ...]:
    """Reads a generated shard in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "shard.jsonl"
        rows = _generate(file, int(gigabytes * _GIGABYTE))
        command = [sys.executable, "-m", "bench.collecting", "--read", f"{folder}/corpus", str(file)]
        told = json.loads(subprocess.run(command, capture_output=True, check=True, cwd=_ROOT).stdout)
    return f"{gigabytes:.3g} GB", f"{rows:,}", f"{told['kept']:,}", f"{told['mb']:.0f} MB", f"{told['seconds']:.1f}"


def _generate(file: Path, size: int) -> int:
    """Rows with this project's own code, changed a little each time; every file comes many times."""
    texts = [each.read_text("utf-8") for each in sorted((_ROOT / "analyzer").rglob("*.py"))]
    texts.append('from transformers import AutoModel\nAutoModel.from_pretrained("gpt2")\n')
    written = number = 0
    with file.open("w", encoding="utf-8") as stream:
        while written < size:
            text = f"# {number}\n{texts[number % len(texts)]}"
            row = {"path": f"src/{number}.py", "content": text, "max_stars_repo_name": f"o/r{number // 10}"}
            written += stream.write(json.dumps(row) + "\n")
            number += 1
    return number


def _read(folder: str, file: str) -> None:
    started = time.process_time()
    with Corpus.open(folder, create=True) as corpus:
        shards.plan(corpus, [file])
        kept = sum(len(answer.files) for answer in shards.collect(corpus, max_size=_SIZE))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps({"kept": kept, "mb": peak, "seconds": time.process_time() - started}))


def killed(kills: int, seed: int = 1) -> tuple[Cell, ...]:
    """Kills runs at random moments; whenever one comes to its end, what is stored is compared, and another begins."""
    lots = random.Random(seed)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _generate(folder / "shard.jsonl", 5_000_000)
        seconds = _started(folder / "whole", folder)
        expected = _lines(folder / "whole")
        done = corpora = equal = 0
        while done < kills:
            corpora += 1
            corpus = folder / str(corpora)
            while not _started(corpus, folder, lots.uniform(0, seconds / 2) if done < kills else None):
                done += 1
            equal += _lines(corpus) == expected
    return done, corpora, f"{equal} of {corpora}", len(expected)


def _started(corpus: Path, folder: Path, moment: float | None = None) -> float:
    """The seconds that a run takes; 0 if it is killed at a moment before its end."""
    command = [sys.executable, "-m", "bench.collecting", "--run", str(corpus), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=_ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        started = time.monotonic()
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
            return 0.0
    if process.returncode:
        raise SystemExit(f"bench.collecting: a run failed with {process.returncode}")
    return time.monotonic() - started


def _run(place: str, folder: str) -> None:
    """All that is read from disk, from the first file to the last decision."""
    print("ready", flush=True)
    local.PAGE, shards.PAGE = 10, 50  # many steps in little time
    with Corpus.open(place, create=True) as corpus:
        local.plan(corpus, [_ROOT / name for name in ("examples", "miner", "ptmscope")])
        shards.plan(corpus, [f"{folder}/shard.jsonl"])
        for _ in local.collect(corpus, max_size=_SIZE):
            pass
        for _ in shards.collect(corpus, max_size=_SIZE):
            pass
        for _ in verify(corpus):
            pass
        curate(corpus, read_rules())


def _lines(corpus: Path) -> list[str]:
    with Corpus.open(corpus) as found:
        return list(found.lines())


if __name__ == "__main__":
    raise SystemExit(main())
