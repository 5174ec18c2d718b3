"""How steady the live camera's answers are, on filmed pages whose digits are known at every moment.

    python -m benchmarks.steadiness [--only FILM ...] [--pages N] [--page-s S] [--bundle DIR] [--out FILE]

Each film is read once at 60 frames a second; what is told at 15, 30 and 60 is compared with what the same frames give
one by one. Of each film count, in events:

    invented    a digit is said where there is none, or again where it was said already
    misread     it is said, and is another
    changed     it is said to be another than was said first
    dropped     it is said to be gone, and is there

and the digits that were in sight for a second and never said right (missed), the share of the time in which a digit in
sight is told right (told), the time from showing to event with the number of events that it is of, and the share of the
frames that were read. A digit is shown from the first frame that has nearly all of it, blurred or not. Reading takes no
time here: what a device needs for it, and until its next frame, comes on top.
"""

from __future__ import annotations

import argparse
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reading import FIRST_SEED, marks_of, measured_with, opened
from benchmarks.referee import EVENTS, Tally, Told, judged
from edgedigits.files import write_json
from edgedigits_camera.live.frames import Frame
from edgedigits_camera.live.seen import Event, EventKind
from edgedigits_camera.live.tracking import Tracker
from edgedigits_camera.live.tracking.matching import matches
from edgedigits_camera.live.tracking.tracker import SETTLING_S
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import Page, read_page
from edgedigits_camera.scene import SceneSpec, draw_scene
from edgedigits_camera.scene.filmed import TAKES, Film, film
from edgedigits_camera.scoring import Mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading
    from edgedigits_camera.scene.filmed import Filmed

RATES = (15, 30, 60)
SIZE_PX, PAGE_PX = (320, 240), (480, 360)
"""Of the frames and of the page's picture; small, so that the films are drawn and read within minutes."""
PAGES = (
    SceneSpec(pen="marker", layout="lines", digit_px=48, strength=0.3, tilt=0.1),
    SceneSpec(paper="ruled", pen="fineliner", layout="sums", digit_px=44, strength=0.3, tilt=0.2),
    SceneSpec(paper="grid", pen="ballpoint", layout="lines", digit_px=44, light="gradient", strength=0.3, tilt=0.2),
)
NO_DIGITS = "no digits"
FILMS = (*TAKES, NO_DIGITS)
WORDS = SceneSpec(pen="fineliner", layout="words", digit_px=44, strength=0.3, tilt=0.2)
"""A page without a digit."""


def tracked(frames: Iterable[Filmed], pages: Iterable[Page]) -> Iterator[Told]:
    """What the live camera tells."""
    tracker = Tracker()
    for index, (filmed, page) in enumerate(zip(frames, pages, strict=True)):
        frame = Frame(filmed.image, filmed.time_s, index)
        read = tracker.wants(frame)
        steady, events = tracker.update(frame, page if read else None)
        yield Told(events, tuple(Mark(digit.digit, digit.box_xywh_px) for digit in steady.digits), read)


def one_by_one(frames: Iterable[Filmed], pages: Iterable[Page]) -> Iterator[Told]:
    """What frames tell one by one: a digit is the one before that has nearly its place."""
    before: list[tuple[int, Reading]] = []
    numbers = count(1)
    for filmed, page in zip(frames, pages, strict=True):
        match = matches(_boxes(reading for _, reading in before), _boxes(page.readings))
        number_of = {now: before[was] for was, now in match.items()}
        events, here = [], []
        for index, reading in enumerate(page.readings):
            number, was = number_of.get(index, (next(numbers), None))
            here.append((number, reading))
            if was is None:
                events.append(_event(EventKind.APPEARED, number, reading, filmed.time_s))
            elif was.digit != reading.digit:
                events.append(_event(EventKind.CHANGED, number, reading, filmed.time_s))
        stayed = {number for number, _ in here}
        events += [_event(EventKind.GONE, n, reading, filmed.time_s) for n, reading in before if n not in stayed]
        before = here
        yield Told(tuple(events), tuple(marks_of(page.readings)))


def _event(kind: EventKind, number: int, reading: Reading, time_s: float) -> Event:
    return Event(kind, number, reading.digit, reading.confidence, reading.box_xywh_px, "", time_s)


def _boxes(readings: Iterable[Reading]) -> NDArray[np.float64]:
    return np.array([reading.box_xywh_px for reading in readings], np.float64).reshape(-1, 4)


TELLERS = {"tracked": tracked, "one by one": one_by_one}
Tallies = dict[str, dict[str, Tally]]
"""Rate -> teller -> what it told."""


def measure(bundle: Path | None, page_s: float, name: str, number: int) -> Tallies:
    """Film a page that no other film shows, read it, and count."""
    empty, seed = name == NO_DIGITS, FIRST_SEED + 1000 * (1 + FILMS.index(name)) + number
    how = Film("handled" if empty else name, page_s=page_s, frames_per_s=max(RATES), size_px=SIZE_PX)
    scene = draw_scene(seed, spec=WORDS if empty else PAGES[number % len(PAGES)], size_px=PAGE_PX)
    frames = list(film(scene, seed, how))
    pages = [read_page(filmed.image, opened(bundle), profile=LIVE) for filmed in frames]
    return {str(rate): told_at(rate, frames, pages) for rate in RATES}


def told_at(rate: int, frames: Sequence[Filmed], pages: Sequence[Page]) -> dict[str, Tally]:
    """Count what each teller tells of a film of the highest rate at a lower one."""
    step, film_s = max(RATES) // rate, len(frames) / max(RATES)
    some, read = frames[::step], pages[::step]
    return {name: judged(some, tell(some, read), film_s) for name, tell in TELLERS.items()}


def added(some: Iterable[Tallies]) -> Tallies:
    """Sum of several films."""
    total = {str(rate): {name: Tally() for name in TELLERS} for rate in RATES}
    for tallies in some:
        for rate, tellers in tallies.items():
            for name, tally in tellers.items():
                total[rate][name] += tally
    return total


def as_object(tallies: Tallies) -> dict[str, Any]:
    """Rates a minute and shares, for JSON."""
    return {rate: {name: tally.as_object() for name, tally in of.items()} for rate, of in tallies.items()}


def unchanged_ms(size_px: tuple[int, int], *, frames: int = 200) -> float:
    """Median milliseconds of processor time that a frame without change costs, whatever else the machine does."""
    rng = np.random.default_rng(0)
    image = rng.integers(100, 200, (size_px[1], size_px[0], 3), dtype=np.uint8)
    tracker, times_ms = Tracker(), []
    for index in range(frames):
        frame = Frame(image, 2 * SETTLING_S * (index > 0) + index / 30, index)
        start = time.thread_time()
        read = tracker.wants(frame)
        tracker.update(frame, Page((), ()) if read else None)
        times_ms += [] if read else [1000 * (time.thread_time() - start)]
    return round(statistics.median(times_ms), 3)


def table(name: str, tallies: Tallies) -> str:
    """Lay the results of a film out as text, a row for each rate and teller."""
    rows = [f"{name:10} {'':13} digits missed  told " + " ".join(f"{kind:>8}" for kind in EVENTS) + "  a minute  delay"]
    for rate, tellers in as_object(tallies).items():
        for teller, found in tellers.items():
            counts = " ".join(f"{found['per_minute'][kind]:8.1f}" for kind in EVENTS)
            delay = "{p50} {p95} ms of {events}".format(**found["delay_ms"])
            rows.append(
                f"{rate:>10} {teller:13} {found['digits']:6} {found['missed']:6} {found['told_share']:5.3f} {counts}"
                f"            {delay}"
            )
    return "\n".join(rows)


def main() -> None:
    """Film, read, count, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=FILMS, metavar="FILM", default=[], help=", ".join(FILMS))
    parser.add_argument("--pages", type=int, default=5, help="of each film")
    parser.add_argument("--page-s", type=float, default=6.0, help="seconds that each page is filmed")
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "steadiness.json")
    options = parser.parse_args()
    films = {}
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for name in options.only or FILMS:
            films[name] = added(pool.map(partial(measure, options.bundle, options.page_s, name), range(options.pages)))
            print(table(name, films[name]), flush=True)
    total = added(films.values())
    print(table("all", total))
    result = measured_with(opened(options.bundle)) | {
        "first_seed": FIRST_SEED,
        "pages": options.pages,
        "frame_px": SIZE_PX,
        "unchanged_frame_ms": {f"{w}x{h}": unchanged_ms((w, h)) for w, h in ((640, 480), (1280, 720), (1920, 1080))},
        "frames_per_s": as_object(total),
        "films": {name: as_object(tallies) for name, tallies in films.items()},
    }
    write_json(options.out, result)


if __name__ == "__main__":
    main()
