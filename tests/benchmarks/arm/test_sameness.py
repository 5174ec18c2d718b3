"""Whether two machines read the same."""

import pytest

from benchmarks.arm.sameness import compare


def page(*digits):
    digits = digits or ([4, [0, 0, 8, 10], 0.9], [7, [10, 0, 8, 10], 0.51])
    return {"lines": ["".join(str(digit[0]) for digit in digits)], "digits": list(digits)}


def test_the_same_answers_are_the_same():
    same = compare({"plain": page()}, {"plain": page()})
    assert same.same
    assert (same.pages, same.digits, same.moved, same.on_edge, same.confidence) == (1, 2, 0, 0, 0.0)


@pytest.mark.parametrize(
    "digits",
    [([7, [10, 0, 8, 10], 0.51],), ([9, [0, 0, 8, 10], 0.5],), ([4, [20, 0, 8, 10], 0.5], [7, [10, 0, 8, 10], 0.51])],
    ids=["missing", "another", "elsewhere"],
)
def test_a_sure_digit_that_one_of_both_has_alone_is_told(digits):
    same = compare({"plain": page(), "sums": page()}, {"plain": page(), "sums": page(*digits)})
    assert not same.same
    assert (same.otherwise, same.other_lines) == (("sums: 4",), () if len(digits) == 2 else ("sums",))


def test_a_digit_that_is_sure_on_the_other_machine_alone_is_told_too():
    more = page(*page()["digits"], [1, [30, 0, 4, 10], 0.8])
    assert compare({"plain": page()}, {"plain": more}).otherwise == ("plain: 1",)


def test_what_was_on_the_edge_may_fall_over_it_and_is_counted():
    same = compare({"plain": page()}, {"plain": page([4, [0, 0, 8, 10], 0.9])})
    assert same.same
    assert (same.on_edge, same.other_lines) == (1, ("plain",))


def test_boxes_and_confidences_may_differ_and_are_counted():
    same = compare({"plain": page()}, {"plain": page([4, [0, 1, 8, 10], 0.85], [7, [10, 0, 8, 10], 0.51])})
    assert same.same
    assert (same.moved, same.confidence) == (1, 0.05)


def test_other_pages_are_refused():
    with pytest.raises(ValueError, match=r"the pages are \['sums'\], expected \['plain'\]"):
        compare({"plain": page()}, {"sums": page()})
