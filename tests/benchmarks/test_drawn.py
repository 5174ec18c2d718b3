"""The drawn benchmark counts by kind and by height, and scenes without digits apart."""

import json
import sys

import pytest

from benchmarks import drawn
from benchmarks.drawn import Read, add_up, as_object, height_of, order, read_scene, table, tally_of, tasks_of
from benchmarks.kinds import KINDS, Drawn
from edgedigits.recognizer import Recognizer
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.scoring import Counts, Mark, compare


def tally(scene, reported, group=""):
    true = [Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits]
    return tally_of(Drawn(scene, group), true, reported, compare(true, reported))


@pytest.fixture(scope="module")
def scene():
    return KINDS["mixed"].draw(0).scene


def test_what_is_read_right_counts_for_its_kinds_and_heights(scene):
    counted = tally(scene, [Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits], "width:640")
    assert {*scene.spec.tags, "width:640"} < set(counted)
    assert all(counts.read == counts.precision == 1 for counts in counted.values())
    assert sum(c.digits for group, c in counted.items() if group.startswith("height:")) == len(scene.digits)


def test_scenes_without_digits_are_counted_apart():
    empty = KINDS["mixed"].draw(3).scene
    assert not empty.digits
    counted = tally(empty, [Mark(1, (5, 5, 10, 20))])
    assert {group.split()[0] for group in counted} == {"empty"}
    assert all(counts == Counts(1, 0, 0, 0, 1) for counts in counted.values())


def test_wrong_names_show_in_every_group(scene):
    wrong = [Mark((digit.digit + 1) % 10, digit.box_xywh_px) for digit in scene.digits]
    assert all(counts.read == 0 and counts.found for counts in tally(scene, wrong).values())


def test_a_scene_is_read_with_each_profile(told, monkeypatch):
    boxes = [digit.box_xywh_px for digit in KINDS["amounts"].draw(0).scene.digits]
    monkeypatch.setattr(drawn, "opened", lambda _bundle: told(boxes))
    reads = read_scene(None, ("amounts", 0))
    assert [(read.kind, read.profile) for read in reads] == [("amounts", name) for name in PROFILES]
    still = reads[0]
    assert still.tally["digits"].digits == len(boxes)
    assert still.tally["digits"].found > 0.5 * len(boxes)
    assert len(still.sure) == still.tally["digits"].found + still.tally["digits"].false


def test_printed_digits_count_neither_way(told, monkeypatch):
    worksheet = KINDS["worksheet"].draw(0).scene
    monkeypatch.setattr(drawn, "opened", lambda _bundle: told([digit.box_xywh_px for digit in worksheet.printed]))
    still, _ = read_scene(None, ("worksheet", 0))
    assert len(worksheet.printed) > 10
    assert (still.tally["digits"].found, still.tally["digits"].false) == (0, 0)


@pytest.mark.parametrize(
    ("height", "name"), [(9, "0-14"), (14, "14-20"), (39.5, "28-40"), (40, "40-64"), (128, "128-"), (400, "128-")]
)
def test_heights_fall_into_ranges(height, name):
    assert height_of(Mark(1, (0, 0, 5, height))) == f"height:{name}"


def test_groups_are_sorted_with_sizes_by_number_and_the_empty_last():
    groups = ["empty", "width:8000", "paper:wood", "width:1000", "digits", "empty paper:wood", "height:0-14"]
    expected = ["digits", "empty", "height:0-14", "paper:wood", "width:1000", "width:8000", "empty paper:wood"]
    assert sorted(groups, key=order) == expected


@pytest.fixture
def total():
    one, two = Counts(1, 4, 3, 2, 1), Counts(1, 0, 0, 0, 2)
    first = [Read("mixed", "still", {"digits": one}, ((0.9, True),)), Read("mixed", "live", {"digits": one})]
    second = [Read("mixed", "still", {"empty": two}), Read("form", "still", {"digits": two}, ((0.6, False),))]
    return add_up([first, second, first])


def test_scenes_of_both_profiles_add_up_to_a_table_of_the_same_groups(total):
    mixed = total.kinds["mixed"]
    assert mixed["still"] == {"digits": Counts(2, 8, 6, 4, 2), "empty": Counts(1, 0, 0, 0, 2)}
    assert mixed["live"]["empty"] == Counts()
    assert [line.split()[0] for line in table(mixed).splitlines()[1:]] == ["digits", "empty"]
    assert total.sure == {"still": [(0.9, True), (0.6, False), (0.9, True)], "live": []}


def test_each_kind_has_its_own_counts_in_the_file(total):
    saved = json.loads(json.dumps(as_object(total, tasks=[("mixed", 0), ("mixed", 1)], recognizer=Recognizer.load())))
    assert saved["scenes"] == {"mixed": 2}
    assert saved["kinds"]["mixed"]["still"]["digits"]["right"] == 4
    assert set(saved["kinds"]) == {"mixed", "form"}
    assert [one["digits"] for one in saved["calibration"]["still"]] == [1, 2]


def test_all_kinds_are_drawn_or_some_and_as_many_as_are_wanted():
    assert len(tasks_of(KINDS, scenes=None)) == sum(kind.scenes for kind in KINDS.values())
    assert tasks_of(["form", "width"], scenes=2) == [("form", 0), ("form", 1), ("width", 0), ("width", 1)]


def test_an_unknown_kind_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["drawn", "--only", "poems"])
    with pytest.raises(SystemExit):
        drawn.main()
    assert "poems" in capsys.readouterr().err
