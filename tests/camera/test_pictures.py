"""Picture files of any kind as one kind of array."""

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image, features

from edgedigits.errors import PictureError
from edgedigits_camera.pictures import load_picture

STORED_BOX = (10, 5, 20, 4)
AVIF = pytest.param("avif", marks=pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF"))


@pytest.fixture
def page():
    """A white page, 60 wide and 40 high, with a black bar at STORED_BOX."""
    pixels = np.full((40, 60, 3), 255, np.uint8)
    x, y, w, h = STORED_BOX
    pixels[y : y + h, x : x + w] = 0
    return Image.fromarray(pixels)


def bar_box(image):
    rows, columns = np.nonzero(image[:, :, 1] < 128)
    return int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "I", "F"])
def test_every_mode_becomes_eight_bit_colour(tmp_path, page, mode):
    grey = np.asarray(page.convert("L"))
    stored = {
        "I;16": lambda: Image.fromarray(grey.astype(np.uint16) * 257),
        "I": lambda: Image.fromarray(grey.astype(np.int32) * 257),
        "F": lambda: Image.fromarray(grey.astype(np.float32) / 255),
    }.get(mode, lambda: page.convert(mode))()
    path = tmp_path / ("page.tif" if mode in {"F", "I"} else "page.png")
    stored.save(path)
    image = load_picture(path).image
    assert (image.shape, image.dtype) == ((40, 60, 3), np.uint8)
    assert bar_box(image) == STORED_BOX
    assert (image.min(), image.max()) == (0, 255)


def test_cmyk_becomes_colour(tmp_path, page):
    page.convert("CMYK").save(tmp_path / "page.jpg", quality=95)
    assert bar_box(load_picture(tmp_path / "page.jpg").image) == STORED_BOX


def test_colours_are_bgr(tmp_path):
    Image.new("RGB", (4, 4), (200, 100, 50)).save(tmp_path / "colour.png")
    assert load_picture(tmp_path / "colour.png").image[0, 0].tolist() == [50, 100, 200]


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp", "bmp", "tif", "gif"])
def test_grey_is_what_the_colours_make(tmp_path, suffix):
    rng = np.random.default_rng(0)
    colours = np.kron(rng.integers(0, 256, (8, 9, 3)), np.ones((16, 16, 1))).astype(np.uint8)
    Image.fromarray(colours).save(tmp_path / f"page.{suffix}")
    picture = load_picture(tmp_path / f"page.{suffix}")
    assert (picture.grey.shape, picture.grey.dtype) == ((128, 144), np.uint8)
    off = abs(cv2.cvtColor(picture.image, cv2.COLOR_BGR2GRAY).astype(int) - picture.grey)
    # A JPEG stores luma; colours made of it are cut off at 0 and 255.
    assert np.quantile(off, 0.9) <= (2 if suffix == "jpg" else 0)


def test_bytes_are_read_as_a_file_is(tmp_path, page):
    page.save(tmp_path / "page.png")
    picture = load_picture((tmp_path / "page.png").read_bytes())
    assert bar_box(picture.image) == STORED_BOX
    with pytest.raises(PictureError, match="standard input is empty"):
        load_picture(b"")


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg"])
@pytest.mark.parametrize("shrink", [2, 4])
def test_colours_in_smaller_are_means_of_pixels(tmp_path, orientation, suffix, shrink):
    slope = np.add.outer(np.arange(303), np.arange(205)) // 2
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(np.dstack([slope, slope[::-1], 255 - slope]).astype(np.uint8)).save(
        tmp_path / f"page.{suffix}", exif=exif
    )
    picture = load_picture(tmp_path / f"page.{suffix}").turned(quarters=1)
    small = picture.colours(shrink=shrink)
    assert small.shape[:2] == tuple(-(-side // shrink) for side in picture.grey.shape)
    means = cv2.resize(picture.image, small.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.quantile(abs(means.astype(int) - small), 0.99) <= 3


def test_colours_of_a_file_that_is_gone_are_one_line(tmp_path, page):
    page.save(tmp_path / "page.png")
    picture = load_picture(tmp_path / "page.png")
    (tmp_path / "page.png").unlink()
    with pytest.raises(PictureError, match="does not exist"):
        _ = picture.image


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_given_as_the_picture_is_stored_whatever_its_orientation(tmp_path, page, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    page.save(tmp_path / "page.png", exif=exif)
    picture = load_picture(tmp_path / "page.png")
    assert picture.image.shape[:2] == ((40, 60) if orientation < 5 else (60, 40))
    assert picture.stored_box(bar_box(picture.image)) == STORED_BOX


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp", AVIF])
def test_boxes_of_a_turned_picture_lie_on_the_ink_as_stored(tmp_path, page, orientation, quarters, suffix):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    page.resize((240, 160), Image.Resampling.NEAREST).save(tmp_path / f"page.{suffix}", exif=exif, quality=95)
    upright = load_picture(tmp_path / f"page.{suffix}")
    picture = upright.turned(quarters=1).turned(quarters=quarters - 1)
    assert (picture.stored_width_px, picture.stored_height_px, picture.quarters) == (240, 160, quarters)
    assert np.array_equal(picture.grey, np.rot90(upright.grey, -quarters))
    assert np.array_equal(picture.image, np.rot90(upright.image, -quarters))
    box = bar_box(picture.grey[:, :, None].repeat(2, axis=2))
    assert picture.stored_box(box) == pytest.approx([4 * side for side in STORED_BOX], abs=1)


def test_a_mirrored_picture_that_is_not_turned_back_has_its_box_elsewhere(tmp_path, page):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 2
    page.save(tmp_path / "page.tif", exif=exif)
    assert bar_box(load_picture(tmp_path / "page.tif").image) != STORED_BOX


@pytest.mark.parametrize("orientation", [0, 9, 300])
def test_an_orientation_that_makes_no_sense_is_upright(tmp_path, page, orientation):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    page.save(tmp_path / "page.png", exif=exif)
    picture = load_picture(tmp_path / "page.png")
    assert (picture.orientation, bar_box(picture.image)) == (1, STORED_BOX)


def test_a_small_range_of_grey_in_sixteen_bits_is_stretched(tmp_path):
    ramp = np.linspace(0, 200, 400).reshape(20, 20).astype(np.uint16)
    Image.fromarray(ramp).save(tmp_path / "dark.png")
    assert load_picture(tmp_path / "dark.png").image.max() == 255


def damaged(tmp_path, page):
    page.resize((600, 400)).save(tmp_path / "whole.jpg")
    return (tmp_path / "whole.jpg").read_bytes()[:2000]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"no picture", "is no picture"), (damaged, "is damaged"), (None, "does not exist")],
)
def test_files_that_cannot_be_read_say_so_in_one_line(tmp_path, page, content, message):
    path = tmp_path / "file.jpg"
    if content is not None:
        path.write_bytes(content(tmp_path, page) if callable(content) else content)
    with pytest.raises(PictureError, match=message) as caught:
        load_picture(path)
    assert "\n" not in str(caught.value)


def test_a_damaged_tiff_says_nothing_but_the_one_line(tmp_path, page, capfd):
    path = tmp_path / "fax.tif"
    page.convert("1").save(path, compression="tiff_lzw")
    content = bytearray(path.read_bytes())
    content[8:40] = bytes(range(32))
    path.write_bytes(content)
    with pytest.raises(PictureError, match="is damaged"):
        load_picture(path)
    assert capfd.readouterr().err == ""


def test_a_folder_is_not_a_picture(tmp_path):
    with pytest.raises(PictureError, match="is a folder"):
        load_picture(tmp_path)


@pytest.mark.parametrize("side", [11_400, 20_000])
def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path, side):
    Image.new("1", (side, side)).save(tmp_path / "huge.png")
    with pytest.raises(PictureError, match="make it smaller"):
        load_picture(tmp_path / "huge.png")


def test_a_file_that_may_not_be_read_is_one_line(tmp_path, monkeypatch):
    def closed(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", closed)
    with pytest.raises(PictureError, match=r"page\.png may not be read by you; change its permissions or copy it"):
        load_picture(tmp_path / "page.png")
