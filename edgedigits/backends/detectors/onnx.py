"""The detector's ONNX file, run by onnxruntime or by OpenCV's dnn module."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.backends.detectors.base import DetectorAdapter, scaled, side_by_side
from edgedigits.backends.onnx import open_net, open_session
from edgedigits.bundle.detector import HEADS, INPUT

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray


class OnnxRuntimeDetector(DetectorAdapter):
    """onnxruntime on the processor."""

    name = "onnxruntime"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._session = open_session(path, threads=threads)

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        answers = self._session.run(list(HEADS), {INPUT: scaled(contrast)})
        return side_by_side(dict(zip(HEADS, answers, strict=True)))


class OpenCVDetector(DetectorAdapter):
    """OpenCV's dnn module, which every device with a camera already has."""

    name = "opencv"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._net = open_net(path, threads=threads)

    def _run(self, contrast: NDArray[np.uint8]) -> NDArray[np.float32]:
        self._net.setInput(scaled(contrast))
        return side_by_side(dict(zip(HEADS, self._net.forward(list(HEADS)), strict=True)))
