"""How a network wants its pixels: said, computed, and told."""

import numpy as np
import pytest

from edgedigits.errors import ExportError
from edgedigits_export.networks.pixels import TRIED, Pixels, parse


@pytest.mark.parametrize(
    ("said", "black", "white"),
    [
        ("0..1", 0, 1),
        ("-1..1", -1, 1),
        ("0..255", 0, 255),
        ("inverted", 1, 0),
        ("0..255, inverted", 255, 0),
        ("mean=0.1307,std=0.3081", -0.1307 / 0.3081, (1 - 0.1307) / 0.3081),
        ("std=0.5,mean=0.5,inverted", 1, -1),
    ],
)
def test_what_is_said_is_computed(said, black, white):
    given = parse(said)(np.array([0, 1], np.float32))
    assert np.allclose(given, [black, white], atol=1e-6)
    assert given.dtype == np.float32


@pytest.mark.parametrize("pixels", [*TRIED, Pixels(0.449, 0.226, inverted=True)], ids=str)
def test_what_is_told_can_be_said(pixels):
    assert parse(str(pixels)) == pixels


@pytest.mark.parametrize("said", ["", "0..2", "mean=0.5", "mean=a,std=1", "0..1,0..255", "mean=0,std=1,gamma=2"])
def test_other_words_are_refused_with_those_that_are_known(said):
    with pytest.raises(ExportError, match=r"(choose 0\.\.1, -1\.\.1, 0\.\.255 or mean=M,std=S|cannot be computed)"):
        parse(said)


@pytest.mark.parametrize("said", ["mean=0,std=0", "mean=nan,std=1", "mean=0,std=-1", "mean=0,std=inf"])
def test_a_division_by_nothing_is_refused(said):
    with pytest.raises(ExportError, match="mean must be a number and std a positive one"):
        parse(said)
