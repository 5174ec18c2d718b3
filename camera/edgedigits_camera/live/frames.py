"""Pictures of a source, and the source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
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


class Kind(Enum):
    """What the frames of a source have to do with each other, and their times with the clock."""

    LIVE = auto()
    """They show one thing over time, and come when it happens."""
    CLIP = auto()
    """They show one thing over time, and come as fast as they are taken; their times are those of the clip."""
    STILLS = auto()
    """Each is a picture of its own."""


@dataclass(frozen=True, slots=True)
class SourceState:
    """Whether frames come.

    Attributes:
        title: the source, without passwords.
        waiting_s: how long it has been waited for; None while frames come.
        reason: what was wrong with it last.

    """

    title: str
    waiting_s: float | None = None
    reason: str = ""

    def __str__(self) -> str:
        return self.title if self.waiting_s is None else f"waiting for {self.title}, {self.waiting_s:.0f} s"


class FrameSource(Protocol):
    """Frames in order; opened by ``with``, released at its end whatever happens."""

    title: str

    @property
    def kind(self) -> Kind:
        """What its frames have to do with each other; it does not change."""

    def __iter__(self) -> Iterator[Frame | SourceState]:
        """Yield frames, and at least twice a second a state while none comes."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...
