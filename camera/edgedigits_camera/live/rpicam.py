"""The Raspberry Pi's CSI camera through ``rpicam-vid``: a pipe of JPEGs, which needs no Python binding."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections import deque
from typing import TYPE_CHECKING

from edgedigits.errors import SourceError
from edgedigits_camera.live.stream import CHUNK_BYTES, JpegStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits_camera.live.capture import Patience

# The second is what it was called until Raspberry Pi OS Bookworm.
PROGRAMS = ("rpicam-vid", "libcamera-vid")
# At 640x480 some of these cameras show the middle of their picture alone.
SIZE_PX = (1280, 720)
FRAMES_PER_S = 30
END_S = 1.0


def open_rpicam(*, patience: Patience, size_px: tuple[int, int] | None = None) -> JpegStream:
    """Start ``rpicam-vid`` and read what it sends.

    Args:
        patience: limits of time.
        size_px: width and height to ask for.

    Raises:
        SourceError: it is not installed, or cannot be started. That there is no camera shows when it is read.

    """
    width_px, height_px = size_px or SIZE_PX
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        raise SourceError("rpicam-vid is not installed; on Raspberry Pi OS run: sudo apt install rpicam-apps")
    wishes = {"width": width_px, "height": height_px, "framerate": FRAMES_PER_S, "timeout": 0, "codec": "mjpeg"}
    command = [program, "--nopreview", "--flush", *(f"--{name}={wish}" for name, wish in wishes.items()), "--output=-"]
    try:
        # In a session of its own: Ctrl-C is for the reader, which ends it.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
        )
    except OSError as error:
        raise SourceError(f"{program} cannot be started ({error.strerror})") from None
    title = f"rpicam, {width_px}x{height_px}"
    return JpegStream(
        chunks_of(process, title=title), title=title, stall_s=patience.stall_s, close=lambda: end(process)
    )


def chunks_of(process: subprocess.Popen[bytes], *, title: str) -> Iterator[bytes]:
    """Yield what a program writes.

    Raises:
        SourceError: it ended; with the last line that it said.

    """
    if process.stdout is None or process.stderr is None:
        raise ValueError("expected a process whose output and errors are pipes")
    said: deque[bytes] = deque(maxlen=1)
    listener = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
    listener.start()
    with process:
        while chunk := os.read(process.stdout.fileno(), CHUNK_BYTES):
            yield chunk
        listener.join(END_S)
    last = " ".join(said.pop().decode(errors="replace").split()) if said else f"status {process.returncode}"
    raise SourceError(f"{title} ended ({last}); rpicam-hello --list-cameras shows which cameras are there")


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and end it where it does not."""
    process.terminate()
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
