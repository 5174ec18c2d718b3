"""How large a picture may be."""

import io

import numpy as np
import pytest
from PIL import Image

from edgedigits.errors import PictureError
from edgedigits_camera.limits import bytes_per_pixel, refuse_huge


def opened(mode="RGB", **how):
    content = io.BytesIO()
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).convert(mode).save(content, **how)
    return Image.open(content)


def of_size(picture, width, height):
    picture._size = (width, height)
    return picture


@pytest.mark.parametrize(
    ("mode", "how", "taken"),
    [
        ("RGB", {"format": "JPEG"}, 2),
        ("RGB", {"format": "JPEG", "progressive": True, "subsampling": 2}, 4),
        ("RGB", {"format": "JPEG", "progressive": True, "subsampling": 0}, 7),
        ("L", {"format": "JPEG", "progressive": True}, 3),
        ("CMYK", {"format": "JPEG"}, 5),
        ("L", {"format": "PNG"}, 2),
        ("RGB", {"format": "PNG"}, 5),
        ("RGB", {"format": "WEBP"}, 17),
    ],
)
def test_what_decoding_takes_depends_on_how_a_picture_is_stored(mode, how, taken):
    assert bytes_per_pixel(opened(mode, **how)) == taken


def test_the_largest_pictures_of_common_kinds_are_read():
    for how in ({"format": "JPEG"}, {"format": "PNG"}, {"format": "JPEG", "progressive": True, "subsampling": 2}):
        refuse_huge(of_size(opened(**how), 16_000, 8_000), name="page")


def test_more_is_refused():
    with pytest.raises(PictureError, match=r"page has 128 megapixels, at most 128 are read; make it smaller$"):
        refuse_huge(of_size(opened(format="JPEG"), 16_000, 8_001), name="page")


def test_a_row_of_more_pixels_than_any_sheet_has_is_refused():
    refuse_huge(of_size(opened(format="PNG"), 100_000, 1_280), name="page")
    with pytest.raises(PictureError, match=r"page is 128,000,000 pixels long, at most 100,000 are read; cut it"):
        refuse_huge(of_size(opened(format="PNG"), 128_000_000, 1), name="page")


def test_of_what_takes_more_memory_less_is_read():
    with pytest.raises(PictureError, match=r"has 48 megapixels, of this kind of WEBP at most 30 are read; make it"):
        refuse_huge(of_size(opened(format="WEBP"), 8_000, 6_000), name="page")
