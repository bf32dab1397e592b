"""Works off what a corpus has still to ask: searches, facts and files take turns, by which limit allows one first.

A search that waits for its minute leaves the time to the files. Every answer is stored as it comes, so that a run that
is stopped at any point goes on where it was.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from miner.asking import Ask, Steps
from miner.caller import Caller, Refused, Unanswered
from miner.corpus import Corpus
from miner.errors import Misuse
from miner.records import Answer, Hit, Query

#: Requests in a row without any answer, after which the service is taken to be down.
OUTAGE = 4

#: What is read from the corpus at a time.
BATCH = 200

_OPEN = "SELECT count(*) FROM queries WHERE source = ? AND kind = ? AND outcome IS NULL"
_MISSING = """SELECT count(DISTINCT version) FROM files JOIN repositories ON repositories.key = repository
    WHERE blob IS NULL AND reason IS NULL AND host = ?"""

#: Answers a query; the ETag is that of its last answer.
Answers = Callable[[Query, str | None], Steps[Answer]]


@dataclass(frozen=True, slots=True)
class Service:
    """A source: its kinds of query, in the order that they take turns, and how the content of its hits is fetched."""

    name: str
    host: str
    kinds: Mapping[str, Answers]
    fetch: Callable[[Hit], Steps[bytes]]


class Work(Protocol):
    """Pieces of work of one kind, and what becomes of each."""

    @property
    def name(self) -> str: ...

    def pieces(self, skipped: int) -> tuple[Any, ...]: ...

    def left(self) -> int: ...

    def steps(self, piece: Any) -> Steps[Any]: ...

    def done(self, piece: Any, found: Any) -> str: ...

    def refused(self, piece: Any, why: str) -> str: ...

    def leads(self, found: Any) -> bool:
        """Whether there is more work, of any kind, with what was found."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Queries of one kind that have no answer yet."""

    corpus: Corpus
    source: str
    name: str
    answers: Answers

    def pieces(self, skipped: int) -> tuple[Query, ...]:
        return self.corpus.unanswered(self.source, self.name, limit=BATCH + skipped)

    def left(self) -> int:
        return int(self.corpus.database.one(_OPEN, self.source, self.name))

    def steps(self, piece: Query) -> Steps[Answer]:
        return self.answers(piece, self.corpus.etag(piece))

    def done(self, piece: Query, found: Answer) -> str:
        self.corpus.answer(found)
        return found.outcome

    def refused(self, piece: Query, why: str) -> str:
        return self.done(piece, Answer(piece, "failed", reason=why))

    def leads(self, found: Answer) -> bool:
        return bool(found.then or found.hits)


@dataclass(frozen=True, slots=True)
class Fetching:
    """Files whose content is not there yet."""

    corpus: Corpus
    service: Service
    name: str = "file"

    def pieces(self, skipped: int) -> tuple[Hit, ...]:
        return self.corpus.missing(self.service.host, limit=BATCH + skipped)

    def left(self) -> int:
        return int(self.corpus.database.one(_MISSING, self.service.host))

    def steps(self, piece: Hit) -> Steps[bytes]:
        return self.service.fetch(piece)

    def done(self, piece: Hit, found: bytes) -> str:
        self.corpus.keep(piece, found)
        return "complete"

    def refused(self, piece: Hit, why: str) -> str:
        self.corpus.lose(piece, why)  # another file with the same content is asked for instead
        return "failed"

    def leads(self, found: bytes) -> bool:
        return False


class Lane:
    """One kind of work, a piece at a time: its steps, and the request that they wait for."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.is_dry = self.has_led = False
        self.skipped: set[Any] = set()
        self.outcomes: Counter[str] = Counter()
        self._left: deque[Any] = deque()
        self._piece: Any = None
        self._steps: Steps[Any] | None = None
        self._ask: Ask | None = None

    def ask(self) -> Ask | None:
        """The request to be made next, None where there is no work."""
        while self._ask is None and self._begin():
            self._go(lambda steps: next(steps))
        return self._ask

    def step(self, caller: Caller) -> bool:
        """Makes the request, and goes on with what it brings. Whether the service answered."""
        assert self._ask is not None
        self.has_led = False
        try:
            reply = caller.ask(self._ask)
        except Refused as error:
            why = error
            self._go(lambda steps: steps.throw(why))
        except Unanswered:  # left for another run
            self.skipped.add(self._piece)
            self.outcomes["unanswered"] += 1
            self._steps = self._ask = None
            return False
        else:
            self._go(lambda steps: steps.send(reply))
        return True

    def _begin(self) -> bool:
        if not self._left and not self.is_dry:
            found = self.work.pieces(len(self.skipped))
            self._left.extend(piece for piece in found if piece not in self.skipped)
            self.is_dry = not self._left
        if self._left:
            self._piece = self._left.popleft()
            self._steps = self.work.steps(self._piece)
        return self._steps is not None

    def _go(self, move: Callable[[Steps[Any]], Ask]) -> None:
        assert self._steps is not None
        try:
            self._ask = move(self._steps)
            return
        except StopIteration as done:
            outcome = self.work.done(self._piece, done.value)
            self.has_led = self.work.leads(done.value)
        except Refused as error:
            outcome = self.work.refused(self._piece, str(error))
            self.is_dry = False
        self.outcomes[outcome] += 1
        self._steps = self._ask = None


class Campaign:
    """One run over one corpus. Iterate over `run` to see it go: one request a step."""

    def __init__(self, corpus: Corpus, service: Service, caller: Caller) -> None:
        self.service, self.caller = service, caller
        kinds: list[Work] = [Asking(corpus, service.name, kind, answers) for kind, answers in service.kinds.items()]
        self.lanes = tuple(Lane(work) for work in [*kinds, Fetching(corpus, service)])

    def run(self, *, first: int | None = None) -> Iterator[Campaign]:
        """Asks until nothing is left; `first`: only so many pieces of the first kind, and nothing else.

        Raises Misuse where the service gives no answer any more.
        """
        unanswered = 0
        lanes = self.lanes if first is None else self.lanes[:1]
        while (first is None or lanes[0].outcomes.total() < first) and (lane := self._next(lanes)):
            unanswered = 0 if lane.step(self.caller) else unanswered + 1
            if unanswered >= OUTAGE:
                raise Misuse(f"{self.service.name} gives no answer; what came is stored, run again to go on")
            if lane.has_led:
                for each in self.lanes:
                    each.is_dry = False
            yield self

    def _next(self, lanes: tuple[Lane, ...]) -> Lane | None:
        """The lane whose request can be made first; the first of those that can be made now."""
        now = self.caller.clock.now()
        waiting = [(lane, ask) for lane in lanes if (ask := lane.ask()) is not None]
        times = [(max(now, self.caller.ready(ask.resource)), place) for place, (_, ask) in enumerate(waiting)]
        return waiting[min(times)[1]][0] if times else None
