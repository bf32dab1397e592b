"""From a scan to the findings that count: severities, what is ignored where, comments, the baseline."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from miner.gitignore import Patterns, parse
from miner.reader import read
from miner.walk import Skip
from ptmscope.findings import Scan
from ptmscope.rules import baseline
from ptmscope.rules.comments import Comments, Read
from ptmscope.rules.finding import Finding, findings
from ptmscope.rules.policy import Policy
from ptmscope.settings import MAX_FILE_SIZE


@dataclass(frozen=True, slots=True)
class Checked:
    """A scan with what the rules say about it. Findings that are ignored are there, and marked."""

    scan: Scan
    findings: tuple[Finding, ...]

    @property
    def counted(self) -> tuple[Finding, ...]:
        return tuple(each for each in self.findings if each.ignored is None)


def checked(scan: Scan, policy: Policy) -> Checked:
    """The findings of a scan as a policy has them. Raises Misuse where its baseline cannot be read."""
    known = baseline.read(policy.baseline) if policy.baseline else frozenset()
    comments = Comments(_reader(scan))
    found = tuple(_marked(each, comments, known) for each in _wanted(scan, policy))
    return Checked(scan, found)


def failing(found: Checked, policy: Policy) -> tuple[Finding, ...]:
    """The findings that end the run with 1."""
    return tuple(each for each in found.counted if policy.fails(each.rule, each.severity))


def _wanted(scan: Scan, policy: Policy) -> Iterator[Finding]:
    """The findings of rules that are on, where they hold."""
    prefix = _prefix(scan, policy)
    excluded = _patterns(policy.exclude, prefix)
    ignored = {rule: _patterns(patterns, prefix) for rule, patterns in policy.ignored().items()}
    for each in findings(scan):
        severity = policy.severity_of(each.rule)
        nowhere = (*excluded, *ignored.get(each.rule, ()))
        if severity is not None and not any(patterns.verdict(each.path) for patterns in nowhere):
            yield replace(each, severity=severity)


def _patterns(lines: Iterable[str], prefix: str) -> tuple[Patterns, ...]:
    spec = parse(lines)
    return () if spec is None else (Patterns(spec, prefix),)


def _prefix(scan: Scan, policy: Policy) -> str:
    """The way from the folder of the settings, to which their patterns are relative, to the scanned one."""
    if scan.root is None or policy.folder is None:
        return ""
    path = os.path.relpath(os.path.realpath(scan.root), policy.folder)
    return "" if path == os.curdir else path.replace(os.sep, "/") + "/"


def _marked(finding: Finding, comments: Comments, known: frozenset[str]) -> Finding:
    if comments.cover(finding):
        return replace(finding, ignored="comment")
    return replace(finding, ignored="baseline") if finding.fingerprint in known else finding


def _reader(scan: Scan) -> Read:
    """Reads the files of a scan; of a corpus there are none on disk."""

    def content(path: str) -> bytes | None:
        found = None if scan.root is None else read(os.path.join(scan.root, path), path, MAX_FILE_SIZE)
        return None if isinstance(found, Skip) else found

    return content
