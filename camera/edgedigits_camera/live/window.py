"""A window with the live picture, opened only where one can be: OpenCV ends the process where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Self

import cv2

from edgedigits.errors import DisplayError, opencv_anew
from edgedigits_camera.overlay import annotate

if TYPE_CHECKING:
    from edgedigits_camera.live.sinks import Seen

TITLE = "edgedigits"
ENDING_KEYS = (ord("q"), 27)  # 27 is Esc
# A window larger than this would leave most screens.
MAX_SIDE_PX = 1200
PROBE = "import cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows()"
PROBE_LIMIT_S = 30.0  # importing OpenCV takes seconds on a small device whose card is slow
CURE = "use --display none"


def check_screen() -> None:
    """Find out whether a window can be opened, by opening one in another process.

    Raises:
        DisplayError: it cannot, and why.

    """
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform == "linux" and not screen:
        raise DisplayError(f"there is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set); {CURE}")
    try:
        result = subprocess.run(
            [sys.executable, "-P", "-c", PROBE], capture_output=True, text=True, check=False, timeout=PROBE_LIMIT_S
        )
    except subprocess.TimeoutExpired:
        raise DisplayError(f"screen {screen} does not answer within {PROBE_LIMIT_S:g} s; {CURE}") from None
    if "not implemented" in result.stderr:
        raise DisplayError(f"this OpenCV has no windows; {CURE}, or: {opencv_anew('camera')}")
    if result.returncode:
        raise DisplayError(f"no window can be opened on screen {screen}; {CURE}")


class Window:
    """A sink that shows frames with what was read, frame rate and latency, until q, Esc, or the window is closed.

    Raises:
        DisplayError: on entering, where no window can be opened.

    """

    def __init__(self, title: str = TITLE) -> None:
        self._title = title
        self._opened = False

    def __enter__(self) -> Self:
        check_screen()
        # PyPI's OpenCV comes without the fonts that its Qt looks for, and says so at every window.
        os.environ.setdefault("QT_LOGGING_RULES", "*=false")
        return self

    def __exit__(self, *_exception: object) -> None:
        cv2.destroyAllWindows()

    def show(self, seen: Seen) -> bool:
        """Draw a frame; return False when the person has ended it."""
        if not self._opened:  # not earlier: it would be empty while the model is loaded
            self._open(seen)
        note = f"{seen.frames_per_s:.1f} fps  {seen.latency_ms:.0f} ms"
        cv2.imshow(self._title, annotate(seen.frame.image, seen.page.readings, note=note))
        if cv2.waitKey(1) & 0xFF in ENDING_KEYS:
            return False
        return self._is_open()

    def _is_open(self) -> bool:
        try:
            return bool(cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) >= 1)
        except cv2.error:  # Qt lets go of everything with its last window
            return False

    def _open(self, seen: Seen) -> None:
        height_px, width_px = seen.frame.image.shape[:2]
        shrink = min(1.0, MAX_SIDE_PX / max(height_px, width_px))
        cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(self._title, round(width_px * shrink), round(height_px * shrink))
        self._opened = True
