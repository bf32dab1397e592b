"""The usages of a study for the tools of others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ptmscope import studied
from ptmscope.errors import Misuse
from ptmscope.release.folder import Folder
from ptmscope.release.usages import Usage, declarations, usages_of
from ptmscope.release.writers import focus, pam
from ptmscope.release.writers.tool import Files
from ptmscope.settings import Settings

WRITERS: Mapping[str, Callable[[Iterable[Usage]], Files]] = {"focus": focus.files, "pam": pam.files}


def for_tool(study: str, folder: str, tool: str) -> Iterator[str]:
    """Writes the files that a tool reads, each code once; tells how many there are, and what is not in them."""
    if not studied.is_study(study):
        raise Misuse(f"{study}: not a study")
    target = Folder.new(folder)
    made = WRITERS[tool](usage for usage, *_ in declarations(usages_of(studied.saved(study, Settings()))))
    for name, text in made.texts.items():
        target.text(name, text)
    yield f"{tool}: {len(made.texts):,} files"
    for reason, count in made.left_out.items():
        yield f"left out: {count:,} {reason}"
