"""Links the files of one repository: an evaluator that reads other files when a question leads there.

Nothing is linked beforehand. A load site is evaluated as in a file alone; where its id comes from an import, a caller,
a config or a command line, the file in question is parsed and lowered, and the same evaluator goes on in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from analyzer.configs import documents as configs
from analyzer.linking.around import MAX_CALLER_FILES
from analyzer.linking.libraries import is_library
from analyzer.linking.stars import Stars
from analyzer.loaders import tables
from analyzer.program import Definition, Imported, Name, Text
from analyzer.values import attributes, stores
from analyzer.values.objects import (
    Cls,
    Dict,
    Fn,
    Mod,
    Ref,
    Str,
    Unknown,
    Values,
    merged,
    relabel,
)

_MAX_LIST = 1 << 16  # bytes of a list
_MAX_LINES = 64
_LINE = re.compile(rb"(?m)^[ \t]*([^\s#].*)$")


class Linker(Stars):
    """An evaluator that starts in one file, `modules[0]`, and reads others of its project as it needs them."""

    max_steps = 5_000
    max_total = 6_000

    # -- imports

    def external(self, qualified: str, module: int) -> Values:
        """A name of another file, where the tree has it; else of a library."""
        if not self.project.layout.may_hold(qualified):
            return (Ref(qualified),)
        importer = self.modules[module].path if module >= 0 else ""
        if is_library(qualified, importer):
            return (Ref(qualified),)
        found = self._in_tree(qualified, importer)
        if all(isinstance(value, Unknown) for value in found) and qualified.partition(".")[0] in tables().roots:
            return (Ref(qualified),)  # a folder of the tree only has the library's name
        return found

    def brought_in(self, qualified: str, module: int) -> Values:
        """What an import means; a file that has the name of a library means that library by it, and not itself."""
        path = self.modules[module].path
        if path.rpartition("/")[2].rpartition(".")[0] == qualified.partition(".")[0]:
            found = self.project.layout.find(qualified, path)
            if found is not None and found.path == path and not self._defines(module, found.rest):
                return (Ref(qualified),)
        return self.external(qualified, module)

    def _defines(self, module: int, names: tuple[str, ...]) -> bool:
        """Whether the file itself has a class or function of that name."""
        bound = self.modules[module].scopes[0].bindings.get(names[0], ()) if names else ()
        return any(isinstance(binding.value, Definition) for binding in bound)

    def defined(self, qualified: str, module: int) -> Values:
        """The functions and classes behind a library's name where the tree is that library's own repository.

        Its examples and tests load as its users do, and what they pass reaches what the library itself calls.
        """
        if not self.project.layout.is_own(qualified.partition(".")[0]):
            return ()
        return tuple(v for v in self._in_tree(qualified, self.modules[module].path) if isinstance(v, Fn | Cls))

    def _in_tree(self, qualified: str, importer: str) -> Values:
        found = self.project.layout.find(qualified, importer)
        if found is None:
            return (Ref(qualified),)
        self.asked = True
        if not found.rest and "." in qualified.lstrip("."):
            outer, _, last = qualified.rpartition(".")
            package = self.project.layout.find(outer or ".", importer)
            if package is not None and not package.rest and package.path != found.path:
                return self._member(package.path, last, qualified)
        index = self.load(found.path)
        if index is None:  # not read: asked for its parts again, it would lead back here
            return (Ref(qualified),)
        values: Values = (Mod(index),)
        if not found.rest and qualified.startswith(("@", "npm:")):
            default = self.member(index, "default")  # of a module from the source root, not told from all of it
            values += tuple(value for value in default if not isinstance(value, Unknown | Ref))
        for name in found.rest:
            values = merged(*(attributes.attribute(self, value, name) for value in values))
        if self.follow and found.rest and all(isinstance(value, Unknown) for value in values):
            return (Ref(qualified),)  # of a file that the tree lacks: followed as a library's
        return relabel(values, "import")

    def _module(self, path: str, qualified: str) -> Values:
        index = self.load(path)
        return (Mod(index),) if index is not None else (Ref(qualified),)

    def _member(self, path: str, name: str, qualified: str) -> Values:
        index = self.load(path)
        return self.member(index, name) if index is not None else (Ref(qualified),)

    def member(self, module: int, name: str) -> Values:
        """What the module binds, takes in by a star, or has as a submodule."""
        scope = self.modules[module].scopes[0]
        found: Values = ()
        if name in scope.bindings:
            found = super().member(module, name) or self._before_own_import(module, name)
            found = stores.filled(self, found, Name(name, 1 << 61, ()), self.env(module, 0), nested=True)
        if not found:
            found = self.taken_in(module, name)
        child = self.project.layout.child(self.modules[module].path, name) if not found else None
        if child is not None:
            found = self._module(child, name)
        named = self.modules[module].path.removesuffix("/__init__.py").rpartition("/")[2]
        return relabel(found, "import") or _of_library(f"{named}.{name}") or (Unknown("attribute_not_found"),)

    def _before_own_import(self, module: int, name: str) -> Values:
        """What the file binds to a name that it then imports from itself."""
        own = [b for b in self.modules[module].scopes[0].bindings[name] if not isinstance(b.value, Imported)]
        return self.bound(own[-1:], self.env(module, 0), True)

    # -- configs and command lines

    def config(self, path: str, module: int) -> Values:
        """What the config files hold that code of `module` can mean by a path."""
        self.asked = True
        found: list[Values] = []
        for other in self.config_paths(path, module):
            index = self.load(other)
            if index is not None and configs.DOCUMENT in self.modules[index].scopes[0].bindings:
                found.append(self.evaluate(configs.document(self.modules[index]), self.env(index, 0)))
        return merged(*found)

    def lines(self, path: str, module: int) -> tuple[Str, ...]:
        """The lines of a list that code of `module` reads as text."""
        self.asked = True
        found: list[Str] = []
        for other in self.config_paths(path, module):
            index, source = self.load(other), self.project.texts(other) or b""
            if index is not None and len(source) <= _MAX_LIST:
                each = ((m[1].decode("utf-8", "replace").strip(), m.start(1)) for m in _LINE.finditer(source))
                found += (Str(text, index, at, "config") for text, at in each)
        return tuple(found[:_MAX_LINES])

    def program(self, path: str, module: int) -> Values:
        """The Python file that code of `module` means by a path, as a module."""
        self.asked = True
        found = self.project.launches.programs.find(path, self.modules[module].path)
        return tuple(Mod(index) for index in self._loaded(found[:1]))

    def config_paths(self, path: str, module: int) -> tuple[str, ...]:
        """The config files that code of `module` can mean by a path."""
        return self.project.configs.find(path, self.modules[module].path)

    def config_files(self, endings: tuple[str, ...]) -> tuple[str, ...]:
        """The config files of the repository with these endings, by path."""
        self.asked = True
        return self.project.config_files(endings, self.around)

    def config_documents(self, paths: Iterable[str], word: str) -> Iterator[tuple[str, Dict]]:
        """Those of the config files that mention the word, each with what it holds."""
        if self.supposed is not None and self.supposed.config in (paths := tuple(paths)):
            paths = (self.supposed.config,)
        for path in self.project.around.mentioning(paths, word) if word else paths:
            index = self._choice(path)
            if index is not None:
                document = configs.document(self.modules[index])
                yield from ((path, v) for v in self.evaluate(document, self.env(index, 0)) if isinstance(v, Dict))

    def configs_naming(self, word: str) -> tuple[str, ...]:
        """The config files that name something to be built by this word."""
        self.asked = True
        return self.project.naming(self.around).get(word, ())

    def config_package(self, path: str) -> str:
        """Where Hydra puts a config, if its file says so."""
        module = self.project.document(path)
        said = module.scopes[0].bindings.get(configs.PACKAGE) if module is not None else None
        return said[0].value.value if said and isinstance(said[0].value, Text) else ""

    def _choice(self, path: str) -> int | None:
        """The index of a config file that is one of several possible ones: its strings say so."""
        key = "choice " + path
        if key not in self.places:
            module = self.project.document(path)
            self.places[key] = None
            if module is not None:
                self.modules.append(replace(module, step="config_choice"))
                self.bodies.append(None)
                self.indexes.append({})
                self.places[key] = len(self.modules) - 1
                self.read_configs += 1
        return self.places[key]

    def environment_files(self) -> Iterable[int]:
        """The files read so far, and those near the first that import a reader of .env files."""
        near = self.project.around.near(self.modules[0].path)
        loading = (path for path in near if path in self.project.dotenv)
        return sorted({*self._loaded(loading), *range(len(self.modules))})

    def deployed(self, name: str, module: int) -> Values:
        """What Dockerfiles, compose files and the like around the code give an environment variable."""
        self.asked = True
        found = (
            (self.load(path), text, at) for path, text, at in self.project.deployed(name, self.modules[module].path)
        )
        return tuple(Str(text, index, at, "launch_line_choice") for index, text, at in found if index is not None)

    def environment_examples(self, path: str, module: int) -> Values:
        """What the examples of a `.env` file hold that code names and the tree lacks."""
        self.asked = True
        paths = self.project.deployments().examples_of(path, self.modules[module].path)
        return tuple(document for _, document in self.config_documents(paths, ""))

    # -- callers and options

    def callers_of(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that can have got hold of what it defines and mention the name."""
        self.asked = True
        path = self.modules[module].path
        others = self.project.around.calling(path, name)
        if len(others) > MAX_CALLER_FILES:
            self.bounded = True
        return [module, *self._loaded(others[:MAX_CALLER_FILES])]

    def derived_in(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that have a class with a base of this name and can see it."""
        self.asked = True
        path = self.modules[module].path
        others = self.project.deriving.get(name, ())
        reaching = self.project.around.reaching(path) if others else ()
        return [module, *self._loaded(other for other in others if other in reaching)]

    def is_distinct(self, module: int, name: str) -> bool:
        """Whether no other file around `module` defines a function of this name."""
        self.asked = True
        return not name.startswith("__") and self.project.around.is_distinct(self.modules[module].path, name)

    def setters_of(self, module: int, name: str) -> Iterable[int]:
        """The file itself, then those that can see it and write `.name = …`."""
        self.asked = True
        return [module, *self._loaded(self.project.around.setting(self.modules[module].path, name))]

    def picking(self, module: int) -> Iterable[int]:
        """The files of the project that take parts by name out of modules that they import by name."""
        self.asked = True
        return self._loaded(path for path in self.project.picking if path.startswith(self.around))

    def fixture_files(self, module: int) -> Iterable[int]:
        """The file itself, and the `conftest.py` of each folder from its own upwards."""
        self.asked = True
        return [module, *self._loaded(self.project.around.conftests(self.modules[module].path))]

    def fixture_users(self, module: int, name: str) -> Iterable[int]:
        """The file itself, and others that mention the name: those below a `conftest.py`, else those that import it."""
        self.asked = True
        others = self.project.around.using_fixtures(self.modules[module].path, name)
        if len(others) > MAX_CALLER_FILES:
            self.bounded = True
        return [module, *self._loaded(others[:MAX_CALLER_FILES])]

    def option_files(self, module: int, word: str = "add_argument") -> Iterable[int]:
        """The file itself, and files it imports or is imported by that say the word: that declare options."""
        self.asked = True
        return [module, *self._loaded(self.project.around.declaring(self.modules[module].path, word))]


def _of_library(qualified: str) -> Values:
    """A loader of a library, where a folder of the tree only has the library's name."""
    return (Ref(qualified),) if tables().match(qualified) is not None else ()
