"""The seam between edgedigits and a runtime that runs the detector."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

import numpy as np

from edgedigits.bundle.detector import ALIGN_PX, CHANNELS, FULL_CONTRAST, HEADS, NO_CONTRAST, STRIDE_PX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from numpy.typing import NDArray


@runtime_checkable
class DetectorBackend(Protocol):
    """Runs one file of the detector."""

    name: str

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Maps (H / 4, W / 4, 17) float32 of local contrast (H, W) uint8; H and W are multiples of 16."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class DetectorAdapter:
    """What the adapters share: the check of the input, and a context manager that has nothing to release."""

    name: str

    def maps(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Maps (H / 4, W / 4, 17) float32 of local contrast (H, W) uint8; they belong to the caller.

        Raises:
            ValueError: the contrast has another shape or dtype.

        """
        if (
            contrast.ndim != 2
            or contrast.dtype != np.uint8
            or not contrast.size
            or any(np.mod(contrast.shape, ALIGN_PX))
        ):
            found = f"{contrast.dtype} of {contrast.shape}"
            raise ValueError(f"contrast must be uint8 of shape (H, W), multiples of {ALIGN_PX}, got {found}")
        return self._run(contrast)

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Runtimes free their memory when they are no longer referred to."""


def scaled(contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the network takes, (1, H, W, 1) float32 in -1..1, of contrast (H, W) uint8."""
    return SCALED[contrast][None, ..., None]


SCALED = ((np.arange(256) - NO_CONTRAST) / FULL_CONTRAST).astype(np.float32)


def side_by_side(heads: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Maps (H, W, 17) of the outputs (1, H, W, n) by name."""
    return np.concatenate([heads[name][0] for name in HEADS], axis=-1)


def shape_of(contrast: NDArray[np.uint8]) -> tuple[int, int, int]:
    """Shape of the maps of contrast (H, W)."""
    height, width = contrast.shape
    return height // STRIDE_PX, width // STRIDE_PX, CHANNELS
