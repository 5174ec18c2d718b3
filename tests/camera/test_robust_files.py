"""Picture files of every form, read whole: stored in any way, turned, cut off, huge."""

import json
import os
import subprocess
import sys

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from edgedigits.errors import PictureError
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.reader import read_page

pytestmark = pytest.mark.slow

FORMS = {
    "16-bit": lambda grey: Image.fromarray(grey.astype(np.uint16) * 257),
    "alpha": lambda grey: Image.fromarray(np.dstack([np.zeros((*grey.shape, 3), np.uint8), 255 - grey])),
    "palette": lambda grey: Image.fromarray(grey).convert("P"),
    "grey": Image.fromarray,
    "CMYK": lambda grey: Image.fromarray(grey).convert("CMYK"),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_page_is_read_however_its_colours_are_stored(recognizer, write_row, tmp_path, form):
    path = tmp_path / ("page.tif" if form == "CMYK" else "page.png")
    FORMS[form](write_row("3507264", height_px=50, seed=2)[0]).save(path)
    assert read_page(load_picture(path).image, recognizer).lines == ("3507264",)


# How a camera that writes an orientation stores an upright page.
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_of_a_turned_page_lie_on_the_ink_as_stored(recognizer, write_row, overlap, tmp_path, orientation):
    grey, boxes = write_row("3507264", height_px=50, seed=2)
    stored = Image.fromarray(grey)
    stored = stored.transpose(TURNS[orientation]) if orientation > 1 else stored
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    stored.save(tmp_path / "page.png", exif=exif)
    picture = load_picture(tmp_path / "page.png")
    page = read_page(picture.image, recognizer)
    assert page.lines == ("3507264",)
    ink = np.asarray(stored) < 128
    for reading, box in zip(page.readings, boxes, strict=True):
        assert overlap(box[None], np.array(reading.box_xywh_px, float)) > 0.6
        x, y, w, h = picture.stored_box(reading.box_xywh_px)
        upright = picture.image[:, :, 0] < 128
        left, top, width, height = reading.box_xywh_px
        assert ink[y : y + h, x : x + w].sum() == upright[top : top + height, left : left + width].sum()


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_truncated_page_is_one_line(write_row, tmp_path, suffix, share):
    path = tmp_path / f"page{suffix}"
    Image.fromarray(write_row("3507264", height_px=50, seed=2)[0]).save(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(PictureError) as caught:
        load_picture(path)
    assert "\n" not in str(caught.value)


def test_a_page_with_wrong_bytes_is_one_line(write_row, tmp_path):
    path = tmp_path / "page.png"
    Image.fromarray(write_row("3507264", height_px=50, seed=2)[0]).save(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 20] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(PictureError, match="is damaged"):
        load_picture(path)


HUGE_PX = (12_000, 9_000)
READ = """
import json
import sys
from pathlib import Path
from edgedigits.machine import peak_memory_mb
from edgedigits.recognizer import Recognizer
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page
recognizer = Recognizer.load()
before = peak_memory_mb()
picture = load_picture(Path(sys.argv[1]))
page = read_page(picture.grey, recognizer, profile=PROFILES[sys.argv[2]])
boxes = [picture.stored_box(reading.box_xywh_px) for reading in page.readings]
print(json.dumps({"lines": page.lines, "boxes": boxes, "used_mb": peak_memory_mb() - before}))
"""


# Grey, it is 108 MB, and as much again while it is decoded; as colours it would be 324 MB. Reading comes on top.
@pytest.mark.parametrize(("suffix", "profile"), [(".png", "live"), (".jpg", "still")])
def test_a_hundred_megapixels_are_read_in_bounded_memory(write_row, overlap, tmp_path, suffix, profile):
    grey, boxes = write_row("3507264", height_px=50, seed=2)
    whole = np.full(HUGE_PX[::-1], 225, np.uint8)
    part = cv2.resize(grey, None, fx=16, fy=16, interpolation=cv2.INTER_LINEAR)
    whole[3000 : 3000 + part.shape[0], 1000 : 1000 + part.shape[1]] = part
    path = tmp_path / f"huge{suffix}"
    Image.fromarray(whole).save(path, compress_level=1)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", READ, path, profile]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)
    assert answer["lines"] == ["3507264"]
    true = boxes * 16 + np.array([1000, 3000, 0, 0])
    assert all(overlap(true, np.array(box, float)).max() > 0.5 for box in answer["boxes"])
    assert answer["used_mb"] < 300
