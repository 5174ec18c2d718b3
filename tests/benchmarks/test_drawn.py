"""The drawn benchmark counts by kind and by height, and scenes without digits apart."""

import pytest

from benchmarks.drawn import FIRST_SEED, Read, add_up, draw, height_of, table, tally_of
from benchmarks.scoring import Counts, Mark
from edgedigits.recognizer import Reading


def read_right(scene):
    return tuple(Reading(digit.digit, 1.0, digit.box_xywh_px) for digit in scene.digits)


def test_what_is_read_right_counts_for_its_kinds_and_heights():
    scene = draw(0)
    tally = tally_of(scene, read_right(scene))
    assert set(scene.spec.tags) < set(tally)
    assert all(counts.read == counts.precision == 1 for counts in tally.values())
    assert sum(c.digits for group, c in tally.items() if group.startswith("height:")) == len(scene.digits)


def test_scenes_without_digits_are_counted_apart():
    scene = draw(3)
    assert not scene.digits
    tally = tally_of(scene, (Reading(1, 0.9, (5, 5, 10, 20)),))
    assert {group.split()[0] for group in tally} == {"empty"}
    assert all(counts == Counts(1, 0, 0, 0, 1) for counts in tally.values())


def test_wrong_names_show_in_every_group():
    scene = draw(0)
    wrong = tuple(Reading((digit.digit + 1) % 10, 1.0, digit.box_xywh_px) for digit in scene.digits)
    assert all(counts.read == 0 and counts.found for counts in tally_of(scene, wrong).values())


@pytest.mark.parametrize(
    ("height", "name"), [(9, "0-14"), (14, "14-20"), (39.5, "28-40"), (40, "40-64"), (128, "128-"), (400, "128-")]
)
def test_heights_fall_into_ranges(height, name):
    assert height_of(Mark(1, (0, 0, 5, height))) == f"height:{name}"


def test_scenes_of_both_profiles_add_up_to_a_table_of_the_same_groups():
    one, two = Counts(1, 4, 3, 2, 1), Counts(1, 0, 0, 0, 2)
    reads = [[Read("still", {"digits": one}), Read("live", {"digits": one})], [Read("still", {"empty": two})]]
    total = add_up(iter([*reads, reads[0]]))
    assert total["still"] == {"digits": one + one, "empty": two}
    assert total["live"]["empty"] == Counts()
    assert [line.split()[0] for line in table(total).splitlines()[1:]] == ["digits", "empty"]


def test_no_scene_is_one_that_the_judge_is_fitted_on():
    assert FIRST_SEED >= 1_000_000
