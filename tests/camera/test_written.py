"""Marks in pictures and clips: they change nothing that is seen, and are found again."""

import cv2
import numpy as np
import pytest

from edgedigits.errors import PictureError
from edgedigits_camera.written import ANNOTATED, DRAWN, EXPLAINED, mark_of, marked, save_picture

PAPER = np.random.default_rng(0).integers(0, 256, (60, 80, 3)).astype(np.uint8)


@pytest.mark.parametrize("mark", [ANNOTATED, DRAWN, EXPLAINED])
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".JPEG"])
def test_a_mark_is_found_again_and_changes_no_pixel(tmp_path, suffix, mark):
    path, plain = tmp_path / f"marked{suffix}", tmp_path / f"plain{suffix}"
    cv2.imwrite(str(plain), PAPER)
    save_picture(path, PAPER, mark=mark)
    assert (mark_of(path), mark_of(plain)) == (mark, None)
    assert np.array_equal(cv2.imread(str(path)), cv2.imread(str(plain)))


def test_a_mark_at_the_end_of_a_clip_is_found_again():
    for mark in (DRAWN, EXPLAINED):
        assert len(marked(b"RIFF", mark)) % 2 == 0


def test_what_merely_holds_the_words_bears_no_mark(tmp_path):
    for name, content in {"a.jpg": b"edgedigits demo", "b.png": b"\x89PNG edgedigits demo", "c.jpg": b""}.items():
        (tmp_path / name).write_bytes(content)
        assert mark_of(tmp_path / name) is None
    assert mark_of(tmp_path) is mark_of(tmp_path / "gone.jpg") is None


def test_what_a_jpeg_cannot_hold_is_one_line(tmp_path):
    with pytest.raises(PictureError, match=r"x\.jpg cannot be written: 2 x 70000 pixels") as caught:
        save_picture(tmp_path / "x.jpg", np.zeros((70_000, 2, 3), np.uint8))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.iterdir())
