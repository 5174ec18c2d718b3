"""What a network reads in each way that it may want its images: the ways are tried on training digits and compared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgedigits.errors import ExportError
from edgedigits_export.gates.lone import LEAST
from edgedigits_export.networks.frames import AS_IT_IS
from edgedigits_export.networks.pixels import FORMS, RAW, Pixels

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits.training.data import Split
    from edgedigits_export.networks.frames import Frame
    from edgedigits_export.networks.heads import Head

# Images that every way is tried on; those that are left are compared on all.
FIRST = 1000
# A way that reads so much less of the first images than the best one is tried no further.
BEHIND = 0.02
# Of a difference in right answers, in standard deviations of what chance makes of two ways that are equally good.
CHANCE = 2


@dataclass(frozen=True, slots=True)
class Way:
    """Pixels, shape and answers of a network, as they might be meant."""

    pixels: Pixels
    frame: Frame
    head: Head

    def __str__(self) -> str:
        fit = "" if self.frame.fit == AS_IT_IS else f", {self.frame.fit} to {self.frame.side_px} px"
        classes = f", digits from class {self.head.first} on" if self.head.first else ""
        batch = f", {self.frame.batch} of the same at a time" if (self.frame.batch or 1) > 1 else ""
        return f"{self.pixels}{fit}{classes}{batch}"


@dataclass(frozen=True, slots=True)
class Trial:
    """A way, and which images (N,) were named right in it."""

    way: Way
    right: NDArray[np.bool_]

    @property
    def accuracy(self) -> float:
        """The share that was named right."""
        return float(self.right.mean())

    def is_alike(self, other: Trial) -> bool:
        """Whether chance explains that one of the two names more images right than the other."""
        apart = np.count_nonzero(self.right != other.right)
        return abs(int(self.right.sum()) - int(other.right.sum())) <= CHANCE * float(np.sqrt(apart))

    def __str__(self) -> str:
        return f"{100 * self.accuracy:.2f} % in {self.way}"


@dataclass(frozen=True, slots=True)
class Choice:
    """The way that was taken, and all trials, those on more images first, then the best."""

    way: Way
    trials: tuple[Trial, ...]

    def __str__(self) -> str:
        """What was read in each way, for instance ``of 54,000 training digits 97.26 % in -1..1, ...``."""
        counts = sorted({len(trial.right) for trial in self.trials}, reverse=True)
        return "; ".join(
            f"of {count:,} training digits "
            + ", ".join(str(trial) for trial in self.trials if len(trial.right) == count)
            for count in counts
        )


# Probabilities (N, 10) of patches (N, 28, 28) in a way.
Answers = Callable[[Way, NDArray[np.uint8]], NDArray[np.float32]]


def choose(ways: Sequence[Way], answers: Answers, *, digits: Split, given: Pixels | None = None) -> Choice:
    """Try all ways on digits and take the one in which most are read.

    Args:
        ways: what might be meant.
        answers: probabilities (N, 10) of patches (N, 28, 28) in a way.
        digits: not those that the network is measured on.
        given: what was said by hand; other pixels are tried too, and only told.

    Raises:
        ExportError: the network reads no digits; the message says what was tried.

    """
    first = [_tried(way, answers, digits[:FIRST]) for way in ways]
    allowed = [trial for trial in first if given in (None, trial.way.pixels)]
    best = max(trial.accuracy for trial in allowed)
    if best < LEAST:
        shown = ", ".join(map(str, _sorted(allowed)[:3]))
        raise ExportError(
            f"of {len(allowed[0].right):,} training digits it reads at most {shown}; it was trained on something else, "
            f"its labels are in another order, or --pixels must say how it wants them: {FORMS}"
        )
    near = [trial for trial in first if trial.accuracy >= best - BEHIND]
    others = [trial for trial in first if trial.accuracy < best - BEHIND]
    if len(near) > 1:
        near = [_tried(trial.way, answers, digits) for trial in near]
    taken = _best([trial for trial in near if given in (None, trial.way.pixels)])
    return Choice(taken.way, (*_sorted(near), *_sorted(others)))


def _tried(way: Way, answers: Answers, digits: Split) -> Trial:
    return Trial(way, answers(way, digits.images).argmax(axis=1) == digits.labels)


def _best(trials: Sequence[Trial]) -> Trial:
    """The best trial; where chance explains that it is, one with pixels as they are, or at least not 255 times as much.

    Many networks read 255 times too much nearly as well, but are sure of whatever they say.
    """
    best = max(trials, key=lambda trial: trial.accuracy)
    alike = [trial for trial in trials if trial.is_alike(best)]
    as_they_are = [trial for trial in alike if trial.way.pixels == Pixels()]
    calm = [trial for trial in alike if trial.way.pixels.std != RAW.std]
    return max(as_they_are or calm or alike, key=lambda trial: trial.accuracy)


def _sorted(trials: Sequence[Trial]) -> list[Trial]:
    return sorted(trials, key=lambda trial: -trial.accuracy)
