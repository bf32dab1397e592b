"""Shell scripts, Dockerfiles and Makefiles: the models that their commands load, and the options they give to scripts.

A Dockerfile or Makefile is made a shell script of the same length, so that every offset still holds.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from analyzer import encoding
from analyzer.commands import calls, expansion, images, inline_code, makefile, nested, shell
from analyzer.commands.budget import Budget
from analyzer.commands.dockerfile import Dockerfile
from analyzer.commands.launch import Launch
from analyzer.commands.shell import SHELL, Run
from analyzer.commands.shell_state import Sourced
from analyzer.commands.sites import Place, records, site_of
from analyzer.configs.tree import MAX_BYTES
from analyzer.records import Diagnostic, LoadSite

_DOCKERFILE = re.compile(r"(?:^|[.-])(?:Dockerfile|Containerfile)(?:$|[.-])", re.IGNORECASE)
_MAKEFILE = re.compile(r"(?:GNUm|[mM])akefile$|.*\.mk$|\.?[jJ]ustfile$|.*\.just$")
#: Lists of commands, kept to be copied from: `running_commands`, `commands.txt`.
_COMMANDS = re.compile(r"(?:.*[-_. ])?(?:commands?|cmds?)(?:\.txt)?$", re.IGNORECASE)
_MAX_NESTED = 3
_QUIET = frozenset({"echo", "printf", "#", "alias", "cat", "grep", "rm", "ls", "cd", "mkdir"})
_SOURCE = re.compile(r"(?m)^[ \t]*(?:source|\.)[ \t]+\S")
_USES = re.compile(r"\$[\w{@*]")
_LOADS = re.compile(r"\.py\b|\bpython\d? -m|--model|\bdownload\b|\bserve\b|\b(?:huggingface|hf)\.co\b")
_IMAGE = re.compile(r"[\w.*-]*[/:@][\w./:@*-]*[\w*-]$")


@dataclass(frozen=True, slots=True)
class Script:
    """What a script tells. `sites` load by themselves; `launches` give options to Python scripts, and are loads
    (`Launch.site`) only where that script is not at hand. `asks`: other files may give its variables values; those that
    it reads in (`sources`), or scripts that run it. `mentions`: names of shell scripts that it may run."""

    sites: tuple[LoadSite, ...] = ()
    launches: tuple[Launch, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    asks: bool = False
    sources: bool = False
    mentions: tuple[str, ...] = ()


def is_script(path: str) -> bool:
    """Whether the name is one of a shell script, Dockerfile, Makefile, or list of commands."""
    name = path.rpartition("/")[2]
    return name.endswith(SHELL) or bool(_DOCKERFILE.search(name) or _MAKEFILE.match(name) or _COMMANDS.match(name))


def read(
    content: bytes,
    path: str,
    environment: expansion.Variables | None = None,
    sourced: Sourced | None = None,
    budget: Budget | None = None,
) -> Script:
    """The records of a script; nothing of a file that is none, or no text."""
    try:
        text = encoding.decode(content).decode("utf-8", "replace")
    except encoding.UnreadableError as error:
        return Script(diagnostics=(Diagnostic(path, "undecodable", error.message),))
    if len(text) > MAX_BYTES:
        return Script(diagnostics=(Diagnostic(path, "too_large", f"a script of more than {MAX_BYTES} bytes"),))
    where = place(path, text, budget)
    if _is_dockerfile(path):
        return together(_docker_records(Dockerfile(text), where), path, where.budget)
    found = together(of_runs(commands(text, path, environment, sourced, where.budget), where), path, where.budget)
    loads = bool(_LOADS.search(text))
    sources = loads and bool(_SOURCE.search(text))
    asks = sources or (loads and bool(_USES.search(text)))
    return replace(found, asks=asks, sources=sources, mentions=calls.mentioned(text))


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    return bool(_DOCKERFILE.search(name)) and not name.endswith(SHELL)


def environment(text: str, path: str) -> expansion.Variables:
    """What the programs that the script starts find in their environment; of a Dockerfile, while it builds, too."""
    if _is_dockerfile(path):
        return shell.final_variables(Dockerfile(text).script(), budget=Budget())
    is_makefile = _MAKEFILE.match(path.rpartition("/")[2])
    return shell.final_variables(makefile.script(text) if is_makefile else text, exported=True, budget=Budget())


def commands(
    text: str,
    path: str,
    environment: expansion.Variables | None,
    sourced: Sourced | None,
    budget: Budget,
) -> Iterator[Run]:
    """The commands of a shell script or Makefile."""
    is_makefile = _MAKEFILE.match(path.rpartition("/")[2])
    return shell.runs(makefile.script(text) if is_makefile else text, environment, sourced=sourced, budget=budget)


def place(path: str, text: str, budget: Budget | None = None) -> Place:
    """Offsets of the file's own text."""
    newlines = [found.start() for found in re.finditer("\n", text)]

    def of(at: int, beside: str) -> tuple[int, int]:
        row = bisect_right(newlines, at - 1)
        return row + 1, at - (newlines[row - 1] + 1 if row else 0)

    return Place(path, of, budget=budget or Budget())


def together(found: Iterator[LoadSite | Launch], path: str, budget: Budget) -> Script:
    """The records by their kind, sorted, each once."""
    listed = list(dict.fromkeys(found))
    sites = _merged(site for site in listed if isinstance(site, LoadSite))
    launches = tuple(launch for launch in listed if isinstance(launch, Launch))
    cut = Diagnostic(path, "bound_reached", "commands with too much text to follow them all")
    return Script(tuple(sites), launches, (cut,) if budget.is_spent else ())


def _merged(found: Iterable[LoadSite]) -> list[LoadSite]:
    """A command that is one of several, by the values of its variables, is one site with all their ids."""
    kept: dict[object, LoadSite] = {}
    for site in found:
        is_possible = site.models and all(ref.certainty == "possible" for ref in site.models)
        key = (site.line, site.column, site.api, site.status) if is_possible else site
        same = kept.get(key, site)
        models = {ref.id: ref for ref in (*site.models, *same.models)}
        kept[key] = replace(site, models=tuple(models[name] for name in sorted(models)))
    return sorted(kept.values(), key=lambda s: (s.line, s.column, s.api, tuple(ref.id for ref in s.models)))


def of_runs(runs: Iterator[Run], where: Place, depth: int = 0) -> Iterator[LoadSite | Launch]:
    """The records of commands; of a container that one starts, and of Python code that one is given, too."""
    for run in runs:
        words = run.texts()
        inner = list(_inner(run, words, where, depth)) if words[0] not in _QUIET else []
        if inner:
            yield from inner
        elif (
            len(words) > 2
            and words[0] in ("docker", "podman", "nerdctl")
            and words[1] in ("run", "create", "container")
        ):
            yield from _container(run, words, where)
        elif "-c" in words and words[0].rpartition("/")[2].startswith("python"):
            yield from inline_code.sites(run, words.index("-c") + 1, where)
        elif words[0] not in _QUIET:
            yield from records(run, where)


def _inner(run: Run, words: tuple[str, ...], where: Place, depth: int) -> Iterator[LoadSite | Launch]:
    """The records of `bash -c "…"`."""
    if run.inner:
        yield from of_runs(iter(run.inner), where, depth)
        return
    script = nested.find(words) if depth < _MAX_NESTED else None
    for known in run.words[script[0]] if script is not None else ():
        if known is not None:
            yield from of_runs(_inside(known, where.budget), where, depth + 1)


def _inside(script: expansion.Known, budget: Budget) -> Iterator[Run]:
    for run in shell.runs(script.text, base=script.at, budget=budget):
        yield Run(tuple(expansion.tagged(word, script) for word in run.words), run.at, run.end)


def _container(run: Run, words: tuple[str, ...], where: Place) -> Iterator[LoadSite | Launch]:
    """`docker run -e MODEL_ID=… IMAGE --model-id …`."""
    at = next((i for i, word in enumerate(words[2:], 2) if images.known(word) and _IMAGE.match(word)), None)
    if at is None:
        return
    image = images.known(words[at])
    assert image is not None
    inside = Run((*images.prefix(image, words[at + 1 :]), *run.words[at + 1 :]), run.at, run.end)
    found = list(records(inside, where))
    yield from found
    if not found:
        for command, given in images.environment(image, _environment(run, words[:at])):
            site = site_of(command, given, run, where)
            if site is not None:
                yield site


def _environment(run: Run, words: tuple[str, ...]) -> expansion.Variables:
    found: expansion.Variables = {}
    for index, word in enumerate(words):
        name, equals, _ = word.partition("=")
        if equals and words[index - 1] in ("-e", "--env"):
            known = [v._replace(text=v.text.partition("=")[2]) for v in run.words[index] if v is not None]
            found[name] = tuple(known)
    return found


def _docker_records(docker: Dockerfile, where: Place) -> Iterator[LoadSite | Launch]:
    script = docker.script()
    started = False
    base = docker.images[-1][1] if docker.images else ""
    image = images.known(base)
    firsts = [span.start for span in docker.starts]
    for run in shell.runs(script, budget=where.budget):
        before = bisect_right(firsts, run.at) - 1
        starts = before >= 0 and run.at in docker.starts[before]
        if image is not None and starts and run.texts()[0] not in ("sh", "bash", "/bin/bash", "/bin/sh"):
            run = Run((*images.prefix(image, run.texts()), *run.words), run.at, run.end)
        found = list(of_runs(iter((run,)), where))
        started = started or (starts and bool(found))
        yield from found
    if image is None or started:
        return
    for command, given in images.environment(image, shell.final_variables(script, budget=where.budget)):
        at = given[0].at if given and given[0] is not None else 0
        site = site_of(command, given, Run((), at, at), where)
        if site is not None:
            yield site
