"""How much room a window has."""

from __future__ import annotations

import ctypes
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

# Of a screen, what bars and borders leave.
SHARE = 0.9
# Where the screen does not tell its size: most screens are larger.
USUAL_PX = (1366, 768)
# A picture on half of a wall is looked at no better.
MOST_PX = (1920, 1080)


def room_px() -> tuple[int, int]:
    """Width and height that a window may have without leaving the screen."""
    width_px, height_px = screen_px() or USUAL_PX
    return int(SHARE * min(width_px, MOST_PX[0])), int(SHARE * min(height_px, MOST_PX[1]))


def screen_px() -> tuple[int, int] | None:
    """Width and height of the X screen; None where there is none, or no library that knows."""
    with connected() as found:
        if not found:
            return None
        x11, display = found
        number = x11.XDefaultScreen(display)
        return int(x11.XDisplayWidth(display, number)), int(x11.XDisplayHeight(display, number))


@contextmanager
def connected() -> Iterator[tuple[ctypes.CDLL, ctypes.c_void_p] | None]:
    """Hold a connection to the X server: one without a window manager begins anew when its last client leaves."""
    x11, name = library(), os.environ.get("DISPLAY", "")
    display = ctypes.c_void_p(x11.XOpenDisplay(name.encode()) if x11 and name else None)
    if not (x11 and display):
        yield None
        return
    try:
        yield x11, display
    finally:
        x11.XCloseDisplay(display)


def library() -> ctypes.CDLL | None:
    """Xlib, where it is."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    return x11
