"""Call sequences made up, the same for the same seed: libraries with a few ways of use each, and noise."""

from __future__ import annotations

import random
from collections.abc import Iterator

LIBRARIES, APIS, WAYS = 40, 150, 30


def sequences(count: int, seed: int = 0) -> Iterator[tuple[int, ...]]:
    """So many sequences of about four calls. Libraries, their APIs and their ways of use follow Zipf's law."""
    rng = random.Random(seed)
    ways = [[_way(rng, library) for _ in range(WAYS)] for library in range(LIBRARIES)]
    libraries, way_weights = _zipf(LIBRARIES), _zipf(WAYS)
    for _ in range(count):
        (library,) = rng.choices(range(LIBRARIES), cum_weights=libraries)
        chosen = rng.choices(ways[library], cum_weights=way_weights, k=1 + (rng.random() < 0.2))
        yield tuple(call for way in chosen for planned in way for call in _calls(rng, library, planned))


def _zipf(size: int) -> list[float]:
    weights = [0.0]
    for rank in range(1, size + 1):
        weights.append(weights[-1] + 1 / rank)
    return weights[1:]


def _way(rng: random.Random, library: int) -> list[int]:
    return [_api(rng, library) for _ in range(rng.randint(1, 6))]


def _api(rng: random.Random, library: int) -> int:
    return library * APIS + rng.choices(range(1, APIS + 1), cum_weights=_zipf(APIS))[0]


def _calls(rng: random.Random, library: int, planned: int) -> Iterator[int]:
    """A planned call is made or left out, now and then made twice, now and then followed by another one."""
    chance = rng.random()
    if chance < 0.9:
        yield planned
    if chance < 0.1:
        yield planned
    if rng.random() < 0.1:
        yield _api(rng, library)
