"""The rules of curation, read from a table."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from miner.errors import Misuse


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason. `settings`: what its test needs besides; explained in rules.toml."""

    name: str
    finds: str
    leaves_out: bool
    settings: dict[str, Any] = field(hash=False)


def read_rules(path: str | None = None) -> tuple[Rule, ...]:
    """The rules of a file, or those that come with the package. Raises Misuse where that cannot be read."""
    try:
        text = Path(path).read_text("utf-8") if path else (resources.files("miner") / "rules.toml").read_text("utf-8")
        return tuple(_rule(row) for row in tomllib.loads(text)["rule"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misuse(f"rules {path}: {error!r}") from error


def _rule(row: dict[str, Any]) -> Rule:
    settings = {key: value for key, value in row.items() if key not in ("name", "finds", "leaves_out")}
    return Rule(row["name"], row["finds"], row["leaves_out"], settings)
