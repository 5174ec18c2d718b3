"""Which way a page lies."""

import numpy as np
import pytest

from edgedigits_camera.directions import clearest, quarters_to_upright


@pytest.mark.parametrize(
    ("evidence", "quarters"),
    [
        ([6.9, 0, 3.6, 0], 0),
        ([0, 6.9, 0, 3.6], 1),
        ([3.6, 0, 6.9, 0], 2),
        ([0, 2.1, 0, 6.9], 3),
        ([0, 0, 0, 0], 0),
        ([4.0, 0, 4.1, 0], 0),  # 6908 and 8069
        ([8.5, 0, 10.4, 0], 0),  # nearly two digits more, and not by a third
        ([0, 0, 1.9, 0], 0),  # by far more, and not two digits
    ],
)
def test_another_direction_is_taken_only_where_it_is_clearly_better(evidence, quarters):
    assert clearest(evidence) == quarters


@pytest.mark.parametrize("quarters", range(4))
def test_a_page_is_turned_upright_whichever_way_it_lies(recognizer, write_row, quarters):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    lying = np.ascontiguousarray(np.rot90(grey, quarters))
    assert quarters_to_upright(lying, recognizer) == quarters


def test_a_page_that_is_one_upside_down_as_well_stays_as_it_is(recognizer, write_row):
    for text in ("6908", "1881"):
        grey, _ = write_row(text, height_px=50, seed=2)
        assert quarters_to_upright(np.ascontiguousarray(np.rot90(grey, 2)), recognizer) == 0


def test_a_large_page_is_looked_at_in_small(recognizer, write_row):
    grey, _ = write_row("3507264", height_px=50, seed=2)
    large = np.kron(np.rot90(grey), np.ones((8, 8), np.uint8))
    assert large.size > 2_000_000
    assert quarters_to_upright(large, recognizer) == 1
