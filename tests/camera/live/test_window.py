"""The window, on a screen of its own; and what is said where there is none."""

import ctypes
import os
import shutil
import subprocess
import sys

import pytest

from edgedigits.errors import DisplayError
from edgedigits_camera.live.window import check_screen

# Shows grey frames for ever, with a reading that depends on none of our models.
SHOW = """
from itertools import repeat
import numpy as np
from edgedigits.recognizer import Reading
from edgedigits_camera.live.window import Window
from edgedigits_camera.reader import Page
from edgedigits_camera.live.loop import run
from edgedigits_camera.live.sources import Made
page = Page((Reading(7, .99, (50, 50, 40, 60)),), ("7",))
frames = Made("grey", lambda: repeat(np.full((240, 320, 3), 128, np.uint8)))
with frames, Window() as window:
    print(run(frames, lambda image: page, [window]).frames)
"""


class ClientMessage(ctypes.Structure):
    """XClientMessageEvent of Xlib, which sends what a click on a window's close button sends."""

    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
        ("rest", ctypes.c_long * 24),  # of the union of all events
    ]


def close_by_button(screen, window):
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype, x11.XInternAtom.restype = ctypes.c_void_p, ctypes.c_ulong
    display = ctypes.c_void_p(x11.XOpenDisplay(screen.encode()))
    protocols, delete = (x11.XInternAtom(display, name, 0) for name in (b"WM_PROTOCOLS", b"WM_DELETE_WINDOW"))
    message = ClientMessage(
        type=33, send_event=1, window=window, message_type=protocols, format=32, data=(ctypes.c_long * 5)(delete)
    )
    x11.XSendEvent(display, ctypes.c_ulong(window), 0, ctypes.c_long(0), ctypes.byref(message))
    x11.XCloseDisplay(display)


def environment(**changed):
    kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return kept | {"PYTHONPATH": os.pathsep.join(sys.path)} | changed


@pytest.fixture(scope="module")
def screen():
    """DISPLAY of an X server without a monitor."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not both installed: the window is not tested")
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as number:
            name = f":{number.readline().strip()}"
        try:
            if not has_windows(name):
                pytest.skip("this OpenCV has no windows: the window is not tested")
            yield name
        finally:
            server.terminate()


def has_windows(screen):
    probe = [sys.executable, "-c", "import cv2; cv2.namedWindow('probe')"]
    result = subprocess.run(probe, env=environment(DISPLAY=screen), capture_output=True, text=True, check=False)
    return "not implemented" not in result.stderr


@pytest.fixture
def shown(screen):
    """A process with a window, and the window's number."""
    process = subprocess.Popen(
        [sys.executable, "-c", SHOW],
        env=environment(DISPLAY=screen),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    number = xdotool(screen, "search", "--sync", "--onlyvisible", "--name", "^edgedigits$")
    yield process, int(number.split()[0])
    process.kill()
    process.wait()


def xdotool(screen, *arguments):
    command = ["xdotool", *arguments]
    return subprocess.run(
        command, env=environment(DISPLAY=screen), capture_output=True, text=True, check=False, timeout=60
    ).stdout


def ended(process):
    out, err = process.communicate(timeout=60)
    assert err == ""
    assert int(out) > 0
    return process.returncode


@pytest.mark.parametrize("key", ["q", "Escape"])
def test_a_key_ends_it(key, shown, screen):
    process, window = shown
    xdotool(screen, "key", "--window", str(window), key)
    assert ended(process) == 0


def test_another_key_does_not(shown, screen):
    process, window = shown
    xdotool(screen, "key", "--window", str(window), "x")
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)


def test_closing_the_window_ends_it(shown, screen):
    process, window = shown
    close_by_button(screen, window)
    assert ended(process) == 0


def test_sigterm_ends_it(shown):
    process, _ = shown
    process.terminate()
    assert ended(process) == 0


def test_the_window_has_the_size_of_the_picture(shown, screen):
    _, window = shown
    assert "Geometry: 320x240" in xdotool(screen, "getwindowgeometry", str(window))


def test_a_screen_that_works_passes(screen, monkeypatch):
    monkeypatch.setenv("DISPLAY", screen)
    check_screen()


def test_no_screen_is_one_clear_line(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(DisplayError, match=r"there is no screen .*; use --display none"):
        check_screen()


def test_a_screen_that_does_not_answer_is_one_clear_line(monkeypatch):
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(
        DisplayError, match=r"no window can be opened on screen :987|this OpenCV has no windows"
    ) as failure:
        check_screen()
    assert "use --display none" in str(failure.value)
    assert "\n" not in str(failure.value)
