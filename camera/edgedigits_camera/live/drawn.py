"""Pages that the project draws itself, each moved before the camera for a while: a live source without a camera."""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from edgedigits.errors import SourceError
from edgedigits_camera.live.frames import Frame, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray

DEMO = "demo"
SIZE_PX = (640, 480)
FRAMES_PER_S = 30.0
# Frames that a hand's drift over a page takes; then comes the next page.
FRAMES_PER_PAGE = 60
# Its first pages are clear ones, that newcomers see.
SEED = 8


@dataclass(slots=True)
class Drawn:
    """Frames from images that are made on demand, (H, W, 3) uint8 BGR, at FRAMES_PER_S.

    With ``realtime`` they come at their times; one for which it is too late is left out, as a camera would.
    """

    title: str
    make: Callable[[], Iterable[NDArray[np.uint8]]]
    realtime: bool = False
    frames_per_s: float = FRAMES_PER_S
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    @property
    def kind(self) -> Kind:
        """Live where they come at their times."""
        return Kind.LIVE if self.realtime else Kind.CLIP

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """Nothing is held."""

    def __iter__(self) -> Iterator[Frame]:
        begin_s = self.clock()
        for index, image in enumerate(self.make()):
            due_s = begin_s + index / self.frames_per_s
            if self.realtime and (ahead_s := due_s - self.clock()) > 0:
                self.sleep(ahead_s)
            yield Frame(image, self.clock() if self.realtime else due_s, index)


def demo_source(text: str, *, size_px: tuple[int, int] | None = None, realtime: bool = False) -> Drawn:
    """Open ``demo``, or ``demo:SEED``.

    Raises:
        SourceError: the seed is no number.

    """
    word, colon, seed = text.partition(":")
    if word != DEMO or (colon and not (seed.isascii() and seed.isdecimal() and len(seed) < 10)):
        raise SourceError(f"{text[:80]!r} has a seed that is none; expected {DEMO} or {DEMO}:NUMBER")
    first = int(seed) if seed else SEED
    return Drawn(text, lambda: draw_pages(first, size_px or SIZE_PX), realtime)


def draw_pages(first: int, size_px: tuple[int, int]) -> Iterator[NDArray[np.uint8]]:
    """Draw pages for ever, from a seed on."""
    from edgedigits_camera.scene import draw_clip

    for seed in itertools.count(first):
        for scene in draw_clip(seed, frames=FRAMES_PER_PAGE, size_px=size_px):
            yield scene.image
