"""Mining against local servers.

python -m bench.mining campaign           7,325 models and 372,063 hits: is it complete, what was planned, what it took
python -m bench.mining campaign --scale 20    a twentieth of it
python -m bench.mining campaign --seed 2      another world: steeper or flatter, more or fewer repositories and copies
python -m bench.mining campaign --part searches    without facts and files; pilot: only what is planned after it
python -m bench.mining faults             a share of all answers is wrong: is the corpus the same?
python -m bench.mining kills              kill -9 at random moments: is the corpus the same?
python -m bench.mining growth --pairs pairs.csv.gz    repositories of real models, told from a sample of the models
"""

from __future__ import annotations

import argparse

from bench.mining.campaign import campaign
from bench.mining.growth import growth
from bench.mining.harm import faults, kills


def main() -> None:
    parser = argparse.ArgumentParser("bench.mining", None, __doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=("campaign", "faults", "kills", "growth"))
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", choices=("all", "searches", "pilot"), default="all")
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--pairs", metavar="FILE", help="CSV, packed with gzip")
    options = parser.parse_args()
    runs = {
        "campaign": lambda: campaign(options.scale, options.seed, options.part),
        "faults": faults,
        "kills": lambda: kills(options.count),
        "growth": lambda: growth(options.pairs),
    }
    runs[options.what]()


if __name__ == "__main__":
    main()
