"""Limits that come from a network: what honest rounding does at its margins; and those that a user sets.

The documented network has limits of its own, in :mod:`edgedigits_export.formats`. Another may be unsure of a tenth of
its images, and then any rounding moves answers that hang by a hair, which no conversion can avoid.

Rounding adds noise to logits. An image changes its answer where the noise of the difference of its two best logits
exceeds that difference, its margin. As a share of the spread of the logits this noise hardly depends on the network:
of eight that were trained for this (linear, dense ones, sigmoids, LeNet with tanh, one to ten convolutions; 88 to 98 %
of the test images right), int8 files have 0.015 to 0.022, int16x8 0.004 to 0.010, dynamic 0.003 to 0.016, float16 at
most 0.001. A format's :attr:`~edgedigits_export.gates.parity.Tolerance.noise` is about a third more. Where a mean over
all places follows batch normalisation, or convolutions are depthwise, int8 has 0.05 to 0.08: that is a loss which a
user should know of, and another calibration may mend. So the images that a sound file may change are the sum of
Phi(-margin / noise) over the test images, and three standard errors on top.

The accuracy can change by changed answers alone. Near a tie each is as likely won as lost, so it may fall by three
standard errors of that, three times the root of their number (as in McNemar's test).

All of it is taken from the original's answers. No file has a say in its own limits: a broken one cannot widen them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_export.gates.parity import Tolerance
    from edgedigits_export.gates.runtimes import Spread

STANDARD_ERRORS = 3
# Smaller probabilities are none in float32.
LEAST = 1e-38


@dataclass(frozen=True, slots=True)
class Wishes:
    """Limits of eight-bit files as a user set them; shares in 0..1, None for a format's own."""

    accuracy_loss: float | None = None
    agreement: float | None = None

    def as_dict(self) -> dict[str, float]:
        """Those that were set, by name, in percent and points."""
        named = {"agreement_percent": self.agreement, "int8_drop_points": self.accuracy_loss}
        return {name: 100 * share for name, share in named.items() if share is not None}

    def over(self, own: Tolerance) -> Tolerance:
        """A format's limits with these in their place."""
        return replace(
            own,
            min_agreement=own.min_agreement if self.agreement is None else self.agreement,
            max_accuracy_loss=own.max_accuracy_loss if self.accuracy_loss is None else self.accuracy_loss,
        )


@dataclass(frozen=True, slots=True)
class Margins:
    """By how much a network's best logit leads, for each image (N,), and the spread of all logits about their mean."""

    margin: NDArray[np.float64]
    spread: float

    @classmethod
    def of(cls, answers: NDArray[np.float32]) -> Margins:
        """From probabilities (N, 10): their logarithms are the logits, but for what is the same for all ten."""
        logits = np.log(np.maximum(answers.astype(np.float64), LEAST))
        second, best = np.sort(logits, axis=1)[:, -2:].T
        return cls(best - second, float((logits - logits.mean(axis=1, keepdims=True)).std()))

    def changed(self, noise: float) -> float:
        """How many images are expected to change their answer under noise, a share of the spread."""
        reach = math.sqrt(2) * noise * self.spread
        return sum(math.erfc(margin / reach) / 2 for margin in self.margin.tolist()) if reach else 0.0


def fitted(own: Tolerance, margins: Margins) -> Tolerance:
    """A format's limits for another network: never narrower than the documented one's."""
    images, expected = len(margins.margin), margins.changed(own.noise)
    changed = expected + STANDARD_ERRORS * math.sqrt(expected)
    lost = min(changed, STANDARD_ERRORS * math.sqrt(changed))
    return replace(
        own,
        min_agreement=min(own.min_agreement, 1 - math.floor(changed) / images),
        max_accuracy_loss=max(own.max_accuracy_loss, math.floor(lost) / images),
        max_difference=max(own.max_difference, margins.spread * own.noise),
    )


def fitted_spread(own: Spread, margins: Margins, *, noise: float) -> Spread:
    """How far two runtimes may lie apart on another network's file.

    A probability follows its logit by a quarter at most, so the limit is four standard errors of the noise; steps of
    logits add up over the operators.
    """
    return replace(own, limit=own.limit if own.by_logits else max(own.limit, noise * margins.spread), deep=True)
