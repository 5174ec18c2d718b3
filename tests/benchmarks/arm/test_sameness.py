"""Whether two machines read the same."""

import pytest

from benchmarks.arm.sameness import compare


def page(**changed):
    return {"lines": ["47"], "digits": [[4, [1, 2, 3, 4], 0.9], [7, [9, 2, 3, 4], 0.8]]} | changed


def test_the_same_answers_are_the_same():
    same = compare({"plain": page()}, {"plain": page()})
    assert same.same
    assert (same.pages, same.digits, same.moved, same.confidence) == (1, 2, 0, 0.0)


def test_a_page_that_is_read_otherwise_is_named():
    same = compare({"plain": page(), "sums": page()}, {"plain": page(), "sums": page(lines=["41"])})
    assert not same.same
    assert same.other_lines == ("sums",)


def test_boxes_and_confidences_may_differ_and_are_counted():
    moved = page(digits=[[4, [1, 2, 3, 5], 0.9], [7, [9, 2, 3, 4], 0.75]])
    same = compare({"plain": page()}, {"plain": moved})
    assert same.same
    assert (same.moved, same.confidence) == (1, 0.05)


def test_other_pages_are_refused():
    with pytest.raises(ValueError, match=r"the pages are \['sums'\], expected \['plain'\]"):
        compare({"plain": page()}, {"sums": page()})
