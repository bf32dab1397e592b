"""What the files around tell an evaluator that starts in one of them. Here: what there is to say without any."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.program import Module
from analyzer.values.objects import Dict, Ref, Started, Str, Values


class Surroundings:
    """The questions that lead from one file to others. Linking answers each of them for a whole project."""

    modules: list[Module]

    def external(self, qualified: str, module: int) -> Values:
        """What a dotted name outside the file is."""
        return (Ref(qualified),)

    def brought_in(self, qualified: str, module: int) -> Values:
        """What an import of `module` means by a dotted name."""
        return self.external(qualified, module)

    def defined(self, qualified: str, module: int) -> Values:
        """What the files define under a name that stays a library's."""
        return ()

    def callers_of(self, module: int, name: str) -> Iterable[int]:
        """The files that can call something of `module` by this name."""
        return (module,)

    def derived_in(self, module: int, name: str) -> Iterable[int]:
        """The files that may derive from the class `name` of `module`."""
        return (module,)

    def is_distinct(self, module: int, name: str) -> bool:
        """Whether no other file around `module` defines a function of this name."""
        return False

    def setters_of(self, module: int, name: str) -> Iterable[int]:
        """The files that may set an attribute of this name on an object of `module`."""
        return (module,)

    def picking(self, module: int) -> Iterable[int]:
        """The files that take parts by name out of modules that they import by name."""
        return ()

    def fixture_files(self, module: int) -> Iterable[int]:
        """The files whose fixtures the tests of `module` can use, nearest first."""
        return (module,)

    def fixture_users(self, module: int, name: str) -> Iterable[int]:
        """The files that mention the name whose tests can use the fixtures of `module`."""
        return (module,)

    def option_files(self, module: int, word: str = "add_argument") -> Iterable[int]:
        """The files that say the word whose command-line options, or stored configs, may reach `module`."""
        return (module,)

    def launched(self, options: Iterable[str], started: Started, *, several: bool = False) -> Values:
        """What command lines give these options of the programs that run a parser; also all further words of them."""
        return ()

    def options_launched(self, started: Started) -> Iterable[tuple[object, str, Str]]:
        """(the command line, the option as it is written, its value) of all that programs are given that run this."""
        return ()

    def programs(self, word: str) -> Iterable[int]:
        """The files that mention the word and that command lines start with options."""
        return ()

    def options_of(self, module: int) -> Iterable[tuple[object, str, Str]]:
        """(the command line, the option as it is written, its value) of all that the file is started with."""
        return ()

    def overruled(self, first: Values, second: Values) -> Values:
        """`second` without what only command lines give that give `first`, too."""
        return second

    def is_left_out(self, options: Iterable[str]) -> bool:
        """Whether the command lines that are supposed to run are known to give none of these options."""
        return True

    def commands_giving(self, value: Str) -> frozenset[tuple[str, str, int]]:
        """The command lines that give a string that stands in one of them."""
        return frozenset()

    def environment_files(self) -> Iterable[int]:
        """The files that may load variables into the environment of the program."""
        return range(len(self.modules))

    def deployed(self, name: str, module: int) -> Values:
        """What the files that start the programs around `module` give an environment variable."""
        return ()

    def environment_examples(self, path: str, module: int) -> Values:
        """What the examples of a `.env` file hold that code of `module` names and that is not there."""
        return ()

    def config(self, path: str, module: int) -> Values:
        """What a config file that code opens by this path holds; nothing where files are not linked.

        `path` is as `module` writes it, with `*` for each part that is not known.
        """
        return ()

    def lines(self, path: str, module: int) -> tuple[Str, ...]:
        """The lines of a list that code of `module` reads as text."""
        return ()

    def program(self, path: str, module: int) -> Values:
        """The Python file that code of `module` means by a path, as a module."""
        return ()

    def config_paths(self, path: str, module: int) -> tuple[str, ...]:
        """The config files that code of `module` can mean by a path."""
        return ()

    def config_files(self, endings: tuple[str, ...]) -> tuple[str, ...]:
        """The config files of the repository with these endings, by path."""
        return ()

    def configs_naming(self, word: str) -> tuple[str, ...]:
        """The config files that name something to be built by this word."""
        return ()

    def config_package(self, path: str) -> str:
        """Where Hydra puts a config, if its file says so."""
        return ""

    def config_documents(self, paths: Iterable[str], word: str) -> Iterable[tuple[str, Dict]]:
        """Those of the config files that mention the word, each with what it holds."""
        return ()
