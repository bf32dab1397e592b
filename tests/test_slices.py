"""slices: whatever is cut, the parts make up the whole, share nothing, and can be read back from their text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from miner.slices import FOLDERS, LARGEST, LONGEST, Slice

SIZES = st.integers(0, LARGEST)
TERMS = '"org/name" from_pretrained extension:py'


def leaves(part: Slice, total: int, depth: int = 2) -> list[Slice]:
    cuts = part.cut(total) if depth else ()
    return [leaf for cut in cuts for leaf in leaves(cut, total, depth - 1)] or [part]


def holds(part: Slice, size: int, folder: str) -> bool:
    inside = all(folder == name for name in part.inside) and folder not in part.outside
    return part.low <= size <= part.high and inside


@settings(deadline=None, max_examples=50)
@given(st.tuples(SIZES, SIZES).map(sorted), st.integers(1001, 9_000), SIZES, st.sampled_from((*FOLDERS, "else")))
def test_parts_make_up_the_whole(bounds: list[int], total: int, size: int, folder: str) -> None:
    part = Slice(TERMS, *bounds)
    parts = leaves(part, total)
    assert sum(holds(each, size, folder) for each in parts) == holds(part, size, folder)
    assert [Slice.parse(each.text) for each in parts] == parts
    assert all(len(each.text) <= LONGEST for each in parts)


def test_cuts_by_the_number_of_results() -> None:
    assert len(Slice(TERMS).cut(1001)) == 2
    assert len(Slice(TERMS).cut(6000)) == 10
    assert Slice(TERMS).cut(1001)[0].text == f"{TERMS} size:0..4982"


def test_a_single_size_is_cut_by_folders_until_nothing_is_left_to_cut_by() -> None:
    part = Slice(TERMS, 700, 700)
    for folder in FOLDERS:
        inside, part = part.cut(5000)
        assert inside.cut(5000) == ()
        assert inside.inside == (folder,)
    assert part.text == f"{TERMS} size:700..700" + "".join(f" -path:{name}" for name in FOLDERS)
    assert part.cut(5000) == ()


def test_no_cut_that_makes_a_query_too_long() -> None:
    assert Slice("x" * 240, 7, 7).cut(5000) == ()


def test_whole() -> None:
    assert Slice.parse(TERMS).is_whole
    assert not Slice.parse(f"{TERMS} size:1..2").is_whole
