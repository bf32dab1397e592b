"""Commands as records: the loads that a command line is, and the options that it gives to a script."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from analyzer import ids
from analyzer.commands import model_commands, started
from analyzer.commands.budget import Budget
from analyzer.commands.expansion import Choices, Known
from analyzer.commands.launch import Launch
from analyzer.commands.model_commands import Command, Named
from analyzer.commands.shell import Run
from analyzer.loaders import tables
from analyzer.records import Certainty, LoadSite, ModelRef, Origin
from analyzer.tables.rows import Loader

#: What may become an id once all of it is known; with a path around it, it is no id.
_OPEN = re.compile(r"\*|[\w.*-]*\w[\w.*-]*/[\w.*-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where offsets of a text are in its file: offset -> (line, column); `beside` is the text at hand. `serves`: the
    commands are of services, which load a model whether it is known here or not; `budget` is what they may take."""

    path: str
    of: Callable[[int, str], tuple[int, int]]
    serves: bool = False
    budget: Budget = field(default_factory=Budget)


def records(run: Run, place: Place) -> Iterator[LoadSite | Launch]:
    """What one command tells: loads, or what it gives to the script that it runs, or to each of several."""
    if (several := _programs(run)) is not None:
        for number, one in enumerate(several):
            yield from (_without_site(record) if number else record for record in records(one, place))
        return
    words = run.texts()
    found = [
        (named, site)
        for named in model_commands.matches(words)
        if (site := site_of(named.command, _given(run.words[named.index], named), run, place)) is not None
    ]
    index = started.script(words)
    if index is None:
        yield from (site for _, site in found)
        program = started.console(words)
        if program is not None:
            yield from _launches(run, words, program, {}, place)
        return
    sites = {named.index: site for named, site in found if named.command.library == "command-line"}
    yield from (site for named, site in found if named.command.library != "command-line")
    yield from _launches(run, words, index, sites, place)


def _without_site(record: LoadSite | Launch) -> LoadSite | Launch:
    """The same line is one load, whichever of the scripts it runs."""
    return replace(record, site=None) if isinstance(record, Launch) else record


def _programs(run: Run) -> list[Run] | None:
    """The command with each of the scripts that it can run, where a variable says which."""
    at = next((at for at, word in enumerate(run.words) if word and all(v and v.text.endswith(".py") for v in word)), 0)
    if len(run.words[at]) < 2:
        return None
    chosen = (value._replace(sure=False) for value in run.words[at] if value is not None)
    return [_with_word(run, at, value) for value in chosen]


def _with_word(run: Run, at: int, value: Known) -> Run:
    """The command with one of the values of a word, also in its turns."""
    places = ((turn, next((i for i, word in enumerate(turn) if value.text in _texts(word)), -1)) for turn in run.turns)
    turns = tuple((*turn[:place], (value,), *turn[place + 1 :]) for turn, place in places if place >= 0)
    return replace(run, words=(*run.words[:at], (value,), *run.words[at + 1 :]), turns=turns)


def _texts(word: Choices) -> list[str]:
    return [value.text for value in word if value is not None]


def _given(choices: Choices, named: Named) -> Choices:
    """What stands behind `--option=`, or `pretrained=` among others; the models whose addresses are cloned."""
    if named.command is model_commands.CLONE:
        texts = ((known, model_commands.cloned(known.text)) for known in choices if known is not None)
        return tuple(known._replace(text=text) for known, text in texts if text)
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
    if match is None:
        return None
    if not known:
        return _runtime(command, given, run, place)
    loader = match.loader
    kinds = {value.text: ids.classify(value.text, loader.id_syntax) for value in known}
    kept = [value for value in known if kinds[value.text] == "model"]
    kept = kept or [value for value in known if kinds[value.text] == "local"]
    if not kept:
        return None
    is_local = kinds[kept[0].text] == "local"
    refs = {value.text: _ref(loader, value, place, resolution, several=len(given) > 1) for value in kept}
    beside = _beside(kept[0], run, place)
    line, column = place.of(run.at, beside)
    return LoadSite(
        path=place.path,
        line=line,
        column=column,
        end_line=max(line, place.of(run.end, beside)[0]),
        cell=None,
        api=command.api,
        library=command.library,
        loads=command.loads,
        status="local" if is_local else "resolved",
        reason="local_path" if is_local else None,
        models=tuple(refs[text] for text in sorted(refs)),
    )


def _beside(value: Known, run: Run, place: Place) -> str:
    """What stands where the value is used: itself, or the name of its variable."""
    if not value.given:
        return value.text
    if run.words:
        return value.given[0].name
    return value.text if value.given[0].path == place.path else ""


def _runtime(command: Command, given: Choices, run: Run, place: Place) -> LoadSite | None:
    """The load of an id that only the environment, or whoever starts the command, gives."""
    if (
        not place.serves
        or not given
        or model_commands.is_runner(command)
        or any(v is not None and not _OPEN.fullmatch(v.text) for v in given)
    ):
        return None
    option = command.api.rpartition(" ")[2]
    line, column = place.of(run.at, option if option.startswith("-") else "")
    return LoadSite(
        path=place.path,
        line=line,
        column=column,
        end_line=max(line, place.of(run.end, "")[0]),
        cell=None,
        api=command.api,
        library=command.library,
        loads=command.loads,
        status="runtime",
        reason="runtime_input",
        models=(),
    )


def _ref(loader: Loader, value: Known, place: Place, resolution: str, *, several: bool) -> ModelRef:
    canonical, hub = ids.canonical(value.text, loader)
    certainty: Certainty = "certain" if value.sure and not several else "possible"
    if value.given:
        origin = Origin(value.given[0].path, value.given[0].line)
    else:
        origin = Origin(place.path, place.of(value.at, value.text)[0])
    return ModelRef(value.text, canonical, hub, resolution, certainty, origin)


def _launches(run: Run, words: Sequence[str], index: int, sites: dict[int, LoadSite], place: Place) -> Iterator[Launch]:
    """What a command gives to the script that it runs; in turns of a loop, what it gives in each."""
    for number, turn in enumerate(run.turns):
        one = replace(run, words=turn, at=run.at + number, turns=())
        yield from _launches(one, one.texts(), index, sites, place)
    if run.turns:
        return
    script = started.path_of(words, index)
    given = list(_options(words, index + 1))
    unknown = tuple(_unknown(run, given))
    for option, at, more in given:
        _, equals, _ = words[at].partition("=")
        is_whole = option == words[at - 1] or option.isdigit() or more
        for value in run.words[at]:
            if value is not None and "*" not in value.text:
                text = value.text if is_whole or not equals else value.text.partition("=")[2]
                at_, line, holder = _stands(value, text, place)
                site = sites.get(at)
                yield Launch(script, option, text, at_, line, value.sure, site, holder, run.at, more, unknown=unknown)


def _unknown(run: Run, given: Iterable[tuple[str, int, bool]]) -> Iterator[str]:
    """The options with a value that is not known; `*` for a word that may be any of them."""
    for option, at, _ in given:
        if any(value is None or "*" in value.text for value in run.words[at]):
            yield "*" if option.isdigit() else option


def _options(words: Sequence[str], start: int) -> Iterator[tuple[str, int, bool]]:
    """(option, place of a value, whether it is a further one) from there on; positional ones by their number."""
    number = 0
    last = ""
    skip = -1
    for at in range(start, len(words)):
        word = words[at]
        name, equals, _ = word.partition("=")
        if at == skip:
            continue
        if word.startswith("-") and not equals:
            last = ""
            if at + 1 < len(words) and (not words[at + 1].startswith("-") or words[at + 1][1:2].isdigit()):
                last, skip = word, at + 1
                yield word, at + 1, False
        elif equals and name.lstrip("-+"):
            last = ""
            yield name.lstrip("+"), at, False
        else:
            number += 1
            yield str(number), at, False
            if last:
                yield last, at, True


def _stands(value: Known, text: str, place: Place) -> tuple[int, int, str | None]:
    """Offset and line of a value, and the file where it is another."""
    if value.given:
        return value.given[0].at, value.given[0].line, value.given[0].path
    return value.at, place.of(value.at, text)[0], None


def shifted(site: LoadSite, path: str, line: int) -> LoadSite:
    """A site of code that stands inside another file, from its line on."""
    models = tuple(
        replace(ref, origin=Origin(path, ref.origin.line + line - 1), resolution=ref.resolution) for ref in site.models
    )
    return replace(site, path=path, line=site.line + line - 1, end_line=site.end_line + line - 1, models=models)


def placed(ref: ModelRef, variables: dict[str, Known], place: Place) -> ModelRef:
    """An id that the code has from its environment: it stands where the variable is set."""
    known = variables.get(ref.id)
    if known is None:
        return ref
    _, line, holder = _stands(known, known.text, place)
    certainty: Certainty = "certain" if known.sure and ref.certainty == "certain" else "possible"
    return replace(ref, resolution="launch_line", certainty=certainty, origin=Origin(holder or place.path, line))
