"""Days before a camera, in simulated time: nothing grows, nothing is left over."""

import gc
import io
import threading
from pathlib import Path

import numpy as np
import pytest

from edgedigits.recognizer import Reading
from edgedigits_camera.live.drawn import Drawn
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.recording import Recording
from edgedigits_camera.live.sinks import JsonEvents
from edgedigits_camera.reader import Page

pytestmark = pytest.mark.slow

SIZE = (120, 160, 3)
MOST_GROWTH_BYTES = 5_000_000


class Nowhere(io.StringIO):
    """A stream whose reader takes everything."""

    def write(self, text):
        return len(text)


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def pages(frames):
    """A new page every two seconds, drawn once and shown for as long."""
    rng = np.random.default_rng(1)
    for _ in range(frames // 60):
        page = rng.integers(0, 256, SIZE, np.uint8)
        for _ in range(60):
            yield page


def read(image):
    """Digits that depend on the page, some of them in two places."""
    digits = [int(value) % 10 for value in image[0, :8, 0]]
    readings = tuple(Reading(digit, 0.95, (18 * n + 2, 40, 12, 24)) for n, digit in enumerate(digits))
    return Page(readings, ("".join(map(str, digits)),))


def one_run(frames, folder):
    tally = Tally()
    source = Drawn("pages", lambda: pages(frames))
    with source, Recording(folder, note=pytest.fail, settings={}, limit_bytes=10_000_000) as recording:
        run(source, Look(read, kind=source.kind), [JsonEvents(Nowhere()), recording], tally=tally)
    return tally.summary()


def test_six_minutes_of_frames_leave_memory_threads_and_files_as_they_were(tmp_path):
    one_run(3000, tmp_path / "first")
    gc.collect()
    before, threads = resident_bytes(), threading.active_count()
    files = len(list(Path("/proc/self/fd").iterdir()))
    summary = one_run(10_800, tmp_path / "kept")
    gc.collect()
    assert summary.frames == 10_800
    assert summary.unread > 0
    assert resident_bytes() - before < MOST_GROWTH_BYTES
    assert (threading.active_count(), len(list(Path("/proc/self/fd").iterdir()))) == (threads, files)
    assert sum(path.stat().st_size for path in (tmp_path / "kept").iterdir()) < 11_000_000
