"""Patterns for people: on a terminal, and as Markdown with the code that shows them."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from patterns.pattern import NO_COMPUTE, Exemplar, Pattern, Patterns
from ptmscope.export.markdown import code, escape
from ptmscope.export.output import Output, printable
from ptmscope.export.overview import count
from ptmscope.export.patterns import wire
from ptmscope.export.patterns.rows import steps
from ptmscope.export.table import show

#: Models named for a pattern.
MODELS = 4


def write_table(found: Patterns, output: Output) -> None:
    for group, members in _by_group(found):
        show(_group(group, members), output)
    show([Text(line) for line in _footer(found)], output)


def write_markdown(found: Patterns, output: Output) -> None:
    output.write("# Patterns of use\n\n")
    for group, members in _by_group(found):
        output.write(f"## {escape(group)}\n\n")
        for pattern in members:
            output.write(_section(pattern))
    output.write("  \n".join(_footer(found)) + "\n")


def _by_group(found: Patterns) -> list[tuple[str, list[Pattern]]]:
    """Groups in the order of their commonest pattern; that in which nothing is computed comes last."""
    groups: dict[str, list[Pattern]] = {}
    for pattern in found.patterns:
        groups.setdefault(pattern.group, []).append(pattern)
    return sorted(groups.items(), key=lambda item: item[0] == NO_COMPUTE)


def _group(name: str, members: list[Pattern]) -> Iterator[RenderableType]:
    yield Text(printable(name), "bold yellow")
    for pattern in members:
        yield Text.assemble(
            "  ", (printable(pattern.name), "bold cyan"), (f"  {_support(pattern)}  {pattern.id}", "dim")
        )
        yield Text(f"    {printable(steps(pattern))}", "green")
        yield Text(f"    {_models(pattern)}")
        if pattern.exemplar is not None:
            yield Text(f"    {_place(pattern.exemplar)}", "dim")
    yield Text()


def _section(pattern: Pattern) -> str:
    lines = [f"### {escape(pattern.name)}", "", f"{_support(pattern)}, `{pattern.id}`: {escape(_models(pattern))}", ""]
    lines += [code(steps(pattern)), ""]
    if pattern.exemplar is not None:
        fence = "`" * 4 if "```" in pattern.exemplar.code else "```"
        lines += [f"{code(_place(pattern.exemplar))}:", "", f"{fence}python", pattern.exemplar.code + fence, ""]
    return "\n".join(lines) + "\n"


def _support(pattern: Pattern) -> str:
    stable = "" if pattern.stability is None else f", {pattern.stability:.0%} stable"
    usages = count(len(pattern.members), "usage")
    return f"{usages} in {count(pattern.repositories, 'repository', 'repositories')}{stable}"


def _models(pattern: Pattern) -> str:
    more = len(pattern.models) - MODELS
    return printable(", ".join(pattern.models[:MODELS])) + (f" and {more} more" if more > 0 else "")


def _place(shown: Exemplar) -> str:
    cell = "" if shown.cell is None else f"[{shown.cell}]"
    licence = f"  {shown.licence}" if shown.licence else ""
    return printable(f"{shown.source}/{shown.path}{cell}:{shown.line}{licence}")


def _footer(found: Patterns) -> list[str]:
    """`12 patterns of 340 usages, 41 of them singular.`, and how well they hold elsewhere."""
    singular = f", {len(found.singular):,} of them singular" if found.singular else ""
    lines = [f"{count(len(found.patterns), 'pattern')} of {count(found.usages, 'usage')}{singular}."]
    if measured := wire.quality(found.quality):
        told = (f"{name} {'-' if value is None else f'{value:.2f}'}" for name, value in measured.items())
        lines.append(f"With a fifth of the repositories held out: {', '.join(list(told)[1:])}.")
    return lines
