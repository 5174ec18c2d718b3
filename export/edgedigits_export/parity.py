"""How far a file may differ from the network it was made from, and how far it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_export.findings import Finding, require_passed

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Limits on a whole test set: shares in 0..1, probabilities in 0..1."""

    min_agreement: float
    max_accuracy_loss: float
    max_difference: float


# The same arithmetic in another order: measured 2e-6 in every runtime, and no answer may change for it.
EXACT = Tolerance(min_agreement=1.0, max_accuracy_loss=0.0, max_difference=1e-5)
# Eight bits round every value: up to 0.02 points and 0.05 % of the answers were measured; probabilities may move.
EIGHT_BITS = Tolerance(min_agreement=0.999, max_accuracy_loss=0.0005, max_difference=1.0)

# Ten classes agree by chance on a tenth; a network that still has its weights agrees on far more.
CHANCE = 0.2


@dataclass(frozen=True, slots=True)
class ParityReport:
    """One file in one runtime against Keras, on the same labelled images; shares and probabilities in 0..1."""

    backend: str
    images: int
    reference_accuracy: float
    accuracy: float
    agreement: float
    max_difference: float
    tolerance: Tolerance

    @property
    def accuracy_change(self) -> float:
        """Above 0 where the file is the better one; a share in 0..1."""
        # Rounded to whole images: a loss that equals its limit passes.
        return round((self.accuracy - self.reference_accuracy) * self.images) / self.images

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
        if self.agreement < CHANCE:
            return "labels in another order, pixels scaled otherwise, or another network's file"
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
    )
