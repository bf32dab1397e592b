"""What configs say under keys that code reads of something of which only its name tells: `cfg.encoder.model_name`.

Code hands a config on in ways that cannot be followed. Where a config of the repository has the whole path of keys, or
lies in a folder of the first ones (Hydra's groups), it is a possible one, if the last key can only be a model's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Expression, Name, Subscript, Text
from analyzer.values import containers, open_configs
from analyzer.values.objects import Configs, Dict, Env, Str, Unknown, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_ROOT = re.compile(r"(?:\w*_)?(?:cfg|config|conf|configs|hparams|hps|settings|args|opts?)$")
_KEY = re.compile(
    r"(?=.*(?:model|pretrained|encoder|tokenizer|backbone|checkpoint|llm|embed|decoder))[a-z]\w*_"
    r"(?:model|pretrained|encoder|tokenizer|backbone|checkpoint|llm|path|name|id|cfg)$"
)
_MAX_KEYS = 4
_MAX_VALUES = 8


def guess(ev: Evaluator, expression: Attribute | Subscript, env: Env, found: Values) -> Values:
    """The strings that configs have there; nothing where the code says that only a run knows."""
    chain = _chain(expression)
    if chain is None or Unknown("runtime_input") in found:
        return ()
    key = "guess", chain, env.module
    if key not in ev.caches:
        ev.caches[key] = tuple(_values(ev, chain, env.module))[:_MAX_VALUES]
    return ev.caches[key]  # type: ignore[return-value]


def _chain(expression: Expression) -> tuple[str, ...] | None:
    """The keys behind something that is named as a config is."""
    keys: list[str] = []
    while len(keys) <= _MAX_KEYS:
        match expression:
            case Attribute(base=base, name=name) | Subscript(base=base, key=Text(value=name)):
                if keys and _ROOT.match(name):
                    break
                keys.append(name)
                expression = base
            case Name(id=name) if keys and _ROOT.match(name):
                break
            case _:
                return None
    is_distinct = len(keys) > 1 or keys[0].count("_") > 1
    return tuple(reversed(keys)) if is_distinct and _KEY.match(keys[0]) else None


def _values(ev: Evaluator, keys: tuple[str, ...], module: int) -> Iterator[Str]:
    nearest = (v for v in open_configs.any_of(ev, "yaml", module) if isinstance(v, Configs))
    seen: set[str] = set()
    for group in (group for value in nearest for group in value.groups):
        for path, doc in ev.config_documents(group, keys[-1]):
            for value in _under(ev, doc, keys) or _under(ev, doc, _within(path, keys)):
                if isinstance(value, Str) and value.text not in seen:
                    seen.add(value.text)
                    yield value
        if seen:
            return


def _within(path: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that are left in a config that lies in a folder of the first one."""
    return keys[1:] if len(keys) > 1 and basename(dirname(path)) == keys[0] else ()


def _under(ev: Evaluator, doc: Dict, keys: tuple[str, ...]) -> Values:
    found: Values = (doc,) if keys else ()
    for key in keys:
        inner = [containers.known(ev, v, (Str(key, 0, 0),)) for v in found if isinstance(v, Dict)]
        found = tuple(value for values in inner for value in values)
    return found
