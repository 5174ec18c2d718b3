"""How far a file may differ from the network it was made from, and how far it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.bundle import Parity
from edgedigits_export.gates.findings import Finding, require_passed

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIGITS = tuple(range(10))
# Ten classes agree by chance on a tenth; a network that still has its weights agrees on far more.
CHANCE = 0.2


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Limits on a whole test set: shares in 0..1, probabilities in 0..1.

    ``noise``: what rounding may add to logits, as a share of their spread; other networks' limits come from it.
    """

    min_agreement: float
    max_accuracy_loss: float
    max_difference: float = 1.0
    noise: float = 0.0


@dataclass(frozen=True, slots=True)
class ParityReport:
    """One file in one runtime against Keras, on the same labelled images; shares and probabilities in 0..1.

    ``named`` is what the file mostly calls each of the ten digits that Keras sees, ``suspect`` the mistake that its
    answers look like, ``p50_us`` the median time of one image.
    """

    backend: str
    images: int
    reference_accuracy: float
    accuracy: float
    agreement: float
    max_difference: float
    tolerance: Tolerance
    p50_us: float | None = None
    named: tuple[int, ...] = DIGITS
    suspect: str | None = None

    @property
    def accuracy_change(self) -> float:
        """Above 0 where the file is the better one; a share in 0..1."""
        # Rounded to whole images: a loss that equals its limit passes.
        return round((self.accuracy - self.reference_accuracy) * self.images) / self.images

    @property
    def parity(self) -> Parity:
        """What the manifest says of it."""
        return Parity(self.agreement, self.max_difference, self.accuracy_change)

    def findings(self) -> tuple[Finding, ...]:
        """Every measured number beside its limit."""
        limits, cause = self.tolerance, self._cause()
        change = f"{100 * self.accuracy:.2f} %, {100 * self.accuracy_change:+.2f} points against Keras"
        most_lost = f"at most {100 * limits.max_accuracy_loss:.2f} points lost"
        agreement, least_agreement = f"{100 * self.agreement:.2f} %", f"at least {100 * limits.min_agreement:.2f} %"
        difference, most_different = f"{self.max_difference:.2g}", f"at most {limits.max_difference:.2g}"
        # Written so that NaN fails.
        lost_little = -self.accuracy_change <= limits.max_accuracy_loss
        agrees = self.agreement >= limits.min_agreement
        differs_little = self.max_difference <= limits.max_difference
        return (
            Finding(f"{self.backend} accuracy", change, most_lost, lost_little, cause),
            Finding(f"{self.backend} agreement", agreement, least_agreement, agrees, cause),
            Finding(f"{self.backend} largest difference", difference, most_different, differs_little, cause),
            Finding(
                f"{self.backend} order of labels",
                order_of(self.named),
                "must be as trained",
                self.named == DIGITS,
                cause,
            ),
        )

    def check(self) -> None:
        """Refuse a file outside its limits.

        Raises:
            ParityError: the message holds every number beside its limit.

        """
        require_passed(self.findings(), subject=self.backend)

    def _cause(self) -> str:
        if np.isnan(self.max_difference):
            return "the converter lost the weights and wrote a network that answers NaN"
        if self.named != DIGITS and sorted(self.named) == list(DIGITS):
            return f"labels in another order ({order_of(self.named)})"
        if self.suspect:
            return self.suspect
        if self.agreement < CHANCE:
            return "pixels scaled otherwise, or another network's file"
        return "changed weights or too coarse a quantisation"


def compare(
    answers: NDArray[np.float32],
    reference: NDArray[np.float32],
    *,
    labels: NDArray[np.uint8],
    backend: str,
    tolerance: Tolerance,
) -> ParityReport:
    """Compare answers (N, 10) with Keras's answers (N, 10) to the same images, and with their labels (N,).

    Raises:
        ValueError: the shapes differ.

    """
    if answers.shape != reference.shape or labels.shape != answers.shape[:1]:
        raise ValueError(f"answers {answers.shape}, reference {reference.shape} and labels {labels.shape} do not match")
    said, expected = answers.argmax(axis=1), reference.argmax(axis=1)
    return ParityReport(
        backend=backend,
        images=len(labels),
        reference_accuracy=float(np.mean(expected == labels)),
        accuracy=float(np.mean(said == labels)),
        agreement=float(np.mean(said == expected)),
        max_difference=float(np.abs(answers - reference).max()),
        tolerance=tolerance,
        named=names_of(said, expected),
    )


def order_of(named: tuple[int, ...]) -> str:
    """Which digits are called otherwise, in words."""
    moved = [f"{digit} called {name}" for digit, name in enumerate(named) if digit != name]
    return ", ".join(moved) or "as trained"


def names_of(said: NDArray[np.intp], expected: NDArray[np.intp]) -> tuple[int, ...]:
    """What each of the ten expected digits is mostly called; a digit that is never expected keeps its name."""
    return tuple(
        int(np.bincount(said[expected == digit], minlength=10).argmax()) if np.any(expected == digit) else digit
        for digit in DIGITS
    )
