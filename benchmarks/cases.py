"""How well pictures are read whose digits are known, but not their places, with both profiles.

    python -m benchmarks.cases [FOLDER ...] [--bundle DIR] [--out benchmarks/results/cases.json]

Each FOLDER, or each that EDGEDIGITS_CASES names, holds a labels.csv (file,digits,rows,note), or folders with one each.
The digits of a picture count as a bag, in any order: right are those in both bags; a picture is exact when both bags
are the same. Where a folder has a regions.json (file -> [[left, top, right, bottom, digits], ...], in pixels of the
picture as stored), each region is a bag of its own, and what is reported elsewhere does not count.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.reading import marks_as_stored, measured_with
from edgedigits.files import write_json
from edgedigits.recognizer import Recognizer
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.scoring import Mark

Region = tuple[float, float, float, float, str]
"""Left, top, right and bottom in pixels, and the digits in there."""


@dataclass(frozen=True, slots=True)
class Case:
    """A picture, the digits in it, and the regions in which they are looked for; without any, everywhere."""

    path: Path
    digits: str
    regions: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Bags:
    """Bags and how many are exact; true digits, reported ones, and those in both."""

    bags: int = 0
    exact: int = 0
    digits: int = 0
    reported: int = 0
    right: int = 0

    def __add__(self, other: Bags) -> Bags:
        return Bags(*(a + b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))

    @classmethod
    def of(cls, true: str, reported: Iterable[int]) -> Bags:
        """Compare two bags."""
        there, said = Counter(map(int, true)), Counter(reported)
        return cls(1, int(there == said), there.total(), said.total(), (there & said).total())

    @property
    def read(self) -> float:
        """Share of the true digits that were read; 0 when there are none."""
        return self.right / max(self.digits, 1)

    @property
    def precision(self) -> float:
        """Share of the reported digits that are right; 0 when there are none."""
        return self.right / max(self.reported, 1)

    def as_object(self) -> dict[str, Any]:
        """Counts and rates, for JSON."""
        return asdict(self) | {"read": round(self.read, 4), "precision": round(self.precision, 4)}


def cases_in(roots: Iterable[Path]) -> Iterator[Case]:
    """Every picture that a labels.csv names, folder by folder."""
    for labels in (path for root in roots for path in sorted(root.glob("**/labels.csv"))):
        places = labels.parent / "regions.json"
        regions = json.loads(places.read_text(encoding="utf-8")) if places.exists() else {}
        with labels.open(newline="", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                digits = "".join(letter for letter in row["digits"] if letter.isdecimal())
                yield Case(labels.parent / row["file"], digits, tuple(map(tuple, regions.get(row["file"], ()))))


def score(case: Case, reported: Sequence[Mark]) -> Bags:
    """Compare what was reported in a picture with its digits."""
    if not case.regions:
        return Bags.of(case.digits, (mark.digit for mark in reported))
    bags = (
        Bags.of(region[4], (mark.digit for mark in reported if _middle_in(mark, region))) for region in case.regions
    )
    return sum(bags, Bags())


def _middle_in(mark: Mark, region: Region) -> bool:
    x, y, width, height = mark.box_xywh_px
    left, top, right, bottom, _ = region
    return left <= x + width / 2 <= right and top <= y + height / 2 <= bottom


def group_of(case: Case) -> str:
    """Name what a case is: digits in places, one digit, several."""
    return "in places" if case.regions else "one digit" if len(case.digits) == 1 else "several"


def read_all(cases: Iterable[Case], recognizer: Recognizer, *, profile: Profile) -> dict[str, Bags]:
    """Read every picture: group, or folder -> bags."""
    total: dict[str, Bags] = defaultdict(Bags)
    for case in cases:
        picture = load_picture(case.path)
        page = read_page(picture.grey, recognizer, profile=profile)
        bags = score(case, marks_as_stored(page.readings, picture))
        for group in ("all", group_of(case), case.path.parent.name):
            total[group] += bags
    return dict(total)


def table(results: Mapping[str, Mapping[str, Bags]]) -> str:
    """Lay the results out as text, a row for each group and folder."""
    lines = []
    for name, groups in results.items():
        lines.append(f"{name:24} {'digits':>6} {'read':>6} {'prec.':>6}  exactly")
        for group, bags in groups.items():
            lines.append(
                f"{group:24} {bags.digits:6d} {bags.read:6.3f} {bags.precision:6.3f}  {bags.exact} of {bags.bags}"
            )
    return "\n".join(lines)


def main() -> None:
    """Read, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "cases.json")
    options = parser.parse_args()
    named = [Path(folder) for folder in os.environ.get("EDGEDIGITS_CASES", "").split(os.pathsep) if folder]
    folders = options.folders or named
    cases = list(cases_in(folders))
    if not cases:
        place = f"no labels.csv in {', '.join(map(str, folders))}" if folders else "EDGEDIGITS_CASES is not set"
        print(f"{place}: name folders of pictures, as python -m benchmarks.cases --help describes them")
        return
    with Recognizer.load(options.bundle) as recognizer:
        results = {name: read_all(cases, recognizer, profile=profile) for name, profile in PROFILES.items()}
        with_what = measured_with(recognizer)
    print(table(results))
    profiles = {name: {group: bags.as_object() for group, bags in groups.items()} for name, groups in results.items()}
    write_json(options.out, with_what | {"profiles": profiles})


if __name__ == "__main__":
    main()
