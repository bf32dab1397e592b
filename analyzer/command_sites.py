"""Commands as records: the loads that a command line is, and the options that it gives to a script."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from analyzer import ids, launch
from analyzer.launch import Command, Launch, Named
from analyzer.loader_rows import Loader
from analyzer.loaders import tables
from analyzer.records import Certainty, LoadSite, ModelRef, Origin
from analyzer.shell import Choices, Known, Run


@dataclass(frozen=True, slots=True)
class Place:
    """Where offsets of a text are in its file: offset -> (line, column); `beside` is the text at hand."""

    path: str
    of: Callable[[int, str], tuple[int, int]]


def records(run: Run, place: Place) -> Iterator[LoadSite | Launch]:
    """What one command tells: loads, or what it gives to the script that it runs."""
    words = run.texts()
    found = [
        (named, site)
        for named in launch.matches(words)
        if (site := site_of(named.command, _given(run.words[named.index], named), run, place)) is not None
    ]
    index = launch.script(words)
    if index is None:
        yield from (site for _, site in found)
        return
    sites = {named.index: site for named, site in found if named.command.library == "command-line"}
    yield from (site for named, site in found if named.command.library != "command-line")
    yield from _launches(run, words, index, sites, place)


def _given(choices: Choices, named: Named) -> Choices:
    """What stands behind `--option=`, or `pretrained=` among others."""
    if len(choices) == 1 and choices[0] is not None:
        return (choices[0]._replace(text=named.text),) if choices[0].text != named.text else choices
    return tuple(_value(known) if known is not None else None for known in choices)


def _value(known: Known) -> Known:
    is_option = known.text.startswith("--") and "=" in known.text
    return known._replace(text=known.text.partition("=")[2]) if is_option else known


def site_of(
    command: Command, given: Choices, run: Run, place: Place, resolution: str = "launch_line"
) -> LoadSite | None:
    """The load of these ids, if they are ids or paths."""
    match = tables().match(command.like)
    known = [value for value in given if value is not None and "*" not in value.text and "$" not in value.text]
    if match is None or not known:
        return None
    loader = match.loader
    kinds = {value.text: ids.classify(value.text, loader.id_syntax) for value in known}
    kept = [value for value in known if kinds[value.text] == "model"]
    kept = kept or [value for value in known if kinds[value.text] == "local"]
    if not kept:
        return None
    is_local = kinds[kept[0].text] == "local"
    refs = {value.text: _ref(loader, value, place, resolution, several=len(given) > 1) for value in kept}
    line, column = place.of(run.at, kept[0].text)
    return LoadSite(
        path=place.path,
        line=line,
        column=column,
        end_line=max(line, place.of(run.end, kept[0].text)[0]),
        cell=None,
        api=command.api,
        library=command.library,
        loads=command.loads,
        status="local" if is_local else "resolved",
        reason="local_path" if is_local else None,
        models=tuple(refs[text] for text in sorted(refs)),
    )


def _ref(loader: Loader, value: Known, place: Place, resolution: str, *, several: bool) -> ModelRef:
    canonical, hub = ids.canonical(value.text, loader)
    certainty: Certainty = "certain" if value.sure and not several else "possible"
    origin = Origin(place.path, place.of(value.at, value.text)[0])
    return ModelRef(value.text, canonical, hub, resolution, certainty, origin)


def _launches(run: Run, words: Sequence[str], index: int, sites: dict[int, LoadSite], place: Place) -> Iterator[Launch]:
    script = words[index]
    if words[index - 1] == "-m" and index:
        script = script.replace(".", "/") + ".py"
    number = 0
    skip = -1
    for at in range(index + 1, len(words)):
        word = words[at]
        name, equals, _ = word.partition("=")
        if at == skip:
            continue
        if word.startswith("-") and not equals:
            if at + 1 == len(words) or (words[at + 1].startswith("-") and not words[at + 1][1:2].isdigit()):
                continue
            option, place_of, skip = word, at + 1, at + 1
        elif equals and name.lstrip("-+"):
            option, place_of = name.lstrip("+"), at
        else:
            number += 1
            option, place_of = str(number), at
        for value in run.words[place_of]:
            if value is not None and "*" not in value.text:
                text = value.text.partition("=")[2] if place_of == at and equals else value.text
                site = sites.get(place_of)
                yield Launch(script, option, text, value.at, place.of(value.at, text)[0], value.sure, site)


def shifted(site: LoadSite, path: str, line: int) -> LoadSite:
    """A site of code that stands inside another file, from its line on."""
    models = tuple(
        replace(ref, origin=Origin(path, ref.origin.line + line - 1), resolution=ref.resolution) for ref in site.models
    )
    return replace(site, path=path, line=site.line + line - 1, end_line=site.end_line + line - 1, models=models)
