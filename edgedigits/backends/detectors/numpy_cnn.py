"""The detector in NumPy alone, for devices for which no runtime has a wheel.

All arrays are (H, W, C). The weights are those of the convolutions, ``<name>/kernel`` and ``<name>/bias``, the names
and the way through them those of ``edgedigits_export.detecting.network``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.detectors.base import DetectorAdapter, scaled
from edgedigits.backends.numpy_cnn import relu
from edgedigits.bundle.arrays import bundle_arrays
from edgedigits.bundle.detector import HEADS

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Rows at a time, so that the columns of a convolution stay in a processor's cache.
ROWS = 16


class PlainDetector(DetectorAdapter):
    """The network with its weights from an ``.npz`` file."""

    name = "numpy"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        _ = threads  # NumPy's linear algebra takes its number of threads from the environment
        self._weights = bundle_arrays(path)

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        half = relu(self._conv("half", scaled(contrast)[0], strides=2))
        quarter = self._block("quarter_1", relu(self._conv("quarter", half, strides=2)))
        eighth = relu(self._conv("eighth", quarter, strides=2))
        for name in ("eighth_1", "eighth_2", "eighth_3"):
            eighth = self._block(name, eighth)
        sixteenth = relu(self._separable("sixteenth", eighth, strides=2))
        for name in ("sixteenth_1", "sixteenth_2", "sixteenth_3"):
            sixteenth = self._block(name, sixteenth)
        eighth = self._block("eighth_4", self._merged("to_eighth", eighth, sixteenth))
        quarter = self._merged("to_quarter", quarter, eighth)
        for name in ("quarter_2", "quarter_3"):
            quarter = self._block(name, quarter)
        return np.concatenate([self._dense(name, quarter) for name in HEADS], axis=-1)

    def _block(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return relu(self._separable(name, x) + x)

    def _separable(self, name: str, x: NDArray[np.float32], *, strides: int = 1) -> NDArray[np.float32]:
        return self._dense(name, relu(self._depthwise(f"{name}_around", x, strides=strides)))

    def _merged(self, name: str, fine: NDArray[np.float32], coarse: NDArray[np.float32]) -> NDArray[np.float32]:
        """Add what was seen at half the size, each pixel of it four times."""
        height, width, filters = fine.shape
        blocks = fine.reshape(height // 2, 2, width // 2, 2, filters)
        return relu((blocks + self._dense(name, coarse)[:, None, :, None]).reshape(fine.shape))

    def _dense(self, name: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """Convolution with a kernel of one pixel."""
        return x @ self._weights[f"{name}/kernel"][0, 0] + self._weights[f"{name}/bias"]

    def _conv(self, name: str, x: NDArray[np.float32], *, strides: int) -> NDArray[np.float32]:
        """Convolution (H, W, C) to (H / strides, W / strides, filters), some rows at a time."""
        kernel = self._weights[f"{name}/kernel"]  # (k, k, C, filters)
        size, filters = kernel.shape[0], kernel.shape[-1]
        windows = _windows(x, size, strides=strides)
        out = np.empty((*windows.shape[:2], filters), np.float32)
        for top in range(0, len(out), ROWS):
            rows = windows[top : top + ROWS].transpose(0, 1, 3, 4, 2)  # (rows, W', k, k, C)
            out[top : top + ROWS] = rows.reshape(*rows.shape[:2], -1) @ kernel.reshape(-1, filters)
        out += self._weights[f"{name}/bias"]
        return out

    def _depthwise(self, name: str, x: NDArray[np.float32], *, strides: int = 1) -> NDArray[np.float32]:
        """Each channel by itself: a sum of shifted pictures, some rows at a time."""
        kernel = self._weights[f"{name}/kernel"][..., 0]  # (k, k, C)
        windows = _windows(x, len(kernel), strides=strides)
        out = np.empty(windows.shape[:3], np.float32)
        for top in range(0, len(out), ROWS):
            rows, sums = windows[top : top + ROWS], out[top : top + ROWS]
            sums[:] = self._weights[f"{name}/bias"]
            product = np.empty_like(sums)
            for (i, j), weights in _each_pixel(kernel):
                sums += np.multiply(rows[..., i, j], weights, out=product)
        return out


def _windows(x: NDArray[np.float32], size: int, *, strides: int) -> NDArray[np.float32]:
    """What a kernel of a size sees at each place of a picture (H, W, C), zeros around it: (H', W', C, size, size)."""
    before = (size - strides) // 2
    padded = np.pad(x, [(before, size - strides - before)] * 2 + [(0, 0)])
    return np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(0, 1))[::strides, ::strides]


def _each_pixel(kernel: NDArray[np.float32]) -> list[tuple[tuple[int, int], NDArray[np.float32]]]:
    """Weights (C,) of each pixel of a kernel (k, k, C)."""
    return [(place, kernel[place]) for place in np.ndindex(*kernel.shape[:2])]
