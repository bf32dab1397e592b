"""Writes repositories whose usages follow known templates: `python -m bench.patterns.planted DIR`.

The same seed gives the same bytes. Each file is a usage; `truth.csv` in DIR names its template. What differs between
two usages of one template: the model, the names, the order of independent statements, optional statements, unrelated
statements between them, functions or a class around them, how things are imported, concrete classes in place of Auto
classes, comments and formatting. One usage in ten is noise: loaders and calls drawn at random.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.patterns.writing import Style, written

Template = dict[str, Any]
REPOSITORIES, LEAST, MOST, NOISE = 60, 6, 40, 0.1
_TEMPLATES = Path(__file__).with_name("templates.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the repositories and the truth."""
    parser = argparse.ArgumentParser(prog="bench.patterns.planted", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    print(f"{plant(options.folder, options.seed)} usages")
    return 0


def plant(folder: Path, seed: int = 0) -> int:
    """Fills the folder, and says how many usages there are."""
    rows = []
    for number, (name, model_id, code) in enumerate(usages(random.Random(seed))):
        repository = f"repo{number % REPOSITORIES:02d}"
        path = folder / repository / f"part{number // REPOSITORIES:02d}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(code, encoding="utf-8")
        rows.append((repository, path.name, model_id, name))
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([("source", "path", "model_id", "class"), *rows])
    return len(rows)


def usages(rng: random.Random) -> Iterator[tuple[str, str, str]]:
    """(template or nothing for noise, model id, code), in random order; how often a template is used differs."""
    tables = tomllib.loads(_TEMPLATES.read_text(encoding="utf-8"))
    templates: list[Template] = tables["template"]
    chosen = [t for t in templates for _ in range(round(LEAST * (MOST / LEAST) ** rng.random()))]
    noise = round(len(chosen) * NOISE / (1 - NOISE))
    plans: list[Template | None] = [*chosen, *[None] * noise]
    rng.shuffle(plans)
    everybody = sorted({model for template in templates for model in template["models"]})
    for plan in plans:
        template = plan or _noise(tables["noise"], everybody, rng)
        model_id = rng.choice(template["models"])
        yield template["name"], model_id, _code(template, model_id, rng)


def _noise(table: Template, models: list[str], rng: random.Random) -> Template:
    """One to three loaders, and calls on them drawn from all there are."""
    loads = rng.sample(table["loads"], rng.randint(1, 3))
    objects = [line.split(" ")[0] for line in loads]
    calls = rng.sample(table["methods"], rng.randint(2, 7))
    uses = ["$t = 1", *(re.sub(r"@(?!\w)", rng.choice(objects), call) for call in calls)]
    return {"name": "", "models": models, "loads": loads, "uses": uses}


def _code(template: Template, model_id: str, rng: random.Random) -> str:
    loads, uses = list(_lines(template["loads"], rng)), list(_lines(template["uses"], rng))
    loads.sort(key=lambda line: (not re.match(r"@\w+ = ", line), rng.random()))  # a load first, then what sets it up
    concrete = {name: rng.choice([name, *others]) for name, others in template.get("concrete", {}).items()}
    return written(
        [_made_concrete(line, concrete) for line in loads],
        [_made_concrete(line, concrete) for line in uses],
        model_id,
        Style.drawn(rng),
        rng,
    )


def _lines(entries: Sequence[str | list[str]], rng: random.Random) -> Iterator[str]:
    for entry in entries:
        group = rng.sample(entry, len(entry)) if isinstance(entry, list) else [entry]
        yield from (line.removeprefix("?") for line in group if not line.startswith("?") or rng.random() < 0.5)


def _made_concrete(line: str, concrete: dict[str, str]) -> str:
    return re.sub(r":(\w+)>", lambda match: f":{concrete.get(match[1], match[1])}>", line)


if __name__ == "__main__":
    raise SystemExit(main())
