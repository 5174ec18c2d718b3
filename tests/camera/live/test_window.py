"""The window, on a screen of its own; and what is said where there is none."""

import ctypes
import os
import shutil
import struct
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest

from edgedigits.errors import DisplayError
from edgedigits_camera.live.window import check_screen

pytestmark = pytest.mark.slow

# Shows pictures until it is ended, with a digit that depends on none of our models.
SHOW = """
import itertools, sys, time
import cv2
import numpy as np
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.seen import Seen, Steady, Tracked
from edgedigits_camera.live.signals import Ending
from edgedigits_camera.live.window import Window
from edgedigits_camera.reader import Page
size, mirror, frames = sys.argv[1], sys.argv[2] == "mirror", int(sys.argv[3])
if closed_at := int(sys.argv[4]):
    waits, usual = itertools.count(1), cv2.waitKey
    cv2.waitKey = lambda time_ms: cv2.destroyWindow("edgedigits") or -1 if next(waits) == closed_at else usual(time_ms)
width, height = map(int, size.split("x"))
image = np.zeros((height, width, 3), np.uint8)
image[:, : width // 2], image[:, width // 2 :] = (0, 0, 255), (255, 0, 0)
seven = Tracked(1, 7, 0.99, (50, 50, 40, 60), (0.1,) * 10, 0, 0.0)
def look(frame):
    return Seen(frame, Page((), ()), Steady((seven,), ("7",)), (), 1.0, 5.0, 30.0, {"read": 1.0})
def items():
    for index in range(frames):
        yield Frame(image, time.monotonic(), index)
        time.sleep(0.02)
    while True:
        time.sleep(0.2)
        from edgedigits_camera.live.frames import SourceState
        yield SourceState("camera")
tally = Tally()
with Ending() as ending, Window(mirror=mirror, explain=lambda image: image[:100, :100].copy()) as window:
    run(ending.until(items()), look, [window], tally=tally)
print(tally.frames)
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
def folder(tmp_path_factory):
    """Where the X server keeps what is on the screen."""
    return tmp_path_factory.mktemp("screen")


@pytest.fixture
def look(folder, screen):
    """Return what is on the screen, (H, W, 3) uint8 BGR: a dump as xwd(1) writes it."""

    def look():
        dump = (folder / "Xvfb_screen0").read_bytes()
        head = struct.unpack(">20I", dump[:80])
        size, width, height, row_bytes, colours = head[0], head[4], head[5], head[12], head[19]
        pixels = np.frombuffer(dump, np.uint8, row_bytes * height, size + 12 * colours)
        return pixels.reshape(height, row_bytes // 4, 4)[:, :width, :3]

    return look


@pytest.fixture(scope="module")
def screen(folder):
    """DISPLAY of an X server without a monitor, and without a window manager."""
    if not (shutil.which("Xvfb") and shutil.which("xdotool")):
        pytest.skip("Xvfb and xdotool are not both installed: the window is not tested")
    reading, writing = os.pipe()
    command = [
        "Xvfb",
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        "800x600x24",
        "-nolisten",
        "tcp",
        "-fbdir",
        str(folder),
    ]
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
def show(screen, tmp_path):
    """Start a process with a window; it and the window's number are returned."""
    started = []

    def show(size="320x240", *, mirror=False, frames=10**6, closed_at=0):
        process = subprocess.Popen(
            [sys.executable, "-c", SHOW, size, "mirror" if mirror else "", str(frames), str(closed_at)],
            env=environment(DISPLAY=screen),
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        if closed_at:
            return process, 0
        while not (found := xdotool(screen, "search", "--sync", "--onlyvisible", "--name", "^edgedigits$").split()):
            assert process.poll() is None  # what was found was the window of a process that has just ended
        return process, int(found[0])

    yield show
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def shown(show):
    """A process with a window, and the window's number."""
    return show()


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


@pytest.mark.parametrize("listening", [1, 2, 7])
def test_closing_the_window_before_it_has_settled_ends_it(listening, show):
    process, _window = show(closed_at=listening)
    assert ended(process) == 0


def test_sigterm_ends_it(shown):
    process, _ = shown
    process.terminate()
    assert ended(process) == 0


def test_sigterm_ends_it_before_the_first_frame(show):
    process, _ = show(frames=1)
    process.terminate()
    assert ended(process) == 0


def test_the_window_has_the_size_of_the_picture(shown, screen):
    _, window = shown
    settled(lambda: "Geometry: 320x240" in xdotool(screen, "getwindowgeometry", str(window)))


def test_a_picture_higher_than_the_screen_fits_on_it(show, screen):
    _, window = show("960x1280")
    width, height = map(int, xdotool(screen, "getwindowgeometry", str(window)).split()[-1].split("x"))
    assert height <= 600
    assert width / height == pytest.approx(960 / 1280, abs=0.02)


def settled(condition, *, limit_s=60):
    end_s = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.1)


def halves(image):
    """Columns of the screen where red is, and where blue is."""
    red, blue = ((image == colour).all(axis=2).any(axis=0).nonzero()[0] for colour in ((0, 0, 255), (255, 0, 0)))
    return red, blue


def is_mirrored(image):
    """Whether the blue half is left of the red one; None while not both are to be seen: a window is laid out."""
    red, blue = halves(image)
    return bool(red.max() > blue.min()) if len(red) and len(blue) else None


def test_one_frame_is_on_the_screen_for_good_at_every_start(show, look):
    for _ in range(10):
        process, _window = show(frames=1)
        settled(lambda: all(map(len, halves(look()))))
        time.sleep(0.5)
        assert all(map(len, halves(look())))
        process.kill()
        process.wait()
        settled(lambda: not look().any())


@pytest.mark.parametrize("mirror", [False, True])
def test_the_picture_is_not_mirrored_unless_asked(show, look, mirror):
    show(mirror=mirror)
    settled(lambda: is_mirrored(look()) is mirror)


def test_keys_are_named_and_do_what_they_say(shown, screen, look, tmp_path):
    _, window = shown
    settled(lambda: all(map(len, halves(look()))))
    xdotool(screen, "key", "--window", str(window), "s")
    settled(lambda: list(tmp_path.glob("edgedigits-*.png")))
    snapshot = cv2.imread(str(next(tmp_path.glob("edgedigits-*.png"))))
    assert snapshot.shape == (240, 320, 3)
    assert tuple(snapshot[100, 100]) == (0, 0, 255)
    xdotool(screen, "key", "--window", str(window), "m")
    settled(lambda: is_mirrored(look()))
    xdotool(screen, "key", "--window", str(window), "i")
    settled(lambda: not any(map(len, halves(look()))))
    xdotool(screen, "key", "--window", str(window), "e")
    assert xdotool(screen, "search", "--sync", "--onlyvisible", "--name", "^edgedigits: explained$")


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
