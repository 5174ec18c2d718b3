"""Every stage of reading in one picture."""

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits_camera import explain as explaining
from edgedigits_camera.detection.contrast import NO_CONTRAST
from edgedigits_camera.explain import FATES, HIGHEST_PX, PANEL_PX, TITLE_LINES, explain, scale_of, seen_by, titled
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import Fate, find_digits, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene


@pytest.fixture(scope="module")
def image():
    return draw_scene(3, spec=SceneSpec(pen="marker", paper="grid"), size_px=(480, 360)).image


@pytest.fixture
def reading(stand_in, lenient):
    """A recognizer that needs no weights, and a judge that believes it."""
    stand_in.bundle = type("Bundle", (), {"judge": lenient.arrays()})
    return stand_in


def test_every_fate_has_words_and_a_colour_of_its_own():
    assert set(FATES) == set(Fate)
    assert len({words for words, _ in FATES.values()}) == len({colour for _, colour in FATES.values()}) == len(Fate)


def test_the_picture_shows_all_panels_and_the_counts_are_those_of_the_reader(reading, write_row):
    grey, _ = write_row("3507", height_px=60)
    shown, counts = explain(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), reading)
    fates = find_digits(grey, reading).fate
    assert counts == {words: int((fates == fate).sum()) for fate, (words, _) in FATES.items()}
    assert counts["read"] == 4
    assert shown.dtype == np.uint8
    assert shown.shape[1] >= 2 * PANEL_PX
    assert shown.shape[0] > 2 * PANEL_PX * grey.shape[0] / grey.shape[1]
    assert (shown == FATES[Fate.READ][1]).all(axis=2).any()


def test_what_is_read_apart_from_the_colours_is_what_is_explained(reading, write_row):
    grey, _ = write_row("3507", height_px=60)
    blank = np.full((*grey.shape, 3), 225, np.uint8)
    assert explain(blank, reading)[1]["read"] == 0
    assert explain(blank, reading, grey=grey)[1]["read"] == 4


@pytest.mark.parametrize(("height_px", "scale"), [(20, 1.0), (44, 0.35), (88, 0.25)])
def test_the_contrast_shown_is_that_of_the_level_on_which_digits_were_found(reading, write_row, height_px, scale):
    grey, _ = write_row("3507", height_px=height_px)
    assert scale_of(find_digits(grey, reading), 1.0) == scale
    _, contrast = seen_by(reading.detector, grey, STILL.search, scale=scale)
    paper = cv2.resize(grey, contrast.shape[::-1]) > 200
    assert (contrast[~paper].mean() > NO_CONTRAST + 40) > (contrast[paper].mean() > NO_CONTRAST + 40)


@pytest.mark.parametrize("height_px", [20, 100])
def test_it_is_hot_in_the_middle_of_digits_and_nowhere_else(reading, write_row, height_px):
    grey, boxes = write_row("3507", height_px=height_px)
    heat, _ = seen_by(reading.detector, grey, STILL.search, scale=1.0)
    middles = (boxes[:, :2] + boxes[:, 2:] / 2) * PANEL_PX / grey.shape[1]
    near = max(2, round(0.2 * height_px * PANEL_PX / grey.shape[1]))
    for x, y in middles.round().astype(int):
        around = (slice(y - near, y + near), slice(x - near, x + near))
        assert heat[around].max() > 0.5
        heat[around] = 0
    assert heat[:10].max() < 0.1


def test_heat_and_contrast_of_a_large_picture_come_tile_by_tile_to_their_place(reading, write_row):
    row, boxes = write_row("3507", height_px=20, gap=1.0)
    grey = np.full((900, 1200), 225, np.uint8)
    grey[700 : 700 + row.shape[0], 900 : 900 + row.shape[1]] = row
    heat, contrast = seen_by(reading.detector, grey, STILL.search, scale=1.0)
    hot, dark = (np.argwhere(each) * 1200 / PANEL_PX for each in (heat > 0.5, contrast > NO_CONTRAST + 20))
    boxes[:, :2] += (900, 700)
    low, high = boxes[:, :2].min(axis=0), (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    assert len(hot) > 3
    for places in (hot[:, ::-1], dark[:, ::-1]):
        assert (places > low - 8).all()
        assert (places < high + 8).all()


def test_a_smaller_picture_stands_for_the_one_that_is_read(reading, write_row):
    grey, _ = write_row("3507", height_px=60)
    image = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    smaller = cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    whole, half = (explain(each, reading, grey=grey) for each in (image, smaller))
    assert whole[1] == half[1]
    framed = [np.argwhere((shown == FATES[Fate.READ][1]).all(axis=2)) for shown, _ in (whole, half)]
    assert framed[1].min(axis=0) == pytest.approx(framed[0].min(axis=0), abs=4)
    assert framed[1].max(axis=0) == pytest.approx(framed[0].max(axis=0), abs=4)


@pytest.mark.parametrize("shape", [(1, 1), (200, 3), (60, 80)])
@pytest.mark.parametrize("profile", [STILL, LIVE], ids=["still", "live"])
def test_a_picture_without_anything_is_explained_too(reading, shape, profile):
    shown, counts = explain(np.full((*shape, 3), 220, np.uint8), reading, profile=profile)
    assert shown.size
    assert sum(counts.values()) == 0
    assert shown.shape[0] < 3 * HIGHEST_PX


def test_a_long_title_goes_on_in_the_next_lines_and_says_where_it_ends():
    picture = np.full((60, 80, 3), 225, np.uint8)
    heights = [titled(picture, "123456789 " * words).shape[0] for words in (1, 9, 18, 200)]
    line_px = heights[1] - heights[0]
    assert line_px > 0
    assert heights[2] - heights[1] == line_px
    assert heights[3] - heights[0] == (TITLE_LINES - 1) * line_px


def test_labels_leave_the_ink_of_a_small_picture_to_be_seen(recognizer):
    image = np.full((28, 28, 3), 255, np.uint8)
    cv2.line(image, (8, 23), (13, 5), (0, 0, 0), 1)
    shown, counts = explain(image, recognizer)
    assert counts["read"] == 1
    panel = shown[:PANEL_PX, :PANEL_PX]
    enlarged = PANEL_PX // 28
    dark = int((panel[30:] == 0).all(axis=2).sum())
    assert dark >= 0.9 * int((image == 0).all(axis=2).sum()) * enlarged**2


def test_no_more_cards_are_drawn_than_have_room(reading, write_row, monkeypatch):
    grey, _ = write_row("35072648", height_px=24)
    picture = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    all_of_them = explain(picture, reading)[0]
    monkeypatch.setattr(explaining, "MOST_CARDS", 4)
    assert explain(picture, reading)[0].shape[0] <= all_of_them.shape[0]


def test_the_shipped_bundle_is_explained_as_it_reads(recognizer, image):
    counts = explain(image, recognizer)[1]
    assert counts["read"] == len(read_page(image, recognizer).readings) > 3


def test_the_command_writes_the_picture_and_says_what_became_of_the_candidates(tmp_path, image):
    source, out = tmp_path / "page.png", tmp_path / "why.png"
    cv2.imwrite(str(source), image)
    result = CliRunner().invoke(app, ["explain", str(source), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert f"wrote {out}" in result.stdout
    assert all(words in result.stdout for words, _ in FATES.values())
    assert cv2.imread(str(out)).shape[1] >= 2 * PANEL_PX


def test_what_is_no_picture_is_one_line(tmp_path):
    (tmp_path / "page.png").write_text("no picture")
    result = CliRunner().invoke(app, ["explain", str(tmp_path / "page.png"), "--out", str(tmp_path / "why.png")])
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "why.png").exists()
