"""The detector's TFLite files; an interpreter is given the size of each canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.detectors.base import SCALED, DetectorAdapter, shape_of
from edgedigits.backends.tflite import open_builtin, open_litert, open_tflite_runtime, stored_values
from edgedigits.bundle.detector import HEADS
from edgedigits.errors import BackendError
from edgedigits.silence import silence

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Where each output goes, by its number of channels: the runtimes know them by number, in any order.
PLACES = {
    size: slice(last - size, last)
    for size, last in zip(HEADS.values(), np.cumsum([*HEADS.values()]).tolist(), strict=True)
}


class TFLiteDetector(DetectorAdapter):
    """A file of any canvas size; how contrast is stored is read from the file.

    Another size than the last takes a fifth longer, 5 ms for the canvas of a frame; frames of one camera have one size,
    so that further interpreters with sizes of their own would gain nothing but memory.
    """

    name = "tflite"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        with silence():  # no switch of theirs turns off "INFO: Created TensorFlow Lite XNNPACK delegate"
            self._interpreter = self._open(path, threads)
            self._interpreter.allocate_tensors()
        source, self._outputs = self._interpreter.get_input_details()[0], self._interpreter.get_output_details()
        if sorted(channels := [int(output["shape"][-1]) for output in self._outputs]) != sorted(HEADS.values()):
            raise BackendError(f"{path} has outputs of {channels} channels, expected {sorted(HEADS.values())}")
        self._input, self._size = source["index"], tuple(map(int, source["shape"][1:3]))
        self._stored = stored_values(SCALED, source)

    def _open(self, path: Path, threads: int) -> Any:
        raise NotImplementedError

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        interpreter = self._interpreter
        if contrast.shape != self._size:
            self._size = (0, 0)  # not known where the next two fail
            interpreter.resize_tensor_input(self._input, [1, *contrast.shape, 1])
            interpreter.allocate_tensors()
            self._size = contrast.shape
        interpreter.set_tensor(self._input, self._stored[contrast][None, ..., None])
        interpreter.invoke()
        maps = np.empty(shape_of(contrast), np.float32)
        for output in self._outputs:
            stored = interpreter.get_tensor(output["index"])[0]
            scale, zero_point = output["quantization"]
            part = maps[..., PLACES[stored.shape[-1]]]
            part[:] = (stored - np.float32(zero_point)) * np.float32(scale) if scale else stored
        return maps


class LiteRTDetector(TFLiteDetector):
    """ai-edge-litert."""

    name = "litert"

    def _open(self, path: Path, threads: int) -> Any:
        return open_litert(path, threads=threads)


class LiteRTBuiltinDetector(TFLiteDetector):
    """ai-edge-litert without XNNPACK, with TFLite's own kernels."""

    name = "litert-builtin"

    def _open(self, path: Path, threads: int) -> Any:
        return open_builtin(path, threads=threads)


class TFLiteRuntimeDetector(TFLiteDetector):
    """tflite-runtime, for devices for which its successor has no wheel."""

    name = "tflite-runtime"

    def _open(self, path: Path, threads: int) -> Any:
        return open_tflite_runtime(path, threads=threads)
