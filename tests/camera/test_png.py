"""Large PNG files a strip at a time."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from edgedigits_camera import pixels
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.png import SIGNATURE, chunk, png_exif, png_strips

SIZE_PX = (37, 50)
CHANNELS = {"LA": 2, "RGB": 3, "RGBA": 4}


@pytest.fixture
def noise():
    """Colours that every filter of PNG is used for: gradients with grain."""

    def make(mode):
        width, height = SIZE_PX
        rng = np.random.default_rng(1)
        slope = np.arange(height)[:, None, None] * 3 + np.arange(width)[None, :, None] * 2
        grain = rng.integers(0, 20, (height, width, CHANNELS[mode]))
        return (slope + grain).astype(np.uint8)

    return make


def filtered(values, kind):
    """Rows of bytes (H, N, bytes a pixel) as PNG stores them, all by one of its five filters."""
    left, above, corner = (np.zeros_like(values, np.int64) for _ in range(3))
    left[:, 1:], above[1:], corner[1:, 1:] = values[:, :-1], values[:-1], values[:-1, :-1]
    guess = left + above - corner
    near = np.stack([abs(guess - other) for other in (left, above, corner)])
    paeth = np.choose(near.argmin(axis=0), [left, above, corner])
    rows = values - (0, left, above, (left + above) // 2, paeth)[kind]
    return b"".join(bytes([kind]) + row.astype(np.uint8).tobytes() for row in rows)


def stored(values, *, depth, kind):
    """A PNG (bytes) of values (H, W, channels) of this depth, filtered in one way, its data in chunks of 100 bytes."""
    height, width, channels = values.shape
    rows = values.astype(">u2").view(np.uint8).reshape(height, width, -1) if depth == 16 else values
    data = zlib.compress(filtered(rows.astype(np.int64), kind))
    header = struct.pack(">IIBBBBB", width, height, depth, {2: 4, 3: 2, 4: 6}[channels], 0, 0, 0)
    parts = [chunk(b"IDAT", data[start : start + 100]) for start in range(0, len(data), 100)]
    return SIGNATURE + chunk(b"IHDR", header) + b"".join(parts) + chunk(b"IEND", b"")


def strips(content, rows):
    return np.vstack([np.asarray(strip) for strip in png_strips(io.BytesIO(content), rows=rows)])


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("rows", [1, 7, 50, 80])
def test_strips_put_together_are_the_picture_whatever_its_filters(noise, mode, kind, rows):
    content = stored(noise(mode), depth=8, kind=kind)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(content))), noise(mode))
    assert np.array_equal(strips(content, rows), noise(mode))


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("kind", range(5))
def test_of_sixteen_bits_the_upper_eight_are_right_whatever_the_lower_ones_do(noise, mode, kind):
    values = noise(mode).astype(np.uint16) * 256 + np.random.default_rng(2).integers(0, 256, noise(mode).shape)
    content = stored(values, depth=16, kind=kind)
    assert np.array_equal(strips(content, 7), np.asarray(Image.open(io.BytesIO(content))))


@pytest.mark.parametrize("cut", [60, 400, 2000])
def test_a_truncated_picture_is_an_error(noise, cut):
    with pytest.raises(OSError, match=r"truncated|damaged"):
        strips(stored(noise("RGB"), depth=8, kind=1)[:cut], 7)


def test_a_picture_with_a_wrong_byte_is_an_error(noise):
    content = bytearray(stored(noise("RGB"), depth=8, kind=1))
    content[1000] ^= 1
    with pytest.raises(OSError, match="damaged"):
        strips(bytes(content), 7)


def test_exif_data_are_found_behind_the_pixels(noise):
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    content, end = stored(noise("RGB"), depth=8, kind=1), len(chunk(b"IEND", b""))
    content = content[:-end] + chunk(b"eXIf", exif.tobytes()[6:]) + content[-end:]
    assert png_exif(io.BytesIO(content))[ExifTags.Base.Orientation] == 6
    assert not png_exif(io.BytesIO(stored(noise("RGB"), depth=8, kind=1)))


@pytest.mark.parametrize("mode", CHANNELS)
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_large_picture_in_strips_is_the_same_as_at_once(noise, tmp_path, monkeypatch, mode, orientation):
    path, exif = tmp_path / "page.png", Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    Image.fromarray(noise(mode)).save(path, exif=exif)
    once = load_picture(path)
    colours = once.image
    monkeypatch.setattr(pixels, "LARGE_PIXELS", 100)
    monkeypatch.setattr(pixels, "STRIP_PIXELS", 400)
    large = load_picture(path)
    assert (large.orientation, large.ground) == (once.orientation, once.ground)
    assert np.array_equal(large.grey, once.grey)
    assert np.array_equal(large.image, colours)


def test_what_opencv_writes_comes_in_strips_as_well(noise):
    content = cv2.imencode(".png", noise("RGB"))[1].tobytes()
    assert np.array_equal(strips(content, 7)[:, :, ::-1], noise("RGB"))
