import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits_export.detecting.formats import EIGHT_BITS, EXACT
from edgedigits_export.detecting.parity import MapReport, Peaks, compare_maps, matched, overlap


@pytest.fixture
def reference():
    """Maps of two canvases with eight peaks each, boxes a little over 16 pixels wide."""
    rng = np.random.default_rng(0)
    maps = [rng.normal(0, 0.2, (24, 32, 17)).astype(np.float32) for _ in range(2)]
    for each in maps:
        each[..., 0] -= 4
        each[4:24:10, 4:32:8, 0] = rng.uniform(1, 3, (2, 4))
    return maps


def changed(reference, change):
    """The maps after ``change`` was called with each."""
    copies = [maps.copy() for maps in reference]
    for maps in copies:
        change(maps)
    return copies


def report(answers, reference, tolerance=EXACT, least_peaks=10):
    return MapReport("litert", compare_maps(answers, reference), tolerance, least_peaks)


def failed(answers, reference, tolerance=EXACT):
    """Names of the checks that failed."""
    return {finding.check for finding in report(answers, reference, tolerance).findings() if not finding.passed}


def test_equal_maps_pass_with_every_peak_found(reference):
    found = compare_maps(reference, reference)
    assert (found.scenes, found.peaks, found.found, found.iou, found.heat, found.max_difference) == (2, 16, 1, 1, 0, 0)
    report(reference, reference).check()


def test_rounding_passes_in_integers_and_not_in_floats(reference):
    rounded = [(np.rint(maps / 0.05) * np.float32(0.05)) for maps in reference]
    assert not failed(rounded, reference, EIGHT_BITS)
    assert "litert largest difference" in failed(rounded, reference)


@pytest.mark.parametrize("value", [0.002, -0.002])
def test_one_value_that_is_off_by_two_thousandths_fails_a_float_file(reference, value):
    assert failed(changed(reference, lambda maps: maps[0, 0].__iadd__(value)), reference) == {
        "litert largest difference"
    }


def test_a_peak_that_is_lost_or_added_counts_against_integers(reference):
    def lose(maps):
        maps[4, 4, 0] = -4

    def add(maps):
        maps[19, 28, 0] = 2

    for change in (lose, add):
        answers = changed(reference, change)
        assert failed(answers, reference, EIGHT_BITS) == {"litert peaks found alike"}
    assert compare_maps(changed(reference, lose), reference).found == 14 / 16
    assert compare_maps(changed(reference, add), reference).found == 16 / 18


def test_a_peak_that_moves_to_the_cell_beside_it_or_a_little_below_the_limit_is_the_same(reference):
    def move(maps):
        maps[4, 5] = maps[4, 4]
        maps[4, 5, 1] -= 1
        maps[4, 4, 0] = -4
        maps[14, 4, 0] = np.log(0.25 / 0.75)

    found = compare_maps(changed(reference, move), reference)
    assert (found.found, found.peaks) == (1, 16)
    assert found.iou == pytest.approx(1)


@pytest.mark.parametrize(
    ("change", "check"),
    [
        (lambda maps: maps[..., 3:5].__iadd__(0.2), "litert overlap of boxes"),
        (lambda maps: maps[..., 1].__iadd__(0.5), "litert overlap of boxes"),
        (lambda maps: maps[..., 0].__iadd__(0.6), "litert difference of heat"),
        (lambda maps: maps[..., 16].__iadd__(20), "litert largest difference"),
    ],
)
def test_boxes_heat_or_kinds_that_are_off_fail_integers(reference, change, check):
    assert check in failed(changed(reference, change), reference, EIGHT_BITS)


def test_nan_fails_and_the_cause_is_named(reference):
    answers = changed(reference, lambda maps: maps.fill(np.nan))
    with pytest.raises(ParityError, match="the converter lost the weights"):
        report(answers, reference).check()
    answers = changed(reference, lambda maps: maps[..., 9].fill(np.nan))
    assert "litert largest difference" in failed(answers, reference, EIGHT_BITS)


def test_outputs_in_another_order_fail_and_the_cause_is_named(reference):
    with pytest.raises(ParityError, match="another network's weights, outputs in another order"):
        report([maps[..., ::-1] for maps in reference], reference, EIGHT_BITS).check()


def test_scenes_without_enough_peaks_prove_nothing(reference):
    empty = changed(reference, lambda maps: maps[..., 0].fill(-4))
    with pytest.raises(ParityError, match="a detector that has not learned to find digits"):
        report(empty, empty).check()


def test_maps_of_other_shapes_are_refused(reference):
    with pytest.raises(ValueError, match="maps have shapes"):
        compare_maps([reference[0][:-1], reference[1]], reference)


def test_each_peak_is_matched_once_and_with_the_nearest():
    maps = np.full((8, 12, 17), -4, np.float32)
    other = maps.copy()
    maps[2, 3, 0] = maps[2, 5, 0] = 2
    other[2, 4, 0] = 2
    one, two = matched(Peaks.of(maps), Peaks.of(other))
    assert (len(one), two.tolist()) == (1, [0])
    other[2, 3, 0] = 3
    one, two = matched(Peaks.of(maps), Peaks.of(other))
    assert len(one) == 1
    assert Peaks.of(other).cells[two[0]].tolist() == [2, 3]


def test_overlap_is_intersection_over_union():
    first = np.array([[0, 0, 4, 4], [0, 0, 4, 4], [0, 0, 4, 4]], float)
    second = np.array([[0, 0, 4, 4], [2, 0, 6, 4], [4, 4, 8, 8]], float)
    assert overlap(first, second).tolist() == [1, pytest.approx(1 / 3), 0]
