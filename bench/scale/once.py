"""One run of `ptmscope bulk`, a line of JSON for each stage: `once.py ENGINE JOBS FOLDER SHARD...`."""

from __future__ import annotations

import json
import sys
import time
from contextlib import nullcontext
from dataclasses import asdict

from ptmscope.bulk.folder import Folder
from ptmscope.bulk.run import Run, bulk
from ptmscope.engines.local import Local
from ptmscope.settings import Settings


def main(engine: str, jobs: int, folder: str, shards: list[str]) -> None:
    """Runs, and prints as it goes."""
    started = time.monotonic()
    if engine == "dask":
        from ptmscope.engines.dask import cluster

        opened = cluster(None, jobs)
    else:
        opened = nullcontext(Local(jobs))
    with opened as chosen:
        print(json.dumps({"stage": "start", "seconds": time.monotonic() - started}), flush=True)
        for step in bulk(shards, Run(Folder(folder), chosen), Settings(jobs=1)):
            print(json.dumps(asdict(step)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:])
