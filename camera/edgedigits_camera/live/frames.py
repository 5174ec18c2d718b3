"""Pictures of a source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self, TypeGuard

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """An image and when it was there.

    Attributes:
        image: (H, W, 3) uint8, BGR, as the camera sees it: never mirrored.
        time_s: of a monotonic clock.
        index: its number at the source; a gap means that those between were broken, or dropped for newer ones.

    """

    image: NDArray[np.uint8]
    time_s: float
    index: int


class FrameSource(Protocol):
    """Frames in order; opened by ``with``, released at its end whatever happens."""

    title: str

    def __iter__(self) -> Iterator[Frame]: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...


def is_image(image: object) -> TypeGuard[NDArray[np.uint8]]:
    """Whether this is what a frame holds: (H, W, 3) uint8 with at least one pixel."""
    if not isinstance(image, np.ndarray):
        return False
    return image.dtype == np.uint8 and image.ndim == 3 and image.shape[2] == 3 and image.size > 0
