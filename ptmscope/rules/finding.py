"""A finding: a rule, where it is broken, and a fingerprint that stays when lines move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Literal

from analyzer.records import Credential, LoadSite, ModelRef
from ptmscope.findings import Scan
from ptmscope.rules.checks import CHECKS
from ptmscope.rules.tables import Severity, rules

#: Why a finding does not count: a comment at its place says so, or the baseline has it.
Ignored = Literal["comment", "baseline"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject`: what it is about; with rule and path it makes the fingerprint, counted where it is there twice."""

    rule: str
    severity: Severity
    message: str
    path: str
    line: int
    column: int
    end_line: int
    cell: int | None
    subject: str
    api: str | None = None
    models: tuple[ModelRef, ...] = ()
    fingerprint: str = ""
    ignored: Ignored | None = None


def findings(scan: Scan) -> tuple[Finding, ...]:
    """What the rules say about a scan, in the order of files and lines."""
    found = [*_of_sites(scan), *map(_of_credential, scan.credentials)]
    return tuple(_with_fingerprints(sorted(found, key=_order)))


def _of_sites(scan: Scan) -> Iterator[Finding]:
    for site in scan.sites:
        for rule, check in CHECKS.items():
            for hit in check(site, scan.lookup):
                yield _finding(rule, site, hit.message, f"{site.api} {hit.subject}", hit.models)


def _finding(rule: str, site: LoadSite, message: str, subject: str, models: tuple[ModelRef, ...]) -> Finding:
    place = (site.path, site.line, site.column, site.end_line, site.cell)
    return Finding(rule, rules()[rule].severity, message, *place, subject, site.api, models)


def _of_credential(credential: Credential) -> Finding:
    rule = rules()["token-in-code"]
    place = (credential.path, credential.line, 0, credential.line, credential.cell)
    return Finding(rule.id, rule.severity, rule.message, *place, "")


def _with_fingerprints(found: Iterable[Finding]) -> Iterator[Finding]:
    """The same rule about the same thing in one file is told apart by its number only."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for each in found:
        key = each.rule, each.path, each.subject
        seen[key] += 1
        text = "\0".join((*key, str(seen[key])))
        yield replace(each, fingerprint=sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32])


def _order(each: Finding) -> tuple[str, int, int, int, str, str]:
    return each.path, -1 if each.cell is None else each.cell, each.line, each.column, each.rule, each.subject
