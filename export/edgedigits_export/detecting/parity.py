"""How far a file's maps may differ from the trained detector's, and how far they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits.bundle.detector import DetectorParity
from edgedigits_camera.detection.detect import LONGEST
from edgedigits_camera.detection.maps import HEAT, HEIGHT, STRIDE_PX, UNIT_PX, WIDTH, X, Y
from edgedigits_export.gates.findings import Finding, require_passed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Heat from which a peak counts, a probability; that of the same one in other maps may lie a little below.
LEAST_HEAT, STILL_FOUND = 0.3, 0.2
# Peaks that are no more than one cell apart are the same: rounding moves a peak to the cell beside it.
NEAR = 1


@dataclass(frozen=True, slots=True)
class MapTolerance:
    """Limits of one format: of any value in any map; of peaks the share found, overlap of boxes, difference of heat."""

    max_difference: float
    min_found: float
    min_iou: float
    max_heat: float


@dataclass(frozen=True, slots=True)
class MapReport:
    """One file in one runtime against the trained network in Keras, on the same canvases; ``p50_ms`` for one."""

    backend: str
    parity: DetectorParity
    tolerance: MapTolerance
    least_peaks: int

    def findings(self) -> tuple[Finding, ...]:
        """Every measured number beside its limit; written so that NaN fails."""
        found, limits = self.parity, self.tolerance
        cause = self._cause()
        return (
            Finding(
                f"{self.backend} peaks",
                f"{found.peaks} in {found.scenes} scenes",
                f"at least {self.least_peaks}",
                found.peaks >= self.least_peaks,
                "a detector that has not learned to find digits: there is nothing to compare",
            ),
            Finding(
                f"{self.backend} largest difference",
                f"{found.max_difference:.2g}",
                f"at most {limits.max_difference:g}",
                found.max_difference <= limits.max_difference,
                cause,
            ),
            Finding(
                f"{self.backend} peaks found alike",
                f"{100 * found.found:.2f} %",
                f"at least {100 * limits.min_found:g} %",
                found.found >= limits.min_found,
                cause,
            ),
            Finding(
                f"{self.backend} overlap of boxes",
                f"{found.iou:.4f}",
                f"at least {limits.min_iou:g}",
                found.iou >= limits.min_iou,
                cause,
            ),
            Finding(
                f"{self.backend} difference of heat",
                f"{found.heat:.2g}",
                f"at most {limits.max_heat:g}",
                found.heat <= limits.max_heat,
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
        if np.isnan(self.parity.max_difference):
            return "the converter lost the weights and wrote a network that answers NaN"
        if self.parity.found < 0.5:
            return "another network's weights, outputs in another order, or contrast scaled otherwise"
        return "changed weights, or ranges taken from canvases unlike these"


@dataclass(frozen=True, slots=True)
class Peaks:
    """Places where a digit may stand, N peaks of one canvas's maps."""

    cells: NDArray[np.intp]
    """(N, 2): row and column."""
    heat: NDArray[np.float64]
    """(N,) probability."""
    boxes: NDArray[np.float64]
    """(N, 4): left, top, right and bottom in pixels of the canvas."""

    @property
    def counts(self) -> NDArray[np.bool_]:
        """(N,) whether it has the heat that counts."""
        return self.heat >= LEAST_HEAT

    @classmethod
    def of(cls, maps: NDArray[np.float32]) -> Peaks:
        """Peaks of maps (H, W, 17): no less than the eight cells around, and of heat enough to be found again."""
        logits = maps[..., HEAT].astype(np.float64)
        around = cv2.dilate(logits, np.ones((3, 3), np.uint8))
        cells = np.argwhere((logits == around) & (logits >= np.log(STILL_FOUND / (1 - STILL_FOUND))))
        said = maps[cells[:, 0], cells[:, 1]].astype(np.float64)
        middle = STRIDE_PX * (cells[:, ::-1] + 0.5 + said[:, [X, Y]])
        half = UNIT_PX * np.exp(np.clip(said[:, [WIDTH, HEIGHT]], -LONGEST, LONGEST)) / 2
        return cls(cells, 1 / (1 + np.exp(-said[:, HEAT])), np.concatenate([middle - half, middle + half], axis=1))


def compare_maps(answers: Sequence[NDArray[np.float32]], reference: Sequence[NDArray[np.float32]]) -> DetectorParity:
    """Compare maps (H, W, 17) of some canvases with the trained network's.

    Raises:
        ValueError: the shapes differ.

    """
    if (shapes := [each.shape for each in answers]) != (expected := [each.shape for each in reference]):
        raise ValueError(f"maps have shapes {shapes}, expected {expected}")
    pairs = [(Peaks.of(one), Peaks.of(two)) for one, two in zip(answers, reference, strict=True)]
    alike = [Alike.of(*pair) for pair in pairs]
    counts = [sum(int(peaks.counts.sum()) for peaks in side) for side in zip(*pairs, strict=True)]
    shares = [sum(each.found[side] for each in alike) / max(counts[side], 1) for side in (0, 1)]
    overlaps, heat = (np.concatenate([getattr(each, name) for each in alike]) for name in ("overlaps", "heat"))
    return DetectorParity(
        scenes=len(answers),
        max_difference=float(np.max([np.abs(one - two).max() for one, two in zip(answers, reference, strict=True)])),
        peaks=counts[1],
        found=min(shares),
        iou=float(overlaps.mean()) if len(overlaps) else 0.0,
        heat=float(heat.mean()) if len(heat) else 1.0,
    )


@dataclass(frozen=True, slots=True)
class Alike:
    """Peaks that two maps share: how many of those that count in each, overlap of boxes, difference of heat."""

    found: tuple[int, int]
    overlaps: NDArray[np.float64]
    heat: NDArray[np.float64]

    @classmethod
    def of(cls, said: Peaks, known: Peaks) -> Alike:
        """Match each peak with one of the other's at most."""
        one, two = matched(said, known)
        counts = said.counts[one], known.counts[two]
        kept = np.logical_or(*counts)
        one, two = one[kept], two[kept]
        found = int(counts[0].sum()), int(counts[1].sum())
        return cls(found, overlap(said.boxes[one], known.boxes[two]), np.abs(said.heat[one] - known.heat[two]))


def matched(said: Peaks, known: Peaks) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the peaks of one and of the other that are the same."""
    apart = np.abs(said.cells[:, None] - known.cells[None]).max(axis=2, initial=0)  # cells, (N, M)
    pairs: dict[int, int] = {}
    for one, other in sorted(np.argwhere(apart <= NEAR).tolist(), key=lambda pair: int(apart[pair[0], pair[1]])):
        if one not in pairs and other not in pairs.values():
            pairs[one] = other
    return np.array(list(pairs), np.intp), np.array(list(pairs.values()), np.intp)


def overlap(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union (N,) of boxes (N, 4), left, top, right, bottom."""
    low, high = np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])
    shared = np.prod(np.maximum(high - low, 0), axis=1)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (first, second)]
    return shared / (sum(areas) - shared)
