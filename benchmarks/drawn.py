"""How well drawn scenes are read that nothing was fitted on, for each kind of scene and each size of the digits.

    python -m benchmarks.drawn [--scenes 800] [--bundle DIR] [--out benchmarks/results/drawn.json]

Two processes; the same scenes give the same numbers on any machine.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.reading import FIRST_SEED, PROFILES, marks_of, measured_with, opened
from benchmarks.scoring import Counts, Mark, compare
from edgedigits.files import write_json
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_distractor_scene, draw_scene

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.recognizer import Reading, Recognizer
    from edgedigits_camera.scene import Scene

SCENES = 800
# Webcam frames above all, as in the judge's scenes; every fourth scene has no digit.
SIZES_PX = ((640, 480), (640, 480), (320, 240), (640, 480), (480, 640), (1280, 960), (800, 600))
EMPTY_EVERY = 4
HEIGHTS_PX = (14, 20, 28, 40, 64, 128)

Tally = dict[str, Counts]
"""Group, such as ``"paper:ruled"`` -> counts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One profile's tally of one scene."""

    profile: str
    tally: Tally


def draw(number: int) -> Scene:
    """Draw one scene of the benchmark."""
    seed, size_px = FIRST_SEED + number, SIZES_PX[number % len(SIZES_PX)]
    if number % EMPTY_EVERY == EMPTY_EVERY - 1:
        return draw_distractor_scene(seed, size_px=size_px)
    return draw_scene(seed, size_px=size_px)


def read_scene(bundle: Path | None, number: int) -> list[Read]:
    """Read one scene with each profile."""
    scene, recognizer = draw(number), opened(bundle)
    return [
        Read(name, tally_of(scene, read_page(scene.image, recognizer, profile=profile).readings))
        for name, profile in PROFILES.items()
    ]


def tally_of(scene: Scene, readings: tuple[Reading, ...]) -> Tally:
    """Count one scene's digits: in all, by kind, by height; scenes without a digit apart from the others."""
    true = [Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits]
    reported = marks_of(readings)
    outcome = compare(true, reported)
    if not true:
        return dict.fromkeys(("empty", *(f"empty {tag}" for tag in scene.spec.tags)), outcome.counts)
    tally = dict.fromkeys(("digits", *scene.spec.tags), outcome.counts)
    heights: dict[str, Counts] = defaultdict(Counts)
    for digit, found, right in zip(true, outcome.found, outcome.right, strict=True):
        heights[height_of(digit)] += Counts(0, 1, int(found is not None), int(right), 0)
    for index in outcome.false:
        heights[height_of(reported[index])] += Counts(0, 0, 0, 0, 1)
    return tally | heights


def height_of(mark: Mark) -> str:
    """Name the range of heights that a digit falls into."""
    height = mark.box_xywh_px[3]
    at_least = [limit for limit in HEIGHTS_PX if height >= limit]
    above = HEIGHTS_PX[len(at_least)] if len(at_least) < len(HEIGHTS_PX) else None
    return f"height:{at_least[-1] if at_least else 0}-{above or ''}"


def add_up(reads: Iterator[list[Read]]) -> dict[str, Tally]:
    """Add the scenes up: profile -> group -> counts."""
    total: dict[str, Tally] = {name: defaultdict(Counts) for name in PROFILES}
    for of_scene in reads:
        for read in of_scene:
            for group, counts in read.tally.items():
                total[read.profile][group] += counts
    groups = sorted(set().union(*total.values()), key=order)
    return {name: {group: tally[group] for group in groups} for name, tally in total.items()}


def order(group: str) -> tuple[int, str, int, str]:
    """Sort totals first, then kinds, heights by number and others by name, scenes without digits last."""
    kind, _, value = group.partition(":")
    number = int(value.partition("-")[0]) if kind == "height" else 0
    return (0 if not value else 2 if kind.startswith("empty") else 1), kind, number, value


def table(total: dict[str, Tally]) -> str:
    """Lay the results out as text, a row for each group."""
    lines = [
        f"{'':26} {'scenes':>6} {'digits':>6}" + "".join(f" {name:>7} {'prec.':>6} {'false':>5}" for name in total)
    ]
    for group, counts in next(iter(total.values())).items():
        cells = "".join(
            f" {of.read:7.3f} {of.precision:6.3f} {of.false:5d}" if of.digits else f" {'':7} {'':6} {of.false:5d}"
            for of in (tally[group] for tally in total.values())
        )
        lines.append(f"{group:26} {counts.pictures or '':>6} {counts.digits:6d}{cells}")
    return "\n".join(lines)


def as_object(total: dict[str, Tally], *, scenes: int, recognizer: Recognizer) -> dict[str, Any]:
    """Everything that goes into the file."""
    return {
        **measured_with(recognizer),
        "scenes": scenes,
        "first_seed": FIRST_SEED,
        "profiles": {
            name: {group: counts.as_object() for group, counts in tally.items()} for name, tally in total.items()
        },
    }


def main() -> None:
    """Draw, read, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=SCENES)
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "drawn.json")
    options = parser.parse_args()
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        reads = pool.map(partial(read_scene, options.bundle), range(options.scenes), chunksize=4)
        total = add_up(reads)
    print(table(total))
    write_json(options.out, as_object(total, scenes=options.scenes, recognizer=opened(options.bundle)))


if __name__ == "__main__":
    main()
