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
IGNORED = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda _display, _error: 0)


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


def map_again(title: str) -> None:
    """Take a window off the screen and put it back, where no window manager has it.

    Qt now and then misses that its window was mapped, and then never paints it.
    """
    with connected() as found:
        if not found:
            return
        x11, display = found
        # Xlib ends the process over a window of somebody else that has just gone.
        usual = x11.XSetErrorHandler(ctypes.cast(IGNORED, ctypes.c_void_p))
        for window in children(x11, display):
            if title_of(window, x11, display) == title:
                x11.XUnmapWindow(display, window)
                x11.XMapWindow(display, window)
        x11.XSync(display, 0)
        x11.XSetErrorHandler(usual)


def children(x11: ctypes.CDLL, display: ctypes.c_void_p) -> list[ctypes.c_ulong]:
    """Windows that lie on the screen itself; a window manager puts them into frames of its own."""
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    found = ctypes.POINTER(ctypes.c_ulong)()
    x11.XQueryTree(display, x11.XDefaultRootWindow(display), *map(ctypes.byref, (root, parent, found, count)))
    windows = [ctypes.c_ulong(each) for each in found[: count.value]]
    x11.XFree(found)
    return windows


def title_of(window: ctypes.c_ulong, x11: ctypes.CDLL, display: ctypes.c_void_p) -> str:
    """What a window is called; empty if it has no name."""
    name = ctypes.c_char_p()
    x11.XFetchName(display, window, ctypes.byref(name))
    title = (name.value or b"").decode(errors="replace")
    x11.XFree(name)
    return title


def library() -> ctypes.CDLL | None:
    """Xlib, where it is."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    x11.XDefaultRootWindow.argtypes = [ctypes.c_void_p]
    x11.XSetErrorHandler.restype = ctypes.c_void_p
    x11.XSetErrorHandler.argtypes = [ctypes.c_void_p]
    return x11
