"""Files that lie in a package: `files("pkg") / "table.yaml"`, `pkgutil.get_data("pkg", "table.yaml")`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from analyzer.program import Call
from analyzer.values import strings
from analyzer.values.calling import passing
from analyzer.values.configs import config_apis
from analyzer.values.objects import SOMEWHERE, UNKNOWN_CALL, Arguments, Env, Mod, Ref, Str, Value, Values, merged

if TYPE_CHECKING:
    from analyzer.values.evaluator import Evaluator


def folder(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`files(package)`, `resource_filename(package, path)`: a path in the folder of the package."""
    given = passing.argument(ev, arguments, ("package", "anchor", "package_or_requirement"), 0) or ()
    folders = tuple(_folder_of(ev, value, env, node.at) for value in given) or (_somewhere(env, node.at),)
    parts = [ev.evaluate(expression, where) for expression, where in arguments.args[1:]]
    parts += [ev.evaluate(value, where) for name, value, where in arguments.keywords if name in _PLACES]
    return strings.combine(ev, [folders, *parts], env, node.at, separator="/") if parts else folders


def opened(ev: Evaluator, arguments: Arguments, node: Call, env: Env) -> Values:
    """`open_text(package, path)`, `get_data(package, path)`: the same as an open file."""
    paths = (value for value in folder(ev, arguments, node, env) if isinstance(value, Str))
    return merged(*(config_apis.opened(ev, path, env) for path in paths)) or (UNKNOWN_CALL,)


#: Keywords of the path within the package.
_PLACES = frozenset({"resource", "resource_name", "path_names"})


def _folder_of(ev: Evaluator, package: Value, env: Env, at: int) -> Str:
    match package:
        case Str(text=text, partial=False) if text != "__main__":
            path = text.replace(".", "/")
        case Mod(module=module):
            path = ev.modules[module].path.removesuffix(".py").removesuffix("/__init__")
        case Ref(qualified=text, call=None) if not text.startswith("builtins."):
            path = text.replace(".", "/")
        case _:
            return _somewhere(env, at)
    return _somewhere(env, at)._replace(text=f"{SOMEWHERE}/{path}")


def _somewhere(env: Env, at: int) -> Str:
    return Str(SOMEWHERE, env.module, at, partial=True)
