"""What configs say under keys that code reads of something of which only its name tells: `cfg.encoder.model_name`.

Code hands a config on in ways that cannot be followed. Where a config of the repository has the whole path of keys, or
lies in a folder of the first ones (Hydra's groups), it is a possible one, if the last keys can only be a model's; so
is what a command line sets under a path that ends in these keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import basename, dirname
from typing import TYPE_CHECKING

from analyzer.program import Attribute, Expression, Name, Subscript, Text
from analyzer.values import containers
from analyzer.values.commandline import launched
from analyzer.values.configs import open_configs, overrides
from analyzer.values.objects import RUNTIME, Configs, Const, Dict, Env, Ref, Str, Thing, Unknown, Values

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator

_ROOT = re.compile(r"_*(?:(?P<of>[a-z]\w*)_)?(?:cfg|config|conf|configs|hparams|hps|settings|args|opts?)$")
#: Words that only a pre-trained model of a family has.
_FAMILY = r"(?:bert|roberta|gpt2?|t5|clip|blip|llama|vicuna|qwen|whisper|wav2vec2?|hubert|deberta|electra|plm|vit)"
_OF_FAMILY = re.compile(
    rf"(?:\w+_)?{_FAMILY}_(?:model|pretrained|checkpoint|path|name|id|location)(?:_or_path|_name)?$"
)
_KEY = re.compile(
    r"(?=.*(?:model|pretrained|encoder|tokenizer|backbone|checkpoint|llm|embed|decoder"
    rf"|(?<![a-z]){_FAMILY}(?![a-z])))[a-z]\w*_"
    r"(?:model|pretrained|encoder|tokenizer|backbone|checkpoint|llm|path|name|id|cfg|location)$"
)
_MAX_KEYS = 4
_MAX_VALUES = 8


def guess(ev: Evaluator, expression: Attribute | Subscript, env: Env, bases: Values, found: Values) -> Values:
    """The strings that configs have there; nothing where it is read of options or configs that are known, or where
    something is known of it. That it may be None counts as nothing, if there are several keys."""
    if any(not isinstance(v, Unknown) and not (isinstance(v, Const) and v.value is None) for v in found):
        return ()
    chain = _chain(expression)
    if chain is None or RUNTIME in found:
        return ()
    is_none = any(isinstance(value, Const) for value in found)
    if any(isinstance(base, Ref | Configs | Thing) for base in bases) or (is_none and len(chain) == 1):
        return ()
    key = "guess", chain, env.module
    if key not in ev.caches:
        ev.caches[key] = ()
        likely = (*tuple(_values(ev, chain, env.module))[:_MAX_VALUES], *_launched(ev, chain, env.module))
        ev.caches[key] = (*likely, Unknown("parameter")) if likely else ()
    return ev.caches[key]  # type: ignore[return-value]


def _chain(expression: Expression) -> tuple[str, ...] | None:
    """The keys behind something that is named as a config is; `model_config.path` is of a part named `model`."""
    keys: list[str] = []
    root: re.Match[str] | None = None
    while root is None and len(keys) <= _MAX_KEYS:
        match expression:
            case Attribute(base=base, name=name) | Subscript(base=base, key=Text(value=name)):
                root = _ROOT.match(name) if keys else None
                keys += [name] if root is None else []
                expression = base
            case Name(id=name) if keys and (root := _ROOT.match(name)):
                break
            case _:
                return None
    keys += [root["of"]] if root is not None and root["of"] and len(keys) == 1 else []
    named = "_".join(reversed(keys[:2]))
    is_distinct = len(keys) > 1 or named.count("_") > 1 or bool(_OF_FAMILY.match(named))
    return tuple(reversed(keys)) if root is not None and is_distinct and _KEY.match(named) else None


def _values(ev: Evaluator, keys: tuple[str, ...], module: int) -> Iterator[Str]:
    """Those of YAML, and of the sections of INI files if no YAML has the keys."""
    yield from _of_kind(ev, keys, module, "yaml") or (_of_kind(ev, keys, module, "ini") if len(keys) > 1 else ())


def _of_kind(ev: Evaluator, keys: tuple[str, ...], module: int, kind: str) -> tuple[Str, ...]:
    return tuple(_nearest(ev, keys, open_configs.any_of(ev, kind, module)))


def _nearest(ev: Evaluator, keys: tuple[str, ...], configs: Values) -> Iterator[Str]:
    nearest = (value for value in configs if isinstance(value, Configs))
    seen: set[str] = set()
    for group in (group for value in nearest for group in value.groups):
        for path, doc in ev.config_documents(group, keys[-1]):
            for value in _ending(ev, doc, keys) or _under(ev, doc, _within(path, keys)):
                if isinstance(value, Str) and value.text not in seen:
                    seen.add(value.text)
                    yield value
        if seen:
            return


def _launched(ev: Evaluator, keys: tuple[str, ...], module: int) -> Iterator[Str]:
    """What command lines set under a path that ends in the keys, of programs that lead to the file."""
    docs = overrides.documents(ev, launched.anywhere(ev, module)) if len(keys) > 1 else ()
    found = (value for doc in docs for value in _ending(ev, doc, keys))
    yield from dict.fromkeys(value for value in found if isinstance(value, Str))


def _ending(ev: Evaluator, doc: Dict, keys: tuple[str, ...], depth: int = _MAX_KEYS) -> Values:
    here = _under(ev, doc, keys)
    inner = (value for _, e, env in containers.pairs(ev, doc) for value in ev.evaluate(e, env)) if depth else ()
    return (*here, *(v for value in inner if isinstance(value, Dict) for v in _ending(ev, value, keys, depth - 1)))


def _within(path: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that are left in a config that lies in a folder of the first one."""
    return keys[1:] if len(keys) > 1 and basename(dirname(path)) == keys[0] else ()


def _under(ev: Evaluator, doc: Dict, keys: tuple[str, ...]) -> Values:
    found: Values = (doc,) if keys else ()
    for key in keys:
        inner = [containers.known(ev, v, (Str(key, 0, 0),)) for v in found if isinstance(v, Dict)]
        found = tuple(value for values in inner for value in values)
    return found
