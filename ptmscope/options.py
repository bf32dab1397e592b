"""Options that several commands share, and the settings that they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ptmscope.settings import Settings

READING = (
    click.option("--library", "libraries", multiple=True, metavar="GLOB", help="Only what this library loads."),
    click.option("--model", "models", multiple=True, metavar="GLOB", help="Only models such as 'bert-*'."),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave out, as a line of .gitignore does."),
    click.option("-j", "--jobs", type=int, metavar="N", help="Processes. Default: all cores on large trees."),
    click.option("--max-file-size", default="10MB", show_default=True, metavar="SIZE", help="Skip larger files."),
    click.option("--no-gitignore", is_flag=True, help="Read files that git ignores."),
    click.option("--include-vendored", is_flag=True, help="Read vendored code too."),
    click.option("--no-cache", is_flag=True, help="Neither use what earlier scans found nor keep anything."),
    click.option(
        "--cache-dir",
        type=click.Path(file_okay=False),
        metavar="DIR",
        envvar="PTMSCOPE_CACHE_DIR",
        help="Where to keep it. Default: PTMSCOPE_CACHE_DIR, or the system's folder for caches.",
    ),
    click.option("-q", "--quiet", is_flag=True, help="Nothing on standard error but errors."),
)

LOOKUPS = (
    click.option("--catalog", type=click.Path(), metavar="FILE", help="Model ids there are; others are marked."),
    click.option("--hub", is_flag=True, help="Ask huggingface.co about each id; nothing else goes online."),
)

SCOPE = click.option(
    "--scope",
    type=click.Choice(("file", "project")),
    default="file",
    show_default=True,
    help="Where to follow a loaded object: in its file, or in all that call it.",
)


def with_options(*options: Callable[[Callable[..., None]], Callable[..., None]]) -> Callable[..., Any]:
    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def settings_of(options: dict[str, Any], *, sequences: bool = True) -> Settings:
    from ptmscope.cache.folder import default
    from ptmscope.settings import Settings, size

    return Settings(
        jobs=options["jobs"],
        spawn=True,
        exclude=options["exclude"],
        libraries=options["libraries"],
        models=options["models"],
        max_file_size=size(options["max_file_size"]),
        include_vendored=options["include_vendored"],
        gitignore=not options["no_gitignore"],
        sequences=sequences,
        across=options.get("scope") == "project",
        catalog=options.get("catalog"),
        hub=options.get("hub", False),
        cache=None if options["no_cache"] else options["cache_dir"] or default(),
    )
