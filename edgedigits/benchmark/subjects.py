"""A bundle's networks as they are measured: what is asked, and which answers are right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from edgedigits.apart.timing import singles
from edgedigits.backends import open_file
from edgedigits.backends.detectors import open_detector_file
from edgedigits.backends.detectors.selection import require_known_maps
from edgedigits.backends.selection import require_known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from edgedigits.benchmark.trial import Order
    from edgedigits.bundle import Bundle

# Height and width of a canvas with all levels on which the camera's profile looks at a frame of 640 x 480.
CANVAS_PX = (624, 384)


class Subject(Protocol):
    """A network that is asked questions one after the other."""

    @property
    def questions(self) -> Sequence[Any]:
        """Different ones, to be asked in turn."""

    def open(self) -> Callable[[Any], Any]:
        """Open its file in the runtime, and return what answers a question."""

    def check(self, answers: dict[int, Any]) -> None:
        """Raise a ``BackendError`` where the answers to the questions of these numbers are wrong."""


class Naming:
    """The network that names digits, asked the golden patches one by one."""

    def __init__(self, bundle: Bundle, order: Order) -> None:
        self._order, self._path = order, bundle.folder / bundle.artifact(order.format).path
        self._known = bundle.golden[order.format]
        self.questions = singles(bundle.golden["patches"])

    def open(self) -> Callable[[Any], Any]:
        """Open its file in the runtime."""
        return open_file(self._path, backend=self._order.backend, threads=self._order.threads).predict

    def check(self, answers: dict[int, Any]) -> None:
        """Hold answers against the known ones."""
        said = np.concatenate(list(answers.values()))
        require_known(said, self._known[list(answers)], format=self._order.format)


class Finding:
    """The network that finds digits, asked two canvases in turn; what it says of them first, it must say again."""

    def __init__(self, bundle: Bundle, order: Order) -> None:
        self._order, self._path = order, bundle.folder / bundle.its_detector().file(order.format).path
        self._golden = bundle.known_maps
        self._first: dict[int, Any] = {}
        self.questions = canvases_of(bundle)

    def open(self) -> Callable[[Any], Any]:
        """Open its file in the runtime."""
        self._ask = open_detector_file(self._path, backend=self._order.backend, threads=self._order.threads).maps
        return self._ask

    def check(self, answers: dict[int, Any]) -> None:
        """Hold what it says of the golden canvases against the known maps, and answers against its own first ones."""
        name = self._order.format
        if not self._first:
            golden = self._golden
            require_known_maps([self._ask(canvas) for canvas in golden.canvases], golden.maps[name], format=name)
            self._first = answers
        require_known_maps(list(answers.values()), [self._first[number] for number in answers], format=name)


def canvases_of(bundle: Bundle) -> list[NDArray[np.uint8]]:
    """Two different canvases of :data:`CANVAS_PX`, the golden ones again and again."""
    height, width = CANVAS_PX
    return [
        np.ascontiguousarray(np.tile(each, (height // each.shape[0] + 1, width // each.shape[1] + 1))[:height, :width])
        for each in bundle.known_maps.canvases[:2]
    ]
