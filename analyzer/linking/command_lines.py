"""What command lines give the options of the programs that they start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from analyzer.commands.launch import Launch
from analyzer.linking import programs
from analyzer.linking.files import Files
from analyzer.program import Module
from analyzer.project import Project
from analyzer.values.evaluator import Bodies
from analyzer.values.objects import Started, Str, Value, Values

#: A command line: the program, the file that holds it, and where it stands there.
Command: TypeAlias = tuple[str, str, int]


class CommandLines(Files):
    """An evaluator that knows how the programs of its project are started."""

    def __init__(self, project: Project, module: Module, bodies: Bodies, *, follow: bool = False) -> None:
        super().__init__(project, module, bodies, follow=follow)
        self.commands: dict[tuple[int, int, str], set[Command]] = {}  # by what they give

    def launched(self, options: Iterable[str], started: Started, *, several: bool = False) -> Values:
        """What command lines give these options of the programs that run a parser, and the file asked about."""
        wanted = {_option(option) for option in options} if self.project.launches.by_program else frozenset()
        given = (
            self._given(program, holder, launch)
            for program, holder, launch in self._launches(started)
            if _option(launch.option) in wanted and (several or not launch.more)
        )
        return tuple(dict.fromkeys(value for value in given if value is not None))

    def options_launched(self, started: Started) -> Iterator[tuple[object, str, Str]]:
        """(the command line, the option as it is written, its value) of all that programs are given that run this."""
        for program, holder, launch in self._launches(started):
            value = self._given(program, holder, launch) if not launch.more else None
            if value is not None:
                yield (program, holder, launch.run), launch.option, value

    def programs(self, word: str) -> Iterator[int]:
        """The files that mention the word and that command lines start with options."""
        self.asked = True
        yield from self._loaded(self.project.around.mentioning(sorted(self.project.launches.by_program), word))

    def options_of(self, module: int) -> Iterator[tuple[object, str, Str]]:
        """(the command line, the option as it is written, its value) of all that the file is started with."""
        program = self.modules[module].path
        for holder, launch in self.project.launches.by_program.get(program, ()):
            value = self._given(program, holder, launch) if not launch.more else None
            if value is not None:
                yield (program, holder, launch.run), launch.option, value

    def _launches(self, started: Started) -> Iterator[tuple[str, str, Launch]]:
        """(program, file of the command line, option) of programs that run a call, and lead to the file asked about.

        Words without an option count only for the file that is started: what a program hands on is not known.
        """
        if not self.project.launches.by_program or (self.supposed is not None and self.supposed.default):
            return
        self.asked = True
        first = programs.outermost(started)
        path, asked = self.modules[first.env.module].path, self.modules[0].path
        running = {asked, *self.project.around.reaching(asked)}
        for program in (path, *self.project.around.reaching(path)):
            launches = self.project.launches.by_program.get(program, ()) if program in running else ()
            if launches and programs.runs(self, program, first):
                own = program == path
                for holder, each in launches:
                    is_given = programs.starts(self, each.entry, first) if own else not each.option.isdigit()
                    if is_given and (self.supposed is None or self._is_supposed((program, holder, each.run))):
                        yield program, holder, each

    def _is_supposed(self, command: Command) -> bool:
        """Whether the command line may be the one that runs: any, where none is supposed to."""
        commands = self.supposed.commands if self.supposed is not None else ()
        return not commands or command in commands

    def _given(self, program: str, holder: str, launch: Launch) -> Str | None:
        """The value, where the file that holds it can be read."""
        index = self.load(holder)
        if index is None:
            return None
        self.commands.setdefault((index, launch.at, launch.value), set()).add((program, holder, launch.run))
        return Str(launch.value, index, launch.at, "launch_line" if launch.sure else "launch_line_choice")

    def overruled(self, first: Values, second: Values) -> Values:
        """`second` without what only command lines give that give `first`, too."""
        taken = set[Command]().union(*(self._commands(value) for value in first))
        return tuple(v for v in second if not (given := self._commands(v)) or not given <= taken)

    def is_left_out(self, options: Iterable[str]) -> bool:
        """Whether the command lines that are supposed to run are known to give none of these options."""
        wanted = {_option(option) for option in options}
        commands = self.supposed.commands if self.supposed is not None else frozenset()
        return not any(self._unknown(command) & {*wanted, "*"} for command in commands)

    def _unknown(self, command: Command) -> set[str]:
        """The options that a command line gives something that is not known."""
        program, holder, run = command
        launches = self.project.launches.by_program.get(program, ())
        found = next((each for held, each in launches if held == holder and each.run == run), None)
        return {_option(option) for option in found.unknown} if found is not None else set()

    def commands_giving(self, value: Str) -> frozenset[Command]:
        """The command lines that give a string that stands in one of them."""
        if not value.step.startswith("launch_line"):
            return frozenset()
        each = (given for (index, at, _), given in self.commands.items() if (index, at) == (value.module, value.at))
        return frozenset(command for given in each for command in given)

    def _commands(self, value: Value) -> set[Command]:
        """The command lines that give a value."""
        return self.commands.get((value.module, value.at, value.text), set()) if isinstance(value, Str) else set()


def _option(written: str) -> str:
    """`--model-name` and `--model_name` are one option."""
    return written.lstrip("-").replace("-", "_")
