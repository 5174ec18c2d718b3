"""``edgedigits cameras``."""

import json
from functools import partial

import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits_camera.live import cameras


@pytest.fixture
def told(kernel, tmp_path, monkeypatch):
    """Run the command among the fake kernel's cameras."""
    survey = partial(cameras.survey, folder=kernel.folder, ioctl=kernel.ioctl, proc=tmp_path / "proc")
    monkeypatch.setattr(cameras, "survey", survey)

    def run(*arguments):
        result = CliRunner().invoke(app, ["cameras", *arguments])
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_each_camera_is_told_with_what_it_offers_and_what_is_asked_for(told, kernel, webcam):
    path = kernel.plug(offers=webcam)
    assert told().splitlines() == [
        f"{path}  Lab UVC webcam (usb-1.1, uvcvideo)",
        "  YUYV   640x480 at 30, 1280x720 at 10, 1920x1080 at 5",
        "  MJPG   640x480 at 30, 1280x720 at 30, 1920x1080 at 30",
        "  read as YUYV 640x480 at 30 frames a second",
    ]


def test_what_is_wrong_comes_with_the_command_that_mends_it(told, kernel, webcam):
    kernel.plug(offers=webcam, driver="unicam")
    assert told().splitlines()[-2:] == [
        "  WRONG  its frames come through libcamera alone",
        "         run: edgedigits camera --source picamera2",
    ]


def test_a_name_steers_no_terminal(told, kernel, webcam):
    kernel.plug(offers=webcam, card="cam\x1b[2J\nera")
    assert "cam\\x1b[2J\\nera" in told()


def test_none_is_said_with_what_can_be_read_instead(told):
    assert told() == "no camera is plugged in; edgedigits camera --source demo needs none\n"


def test_json_holds_all_of_it(told, kernel, webcam):
    path = kernel.plug(offers=webcam)
    (camera,) = json.loads(told("--json"))["cameras"]
    assert camera["path"] == str(path)
    assert camera["readable"] is True
    assert camera["trouble"] is camera["command"] is None
    assert camera["formats"][0]["sizes"][0] == {
        "least": [640, 480],
        "most": [640, 480],
        "step": [1, 1],
        "fps": [30.0, 15.0],
    }
    assert camera["default"] == {"format": "YUYV", "size": [640, 480], "fps": 30.0}


def test_json_without_a_camera_is_an_empty_list(told):
    assert json.loads(told("--json")) == {"version": 1, "cameras": []}
