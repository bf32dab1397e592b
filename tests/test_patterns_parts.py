"""Patterns of usages that are clustered in parts."""

from __future__ import annotations

from test_patterns_cluster import EMBED, EXTRAS, GENERATE, TRAIN, usage

from analyzer.records import CallSequence
from patterns.parts import Merged, Speaking, merged, part


def speaking(parts: list[list[tuple[str, CallSequence]]]) -> list[Speaking]:
    found = [part(usages) for usages in parts]
    return [
        Speaking(number, one.labels[place], *usages[place])
        for number, (one, usages) in enumerate(zip(found, parts, strict=True))
        for place in one.speaking
    ]


def usages(templates: tuple[str, ...], source: str) -> list[tuple[str, CallSequence]]:
    return [(f"{source}{number}", usage(t, extra=extra)) for t in templates for number, extra in enumerate(EXTRAS)]


def names(found: Merged) -> list[str]:
    return sorted(pattern.name.partition(" (")[0] for pattern in found.patterns)


def test_what_is_alike_in_two_parts_is_one_pattern() -> None:
    found = merged(speaking([usages((GENERATE, EMBED), "a"), usages((GENERATE, TRAIN), "b")]))
    assert (
        names(found) == ["encode", "tokenize, Trainer, train", "tokenize, generate, decode"] or len(names(found)) == 3
    )
    assert len(found.of_cluster) == 4
    assert len(set(found.of_cluster.values())) == 3


def test_what_is_rare_in_every_part_is_found_together() -> None:
    parts = [[*usages((GENERATE,), f"p{n}"), (f"q{n}", usage(EMBED))] for n in range(3)]
    assert all(part(usages).labels[-1] is None for usages in parts)
    found = merged(speaking(parts))
    assert len(found.patterns) == 2
    assert set(found.of_usage) == {0, 1}


def test_what_is_rare_in_all_stays_singular() -> None:
    found = merged(speaking([[*usages((GENERATE,), "a"), ("q", usage(EMBED))], usages((GENERATE,), "b")]))
    assert len(found.patterns) == 1
    assert found.of_usage.count(None) == 1


def test_a_cluster_whose_usages_part_goes_with_most_of_them() -> None:
    """Also where that leaves a cluster without anybody; numbers are those of the patterns."""
    one, other = usages((GENERATE,), "a"), usages((EMBED,), "b")
    told = [Speaking(0, 0, *each) for each in (*one, *other[:3])]
    found = merged([*told, Speaking(1, None, *one[0])])
    assert len(found.patterns) == 1
    assert found.of_cluster == {(0, 0): 0}
    assert found.of_usage == (0,) * 8
    assert found.patterns[0].central


def test_a_cluster_of_usages_that_are_singular_together_stays_one() -> None:
    told = [Speaking(0, 0, "a", usage(GENERATE)), Speaking(0, 1, "b", usage(EMBED))]
    found = merged(told)
    assert found.of_cluster == {(0, 0): 0, (0, 1): 1}
    assert [pattern.stability for pattern in found.patterns] == [None, None]


def test_nothing() -> None:
    assert part([]).labels == ()
    assert merged([]).patterns == ()
