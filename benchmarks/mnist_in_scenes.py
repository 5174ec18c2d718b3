"""MNIST's test digits drawn into scenes, found again, and read by the network that reads the originals.

    python -m benchmarks.mnist_in_scenes [--digits 2000] [--data mnist.npz] [--bundle DIR] [--only NAME ...]
                                         [--out benchmarks/results/mnist_in_scenes.json]

For each size, and for each disturbance at 40 pixels, the same digits. Points are hundredths of the digits:

    original    the network on the images themselves
    given       the network on the ink in the true box, cut out as the reader does: what the picture and
                cutting out cost
    candidate   the network on the detection that fits the true box best: what finding digits costs besides
    found       the page reader reports something in the digit's place
    lost        points that the reader loses against the originals among the digits that it found: in naming alone
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, fields, replace
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from benchmarks.reading import FIRST_SEED, marks_of, measured_with, opened
from edgedigits.files import write_json
from edgedigits.training.data import load_mnist
from edgedigits_camera.detection.detect import Detections
from edgedigits_camera.detection.nms import overlaps
from edgedigits_camera.digits.candidates import cutter, look_at
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import candidates_of, read_page
from edgedigits_camera.scene import CAMERAS, LIGHTS, PAPERS, PENS, SceneSpec, draw_scene
from edgedigits_camera.scoring import Mark, boxes_of, compare

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.digits.candidates import Candidates
    from edgedigits_camera.scene import Scene

HEIGHTS_PX = (14, 20, 28, 40, 64, 100, 160, 300)
PLAIN = SceneSpec(layout="lines", digit_px=40, tilt=0.0)
CONDITIONS = {
    **{f"size:{px}": replace(PLAIN, digit_px=float(px)) for px in HEIGHTS_PX},
    **{f"light:{kind}": replace(PLAIN, light=kind) for kind in LIGHTS[1:]},
    **{f"camera:{kind}": replace(PLAIN, camera=kind) for kind in CAMERAS[1:]},
    **{f"paper:{kind}": replace(PLAIN, paper=kind) for kind in PAPERS[1:] if kind != "blackboard"},
    **{f"pen:{kind}": replace(PLAIN, pen=kind) for kind in PENS if kind not in {"chalk", PLAIN.pen}},
    "paper:blackboard": replace(PLAIN, paper="blackboard", pen="chalk"),
    "tilt:0.5": replace(PLAIN, tilt=0.5),
    "tilt:1": replace(PLAIN, tilt=1.0),
}
# Digits that one task draws.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the digits drawn: how many are found, and named right each way; ``known`` is ``original`` of those found."""

    digits: int = 0
    original: int = 0
    given: int = 0
    candidate: int = 0
    found: int = 0
    known: int = 0
    right: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def points(self) -> dict[str, float]:
        """Points, see above."""
        shares = {name: getattr(self, name) / max(self.digits, 1) for name in ("original", "given", "candidate")}
        shares |= {"found": self.found / max(self.digits, 1), "lost": (self.known - self.right) / max(self.found, 1)}
        return {name: round(100 * share, 2) for name, share in shares.items()}


def read_chunk(bundle: Path | None, data: Path | None, task: tuple[str, int, int]) -> tuple[str, Counts]:
    """Draw some of the test digits into scenes of one condition, as many as it takes, and read them."""
    name, start, stop = task
    images, labels = test_digits(data)
    recognizer, spec = opened(bundle), CONDITIONS[name]
    counts, seed = Counts(), FIRST_SEED + 1000 * start
    while start < stop:
        scene = draw_scene(seed, spec=spec, size_px=picture_px(spec), glyphs=(images[start:stop], labels[start:stop]))
        glyphs = [digit.glyph for digit in scene.digits if digit.glyph is not None]
        if glyphs:
            counts += count(scene, images[start + np.array(glyphs)], recognizer)
            start += max(glyphs) + 1
        seed += 1
    return name, counts


@cache
def test_digits(data: Path | None) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """MNIST's test images, every hundredth first, so that the first few are like all."""
    test = load_mnist(data).test
    order = np.argsort(np.arange(len(test.labels)) % 100, kind="stable")
    return test.images[order].reshape(-1, 28, 28), test.labels[order].astype(np.uint8)


def picture_px(spec: SceneSpec) -> tuple[int, int]:
    """Width and height of a picture that holds some lines of such digits."""
    width = int(np.clip(14 * spec.digit_px, 640, 2560))
    return width, width * 3 // 4


def count(scene: Scene, originals: NDArray[np.uint8], recognizer: Recognizer) -> Counts:
    """Read a scene in each way."""
    true = [Mark(digit.digit, digit.box_xywh_px) for digit in scene.digits]
    digits = np.array([mark.digit for mark in true])
    grey = np.asarray(cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY), np.uint8)

    def right(said: NDArray[np.float32]) -> NDArray[np.bool_]:
        return np.asarray(said.argmax(axis=1) == digits)

    outcome = compare(true, marks_of(read_page(scene.image, recognizer).readings))
    found = np.array([index is not None for index in outcome.found])
    original = right(recognizer.probabilities(originals))
    given = look_at(cutter(grey), detections_of(boxes_of(true), light=scene.light_ink), recognizer, views=STILL.views)
    named = names_of(candidates_of(grey, recognizer, profile=STILL), boxes_of(true))
    return Counts(
        digits=len(true),
        original=int(original.sum()),
        given=int(right(given.probabilities).sum()),
        candidate=int((named == digits).sum()),
        found=int(found.sum()),
        known=int((original & found).sum()),
        right=sum(outcome.right),
    )


def detections_of(boxes: NDArray[np.float64], *, light: bool) -> Detections:
    """Boxes (N, 4) in pixels as a detector that knows everything finds them."""
    sure, unknown = np.ones(len(boxes), np.float32), np.full((len(boxes), 10), 0.1, np.float32)
    return Detections(boxes, sure, sure * light, 0 * sure, unknown, np.ones(len(boxes)), 0 * sure)


def names_of(found: Candidates, boxes: NDArray[np.float64]) -> NDArray[np.int64]:
    """(N,): what the network calls the candidates that fit boxes (N, 4) best; -1 where none overlaps."""
    if not len(found):
        return np.full(len(boxes), -1)
    fit = overlaps(boxes, found.found.boxes_px)
    return np.where(fit.max(axis=1) > 0, found.probabilities.argmax(axis=1)[fit.argmax(axis=1)], -1)


def tasks(names: list[str], digits: int) -> Iterator[tuple[str, int, int]]:
    """Split the work: condition, first digit, and the one after the last."""
    for name in names:
        for start in range(0, digits, CHUNK):
            yield name, start, min(start + CHUNK, digits)


def table(results: dict[str, Counts]) -> str:
    """Lay the results out as text, a row for each condition."""
    lines = [f"{'':18} {'digits':>6} {'original':>9} {'given':>9} {'candidate':>9} {'found':>9} {'lost':>9}"]
    for name, counts in results.items():
        lines.append(
            f"{name:18} {counts.digits:6d}" + "".join(f" {points:9.2f}" for points in counts.points().values())
        )
    return "\n".join(lines)


def as_object(results: dict[str, Counts]) -> dict[str, Any]:
    """Counts and points of each condition, for JSON."""
    return {name: asdict(counts) | {"points": counts.points()} for name, counts in results.items()}


def main() -> None:
    """Draw, read, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", type=int, default=2000, help="for each condition, at most 10000")
    parser.add_argument("--data", type=Path, help="mnist.npz; where training finds it by default")
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--only", nargs="*", help="conditions, such as size:14; all by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "mnist_in_scenes.json")
    options = parser.parse_args()
    names = [name for name in CONDITIONS if not options.only or name in options.only]
    results = dict.fromkeys(names, Counts())
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for name, counts in pool.map(partial(read_chunk, options.bundle, options.data), tasks(names, options.digits)):
            results[name] += counts
    print(table(results))
    write_json(options.out, measured_with(opened(options.bundle)) | {"conditions": as_object(results)})


if __name__ == "__main__":
    main()
