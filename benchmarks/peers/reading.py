"""Pictures to digits: edgedigits, the textbook's recipe, RapidOCR and Tesseract on the same pictures.

    python -m benchmarks.peers.reading [--scenes 60]

Drawn scenes, and pictures of the folders that EDGEDIGITS_CASES names where it is set. Peers give words and no boxes of
single digits, so digits count as a bag for each picture, in any order, which flatters all alike. Each peer has a
process of its own on one core; what others read that is no digit is left out. Time is that of a picture once all is
loaded.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from benchmarks.cases import Bags, cases_in
from benchmarks.kinds import KINDS
from benchmarks.peers import textbook
from benchmarks.peers.side import in_child, keep, present, spread, weighed
from benchmarks.reading import FIRST_SEED
from edgedigits.recognizer import Recognizer
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Reader = Callable[[Path], Iterable[int]]


def edgedigits(profile: str) -> Reader:
    """Ours."""
    recognizer = Recognizer.load()
    return lambda path: [
        reading.digit
        for reading in read_page(load_picture(path).grey, recognizer, profile=PROFILES[profile]).readings
        if reading.digit is not None
    ]


def by_the_book() -> Reader:
    """The textbook's recipe, with our network."""
    recognizer = Recognizer.load()
    return lambda path: textbook.read(load_picture(path).image, recognizer)


def rapidocr() -> Reader:
    """RapidOCR with the models of its wheel."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)
    return lambda path: digits_of("".join(text for _, text, _ in engine(str(path))[0] or []))


def tesseract() -> Reader:
    """Tesseract as a program, told that there are digits alone, scattered."""
    options = ["--psm", "11", "-c", "tessedit_char_whitelist=0123456789"]
    return lambda path: digits_of(weighed(["tesseract", path, "stdout", *options]).printed)


PEERS: dict[str, Callable[[], Reader]] = {
    "edgedigits recognize": partial(edgedigits, "still"),
    "edgedigits camera": partial(edgedigits, "live"),
    "textbook": by_the_book,
    "RapidOCR": rapidocr,
    "Tesseract": tesseract,
}


def digits_of(text: str) -> list[int]:
    """The digits in a text."""
    return [int(sign) for sign in text if sign in "0123456789"]


def draw(folder: Path, *, scenes: int) -> None:
    """Draw pages with digits, and write what is in each."""
    labels = {}
    for number in range(scenes):
        scene = KINDS["mixed"].draw(FIRST_SEED + number).scene
        name = f"{number:04}.png"
        cv2.imwrite(str(folder / name), scene.image)
        labels[name] = "".join(str(digit.digit) for digit in scene.digits)
    (folder / "labels.json").write_text(json.dumps(labels), encoding="utf-8")


def pictures(folder: Path) -> dict[str, dict[Path, str]]:
    """Set -> picture -> its digits."""
    drawn = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    sets = {"drawn": {folder / name: digits for name, digits in drawn.items()}}
    roots = [Path(root) for root in os.environ.get("EDGEDIGITS_CASES", "").split(os.pathsep) if root]
    if cases := {case.path: case.digits for case in cases_in(roots) if not case.regions}:
        sets["photos"] = cases
    return sets


def read_all(peer: str, folder: Path) -> dict[str, Any]:
    """Set -> what one peer reads of it."""
    cv2.setNumThreads(1)
    reader, result = PEERS[peer](), {}
    for name, labels in pictures(folder).items():
        bags, took_s = Bags(), []
        for path, digits in labels.items():
            begin_s = time.perf_counter()
            said = list(reader(path))
            took_s.append(time.perf_counter() - begin_s)
            bags += Bags.of(digits, said)
        result[name] = bags.as_object() | {"ms": spread(took_s, scale=1000, digits=1)}
    return result


def weigh(peer: str, folder: Path) -> dict[str, Any]:
    """What one peer reads in a process of its own, and the memory that this takes at most."""
    result, weight = in_child("benchmarks.peers.reading", "--peer", peer, "--folder", str(folder))
    return result | {"peak_mb": round(weight.peak_mb)}


def main() -> None:
    """Measure, print, keep; with ``--peer``, be the process of one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenes", type=int, default=60)
    parser.add_argument("--peer", choices=PEERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        print(json.dumps(read_all(options.peer, options.folder)))
        sys.exit()
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), scenes=options.scenes)
        result = present({name: partial(weigh, name, Path(folder)) for name in PEERS})
    for name, sets in result.items():
        for kind in sets.keys() - {"peak_mb"}:
            one = sets[kind]
            print(
                f"{name:20}  {kind:6}  read {one['read']:.1%}  precision {one['precision']:.1%}  "
                f"{one['ms']['median']:.0f} ms  {sets['peak_mb']} MB"
            )
    bars = {name: 100 * sets["drawn"]["read"] for name, sets in result.items()}
    keep("reading", {"peers": result}, bars=bars, axis="digits of drawn scenes that are read, percent")


if __name__ == "__main__":
    main()
