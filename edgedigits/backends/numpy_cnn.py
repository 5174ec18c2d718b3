"""The network in NumPy alone, for devices for which no runtime has a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from edgedigits.backends.base import Adapter
from edgedigits.backends.onnx import scaled
from edgedigits.bundle.arrays import bundle_arrays

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Images at a time, whose intermediate arrays stay in a processor's cache; 10,000 at once would take gigabytes.
CHUNK = 32


class Plain(Adapter):
    """The documented CNN, with its weights from an ``.npz`` file: ``<layer>/kernel`` and ``<layer>/bias``."""

    name = "numpy"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        _ = threads  # NumPy's linear algebra takes its number of threads from the environment
        self._weights = bundle_arrays(path)

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        chunks = (patches[start : start + CHUNK] for start in range(0, len(patches), CHUNK))
        return np.concatenate([self._forward(scaled(chunk)) for chunk in chunks])

    def _forward(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        x = max_pool(self._conv("conv1", x))
        x = max_pool(self._conv("conv2", x))
        x = self._conv("conv3", x).reshape(len(x), -1)
        x = relu(self._dense("dense1", x))
        return softmax(self._dense("dense2", x))

    def _conv(self, layer: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """3x3 convolution without padding, then ReLU: (N, H, W, C) to (N, H - 2, W - 2, filters)."""
        kernel = self._weights[f"{layer}/kernel"]  # (3, 3, C, filters)
        windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(1, 2))  # (N, H', W', C, 3, 3)
        columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(*windows.shape[:3], -1)
        return relu(columns @ kernel.reshape(-1, kernel.shape[-1]) + self._weights[f"{layer}/bias"])

    def _dense(self, layer: str, x: NDArray[np.float32]) -> NDArray[np.float32]:
        return x @ self._weights[f"{layer}/kernel"] + self._weights[f"{layer}/bias"]


def relu(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Negative values to zero, in place."""
    return np.maximum(x, 0, out=x)


def max_pool(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Largest of each 2x2 block, (N, H, W, C) to (N, H // 2, W // 2, C); an odd last row or column is dropped."""
    x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
    rows = np.maximum(x[:, 0::2], x[:, 1::2])
    return np.maximum(rows[:, :, 0::2], rows[:, :, 1::2])


def softmax(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
