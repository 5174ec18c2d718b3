"""A window with the live picture, opened only where one can be: OpenCV ends the process where it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Self

import cv2

from edgedigits.errors import DisplayError, EdgeDigitsError, opencv_anew
from edgedigits_camera.live.screen import connected, map_again, room_px
from edgedigits_camera.live.view import View, drawn, panel
from edgedigits_camera.written import save_picture

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen

TITLE, EXPLAINED = "edgedigits", "edgedigits: explained"
ENDING_KEYS = frozenset({ord("q"), 27})  # 27 is Esc
# An even number of turns, so that the last one has the right size; a second is enough on a busy machine.
SETTLING_TURNS, SETTLING_MS = 10, 100
PROBE = "import cv2; cv2.namedWindow('probe'); cv2.destroyAllWindows()"
PROBE_LIMIT_S = 30.0  # importing OpenCV takes seconds on a small device whose card is slow
CURE = "use --display none, or web"


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
    """A sink that shows what is seen until q, Esc, or the window is closed; its keys are in ``view.HELP``.

    Args:
        mirror: show the picture as a mirror does; what is read stays as it is.
        explain: draws every stage of reading a frame (H, W, 3) uint8 BGR.
        folder: where snapshots go; the current one by default.

    Raises:
        DisplayError: on entering, where no window can be opened.

    """

    def __init__(
        self,
        *,
        mirror: bool = False,
        explain: Callable[[NDArray[np.uint8]], NDArray[np.uint8]] | None = None,
        folder: Path | None = None,
    ) -> None:
        self._view = View(mirror=mirror)
        self._explain, self._folder = explain, folder or Path()
        self._seen: Seen | None = None
        self._painted = self._over = False
        self._held = ExitStack()
        self._actions = {
            ord(" "): self._pause,
            ord("s"): self._snapshot,
            ord("i"): self._ink,
            ord("m"): self._mirror,
            ord("e"): self._explained,
            ord("h"): self._help,
            ord("?"): self._help,
        }

    def __enter__(self) -> Self:
        self._held.enter_context(connected())
        try:
            check_screen()
        except DisplayError:
            self._held.close()
            raise
        # PyPI's OpenCV comes without the fonts that its Qt looks for, and says so at every window.
        os.environ.setdefault("QT_LOGGING_RULES", "*=false")
        return self

    def __exit__(self, *_exception: object) -> None:
        cv2.destroyAllWindows()
        self._held.close()

    def show(self, seen: Seen) -> bool:
        """Draw a frame, unless the picture is paused; return False when the person has ended it."""
        if not (self._view.paused and self._seen):
            self._seen = seen
            self._paint(drawn(seen, self._view))
        self._listen()
        return not self._over

    def wait(self, state: SourceState) -> bool:
        """Say in the picture what is waited for; return False when the person has ended it."""
        if state.waiting_s is not None:
            self._paint(panel(self._seen, self._view, [str(state), state.reason]))
        elif self._seen:  # what was painted may have got lost
            self._paint(drawn(self._seen, self._view))
        if self._painted:
            self._listen()
        return not self._over

    def _paint(self, image: NDArray[np.uint8]) -> None:
        if not self._painted:  # not earlier: it would be empty while the model is loaded
            open_window(TITLE, image)
        cv2.imshow(TITLE, image)
        if not self._painted:
            self._painted = True
            self._settle(image)

    def _settle(self, image: NDArray[np.uint8]) -> None:
        """Map it once more, resize by a pixel and paint again until the window is surely there.

        Without a window manager, what is painted before the server has the window is lost, and Qt paints nothing more
        until its size is another.
        """
        self._listen(SETTLING_MS)
        map_again(TITLE)
        width_px, height_px = fitting(image)
        for turn in range(SETTLING_TURNS):
            if self._over:  # the window may be gone
                return
            cv2.resizeWindow(TITLE, width_px, height_px - 1 + turn % 2)
            cv2.imshow(TITLE, image)
            self._listen(SETTLING_MS)

    def _listen(self, time_ms: int = 1) -> None:
        """Let the window live for a moment, and do what the person wants."""
        key = cv2.waitKey(time_ms) & 0xFF
        self._over = self._over or key in ENDING_KEYS or not self._is_open()
        if self._seen and not self._over and (action := self._actions.get(key)):
            action(self._seen)
            cv2.imshow(TITLE, drawn(self._seen, self._view))

    def _pause(self, _seen: Seen) -> None:
        self._view.paused = not self._view.paused

    def _ink(self, _seen: Seen) -> None:
        self._view.ink = not self._view.ink

    def _mirror(self, _seen: Seen) -> None:
        self._view.mirror = not self._view.mirror

    def _help(self, _seen: Seen) -> None:
        self._view.help = not self._view.help

    def _snapshot(self, seen: Seen) -> None:
        path = free(self._folder / f"edgedigits-{datetime.now().astimezone():%Y%m%d-%H%M%S}.png")
        try:
            save_picture(path, seen.frame.image)
            self._view.message = f"wrote {path}"
        except EdgeDigitsError as error:
            self._view.message = str(error)

    def _explained(self, seen: Seen) -> None:
        if not self._explain:
            return
        try:
            picture = self._explain(seen.frame.image)
        except EdgeDigitsError as error:
            self._view.message = str(error)
            return
        open_window(EXPLAINED, picture)
        cv2.imshow(EXPLAINED, picture)

    def _is_open(self) -> bool:
        try:
            return bool(cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) >= 1)
        except cv2.error:  # Qt lets go of everything with its last window
            return False


def open_window(title: str, image: NDArray[np.uint8]) -> None:
    """Open a window for a picture (H, W, 3), as large as it is or as the screen has room for."""
    cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
    cv2.resizeWindow(title, *fitting(image))


def fitting(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of a picture (H, W, 3) on the screen."""
    height_px, width_px = image.shape[:2]
    room_width_px, room_height_px = room_px()
    shrink = min(1.0, room_width_px / width_px, room_height_px / height_px)
    return round(width_px * shrink), round(height_px * shrink)


def free(path: Path) -> Path:
    """The path, or another one beside it where something lies there."""
    names = chain([path], (path.with_stem(f"{path.stem}-{number}") for number in count(2)))
    return next(each for each in names if not each.exists())
