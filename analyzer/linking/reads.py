"""Which files an answer came of, so that it can be kept until one of them changes."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")


class Reads:
    """The files whose content has been asked for. An answer that is kept brings along those that it came of."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.same: dict[frozenset[str], frozenset[str]] = {}  # many answers come of the same files

    @contextmanager
    def noted(self) -> Iterator[set[str]]:
        """The files asked for meanwhile."""
        outer, self.paths = self.paths, set()
        try:
            yield self.paths
        finally:
            inner, self.paths = self.paths, outer
            self.paths |= inner

    def of_file(self, content: Callable[[str], T]) -> Callable[[str], T]:
        """What a function gives for the content of a file, noted."""

        def asked(path: str) -> T:
            self.paths.add(path)
            return content(path)

        return asked

    def kept(self, question: Callable[..., T], size: int) -> Callable[..., T]:
        """A question whose last `size` answers are remembered, each with the files that it came of."""

        @lru_cache(maxsize=size)
        def answered(*arguments: Hashable) -> tuple[T, frozenset[str]]:
            with self.noted() as paths:
                answer = question(*arguments)
            came_of = frozenset(paths)
            return answer, self.same.setdefault(came_of, came_of)

        def asked(*arguments: Hashable) -> T:
            answer, paths = answered(*arguments)
            self.paths |= paths
            return answer

        return asked
