"""Questions to whoever runs the program in a terminal, with what it can choose: questionary, inquirer, click, rich."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Text
from analyzer.values import containers
from analyzer.values.calling import passing
from analyzer.values.objects import (
    RUNTIME,
    Arguments,
    Const,
    Dict,
    Env,
    Held,
    Ref,
    Str,
    Values,
    merged,
    relabel,
)

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

#: Those that ask when they are called.
_ASKING = frozenset({
    "click.prompt", "typer.prompt", "rich.prompt.Prompt.ask", "inquirer.list_input", "inquirer.text", "beaupy.select",
    "pick.pick", "survey.routines.select",
})  # fmt: skip
#: Those that are made first, and asked then.
_ASKED = frozenset(
    f"{root}.{kind}().{way}"
    for root, kinds, ways in (
        ("questionary", "select rawselect autocomplete text", "ask unsafe_ask ask_async"),
        ("InquirerPy.inquirer", "select fuzzy rawlist text", "execute execute_async"),
    )
    for kind in kinds.split()
    for way in ways.split()
)
_FORMS = frozenset({"inquirer.prompt", "questionary.prompt", "InquirerPy.prompt"})
_CHOICES = ("choices", "options")
_VALUES = (("value",), 1), (("name", "title"), 0)
_CHOICE = frozenset({"questionary.Choice()", "InquirerPy.base.control.Choice()", "InquirerPy.base.Choice()"})


def call(ev: Evaluator, ref: Ref, arguments: Arguments, env: Env) -> Values | None:
    """What the question gives; None if the name asks none."""
    if ref.qualified in _FORMS:
        return _form(ev, arguments, env)
    if ref.qualified in _ASKED and ref.call is not None and ref.env is not None:
        return _answers(ev, passing.arguments_of(ref.call, ref.env)) or (RUNTIME,)
    return _answers(ev, arguments) or (RUNTIME,) if ref.qualified in _ASKING else None


def _answers(ev: Evaluator, arguments: Arguments) -> Values:
    listed = merged(*(passing.keyword(ev, arguments, name) or () for name in _CHOICES))
    listed = listed or tuple(v for place in (0, 1, 2) for v in passing.first(ev, arguments, place) if not _is_plain(v))
    each = merged(*(_chosen(ev, value) for value in containers.elements(ev, listed)))
    default = tuple(v for v in passing.keyword(ev, arguments, "default") or () if isinstance(v, Str))
    return relabel(tuple(v for v in merged(default, each) if isinstance(v, Str)), "option_default")


def _is_plain(value: object) -> bool:
    return isinstance(value, Str | Const)


def _chosen(ev: Evaluator, value: object) -> Values:
    """The value of a choice, whatever it is shown as."""
    if isinstance(value, Str):
        return (value,)
    if isinstance(value, Ref) and value.qualified in _CHOICE and value.call is not None and value.env is not None:
        given = passing.arguments_of(value.call, value.env)
        found = (passing.argument(ev, given, names, place) for names, place in _VALUES)
        return next((held for held in found if held), ())
    if isinstance(value, Dict):
        return containers.known(ev, value, (Str("value", 0, 0),)) or containers.known(ev, value, (Str("name", 0, 0),))
    return ()


def _form(ev: Evaluator, arguments: Arguments, env: Env) -> Values:
    """`prompt([List("model", choices=[…])])`: the answer to each question under its name.

    Of two questions of one name, what comes before decides which is asked: what is chosen is not known.
    """
    questions = containers.elements(ev, passing.first(ev, arguments))
    answers: dict[str, Values] = {}
    for name, found in (each for question in questions for each in _question(ev, question)):
        answers[name] = (RUNTIME,) if name in answers else found
    if not answers:
        return (RUNTIME,)
    return (Dict(tuple((Text(name, 0), ev.keep(Held(found)), env) for name, found in answers.items()), more=True),)


def _question(ev: Evaluator, question: object) -> Iterator[tuple[str, Values]]:
    if isinstance(question, Ref) and question.call is not None and question.env is not None:
        given = passing.arguments_of(question.call, question.env)
        names, found = passing.argument(ev, given, ("name",), 0) or (), _answers(ev, given)
    elif isinstance(question, Dict):
        names = containers.known(ev, question, (Str("name", 0, 0),))
        listed = containers.elements(ev, containers.known(ev, question, (Str("choices", 0, 0),)))
        default = containers.known(ev, question, (Str("default", 0, 0),))
        found = tuple(v for each in (*default, *listed) for v in _chosen(ev, each))
        found = relabel(found, "option_default")
    else:
        return
    yield from ((name.text, found) for name in names if isinstance(name, Str) and found)
