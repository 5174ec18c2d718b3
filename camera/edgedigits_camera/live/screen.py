"""How much room a window has."""

from __future__ import annotations

import ctypes
import os

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
    name = os.environ.get("DISPLAY")
    if not name:
        return None
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(name.encode()))
    if not display:
        return None
    try:
        return int(x11.XDisplayWidth(display, x11.XDefaultScreen(display))), int(
            x11.XDisplayHeight(display, x11.XDefaultScreen(display))
        )
    finally:
        x11.XCloseDisplay(display)
