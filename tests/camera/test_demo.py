import io
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from edgedigits.cli.demo import as_table, verdict
from edgedigits.recognizer import Reading
from edgedigits_camera.demo import CLIP, CLIP_FRAMES, CLIP_SIZE_PX, PAGES, Shown, count_right, drawn_lines, write_clip
from edgedigits_camera.live.sources import open_source
from edgedigits_camera.scene import DrawnDigit, draw_clip, draw_scene
from edgedigits_camera.text.lines import order_lines
from edgedigits_camera.written import DRAWN, mark_of

DIGITS = (DrawnDigit(4, (10, 10, 20, 30)), DrawnDigit(4, (40, 10, 20, 30)), DrawnDigit(7, (70, 10, 20, 30)))


def test_a_digit_is_right_when_its_name_and_its_place_are():
    readings = [Reading(digit.digit, 0.9, digit.box_xywh_px) for digit in DIGITS]
    assert count_right(DIGITS, readings) == 3
    assert count_right(DIGITS, [replace(readings[0], digit=9), *readings[1:]]) == 2
    assert count_right(DIGITS, [replace(readings[0], box_xywh_px=(200, 10, 20, 30)), *readings[1:]]) == 2


def test_one_reading_counts_for_one_digit_only():
    twice = (DIGITS[0], DrawnDigit(4, (12, 11, 20, 30)))
    assert count_right(twice, [Reading(4, 0.9, (11, 10, 20, 30))]) == 1


def test_what_is_read_beside_the_digits_is_counted_and_shown():
    shown = Shown(Path("sums.png"), ("46220",), ("461220",), digits=5, right=5, wrong=1)
    assert verdict(shown) == "5 of 5, 1 wrong"
    assert verdict(replace(shown, wrong=0)) == "5 of 5"
    (right,) = list(as_table([shown]).columns)[-1].cells
    assert right.style == "yellow"


def test_no_digit_is_cut_off_where_a_terminal_is_narrow():
    shown = Shown(Path("ruled.png"), ("986368489238",), ("986368489238",), digits=12, right=12, wrong=0)
    console = Console(width=40, file=io.StringIO())
    console.print(as_table([shown]))
    assert "…" not in console.file.getvalue()
    assert console.file.getvalue().count("9") == 2 * "986368489238".count("9")


def test_columns_are_told_in_the_order_in_which_a_reader_tells_them():
    """Two columns of three digits each that stand in rows."""
    digits = tuple(
        DrawnDigit(2 * row + column, (60 * column, 50 * row, 20, 30)) for column in (0, 1) for row in range(3)
    )
    scene = replace(draw_scene(*PAGES["plain"][:1]), digits=digits, lines=("024", "135"))
    read = order_lines([Reading(digit.digit, 0.9, digit.box_xywh_px) for digit in reversed(digits)])
    assert drawn_lines(scene) == tuple("".join(str(reading.digit) for reading in line) for line in read)
    assert sorted("".join(drawn_lines(scene))) == list("012345")


def test_the_demo_has_pages_of_several_kinds_with_digits_and_lines():
    scenes = [draw_scene(seed, spec=spec) for seed, spec in PAGES.values()]
    assert len({scene.spec.paper for scene in scenes}) == 4
    assert all(len(scene.digits) >= 4 and scene.lines for scene in scenes)


def test_a_written_clip_is_read_back_frame_by_frame(tmp_path):
    seed, spec = CLIP
    scenes = list(draw_clip(seed, frames=CLIP_FRAMES, size_px=CLIP_SIZE_PX, spec=spec))
    write_clip(tmp_path / "clip.avi", scenes)
    with open_source(str(tmp_path / "clip.avi")) as frames:
        images = [frame.image for frame in frames]
    assert len(images) == CLIP_FRAMES
    assert abs(images[-1].mean() - scenes[-1].image.mean()) < 3
    assert list(tmp_path.iterdir()) == [tmp_path / "clip.avi"]
    assert mark_of(tmp_path / "clip.avi") == DRAWN
    assert (tmp_path / "clip.avi").stat().st_size < 2_000_000
