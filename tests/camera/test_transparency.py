"""What is laid under transparent parts."""

import tracemalloc

import numpy as np
import pytest
from PIL import Image

from edgedigits_camera import pixels
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.reader import read_page

DARK, LIGHT, YELLOW, GREY = (0, 0, 0), (255, 255, 255), (255, 230, 60), (128, 128, 128)


@pytest.fixture
def ink(write_row):
    """How far a row of digits covers its paper, (H, W) uint8."""
    return write_row("3507264", height_px=50, ink=0, paper=255, seed=2)[0] ^ np.uint8(255)


def drawing(ink, colour, *, strength=1.0):
    """Ink of one colour on nothing."""
    flat = np.empty((*ink.shape, 3), np.uint8)
    flat[:] = colour
    return Image.fromarray(np.dstack([flat, np.rint(strength * ink).astype(np.uint8)]))


@pytest.mark.parametrize("strength", [1.0, 0.3])
@pytest.mark.parametrize(
    ("colour", "ground"), [(DARK, 255), ((20, 40, 160), 255), (GREY, 255), (LIGHT, 0), (YELLOW, 0)]
)
def test_ink_on_nothing_shows(tmp_path, ink, colour, ground, strength):
    drawing(ink, colour, strength=strength).save(tmp_path / "page.png")
    picture = load_picture(tmp_path / "page.png")
    assert picture.ground == ground
    assert picture.grey[0, 0] == ground
    assert picture.image[0, 0].tolist() == [ground] * 3
    assert abs(picture.grey[ink > 250].astype(int) - ground).mean() > 100 * strength


@pytest.mark.parametrize("colour", [DARK, LIGHT])
def test_ink_on_nothing_is_read(recognizer, tmp_path, ink, colour):
    drawing(ink, colour).save(tmp_path / "page.png")
    assert read_page(load_picture(tmp_path / "page.png").image, recognizer).lines == ("3507264",)


def test_light_ink_whose_edges_are_mixed_with_black_is_light_ink(tmp_path, ink):
    Image.fromarray(np.dstack([ink] * 4)).save(tmp_path / "page.png")
    assert load_picture(tmp_path / "page.png").ground == 0


@pytest.mark.parametrize(("colour", "ground"), [(DARK, 255), (LIGHT, 0)])
def test_of_a_large_picture_only_the_grey_is_in_memory_as_a_whole(tmp_path, ink, monkeypatch, colour, ground):
    ink = np.tile(ink, (1500 // ink.shape[0] + 1, 1500 // ink.shape[1] + 1))
    drawing(ink, colour).save(tmp_path / "page.png")
    once = load_picture(tmp_path / "page.png").grey
    monkeypatch.setattr(pixels, "LARGE_PIXELS", 100)
    monkeypatch.setattr(pixels, "STRIP_PIXELS", 20_000)
    tracemalloc.start()
    picture = load_picture(tmp_path / "page.png")
    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert picture.ground == ground
    assert np.array_equal(picture.grey, once)
    assert peak_bytes < 1.75 * ink.size


def test_a_sheet_with_transparent_corners_lies_on_white(tmp_path):
    sheet = np.full((400, 300, 4), 255, np.uint8)
    sheet[:10, :10, 3] = sheet[-10:, -10:, 3] = 0
    sheet[200:240, 150:154, :3] = 20
    Image.fromarray(sheet).save(tmp_path / "page.png")
    assert load_picture(tmp_path / "page.png").ground == 255


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_picture_that_is_all_or_nothing_lies_on_white(tmp_path, alpha):
    Image.new("RGBA", (30, 20), (255, 255, 255, alpha)).save(tmp_path / "page.png")
    picture = load_picture(tmp_path / "page.png")
    assert (picture.ground, picture.grey.min()) == (255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "RGB"])
def test_one_colour_may_be_the_transparent_one(tmp_path, mode):
    page = Image.new("RGB", (60, 40), "black")
    page.paste("white", (10, 5, 30, 9))
    page = page.convert(mode)
    nothing = page.getpixel((0, 0))
    page.save(tmp_path / "page.png", transparency=nothing)
    picture = load_picture(tmp_path / "page.png")
    assert (picture.ground, picture.grey[0, 0]) == (0, 0)
    assert picture.grey[6, 12] > 240
