"""docs/commands/: a page for each command, made of the command line itself."""

from __future__ import annotations

from collections.abc import Iterator

import click

from ptmscope.cli import cli

FOLDER, INDEX = "docs/commands", "README.md"
NOTE = "<!-- Made by `python -m bench.pages` of the command's own help: change that. -->"

#: Command -> pages of docs/ that say more.
MORE = {
    "audit": ("audit.md",),
    "card": ("cards.md",),
    "check": ("checks.md", "rules/README.md", "action.md"),
    "compare": ("patterns.md",),
    "curate": ("mining.md",),
    "dataset": ("dataset.md",),
    "diff": ("diff.md", "action.md"),
    "drift": ("cards.md",),
    "evaluate": ("evaluation.md",),
    "explain": ("analyzer.md",),
    "graph": ("graphs.md",),
    "mcp": ("mcp.md",),
    "mine": ("mining.md", "mining-online.md"),
    "patterns": ("patterns.md",),
    "plot": ("statistics.md",),
    "report": ("report.md",),
    "scan": ("scan.md", "records.md", "bom.md", "vendored.md"),
    "sequences": ("scan.md", "records.md"),
    "statistics": ("statistics.md",),
    "study": ("statistics.md", "patterns.md"),
}


def pages() -> dict[str, str]:
    """Path in the repository -> what stands there."""
    made = {f"{FOLDER}/{name}.md": "\n".join(_page(name, command)) + "\n" for name, command in cli.commands.items()}
    return {f"{FOLDER}/{INDEX}": "\n".join(_index()) + "\n", **made}


def _index() -> Iterator[str]:
    yield from ("# Commands", "", NOTE, "", "| command | what it does |", "|---|---|")
    for name, command in sorted(cli.commands.items()):
        yield f"| [`ptmscope {name}`]({name}.md) | {_cell(_first(command))} |"


def _page(name: str, command: click.Command) -> Iterator[str]:
    yield from (f"# ptmscope {name}", "", NOTE, "")
    yield from _body(f"ptmscope {name}", command)
    for part, inner in _inner(command):
        yield from ("", f"## ptmscope {name} {part}", "")
        yield from _body(f"ptmscope {name} {part}", inner)
    if more := MORE.get(name):
        yield from ("", "More: " + ", ".join(f"[{page}](../{page})" for page in more) + ".")


def _inner(command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if isinstance(command, click.Group):
        yield from command.commands.items()


def _body(called: str, command: click.Command) -> Iterator[str]:
    context = click.Context(command, info_name=called)
    yield from ("```", f"{called} {' '.join(command.collect_usage_pieces(context))}", "```")
    yield from _help(command)
    if rows := list(_options(command)):
        yield from ("", "| option | |", "|---|---|", *rows)


def _help(command: click.Command) -> Iterator[str]:
    """Paragraphs as they are; those that are not to be wrapped as code."""
    for paragraph in (command.help or "").split("\n\n"):
        lines = paragraph.strip().splitlines()
        if lines and lines[0].strip() == "\b":
            inside = [line.strip() for line in lines[1:]]
            is_shell = any(line.startswith("ptmscope ") for line in inside)
            yield from ("", "```sh" if is_shell else "```", *map(_example if is_shell else str, inside), "```")
        else:
            yield from ("", *(line.strip() for line in lines))


def _example(line: str) -> str:
    """What follows in words is a comment."""
    command, gap, words = line.partition("  ")
    return f"{command}  # {words.strip()}" if gap and words.strip() else line


def _options(command: click.Command) -> Iterator[str]:
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            names = ", ".join(f"`{name}`" for name in sorted((*option.opts, *option.secondary_opts), key=len))
            yield f"| {names}{_value(option)} | {_cell(_words(option))} |"


def _value(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    if isinstance(option.type, click.Choice):
        return f" {', '.join(map(str, option.type.choices))}"
    return f" {option.metavar or option.type.name.split(' ')[0].upper()}"


def _words(option: click.Option) -> str:
    default = f" Default: {option.default}." if option.show_default and not option.is_flag else ""
    several = " Several may be given." if option.multiple and "several" not in (option.help or "").lower() else ""
    return f"{option.help or ''}{default}{several}".strip()


def _first(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
