"""What kinds of picture files are read."""

import subprocess
import sys

import numpy as np
import pytest
from PIL import ExifTags, Image, features

from edgedigits.errors import PictureError
from edgedigits_camera import formats
from edgedigits_camera.formats import FORMATS, SUFFIXES, brands_of, formats_of
from edgedigits_camera.pictures import load_picture


@pytest.fixture
def page():
    """White paper, 96 wide and 64 high, with a black bar from (16, 8) to (48, 24)."""
    page = Image.new("RGB", (96, 64), "white")
    page.paste("black", (16, 8, 48, 24))
    return page


@pytest.fixture
def heif():
    """What writes HEIC files."""
    return pytest.importorskip("pillow_heif", reason="pillow-heif is not installed")


def bar_box(grey):
    rows, columns = np.nonzero(grey < 128)
    return int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_heic_picture_counts_as_stored_in_the_way_it_is_shown(tmp_path, page, heif, orientation):
    heif.register_heif_opener()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    page.save(tmp_path / "page.heic", exif=exif.tobytes(), quality=-1)
    picture = load_picture(tmp_path / "page.heic")
    assert picture.grey.shape == ((64, 96) if orientation < 5 else (96, 64))
    assert (picture.stored_height_px, picture.stored_width_px) == picture.grey.shape
    shown = {1: (16, 8, 32, 16), 3: (48, 40, 32, 16), 6: (40, 16, 16, 32), 8: (8, 48, 16, 32)}
    if orientation in shown:
        assert bar_box(picture.grey) == shown[orientation]
    assert picture.stored_box(bar_box(picture.grey)) == bar_box(picture.grey)
    assert bar_box(picture.turned(quarters=1).image[:, :, 0]) == bar_box(np.rot90(picture.grey, -1))


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_an_avif_picture_is_read(tmp_path, page):
    page.save(tmp_path / "page.avif", quality=100)
    assert bar_box(load_picture(tmp_path / "page.avif").grey) == (16, 8, 32, 16)


def test_heic_without_its_library_is_one_line_with_the_cure(tmp_path, page, heif, monkeypatch):
    heif.register_heif_opener()
    page.save(tmp_path / "page.jpg", format="HEIF")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PictureError, match=r"page\.jpg is a HEIC picture; .*pip install pillow-heif$"):
        load_picture(tmp_path / "page.jpg")


def test_avif_without_its_library_is_one_line_with_the_cure(tmp_path, monkeypatch):
    (tmp_path / "page.avif").write_bytes(b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf")
    monkeypatch.setattr(formats, "reads_avif", lambda: False)
    with pytest.raises(PictureError, match=r"is an AVIF picture; .*pip install 'pillow>=11\.3'$"):
        load_picture(tmp_path / "page.avif")


@pytest.mark.parametrize(
    ("head", "brands"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", [b"heic", b"mif1", b"heic"]),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", [b"mif1", b"mif1", b"avif"]),
        (b"\0\0\0\x18ftyp", [b""]),
        (b"\x89PNG\r\n\x1a\n", []),
        (b"", []),
    ],
)
def test_brands_are_told_by_the_first_bytes(head, brands):
    assert brands_of(head) == brands


def test_a_clip_is_no_picture(tmp_path):
    (tmp_path / "clip.heic").write_bytes(b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(100))
    with pytest.raises(PictureError, match="is no picture that can be read"):
        load_picture(tmp_path / "clip.heic")


def test_nothing_for_heic_is_loaded_for_other_pictures(tmp_path, page):
    page.save(tmp_path / "page.png")
    code = (
        "import sys; from pathlib import Path; from edgedigits_camera.pictures import load_picture;"
        "load_picture(Path(sys.argv[1])); print('pillow_heif' in sys.modules)"
    )
    line = [sys.executable, "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}", tmp_path / "page.png"]
    assert subprocess.run(line, capture_output=True, text=True, check=True).stdout.strip() == "False"


def test_what_starts_other_programs_is_no_picture_whatever_its_name(tmp_path):
    (tmp_path / "page.jpg").write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n")
    with pytest.raises(PictureError, match="is no picture that can be read"):
        load_picture(tmp_path / "page.jpg")
    assert "EPS" not in FORMATS
    assert ".eps" not in SUFFIXES


def test_every_format_is_one_that_pillow_has_and_every_other_head_means_all_of_them():
    Image.init()
    assert set(FORMATS) <= set(Image.OPEN)
    assert formats_of(b"\xff\xd8\xff", name="page") == FORMATS
