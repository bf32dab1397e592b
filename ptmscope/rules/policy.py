"""Which findings count, and how much: `[tool.ptmscope]` of pyproject.toml, and what the command line says instead."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from analyzer.configs.documents import plain_toml
from miner.reader import read
from miner.walk import Skip
from ptmscope.errors import Misuse
from ptmscope.explain import repository
from ptmscope.rules.tables import SEVERITIES, Severity, rules
from ptmscope.settings import MAX_FILE_SIZE

FILE = "pyproject.toml"
OFF = "off"


@dataclass(frozen=True, slots=True)
class Policy:
    """`severity`: rule -> severity, or "off"; `exclude`: where no rule holds, as lines of .gitignore; `ignore`: such a
    line -> rules that do not hold there; both relative to `folder`. `baseline`: a file; `fail_on`: rules, severities.
    """

    severity: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    ignore: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    baseline: str | None = None
    fail_on: tuple[str, ...] = ()
    folder: str | None = None

    def severity_of(self, rule: str) -> Severity | None:
        """None: the rule is off."""
        told = self.severity.get(rule, rules()[rule].severity)
        return next((each for each in SEVERITIES if each == told), None)

    def ignored(self) -> dict[str, list[str]]:
        """Rule -> where it does not hold."""
        found: dict[str, list[str]] = {}
        for pattern, names in self.ignore.items():
            for name in names:
                found.setdefault(name, []).append(pattern)
        return found

    def fails(self, rule: str, severity: Severity) -> bool:
        """Whether a finding of this rule ends the run with 1; a severity stands for itself and all that is worse."""
        worse = SEVERITIES[: SEVERITIES.index(severity)]
        return rule in self.fail_on or any(each in self.fail_on for each in SEVERITIES if each not in worse)


def policy_of(path: str) -> Policy:
    """The policy in the pyproject.toml of the repository around a path; Misuse where that is not as it should be."""
    top = os.path.realpath(path)
    folder = repository(os.path.join(top, "_") if os.path.isdir(top) else top)
    file = os.path.join(folder, FILE)
    content = read(file, file, MAX_FILE_SIZE)
    if isinstance(content, Skip):
        if content.reason == "too_large":
            raise Misuse(f"{file}: {content.message}")
        return Policy()
    try:
        told = plain_toml(content.decode())
    except (ValueError, RecursionError) as error:
        raise Misuse(f"{file}: {error}") from error
    tool = told.get("tool")
    return _policy(tool.get("ptmscope", {}) if isinstance(tool, dict) else {}, file)


def overridden(policy: Policy, *, severity: Iterable[str], baseline: str | None, fail_on: Iterable[str]) -> Policy:
    """The policy with what the command line says; `severity` as `RULE=LEVEL`, `fail_on` with commas between."""
    given: dict[str, Any] = {}
    for each in severity:
        rule, _, level = each.partition("=")
        given[rule.strip()] = level.strip()
    names = tuple(name.strip() for each in fail_on for name in each.split(",") if name.strip())
    changed = replace(policy, severity={**policy.severity, **_severities(given, "--severity")})
    changed = replace(changed, fail_on=_names(list(names), "--fail-on")) if names else changed
    return replace(changed, baseline=baseline) if baseline else changed


def _policy(table: object, file: str) -> Policy:
    where = f"{file}: [tool.ptmscope]"
    if not isinstance(table, dict):
        raise Misuse(f"{where}: a table is wanted")
    if unknown := sorted(table.keys() - _KEYS.keys()):
        raise Misuse(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(_KEYS)}")
    values = {name.replace("-", "_"): _KEYS[name](value, f"{where} {name}") for name, value in table.items()}
    if values.get("baseline"):
        values["baseline"] = os.path.join(os.path.dirname(file), values["baseline"])
        if os.path.exists(values["baseline"]) and not os.path.isfile(values["baseline"]):
            raise Misuse(f"{where} baseline: no regular file")  # a device or pipe would be read for ever
    return Policy(folder=os.path.dirname(file), **values)


def _severities(value: object, where: str) -> dict[str, str]:
    levels = (*get_args(Severity), OFF)
    for rule, level in _table(value, where).items():
        _known(rule, rules(), where)
        _known(level, levels, where)
    return _table(value, where)


def _ignore(value: object, where: str) -> dict[str, tuple[str, ...]]:
    found = {pattern: _texts(names, where) for pattern, names in _table(value, where).items()}
    for names in found.values():
        for name in names:
            _known(name, rules(), where)
    return found


def _names(value: object, where: str) -> tuple[str, ...]:
    names = _texts(value, where)
    for name in names:
        _known(name, (*rules(), *SEVERITIES), where)
    return names


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Misuse(f"{where}: a list of strings is wanted")
    return tuple(value)


def _text(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise Misuse(f"{where}: a string is wanted")
    return value


def _table(value: object, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Misuse(f"{where}: a table is wanted")
    return value


def _known(name: object, known: Iterable[str], where: str) -> None:
    if name not in (names := tuple(known)):
        raise Misuse(f"{where}: {name!r} is none of {', '.join(names)}")


#: Keys of `[tool.ptmscope]` -> what reads them.
_KEYS: dict[str, Callable[[object, str], Any]] = {
    "severity": _severities,
    "exclude": _texts,
    "ignore": _ignore,
    "baseline": _text,
    "fail-on": _names,
}
