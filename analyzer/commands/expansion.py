"""What words of a shell can be: the values of their variables put together, and texts that hold several words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice, product
from math import prod
from typing import NamedTuple, TypeAlias

from analyzer.commands.shell_words import MAX_NESTED, Part, Reader, Word

#: Values of one word, and words of one value, that count.
MAX_VALUES = 32
MAX_WORDS = 256
#: Characters that a word with variables in it can have.
_MAX_TEXT = 20_000
_OPTION = re.compile(r"[-+]*[A-Za-z][\w./-]*=")
_SPACE = re.compile(r"\s")
#: Where a string begins whose words are placed later.
_WITHIN = -(1 << 40)
#: A name in an organisation.
_MODEL = re.compile(r"[\w.-]+/[\w.-]*[\w-]")


class Given(NamedTuple):
    """What another file gives the variable `name`: the text, and where it stands there."""

    name: str
    text: str
    path: str
    line: int
    at: int


class Known(NamedTuple):
    """A string that a word can be, and where it stands; not `sure`: a default, or one of several. `given` are the
    pieces of it that stand in other files; `places` are (offset in it, where that stands) of what was put together."""

    text: str
    at: int
    sure: bool = True
    given: tuple[Given, ...] = ()
    places: tuple[tuple[int, int], ...] = ()

    def place(self, offset: int) -> int:
        """Where the character at an offset in the string stands."""
        start, at = next((each for each in reversed(self.places) if each[0] <= offset), (0, self.at))
        return at + offset - start


Choices: TypeAlias = tuple[Known | None, ...]  # None: something that is not known
Variables: TypeAlias = dict[str, Choices]


def only(choices: Choices) -> str:
    if len(choices) == 1:
        return choices[0].text if choices[0] is not None else "*"
    named = {found[0] if known and (found := _OPTION.match(known.text)) else "" for known in choices}
    return f"{named.pop()}*" if len(named) == 1 else "*"


def split(word: Word, variables: Variables, arrays: Mapping[str, list[Choices]]) -> list[Choices]:
    """What a word can be; a variable that holds several words, and has no quotes around it, is each of them."""
    said = [part for part in word.parts if part.text or part.name is not None]
    if len(said) == 1 and (name := said[0].name) is not None and name in arrays and said[0].take is None:
        return arrays[name]
    found = choices(word.parts, variables)
    is_bare = len(word.parts) == 1 and word.parts[0].name is not None
    return spread(found, variables) if is_bare else [found]


def spread(found: Choices, variables: Variables) -> list[Choices]:
    """The words that a value holds, where it is known; of several with the same options each word of all of them, else
    those that are alike, then the rest of each."""
    held = [value for value in found if value is not None and _SPACE.search(value.text)]
    if not held or len(held) < len(found) - (None in found):
        return [found]
    listed = [_words(value, variables) for value in held]
    if len({len(words) for words in listed}) == 1 and all(map(_is_one_option, zip(*listed, strict=True))):
        return [_either(words) for words in zip(*listed, strict=True)][:MAX_WORDS]
    alike = next((at for at, words in enumerate(zip(*listed, strict=False)) if len(set(words)) > 1), None)
    shared = min(map(len, listed)) if alike is None else alike
    return [*listed[0][:shared], *(word for words in listed for word in words[shared:])][:MAX_WORDS]


def _is_one_option(words: tuple[Choices, ...]) -> bool:
    """Whether no word at one place of several texts is an option, or all are the same."""
    texts = [only(word) for word in words]
    return len(set(texts)) == 1 or not any(text.startswith("-") for text in texts)


def _either(words: tuple[Choices, ...]) -> Choices:
    found = dict.fromkeys(value for word in words for value in word)
    by_text = {value.text: value for value in reversed(found) if value is not None}
    several = len(by_text) > 1 or None in found
    known = [value._replace(sure=value.sure and not several) for value in reversed(by_text.values())]
    return (*known[:MAX_VALUES], *((None,) if None in found else ()))


def _words(held: Known, variables: Variables) -> list[Choices]:
    """The words of one value, as many as count."""
    first = held.at if not held.places else _WITHIN
    inner = Reader(held.text.replace("\\\n", "  ").replace("\n", " "), first, MAX_NESTED).words()
    said = (choices(each.parts, variables) for each in inner if each.parts and not each.sign)
    return [tagged(_placed(each, held), held) for each in islice(said, MAX_WORDS)]


def _placed(inner: Choices, held: Known) -> Choices:
    """Words inside a value that was put together, where they stand."""
    within = (value is not None and value.at < 0 for value in inner)
    if not held.places or not any(within):
        return inner
    return tuple(v._replace(at=held.place(v.at - _WITHIN), places=()) if v and v.at < 0 else v for v in inner)


def tagged(inner: Choices, outer: Known) -> Choices:
    """Values of words inside a value: what stands in other files is so in them, too."""
    return tuple(_tagged(value, outer) if value is not None else None for value in inner) if outer.given else inner


def _tagged(value: Known, outer: Known) -> Known:
    held = tuple(one for one in outer.given if one.text and (one.text in value.text or value.text in one.text))
    return value._replace(given=held, sure=value.sure and outer.sure) if held else value


def choices(parts: tuple[Part, ...], variables: Variables) -> Choices:
    """What the parts can be together."""
    options = [_options(part, variables) for part in parts if part.text or part.name is not None or len(parts) == 1]
    if any(part.name is None and _SPACE.search(part.text) for part in parts):
        options = _few(options)
    found: list[Known | None] = []
    for combination in islice(product(*options), MAX_VALUES):
        known = [piece for piece in combination if piece is not None]
        if len(combination) > 1 and sum(len(piece.text) for piece in known) > _MAX_TEXT:
            found.append(None)
            continue
        if len(known) < len(combination):
            text = "".join(piece.text if piece is not None else "*" for piece in combination)
            given = tuple(one for piece in known for one in piece.given)
            is_some = bool(known) and len(text.strip("*/")) > 0
            found.append(Known(text, known[0].at, False, given, _places(combination)) if is_some else None)
            continue
        first = max(known, key=lambda piece: (not _OPTION.fullmatch(piece.text), len(piece.text)), default=Known("", 0))
        given = tuple(one for piece in known for one in piece.given)
        places = _places(combination) if len(known) > 1 else first.places
        found.append(Known("".join(p.text for p in known), first.at, all(p.sure for p in known), given, places))
    several = len(found) > 1
    return tuple(dict.fromkeys(v._replace(sure=v.sure and not several) if v is not None else None for v in found))


def _places(pieces: Iterable[Known | None]) -> tuple[tuple[int, int], ...]:
    """Where the pieces of a string stand; one that is not known is a star in it."""
    found: list[tuple[int, int]] = []
    offset = 0
    for piece in pieces:
        if piece is not None:
            found += ((offset + start, at) for start, at in piece.places or ((0, piece.at),))
        offset += len(piece.text) if piece is not None else 1
    return tuple(found[:MAX_WORDS])


def part_of(value: Known, part: tuple[str, int] | None) -> Known | None:
    """A part of a string, where it begins in it."""
    return value._replace(text=part[0], at=value.place(part[1]), places=()) if part is not None else None


def _few(options: list[Choices]) -> list[Choices]:
    """Several words: where they can be too much together, what can be most is not known; options, and what all may be
    models, last of all."""

    def weight(at: int) -> tuple[bool, int]:
        given = [value.text for value in options[at] if value is not None]
        counts = any("--" in text for text in given) or all(map(_MODEL.fullmatch, given))
        return len(options[at]) > 1 and not counts, len(options[at])

    if prod(map(len, options)) > MAX_VALUES:
        options = [tuple({value and value.text: value for value in reversed(each)}.values()) for each in options]
    while prod(map(len, options)) > MAX_VALUES:
        most = max(range(len(options)), key=weight)
        options = [*options[:most], (None,), *options[most + 1 :]]
    return options


def _element(name: str, variables: Variables) -> str:
    """`NAME[key]` of `NAME[$variable]`, where the variable holds one value; else the name as it is."""
    array, opened, key = name.removesuffix("]").partition("[$")
    held = variables.get(key, ()) if opened else ()
    return f"{array}[{held[0].text}]" if len(held) == 1 and held[0] is not None else name


def _options(part: Part, variables: Variables) -> Choices:
    if part.name is None:
        return (Known(part.text, part.at),)
    given = variables.get(_element(part.name, variables), ()) if part.name else ()
    if not given and part.name.endswith("]"):  # an element by its number, or of what is not known
        given = variables.get(part.name.partition("[")[0], ())
    if part.take is not None:
        given = tuple(part_of(value, part.take.of(value.text)) if value is not None else None for value in given)
    if not part.default:
        return given or (None,)
    default = tuple(v._replace(sure=False) if v is not None else None for v in choices(part.default, variables))
    return (*(v for v in given if v is None or v.text), *default)
