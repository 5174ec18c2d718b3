"""The way a network wants its digits, chosen by what it reads in each."""

import numpy as np
import pytest

from edgedigits.errors import ExportError
from edgedigits.training.data import Split
from edgedigits_export.networks.frames import frames_of
from edgedigits_export.networks.heads import Head
from edgedigits_export.networks.pixels import RAW, Pixels
from edgedigits_export.networks.probing import Way, choose

PLAIN, CENTRED = Pixels(), Pixels(0.5, 0.5)
(FRAME,), HEAD = frames_of((None, 28, 28)), Head("probabilities", softmax=False)
LABELS = np.tile(np.arange(10, dtype=np.uint8), 500)
DIGITS = Split(np.zeros((len(LABELS), 28, 28), np.uint8), LABELS)


def chosen(wrong, *, given=None):
    """The choice where so many images of each ten thousand are named wrong, by pixels."""

    def answers(way, patches):
        labels, every = LABELS[: len(patches)], round(10_000 / max(wrong[way.pixels], 1))
        # Each way errs on images of its own, as ways do that chance alone tells apart.
        errs = np.arange(len(labels)) % every == list(wrong).index(way.pixels) % every
        return np.eye(10, dtype=np.float32)[np.where(errs, (labels + 1) % 10, labels)]

    ways = [Way(pixels, FRAME, HEAD) for pixels in wrong]
    return choose(ways, answers, digits=DIGITS, given=given)


def test_the_way_in_which_most_is_read_is_taken_and_the_others_are_told():
    choice = chosen({PLAIN: 150, CENTRED: 50, RAW: 3333})
    assert choice.way.pixels == CENTRED
    assert str(choice) == (
        "of 5,000 training digits 99.50 % in -1..1, 98.50 % in 0..1; of 1,000 training digits 66.70 % in 0..255"
    )


def test_pixels_stay_as_they_are_where_chance_explains_the_difference():
    assert chosen({CENTRED: 100, PLAIN: 110}).way.pixels == PLAIN
    assert chosen({CENTRED: 100, PLAIN: 200}).way.pixels == CENTRED


def test_255_times_too_much_is_not_taken_for_what_chance_explains():
    assert chosen({CENTRED: 110, RAW: 100}).way.pixels == CENTRED
    assert chosen({CENTRED: 400, RAW: 100}).way.pixels == RAW


def test_what_is_said_by_hand_is_taken_and_what_would_read_better_is_told():
    choice = chosen({PLAIN: 150, CENTRED: 50}, given=PLAIN)
    assert choice.way.pixels == PLAIN
    assert "99.50 % in -1..1, 98.50 % in 0..1" in str(choice)


def test_what_reads_no_digits_is_refused_whatever_is_said():
    with pytest.raises(ExportError, match=r"of 1,000 training digits it reads at most 0\.00 % in -1\.\.1; .* --pixels"):
        chosen({PLAIN: 100, CENTRED: 10_000}, given=CENTRED)
