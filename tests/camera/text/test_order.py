"""Lines in reading order: laid out in heights of a digit, turned, seen in perspective, shuffled, and read again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgedigits.recognizer import Reading
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.text.lines import order_lines
from edgedigits_camera.text.order import reading_order

HEIGHT_PX = 36.0


def line(rng, x, y, count, *, gap=0.25, size=1.0, gaps=()):
    """Boxes (count, 4) along a baseline; ``gaps`` widen the space after a digit."""
    high, wide = size * rng.normal(1, 0.07, count), size * rng.uniform(0.3, 0.8, count)
    white = size * gap * rng.uniform(0.7, 1.3, count)
    white[: len(gaps)] += gaps
    left = x + np.concatenate([[0], np.cumsum(wide + white)[:-1]])
    return np.column_stack([left, y + size * rng.normal(0, 0.04, count) - high / 2, wide, high])


def column(rng, x, y, width, pitch):
    rows = [line(rng, x, y + i * pitch, int(rng.integers(width // 2, width + 1))) for i in range(rng.integers(4, 9))]
    return [row[row[:, 0] + row[:, 2] < x + width] for row in rows]


def columns(rng, count=2):
    """Running lines; those of one column stand between those of the next."""
    width, gutter, pitch = int(rng.integers(5, 9)), rng.uniform(1.8, 4), rng.uniform(1.45, 2.2)
    drops = [0.0, pitch * rng.uniform(0.35, 0.65), 0.0]
    return [row for i in range(count) for row in column(rng, i * (width + gutter), drops[i], width, pitch)]


def three_columns(rng):
    return columns(rng, 3)


def headed(rng):
    return [line(rng, 1, -2.5, 12, gap=0.5, size=rng.uniform(1, 1.4)), *columns(rng)]


def table(rng, *, digits=3, fill=None):
    """Cells of a grid, some of them empty."""
    high, fill = rng.uniform(1.4, 2.2), fill or rng.uniform(0.5, 1)
    wide, shape = (0.75 * digits + rng.uniform(0.8, 3), rng.integers(3, 8, 2)) if digits > 1 else (high, (9, 9))
    rows = [
        [
            line(rng, i * wide + rng.uniform(0, 0.4), j * high + rng.normal(0, 0.06), rng.integers(1, digits + 1))
            for i in range(shape[1])
            if rng.random() < fill
        ]
        for j in range(shape[0])
    ]
    return [np.concatenate(row) for row in rows if row]


def sudoku(rng):
    return table(rng, digits=1, fill=rng.uniform(0.3, 1))


def phone_numbers(rng):
    pitch = rng.uniform(1.5, 2.2)
    return [line(rng, 0, i * pitch, 10, gaps=(0, 0, rng.uniform(0.6, 1.9), 0, 0, 0, 1)) for i in range(4)]


def sums(rng):
    """Operators are not read: there are gaps."""
    pitch = rng.uniform(1.6, 2.4)
    return [line(rng, rng.uniform(0, 1), i * pitch, 5, gaps=(0, rng.uniform(0.7, 1.2), 0, 1)) for i in range(6)]


def text_and_one_digit_far_off(rng):
    rows = column(rng, 0, 0, 12, 1.8)
    return [*rows, line(rng, rng.uniform(12, 20), rows[-1][0, 1] + rng.uniform(3, 6), 1)]


LAYOUTS = [columns, three_columns, headed, table, sudoku, phone_numbers, sums, text_and_one_digit_far_off]


def seen(rng, rows, *, degrees, lean):
    """Turn a page and look at it from the side: boxes in pixels."""
    low, high = np.concatenate(rows)[:, :2].min(axis=0), np.concatenate(rows)[:, :2].max(axis=0)
    middle, size, tip = (low + high) / 2, (high - low).max(), rng.uniform(-lean, lean, 2)
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    for row in rows:
        corners = row[:, None, :2] + row[:, None, 2:] * np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) - middle
        turned = corners @ np.array([[cosine, sine], [-sine, cosine]])
        points = (turned / (1 + corners / size @ tip)[..., None] + size) * HEIGHT_PX
        yield np.column_stack([points.min(axis=1), np.ptp(points, axis=1)]).round().astype(int)


def page(layout, seed, *, turned):
    rng = np.random.default_rng([seed, LAYOUTS.index(layout)])
    rows = layout(rng)
    view = {"degrees": rng.uniform(-10, 10), "lean": 0.25} if turned else {"degrees": 0.0, "lean": 0.0}
    boxes = np.concatenate(list(seen(rng, rows, **view)))
    return [Reading(i % 10, 0.9, tuple(box)) for i, box in enumerate(boxes.tolist())]


def shuffled(readings, seed=0):
    return [readings[i] for i in np.random.default_rng(seed).permutation(len(readings))]


def flat(lines):
    return [reading for line in lines for reading in line]


def share_in_order(read, layout, *, turned, pages=40):
    made = [page(layout, seed, turned=turned) for seed in range(1000, 1000 + pages)]
    return np.mean([flat(read(shuffled(readings))) == readings for readings in made])


def down_the_page(readings):
    """What sorting by boxes alone would read."""
    return [sorted(readings, key=lambda r: (r.box_xywh_px[1] // HEIGHT_PX, r.box_xywh_px[0]))]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_pages_of_every_layout_are_read_in_order(layout, turned):
    assert share_in_order(order_lines, layout, turned=turned) >= (0.85 if turned else 0.9)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_sorting_boxes_alone_does_not_read_turned_pages(layout):
    assert share_in_order(down_the_page, layout, turned=True) < 0.85


def test_columns_that_stand_level_are_the_rows_of_a_table():
    rng = np.random.default_rng(4)
    rows = [np.concatenate([line(rng, x, 1.8 * i, 3) for x in (0, 8)]) for i in range(5)]
    readings = [
        Reading(i % 10, 0.9, tuple(box)) for i, box in enumerate((HEIGHT_PX * np.vstack(rows)).astype(int).tolist())
    ]
    assert flat(order_lines(shuffled(readings))) == readings


def test_lines_of_two_columns_are_not_joined_where_the_gutter_is_narrow():
    rng = np.random.default_rng(5)
    left, right = ([line(rng, x, 1.8 * i + drop, 6) for i in range(6)] for x, drop in ((0, 0), (6.5, 0.6)))
    lines = order_lines([Reading(1, 0.9, tuple(box)) for row in left + right for box in (HEIGHT_PX * row).astype(int)])
    assert [len(found) for found in lines] == [6] * 12


def order_of(rows):
    """Numbers of the given lines in the order in which they are read; boxes are in heights, baselines level."""
    number = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    return [int(number[digits[0]]) for digits in reading_order(HEIGHT_PX * np.vstack(rows), number)]


def plain(x, y, count=6):
    return line(np.random.default_rng(6), x, y, count, gap=0.2, size=1.0)


@pytest.mark.parametrize("lean", [-0.16, 0.0, 0.16])
def test_a_gutter_that_leans_parts_columns_whose_baselines_are_level(lean):
    left, right = ([plain(x + lean * 1.8 * i, 1.8 * i + drop) for i in range(10)] for x, drop in ((0, 0), (6.5, 0.9)))
    assert order_of(left + right) == list(range(20))


def test_a_column_that_begins_higher_is_read_after_the_one_on_its_left():
    left, right = ([plain(x, 1.8 * i + top) for i in range(6)] for x, top in ((0, 0.9), (7, -5.4)))
    assert order_of(left + right) == list(range(12))


def test_a_cell_that_is_off_its_row_does_not_end_a_table():
    cells = [plain(x, 1.5 * i + 0.45 * (i == 1 and x == 0), 3) for i in range(3) for x in (0, 5)]
    assert order_of(cells) == list(range(6))


def test_a_table_whose_cells_are_empty_by_turns_is_read_across():
    assert order_of([plain(5 * (i % 2), 1.6 * i, 3) for i in range(6)]) == list(range(6))


def test_rows_of_lone_digits_are_read_across_where_the_page_slants():
    places = [(4 * x, 1.6 * y) for y in range(6) for x in range(8)]
    boxes = [(HEIGHT_PX * np.array([x, y + 0.05 * x, 0.6, 1.0])).astype(int).tolist() for x, y in places]
    readings = [Reading(i % 10, 0.9, tuple(box)) for i, box in enumerate(boxes)]
    assert flat(order_lines(shuffled(readings))) == readings


@given(st.lists(st.tuples(*[st.integers(0, 600)] * 2, *[st.integers(1, 200)] * 2), max_size=40), st.randoms())
def test_the_order_given_does_not_matter_and_no_digit_is_lost(boxes, random):
    readings = [Reading(i % 10, 0.9, box) for i, box in enumerate(boxes)]
    ordered = order_lines(readings)
    random.shuffle(readings)
    assert order_lines(readings) == ordered
    assert sorted(map(id, flat(ordered))) == sorted(map(id, readings))


@pytest.mark.parametrize("layout", ["lines", "table", "touching", "paragraphs"])
def test_drawn_scenes_are_read_in_order(layout):
    right = []
    for seed in range(6):
        scene = draw_scene(seed, spec=SceneSpec(layout=layout, digit_px=28, tilt=0.6, strength=0.0))
        readings = [Reading(digit.digit, 0.9, digit.box_xywh_px) for digit in scene.digits]
        right.append(flat(order_lines(shuffled(readings, seed))) == readings)
    assert np.mean(right) >= 0.8
