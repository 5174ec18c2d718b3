"""How well drawn scenes are read that nothing was fitted on, by kind, by what they are of, and by the digits' size.

    python -m benchmarks.drawn [--only KIND ...] [--scenes N] [--bundle DIR] [--out benchmarks/results/drawn.json]

``mixed`` is pages of all kinds, every fourth without a digit; the other kinds are what else people hand in. Printed
digits count neither way, nor does what could as well be a digit, such as a lone O. Confidence is compared with the
share that is right. Two processes; the same scenes give the same numbers on any machine.
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

from benchmarks import calibration
from benchmarks.kinds import KINDS
from benchmarks.reading import FIRST_SEED, marks_of, measured_with, opened
from edgedigits.files import write_json
from edgedigits_camera.profiles import PROFILES
from edgedigits_camera.reader import read_page
from edgedigits_camera.scoring import Counts, Mark, Outcome, compare

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.calibration import Sure
    from benchmarks.kinds import Drawn
    from edgedigits.recognizer import Recognizer

HEIGHTS_PX = (14, 20, 28, 40, 64, 128)

Task = tuple[str, int]
"""Name of a kind, number of a scene."""
Tally = dict[str, Counts]
"""Group, such as ``"paper:ruled"`` -> counts."""


@dataclass(frozen=True, slots=True)
class Read:
    """One profile's tally of one scene, and how sure of what was right and wrong it was."""

    kind: str
    profile: str
    tally: Tally
    sure: tuple[Sure, ...] = ()


@dataclass(slots=True)
class Total:
    """Scenes added up: kind -> profile -> group -> counts; profile -> what it was sure of."""

    kinds: dict[str, dict[str, Tally]]
    sure: dict[str, list[Sure]]


def read_scene(bundle: Path | None, task: Task) -> list[Read]:
    """Read one scene with each profile."""
    kind, number = task
    drawn, recognizer, reads = KINDS[kind].draw(number), opened(bundle), []
    true = [Mark(digit.digit, digit.box_xywh_px) for digit in drawn.scene.digits]
    ignored = [*drawn.scene.unsure, *(digit.box_xywh_px for digit in drawn.scene.printed)]
    for name, profile in PROFILES.items():
        readings = read_page(drawn.scene.image, recognizer, profile=profile).readings
        outcome = compare(true, marks_of(readings), ignored=ignored)
        tally = tally_of(drawn, true, marks_of(readings), outcome)
        reads.append(Read(kind, name, tally, calibration.sure_of(readings, outcome)))
    return reads


def tally_of(drawn: Drawn, true: list[Mark], reported: list[Mark], outcome: Outcome) -> Tally:
    """Count one scene's digits: in all, by kind, by height; scenes without a digit apart from the others."""
    groups = (*drawn.scene.spec.tags, *([drawn.group] if drawn.group else []))
    if not true:
        return dict.fromkeys(("empty", *(f"empty {group}" for group in groups)), outcome.counts)
    tally = dict.fromkeys(("digits", *groups), outcome.counts)
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


def add_up(reads: Iterable[list[Read]]) -> Total:
    """Add the scenes up."""
    kinds: dict[str, dict[str, Tally]] = {}
    sure: dict[str, list[Sure]] = {name: [] for name in PROFILES}
    for read in (read for of_scene in reads for read in of_scene):
        sure[read.profile] += read.sure
        tallies = kinds.setdefault(read.kind, {name: defaultdict(Counts) for name in PROFILES})
        for group, counts in read.tally.items():
            tallies[read.profile][group] += counts
    return Total({kind: _sorted(tallies) for kind, tallies in kinds.items()}, sure)


def _sorted(tallies: dict[str, Tally]) -> dict[str, Tally]:
    """Give each profile the same groups in the same order."""
    groups = sorted(set().union(*tallies.values()), key=order)
    return {name: {group: tally[group] for group in groups} for name, tally in tallies.items()}


def order(group: str) -> tuple[int, str, int, str]:
    """Sort totals first, then kinds, sizes by number and others by name, scenes without digits last."""
    kind, _, value = group.partition(":")
    first = value.partition("-")[0]
    number = int(first) if first.isdecimal() else 0
    return (0 if not value else 2 if kind.startswith("empty") else 1), kind, number, value


def table(tallies: dict[str, Tally]) -> str:
    """Lay the results of a kind out as text, a row for each group."""
    lines = [
        f"{'':26} {'scenes':>6} {'digits':>6}" + "".join(f" {name:>7} {'prec.':>6} {'false':>5}" for name in tallies)
    ]
    for group, counts in next(iter(tallies.values())).items():
        cells = "".join(
            f" {of.read:7.3f} {of.precision:6.3f} {of.false:5d}" if of.digits else f" {'':7} {'':6} {of.false:5d}"
            for of in (tally[group] for tally in tallies.values())
        )
        lines.append(f"{group:26} {counts.pictures or '':>6} {counts.digits:6d}{cells}")
    return "\n".join(lines)


def as_object(total: Total, *, tasks: Iterable[Task], recognizer: Recognizer) -> dict[str, Any]:
    """Everything that goes into the file."""
    names = [kind for kind, _ in tasks]
    return {
        **measured_with(recognizer),
        "first_seed": FIRST_SEED,
        "scenes": {kind: names.count(kind) for kind in dict.fromkeys(names)},
        "kinds": {
            kind: {
                name: {group: counts.as_object() for group, counts in tally.items()} for name, tally in tallies.items()
            }
            for kind, tallies in total.kinds.items()
        },
        "calibration": {
            name: [one.as_object() for one in calibration.calibration(sure)] for name, sure in total.sure.items()
        },
    }


def tasks_of(kinds: Iterable[str], *, scenes: int | None) -> list[Task]:
    """All scenes of some kinds; of each kind ``scenes``, where that is given."""
    return [(kind, number) for kind in kinds for number in range(scenes or KINDS[kind].scenes)]


def main() -> None:
    """Draw, read, count."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=KINDS, metavar="KIND", default=[], help=", ".join(KINDS))
    parser.add_argument("--scenes", type=int, help="of each kind")
    parser.add_argument("--bundle", type=Path, help="the shipped one by default")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "drawn.json")
    options = parser.parse_args()
    tasks = tasks_of(options.only or KINDS, scenes=options.scenes)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        total = add_up(pool.map(partial(read_scene, options.bundle), tasks, chunksize=4))
    for kind, tallies in total.kinds.items():
        print(f"{kind}\n{table(tallies)}\n")
    for name, sure in total.sure.items():
        print(f"{name}\n{calibration.table(calibration.calibration(sure))}\n")
    write_json(options.out, as_object(total, tasks=tasks, recognizer=opened(options.bundle)))


if __name__ == "__main__":
    main()
