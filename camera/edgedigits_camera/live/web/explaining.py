"""The picture of every stage, drawn when somebody asks for it: one at a time, beside the loop."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING

from edgedigits_camera.live.web.pictures import jpeg_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    Explain = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]

LONGEST_PX = 4000


class BusyError(Exception):
    """Another picture is being drawn."""


class Explaining:
    """Draws in a thread that holds nobody up, not even the end of the program.

    Args:
        explain: from a frame (H, W, 3) uint8 BGR to a picture of the same kind; called by one thread at a time, not by
            the loop's.

    """

    def __init__(self, explain: Explain) -> None:
        self._explain = explain
        self._thread: threading.Thread | None = None

    async def jpeg(self, image: NDArray[np.uint8]) -> bytes:
        """The picture as JPEG.

        Raises:
            BusyError: one is being drawn.

        """
        if self._thread and self._thread.is_alive():
            raise BusyError
        drawn = Future[bytes]()
        self._thread = threading.Thread(target=self._draw, args=(image, drawn), name="explain", daemon=True)
        self._thread.start()
        return await asyncio.wrap_future(drawn)

    def wait(self, limit_s: float) -> None:
        """Let what is being drawn come to its end."""
        if self._thread:
            self._thread.join(limit_s)

    def _draw(self, image: NDArray[np.uint8], drawn: Future[bytes]) -> None:
        if drawn.set_running_or_notify_cancel():
            try:
                drawn.set_result(jpeg_of(self._explain(image), longest_px=LONGEST_PX))
            except Exception as error:  # noqa: BLE001 -- raised again where it is waited for
                drawn.set_exception(error)
