"""What the job in the emulated machine makes of what it finds."""

import json

import pytest

from benchmarks.arm.uvc import figures
from benchmarks.arm.uvc_job import recorded

JPEG = b"\xff\xd8 picture \xff\xd9"


def record(folder, pictures, *, more=b""):
    at, lines = 0, [{"recording": 1}]
    for picture in pictures:
        lines.append({"bytes": [at, len(picture)]})
        at += len(picture)
    (folder / "000001.mjpeg").write_bytes(b"".join(pictures) + more)
    (folder / "000001.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


@pytest.mark.parametrize(
    ("pictures", "more", "cut", "whole"),
    [([JPEG, JPEG], b"", 0, True), ([JPEG, JPEG[:5]], b"", 1, True), ([JPEG, JPEG], b"rest", 0, False)],
    ids=["whole", "a picture that was cut", "a picture without a line"],
)
def test_a_recording_is_whole_where_its_pictures_and_lines_are(tmp_path, pictures, more, cut, whole):
    record(tmp_path, pictures, more=more)
    assert recorded(tmp_path) == {"recorded": 2, "recorded_cut": cut, "recording_whole": whole}


def test_a_figure_that_is_not_held_is_told():
    steps = {
        "returned": [{"node": "/dev/video0"}] * 9 + [{"node": "/dev/video1"}],
        "corrupted": {"granted": ["MJPG 1280x720 at 30"], "otherwise_read": []},
        "ended": {"took_s": 0.9, "code": 0, "recorded_cut": 0, "recording_whole": True},
    }
    assert all(figure.good for figure in figures(steps).values())
    steps["returned"].pop()  # the one under another number
    steps["corrupted"]["otherwise_read"] = [["1"]]
    steps["ended"] |= {"took_s": 2.1, "recorded_cut": 1}
    assert {name for name, figure in figures(steps).items() if not figure.good} == {
        "returns",
        "returns under another number",
        "frames that were cut, and recorded",
        "read otherwise among broken frames",
        "seconds to end",
    }
