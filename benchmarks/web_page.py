"""What the web page costs: ``python -m benchmarks.web_page``; times of processors, so other work disturbs little.

A drawn page of 640x480 at 60 frames a second is shown without viewers, then with one who has the page open. The loop's
side is the time of ``show``; the server's side is all that its thread computes.
"""

from __future__ import annotations

import itertools
import socket
import statistics
import threading
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.seen import Seen, Steady, Tracked
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.reader import Page
from edgedigits_camera.scene import SceneSpec, draw_clip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits_camera.scene import Scene

FRAMES_PER_S, DURATION_S = 60, 10
PATHS = ("/stream.mjpg?boxes=0", "/events")


def main() -> None:
    """Measure both and print them."""
    scenes = list(draw_clip(51, frames=10, spec=SceneSpec(pen="marker", light="gradient", layout="lines", digit_px=58)))
    print(f"640x480, {len(scenes[0].digits)} digits, {FRAMES_PER_S} frames a second")
    for viewers in (0, 1):
        show_us, server_ms, shown, pictures = measure(scenes, viewers=viewers)
        print(
            f"{viewers} viewers: show takes {show_us:.0f} us; the server {server_ms:.1f} ms of each second, "
            f"for {pictures:.1f} pictures; {shown:.1f} frames a second were shown"
        )


def measure(scenes: Sequence[Scene], *, viewers: int) -> tuple[float, float, float, float]:
    """Median microseconds of ``show``; milliseconds of the server, frames and pictures, of each second."""
    with Web(Address("127.0.0.1", 0)) as web, ExitStack() as stack:
        for path in PATHS * viewers:
            threading.Thread(target=take, args=[stack.enter_context(view(web, path))], daemon=True).start()
        clock = time.pthread_getcpuclockid(thread_of("web"))
        took_us, cpu_s, begin_s, made = [], time.clock_gettime(clock), time.monotonic(), web.app.pictures.made
        for index in itertools.count():
            seen = seen_of(scenes[index % len(scenes)], index)
            start_s = time.thread_time()
            web.show(seen)
            took_us.append(1e6 * (time.thread_time() - start_s))
            duration_s = time.monotonic() - begin_s
            if duration_s > DURATION_S:
                break
            time.sleep(max(0.0, (index + 1) / FRAMES_PER_S - duration_s))
        server_ms = 1000 * (time.clock_gettime(clock) - cpu_s) / duration_s
        pictures = (web.app.pictures.made - made) / duration_s
        return statistics.median(took_us), server_ms, len(took_us) / duration_s, pictures


def thread_of(name: str) -> int:
    """Number of the thread of a name."""
    return next(thread.ident or 0 for thread in threading.enumerate() if thread.name == name)


def view(web: Web, path: str) -> socket.socket:
    """A viewer of one address."""
    viewer = socket.create_connection(("127.0.0.1", urlsplit(web.link).port or 0))
    viewer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
    return viewer


def take(viewer: socket.socket) -> None:
    """Take all that comes."""
    with suppress(OSError):  # closed at the end
        while viewer.recv(1 << 16):
            pass


def seen_of(scene: Scene, index: int) -> Seen:
    """A scene as if it had been read without error."""
    digits = tuple(Tracked(n, d.digit, 0.97, d.box_xywh_px, (0.1,) * 10, 0, 0.0) for n, d in enumerate(scene.digits))
    stages = {"detect": 5.0, "patches": 2.0, "network": 1.0, "judge": 1.0, "lines": 0.5}
    frame = Frame(scene.image, time.monotonic(), index)
    return Seen(frame, Page((), ()), Steady(digits, ("1",)), (), 10.0, 10.0, FRAMES_PER_S, stages)


if __name__ == "__main__":
    main()
