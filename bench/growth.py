"""`python -m bench.growth [NAME...]`: what long inputs cost, and how that grows with ten times as much of the same.

Each input is read alone in a process of its own; CPU seconds. A file that a deadline or a bound cuts short says so.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ptmscope
from analyzer import analyze_source, others
from analyzer.configs import documents
from bench.long_inputs import FILES, TREES, Files
from bench.tables import Cell, table

#: Processor seconds after which an input is given up.
LIMIT = 120
#: Address space beyond the start.
MEMORY = 2_000_000_000


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only inputs whose names hold this")
    parser.add_argument("--share", type=float, default=1.0, metavar="S", help="of the steps of each input")
    options = parser.parse_args(arguments)
    for path in ("a.py", "a.js", "a.sh"):  # what is made once is made before
        analyze_source(b"import transformers\ntransformers.pipeline()\n", path)
        others.analyze(b"vllm serve a/b", path)
    rows = [
        _row(name, int(steps * options.share), make, read)
        for kinds, read in ((FILES, _read_file), (TREES, _read_tree))
        for name, (steps, make) in kinds.items()
        if not options.names or any(part in name for part in options.names)
    ]
    print(table("Ten times as much of the same", ("input", "steps", "CPU s", "10x", "exponent", "end"), rows))
    return 0


Read = Callable[[Files], str]


def _row(name: str, steps: int, make: Callable[[int], Files], read: Read) -> tuple[Cell, ...]:
    (short, _), (long, end) = (_apart(make(size), read) for size in (steps // 10, steps))
    growth = f"{math.log10(long / short):.2f}" if short > 0.01 else ""
    return name, steps, short, long, growth, end


def _apart(files: Files, read: Read) -> tuple[float, str]:
    context: Any = multiprocessing.get_context("fork")
    mine, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(files, read, theirs))
    process.start()
    theirs.close()
    try:
        return mine.recv()  # type: ignore[no-any-return]
    except EOFError:
        process.join()
        return float(LIMIT), f"ended with {process.exitcode}"
    finally:
        process.join()


def _child(files: Files, read: Read, pipe: Any) -> None:
    with open("/proc/self/statm", encoding="ascii") as stream:
        now = int(stream.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, now + MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    before = time.process_time()
    try:
        end = read(files)
    except MemoryError:
        end = "out of memory"
    except Exception as error:
        end = type(error).__name__
    pipe.send((time.process_time() - before, end))


def _read_file(files: Files) -> str:
    ((path, content),) = files.items()
    if not others.wanted(path):
        report = analyze_source(content, path)
        return _told(Counter(d.kind for d in report.diagnostics), len(report.sites))
    report = others.analyze(content, path)
    module = documents.lower(content, path)
    return _told(Counter(d.kind for d in report.diagnostics), len(report.sites) + (module is not None))


def _read_tree(files: Files) -> str:
    with tempfile.TemporaryDirectory() as folder:
        for path, content in files.items():
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).write_bytes(content)
        scan = ptmscope.scan(folder, jobs=1)
    return _told(Counter(d.kind for d in scan.diagnostics), len(scan.sites))


def _told(kinds: Counter[str], sites: int) -> str:
    return ", ".join([f"{sites} found", *(f"{count} {kind}" for kind, count in sorted(kinds.items()))])


if __name__ == "__main__":
    raise SystemExit(main())
