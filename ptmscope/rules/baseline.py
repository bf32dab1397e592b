"""The baseline: fingerprints of the findings that were there before, as a file to commit."""

from __future__ import annotations

import json
from collections.abc import Iterable

from ptmscope.errors import Misuse
from ptmscope.rules.finding import Finding

_VERSION = 1


def read(path: str) -> frozenset[str]:
    """The fingerprints in a baseline. Raises Misuse where it is none."""
    try:
        with open(path, "rb") as stream:
            found = json.load(stream)
        if found["version"] != _VERSION:
            raise Misuse(f"{path}: a baseline of version {found['version']}, not {_VERSION}")
        return frozenset(row["fingerprint"] for row in found["findings"])
    except OSError as error:
        raise Misuse(f"{path}: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Misuse(f"{path}: not a baseline as --write-baseline writes it") from error


def text(findings: Iterable[Finding]) -> str:
    """A baseline with these findings; rule and path are there for people."""
    rows = [
        {"fingerprint": each.fingerprint, "rule": each.rule, "path": each.path}
        for each in findings
        if each.ignored != "comment"
    ]
    return json.dumps({"version": _VERSION, "findings": rows}, ensure_ascii=True, indent=1) + "\n"
