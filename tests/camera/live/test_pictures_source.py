"""Folders and patterns of pictures as a source."""

import cv2
import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.pictures import Pictures, pictures_source


@pytest.fixture
def folder(tmp_path):
    """Pictures whose level tells their order, and what is no picture."""
    for level, name in enumerate(("page2.png", "page10.PNG", "page10b.bmp", "sub/page1.png")):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(cv2.imencode(".png", np.full((20, 30, 3), 10 * level, np.uint8))[1])
    (tmp_path / "notes.txt").write_text("no picture")
    (tmp_path / ".hidden.png").write_bytes(b"")
    return tmp_path


def levels(source):
    with source:
        return [int(frame.image[0, 0, 0]) for frame in source]


def test_a_folder_gives_its_pictures_in_natural_order(folder):
    assert levels(pictures_source(str(folder))) == [0, 10, 20]


@pytest.mark.parametrize(("pattern", "expected"), [("page*", [0, 10, 20]), ("**/*.png", [0, 30]), ("page1?.PNG", [10])])
def test_a_pattern_gives_the_pictures_that_match(pattern, expected, folder):
    assert levels(pictures_source(str(folder / pattern))) == expected


def test_a_picture_that_is_broken_is_left_out_by_its_name_and_its_number_missing(folder, caplog):
    (folder / "page3.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pictures_source(str(folder)) as source:
        assert [frame.index for frame in source] == [0, 2, 3]
    (told,) = caplog.messages
    assert told.startswith("left out: ")
    assert "page3.png" in told


def test_a_folder_of_broken_pictures_is_one_line(tmp_path):
    (tmp_path / "page1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(SourceError, match=r"none of the 1 pictures of .* can be read: .*page1\.png"):
        levels(pictures_source(str(tmp_path)))


@pytest.mark.parametrize(("name", "line"), [("", "is a folder without pictures"), ("*.jpg", "matches no picture")])
def test_where_there_is_no_picture_it_is_said(name, line, tmp_path):
    with pytest.raises(SourceError, match=line):
        pictures_source(str(tmp_path / name))


def test_pictures_keep_their_pace(folder):
    now_s, slept = [7.0], []

    def sleep(duration_s):
        slept.append(duration_s)
        now_s[0] += duration_s

    found = pictures_source(str(folder), period_s=0.5)
    with Pictures(found.title, found.paths, found.period_s, clock=lambda: now_s[0], sleep=sleep) as source:
        assert [frame.time_s for frame in source] == pytest.approx([7.0, 7.5, 8.0])
    assert slept == pytest.approx([0.5, 0.5])
