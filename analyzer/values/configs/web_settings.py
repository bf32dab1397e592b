"""Settings and states that web frameworks and notebooks keep: Django's settings, widgets by key, widgets' values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from analyzer.program import Call, Module, Scope, Text
from analyzer.values import containers, ecma_schemas
from analyzer.values.objects import Const, Dict, Mod, Ref, Str, Unknown, Values, merged, relabel

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_DJANGO = "django.conf.settings"
_STATE = "streamlit.session_state"
_WIDGETS = "ipywidgets."
_NAMED = "settings"
_MAX_FILES = 8
_SECOND = (Const(1),)


def attribute(ev: Evaluator, base: Ref, name: str) -> Values:
    """An attribute of one of these, as far as the files around tell it; empty of anything else."""
    if base.qualified == _DJANGO:
        return _django(ev, name)
    if base.qualified == _STATE:
        return _of_key(ev, name)
    if base.qualified.startswith(ecma_schemas.ROOTS):
        return ecma_schemas.attribute(ev, base, name)
    is_widget = name == "value" and base.qualified.startswith(_WIDGETS) and base.qualified.endswith("()")
    return _of_widget(ev, base) if is_widget else ()


def _django(ev: Evaluator, name: str) -> Values:
    """What the modules of settings of the project bind to a name."""
    files = [path for path in ev.config_files((".py",)) if _NAMED in path.rsplit("/", 2)[-1] or f"/{_NAMED}/" in path]
    found = (value for path in files[:_MAX_FILES] for value in ev.program(path, 0))
    bound = (v.module for v in found if isinstance(v, Mod) and name in ev.modules[v.module].scopes[0].bindings)
    return merged(*(ev.member(module, name) for module in bound))


def _of_key(ev: Evaluator, name: str) -> Values:
    """What the widget holds that is given the key: `selectbox("Model", MODELS, key="model")`."""
    ev.read_mentioning(0, name)
    found = (ev.evaluate(call, ev.env(0, scope)) for call, scope in ev.index(0, _keyed).get(name))
    return tuple(value for value in merged(*found) if not isinstance(value, Unknown | Ref))


def _keyed(module: Module, index: int, scope: Scope) -> Iterator[tuple[str, tuple[Call, int]]]:
    """Key of a widget -> the calls that make it."""
    for call in scope.calls:
        yield from ((v.value, (call, index)) for key, v in call.keywords if key == "key" and isinstance(v, Text))


def _of_widget(ev: Evaluator, widget: Ref) -> Values:
    """What a widget of a notebook holds: its value, or any of its options."""
    return relabel(merged(*_held(ev, widget)), "option_default")


def _held(ev: Evaluator, widget: Ref) -> Iterator[Values]:
    from analyzer.values.calling import passing

    if widget.call is None or widget.env is None:
        return
    arguments = passing.arguments_of(widget.call, widget.env)
    for options in passing.keyword(ev, arguments, "options") or ():
        if isinstance(options, Dict):
            yield tuple(v for _, e, env in containers.pairs(ev, options) for v in ev.evaluate(e, env))
            continue
        for each in containers.elements(ev, (options,)):
            yield (each,) if isinstance(each, Str) else containers.item(ev, (each,), _SECOND)
    yield tuple(v for v in passing.keyword(ev, arguments, "value") or () if isinstance(v, Str))
