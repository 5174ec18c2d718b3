"""The Pi's camera through a pipe, with a program that stands in for rpicam-vid."""

import os
import sys
import textwrap
import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured
from edgedigits_camera.live.rpicam import open_rpicam

STAND_IN = """
    import os, pathlib, signal, sys, time
    pathlib.Path(sys.argv[0] + ".arguments").write_text(chr(10).join(sys.argv[1:]))
    pathlib.Path(sys.argv[0] + ".process").write_text(str(os.getpid()))
    picture = pathlib.Path(sys.argv[0] + ".jpg").read_bytes()
    def send(data):
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
"""
FRAMES = """
    for number in range(10_000):
        print("#", number, "(30.00 fps) " + 80 * "-", file=sys.stderr)
        send(picture[:-50] if number % 2 else picture)
        time.sleep(0.005)
"""
NO_CAMERA = """
    print("Made DMA heaps", file=sys.stderr)
    print("ERROR: *** no cameras available ***", file=sys.stderr)
    sys.exit(255)
"""
DEAF = """
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    send(picture)
    while True:
        time.sleep(1)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a program of this kind in the place of rpicam-vid."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(does, name="rpicam-vid"):
        program = tmp_path / name
        program.write_text(f"#!{sys.executable}\n" + textwrap.dedent(STAND_IN) + textwrap.dedent(does))
        program.chmod(0o755)
        cv2.imwrite(f"{program}.jpg", np.full((48, 64, 3), (200, 60, 5), np.uint8))
        return program

    return install


@pytest.mark.parametrize("name", ["rpicam-vid", "libcamera-vid"])
def test_frames_come_in_bgr_and_cut_ones_do_not(install, hasty, name):
    install(FRAMES, name)
    device = open_rpicam(patience=replace(hasty, stall_s=20))
    try:
        images = [device.read() for _ in range(5)]
        indices = device.sent.index
    finally:
        device.release()
    whole = [image for image in images if image is not None]
    assert whole
    assert all(np.allclose(image[20, 20], (200, 60, 5), atol=6) for image in whole)
    assert indices % 2 == 0


def test_it_is_asked_for_mjpeg_of_the_wanted_size_for_ever(install, hasty):
    program = install(FRAMES)
    device = open_rpicam(patience=replace(hasty, stall_s=20), size_px=(800, 600))
    device.read()
    device.release()
    arguments = program.with_name("rpicam-vid.arguments").read_text().splitlines()
    assert {"--width=800", "--height=600", "--codec=mjpeg", "--timeout=0", "--output=-", "--nopreview"} <= {*arguments}
    assert device.title == "rpicam, 800x600"


def test_the_program_ends_when_it_is_released(install, hasty):
    program = install(FRAMES)
    threads = threading.active_count()
    device = open_rpicam(patience=replace(hasty, stall_s=20))
    device.read()
    device.release()
    assert threading.active_count() == threads
    process = int(program.with_name("rpicam-vid.process").read_text())
    with pytest.raises(ProcessLookupError):  # not even a zombie is left
        os.kill(process, 0)


def test_a_program_that_does_not_end_is_ended(install, hasty):
    install(DEAF)
    device = open_rpicam(patience=replace(hasty, stall_s=20))
    device.read()
    device.release()
    assert not device._thread.is_alive()


def test_without_a_camera_what_the_program_says_is_said(install, hasty):
    install(NO_CAMERA)
    with (
        Captured(
            lambda: open_rpicam(patience=hasty), title="rpicam", live=True, patience=replace(hasty, stall_s=20)
        ) as source,
        pytest.raises(SourceError, match=r"ended \(ERROR: \*\*\* no cameras available \*\*\*\); rpicam-hello --list"),
    ):
        list(source)


def test_where_it_is_not_installed_the_command_that_installs_it_is_said(tmp_path, monkeypatch, hasty):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SourceError, match="sudo apt install rpicam-apps"):
        open_rpicam(patience=hasty)


def test_a_program_that_cannot_be_started_is_one_line(tmp_path, monkeypatch, hasty):
    monkeypatch.setenv("PATH", str(tmp_path))
    (tmp_path / "rpicam-vid").write_bytes(b"\x7fELF, but of no machine")
    (tmp_path / "rpicam-vid").chmod(0o755)
    with pytest.raises(SourceError, match="rpicam-vid cannot be started"):
        open_rpicam(patience=hasty)
