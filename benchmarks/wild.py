"""How well photos with hand-made boxes are read, with both profiles.

    python -m benchmarks.wild [FOLDER] [--bundle DIR] [--out benchmarks/results/photos.json]

FOLDER, or what EDGEDIGITS_WILD names, holds one folder per source with its pictures and a boxes.csv
(file,x,y,w,h,label,kind; boxes in pixels of the picture as stored). Kind ``handwritten`` is to be read; what is
reported in any other kind of box, such as ``printed``, counts neither way. A folder whose name starts with
``negatives`` has no digits: everything reported there is false.

Time is that of reading a picture, not of decoding its file, in one process after one picture read to warm up.
"""

from __future__ import annotations

import argparse
import csv
import os
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.reading import marks_as_stored, measured_with
from edgedigits.files import write_json
from edgedigits.recognizer import Recognizer
from edgedigits_camera.live.memory import keep_freed_memory
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page
from edgedigits_camera.scoring import Box, Counts, Mark, compare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits_camera.profiles import Profile

SUFFIXES = (".jpg", ".jpeg", ".png")
NEGATIVES = "negatives"


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture, the digits to be read in it, and boxes where what is reported counts neither way."""

    path: Path
    digits: tuple[Mark, ...] = ()
    ignored: tuple[Box, ...] = ()

    @property
    def folder(self) -> str:
        """Name of its folder."""
        return self.path.parent.name


@dataclass(frozen=True, slots=True)
class Result:
    """One profile's counts and times: by folder, of all photos with digits, and of those without."""

    folders: dict[str, Counts]
    read_ms: tuple[float, ...]

    @property
    def total(self) -> Counts:
        """Counts of all photos with digits."""
        return sum((c for name, c in self.folders.items() if not name.startswith(NEGATIVES)), Counts())

    @property
    def negatives(self) -> Counts:
        """Counts of the photos without digits."""
        return sum((c for name, c in self.folders.items() if name.startswith(NEGATIVES)), Counts())

    def as_object(self) -> dict[str, Any]:
        """Everything, for JSON."""
        return {
            "total": self.total.as_object(),
            "negatives": {"pictures": self.negatives.pictures, "false": self.negatives.false},
            "median_ms": round(statistics.median(self.read_ms), 1),
            "folders": {name: counts.as_object() for name, counts in self.folders.items()},
        }


def photos_in(root: Path) -> list[Photo]:
    """Every photo with its boxes, folder by folder."""
    photos: list[Photo] = []
    for folder in sorted(path for path in root.iterdir() if path.is_dir()):
        if (folder / "boxes.csv").is_file():
            photos += boxed(folder)
        elif folder.name.startswith(NEGATIVES):
            photos += [Photo(path) for path in sorted(folder.iterdir()) if path.suffix.lower() in SUFFIXES]
    return photos


def boxed(folder: Path) -> list[Photo]:
    """Photos of a folder that has a table of boxes."""
    digits: dict[str, list[Mark]] = defaultdict(list)
    ignored: dict[str, list[Box]] = defaultdict(list)
    with (folder / "boxes.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            box = (float(row["x"]), float(row["y"]), float(row["w"]), float(row["h"]))
            if row["kind"] == "handwritten":
                digits[row["file"]].append(Mark(int(row["label"]), box))
            else:
                ignored[row["file"]].append(box)
    files = dict.fromkeys((*digits, *ignored))
    return [Photo(folder / name, tuple(digits[name]), tuple(ignored[name])) for name in files]


def read_all(photos: Sequence[Photo], recognizer: Recognizer, *, profile: Profile) -> Result:
    """Read every photo, and the first one once before."""
    read_page(load_picture(photos[0].path).grey, recognizer, profile=profile)
    folders: dict[str, Counts] = defaultdict(Counts)
    times_ms = []
    for photo in photos:
        picture = load_picture(photo.path)
        start_s = time.perf_counter()
        page = read_page(picture.grey, recognizer, profile=profile)
        times_ms.append(1000 * (time.perf_counter() - start_s))
        stored = marks_as_stored(page.readings, picture)
        folders[photo.folder] += compare(photo.digits, stored, ignored=photo.ignored).counts
    return Result(dict(folders), tuple(times_ms))


def table(results: dict[str, Result]) -> str:
    """Lay the results out as text, a row for each folder."""
    lines = []
    for name, result in results.items():
        lines.append(f"{name:32} {'photos':>6} {'digits':>6} {'read':>6} {'prec.':>6} {'false':>6}")
        rows = {**result.folders, "all with digits": result.total, "all without digits": result.negatives}
        for folder, counts in rows.items():
            rates = f"{counts.read:6.3f} {counts.precision:6.3f}" if counts.digits else f"{'':13}"
            lines.append(f"{folder:32} {counts.pictures:6d} {counts.digits:6d} {rates} {counts.false:6d}")
        lines.append(f"median {statistics.median(result.read_ms):.0f} ms a picture\n")
    return "\n".join(lines)


def main() -> None:
    """Read, count, time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("EDGEDIGITS_WILD"))
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "photos.json")
    options = parser.parse_args()
    keep_freed_memory()  # as the live loop does
    photos = photos_in(Path(options.folder)) if options.folder and Path(options.folder).is_dir() else []
    if not photos:
        place = f"no photos with boxes in {options.folder}" if options.folder else "EDGEDIGITS_WILD is not set"
        print(f"{place}: set it to a folder of photos, as python -m benchmarks.wild --help describes it")
        return
    with Recognizer.load(options.bundle) as recognizer:
        results = {name: read_all(photos, recognizer, profile=profile) for name, profile in PROFILES.items()}
        with_what = measured_with(recognizer)
    print(table(results))
    profiles = {name: result.as_object() for name, result in results.items()}
    write_json(options.out, with_what | {"profiles": profiles})


if __name__ == "__main__":
    main()
