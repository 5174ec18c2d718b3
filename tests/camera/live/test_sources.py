"""What --source may name."""

import os
import sys

import cv2
import numpy as np
import pytest
from PIL import Image

from edgedigits.errors import EdgeDigitsError, PictureError, SourceError
from edgedigits_camera.live.devices import without_password
from edgedigits_camera.live.drawn import Drawn
from edgedigits_camera.live.frames import Kind
from edgedigits_camera.live.recording import Recording
from edgedigits_camera.live.sources import Wishes, open_source


def levels(source):
    with source:
        return [int(frame.image[0, 0, 0]) for frame in source]


def write_clip(path, images):
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 50, (64, 48))
    for image in images:
        writer.write(image)
    writer.release()
    return path


@pytest.fixture
def picture_path(tmp_path):
    path = tmp_path / "page.png"
    cv2.imwrite(str(path), np.full((30, 40, 3), (10, 20, 30), np.uint8))
    return path


def test_a_clip_gives_all_its_frames_in_order(clip_path):
    assert levels(open_source(str(clip_path))) == pytest.approx([20 * number for number in range(10)], abs=3)


def test_frames_are_bgr(tmp_path):
    path = write_clip(tmp_path / "blue.avi", [np.full((48, 64, 3), (250, 60, 5), np.uint8)])
    with open_source(str(path)) as source:
        blue, green, red = next(iter(source)).image[20, 20]
    assert blue > green > red


def test_frames_are_not_mirrored(tmp_path):
    drawn = np.zeros((48, 64, 3), np.uint8)
    drawn[:, 32:] = 255
    path = write_clip(tmp_path / "half.avi", [drawn])
    with open_source(str(path)) as source:
        image = next(iter(source)).image
    assert image[:, :24].max() < 50
    assert image[:, 40:].min() > 200


def test_what_may_not_be_read_is_told(picture_path, clip_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda _path, mode: mode != os.R_OK)
    for path in (picture_path, clip_path):
        with pytest.raises(SourceError, match="may not be read by you; change its permissions or copy it"):
            open_source(str(path))


def test_of_several_pages_the_first_is_shown_and_that_is_logged(tmp_path, caplog):
    pages = [Image.new("L", (40, 30), level) for level in (200, 100, 50)]
    pages[0].save(tmp_path / "pages.tif", save_all=True, append_images=pages[1:])
    for source in (tmp_path / "pages.tif", tmp_path):
        assert levels(open_source(str(source))) == [200]
    assert caplog.messages == [f"{tmp_path}/pages.tif: the first of 3 pages is read"] * 2


def test_a_picture_is_one_frame(picture_path):
    with open_source(str(picture_path)) as source:
        (frame,) = source
    assert frame.image.shape == (30, 40, 3)
    assert tuple(frame.image[0, 0]) == (10, 20, 30)


def test_a_picture_that_is_watched_stays(picture_path):
    with open_source(str(picture_path), Wishes(realtime=True)) as source:
        frames = iter(source)
        assert [next(frames).index for _ in range(3)] == [0, 1, 2]


def test_a_damaged_picture_is_one_clear_line(picture_path):
    picture_path.write_bytes(picture_path.read_bytes()[:60])
    with pytest.raises(PictureError, match=r"page\.png"):
        levels(open_source(str(picture_path)))


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("notes.txt", b"no video", "neither a clip nor a picture"),
        ("empty.avi", b"", "neither a clip nor a picture"),
        ("noise.mp4", bytes(range(256)) * 20, "neither a clip nor a picture"),
    ],
)
def test_files_of_other_kinds_are_one_clear_line(name, content, line, tmp_path, capfd):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=line):
        levels(open_source(str(tmp_path / name)))
    assert capfd.readouterr().err == ""


def test_a_truncated_clip_gives_what_is_left_of_it(tmp_path):
    noise = np.random.default_rng(2).integers(0, 256, (10, 48, 64, 3)).astype(np.uint8)
    path = write_clip(tmp_path / "cut.avi", noise)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    assert 0 < len(levels(open_source(str(path)))) < 10


def test_a_missing_file_and_anything_else_are_told_apart(tmp_path):
    with pytest.raises(SourceError, match=r"gone\.avi' does not exist; name a camera's number"):
        open_source(str(tmp_path / "gone.avi"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="is no file"):
        open_source(str(tmp_path / "pipe"))


def test_a_missing_camera_is_one_clear_line_without_noise(capfd):
    with (
        pytest.raises(SourceError, match="camera /dev/video987 cannot be opened: there is no such device"),
        open_source("987", Wishes(size_px=(320, 240))),
    ):
        pass
    assert capfd.readouterr().err == ""


def test_a_device_that_is_no_camera_is_one_clear_line(capfd):
    with pytest.raises(SourceError, match="camera /dev/null cannot be opened"), open_source(os.devnull):
        pass
    assert capfd.readouterr().err == ""


def test_a_size_is_refused_where_nobody_would_heed_it(clip_path):
    for text in (str(clip_path), "http://127.0.0.1/"):
        with pytest.raises(SourceError, match="has a size of its own"):
            open_source(text, Wishes(size_px=(320, 240)))


def test_a_password_in_an_address_is_not_shown():
    assert without_password("rtsp://me:secret@cam:554/live?x=1") == "rtsp://cam:554/live?x=1"
    with pytest.raises(SourceError) as failure, open_source("rtsp://me:secret@127.0.0.1:9/live"):
        pass
    assert "secret" not in str(failure.value)


def test_every_failure_is_one_of_ours_and_one_line(tmp_path):
    for text in ("", "no such thing", "-1", "٣", str(tmp_path), "x" * 300, "a\0b"):
        with pytest.raises(EdgeDigitsError) as failure, open_source(text):
            pass
        assert "\n" not in str(failure.value)


def test_drawn_frames_have_the_times_of_their_rate_however_fast_they_are_drawn():
    images = [np.zeros((2, 2, 3), np.uint8)] * 3
    with Drawn("drawn", lambda: images, frames_per_s=4.0, clock=lambda: 1.5) as source:
        assert [(frame.index, frame.time_s) for frame in source] == [(0, 1.5), (1, 1.75), (2, 2.0)]
        assert source.kind is Kind.CLIP


def test_in_real_time_drawn_frames_are_waited_for_and_come_late_rather_than_early():
    now_s = [1.0]

    def sleep(duration_s):
        now_s[0] += duration_s

    images = [np.zeros((2, 2, 3), np.uint8)] * 3
    source = Drawn("drawn", lambda: images, realtime=True, frames_per_s=4.0, clock=lambda: now_s[0], sleep=sleep)
    assert [frame.time_s for frame in source] == [1.0, 1.25, 1.5]
    assert source.kind is Kind.LIVE


def first_of(text):
    with open_source(text, Wishes(size_px=(160, 120))) as source:
        return next(iter(source)).image


def test_the_demo_is_the_same_from_the_same_seed():
    assert (first_of("demo:5") == first_of("demo:5")).all()
    assert (first_of("demo:5") != first_of("demo:6")).any()


@pytest.mark.parametrize("text", ["demo:", "demo:x", "demo:-1", "demo:99999999999"])
def test_a_seed_that_is_none_is_one_clear_line(text):
    with pytest.raises(SourceError, match="has a seed that is none"):
        open_source(text)


def test_a_folder_and_a_pattern_are_their_pictures(tmp_path):
    for number in (1, 2, 10):
        cv2.imwrite(str(tmp_path / f"page{number}.png"), np.full((8, 8, 3), 20 * number, np.uint8))
    for text in (str(tmp_path), str(tmp_path / "page*.png")):
        assert levels(open_source(text)) == [20, 40, 200]
        assert open_source(text).kind is Kind.STILLS


def test_a_recording_is_a_source(tmp_path):
    with Recording(tmp_path / "kept", note=print, settings={}):
        pass
    source = open_source(str(tmp_path / "kept"))
    assert source.title == f"recording {tmp_path / 'kept'}"
    with pytest.raises(SourceError, match="holds no frame"):
        levels(source)


def test_a_scheme_that_is_none_is_one_clear_line():
    with pytest.raises(SourceError, match="has a scheme that is none of"), open_source("gopher://me:secret@host/x"):
        pass


@pytest.mark.parametrize("text", ["picamera2", "rpicam"])
def test_the_cameras_of_a_pi_are_told_what_is_missing(text, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setitem(sys.modules, "picamera2", None)
    with pytest.raises(SourceError, match="sudo apt install"), open_source(text):
        pass


def test_the_demo_draws_pages_of_the_wanted_size_one_after_the_other():
    with open_source("demo", Wishes(size_px=(320, 240))) as source:
        frames = iter(source)
        first, second = next(frames), next(frames)
    assert first.image.shape == (240, 320, 3)
    assert (first.index, second.index) == (0, 1)
    assert first.image.std() > 1
