"""Does the live loop keep up, on one core, with the web page open in one viewer?

    OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python -m benchmarks.live_loop [--bundle DIR] [--out FILE]

Drawn pages of 640x480 come at 60 frames a second, first moving in a hand, then lying still; a viewer in a process of
its own, on another core, takes picture and events of the web page. The loop, its server and its networks have one
core, and NumPy's linear algebra must be told of it: several threads on one core wait for each other.

    frames_per_s    frames that went through the loop, of 60 a second
    event_p95_ms    from a frame to the event that it decides, by when it was shown; waiting for other frames included
    page_share      processor time that the page takes, of the loop's with the page; without viewers it is hardly any
    still_ms        median time of a frame in which nothing moved, with the page
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import socket
import threading
import time
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from benchmarks.reading import measured_with, opened
from edgedigits.files import write_json
from edgedigits_camera.live.drawn import SIZE_PX, Drawn
from edgedigits_camera.live.frames import Kind
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen

FRAMES_PER_S, DURATION_S, PAGE_S = 60, 12, 2
SEEDS = (8, 9, 10, 11, 12, 13)
PATHS = ("/stream.mjpg?boxes=0", "/events")
LIMITS = {"frames_per_s": 59.0, "event_p95_ms": 50.0, "page_share": 1 / 3, "still_ms": 1.0}


def main() -> None:
    """Measure, print each figure with its limit, and keep them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bundle", type=Path, default=None)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/live_loop.json"))
    arguments = parser.parse_args()
    found = measure(opened(arguments.bundle))
    for name, limit in LIMITS.items():
        print(f"{name}: {found[name]:.3g} ({'at least' if name == 'frames_per_s' else 'at most'} {limit:.3g})")
    write_json(arguments.out, measured_with(opened(arguments.bundle)) | found)


def measure(recognizer: Recognizer) -> dict[str, Any]:
    """The figures, by name."""
    moving, cores = pages(), sorted(os.sched_getaffinity(0))
    with Web(Address("127.0.0.1", 0)) as web, viewer(web, core=cores[-1]), on_core(cores[0]):
        web_s = web_clock()
        begin_s, server_s = time.process_time(), web_s()
        shown = play(lambda: itertools.cycle(moving), recognizer, web)
        whole_s, page_s = time.process_time() - begin_s, web_s() - server_s + shown.show_s
        still = play(lambda: itertools.repeat(moving[0]), recognizer, web)
    events_ms = [seen.latency_ms for seen in shown.seen if seen.events]
    still_ms = [
        took_ms for seen, took_ms in zip(still.seen, still.took_ms, strict=True) if "read" not in seen.stages_ms
    ]
    return {
        "frames_per_s": round(len(shown.seen) / shown.duration_s, 1),
        "event_p95_ms": round(float(np.percentile(events_ms, 95)), 1),
        "events": len(events_ms),
        "page_share": round(page_s / whole_s, 3),
        "still_ms": round(float(np.median(still_ms)), 3),
        "looks_per_s": round(sum("read" in seen.stages_ms for seen in shown.seen) / shown.duration_s, 1),
        "look_p50_ms": round(float(np.median([s.read_ms for s in shown.seen if "read" in s.stages_ms])), 1),
        "size_px": list(SIZE_PX),
    }


def pages() -> list[NDArray[np.uint8]]:
    """Frames (480, 640, 3) uint8 of pages in a hand, one after the other."""
    return [scene.image for seed in SEEDS for scene in draw_clip(seed, frames=PAGE_S * FRAMES_PER_S, size_px=SIZE_PX)]


class Shown:
    """A sink that keeps what it was shown, without the pictures, and gives it to the page."""

    def __init__(self, web: Web) -> None:
        self.web, self.seen, self.took_ms, self.show_s = web, [], [], 0.0
        self.duration_s = 0.0

    def show(self, seen: Seen) -> bool:
        """Take a frame."""
        begin_s = time.thread_time()
        self.web.show(seen)
        took_s = time.thread_time() - begin_s
        self.show_s += took_s
        self.seen.append(seen)
        self.took_ms.append(sum(seen.stages_ms.values()) - seen.stages_ms["wait"] + 1000 * took_s)
        return True

    def wait(self, state: SourceState) -> bool:
        """Nothing is to be done."""
        return self.web.wait(state)


def play(make: Callable[[], Iterator[NDArray[np.uint8]]], recognizer: Recognizer, web: Web) -> Shown:
    """The loop over images, each at its time, for a while."""
    shown, tally = Shown(web), Tally()
    source = Drawn("drawn", make, realtime=True, frames_per_s=FRAMES_PER_S)
    look = Look(partial(read_page, recognizer=recognizer, profile=LIVE), kind=Kind.LIVE)
    begin_s = time.monotonic()
    run(source, look, [shown], tally=tally, max_frames=FRAMES_PER_S * DURATION_S)
    shown.duration_s = time.monotonic() - begin_s
    return shown


def web_clock() -> Callable[[], float]:
    """Seconds of processor time of the server's thread."""
    thread = next(thread for thread in threading.enumerate() if thread.name == "web")
    clock = time.pthread_getcpuclockid(thread.ident or 0)
    return lambda: time.clock_gettime(clock)


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """All threads of this process on one core."""
    before = os.sched_getaffinity(0)
    for thread in threading.enumerate():
        os.sched_setaffinity(thread.native_id or 0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def viewer(web: Web, *, core: int) -> Iterator[None]:
    """Someone who has the page open."""
    process = multiprocessing.get_context("spawn").Process(
        target=take_all, args=(urlsplit(web.link).port, PATHS, core), daemon=True
    )
    process.start()
    time.sleep(2)  # until it is connected
    try:
        yield
    finally:
        process.terminate()
        process.join()


def take_all(port: int, paths: Sequence[str], core: int) -> None:
    """Take all that comes, for ever."""
    os.sched_setaffinity(0, {core})
    threads = [threading.Thread(target=take, args=[port, path]) for path in paths]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def take(port: int, path: str) -> None:
    """Take all of one address."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        while connection.recv(1 << 16):
            pass


if __name__ == "__main__":
    main()
