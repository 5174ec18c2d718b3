"""ONNX files, run by onnxruntime or by OpenCV's dnn module."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.base import Adapter
from edgedigits.errors import LoadError, require
from edgedigits.silence import silence

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def scaled(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Images (N, 28, 28, 1) float32 in 0..1 of patches (N, 28, 28) uint8."""
    return np.multiply(patches[..., None], np.float32(1 / 255), dtype=np.float32)


class OnnxRuntime(Adapter):
    """onnxruntime on the processor."""

    name = "onnxruntime"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._session = open_session(path, threads=threads)
        self._input = self._session.get_inputs()[0].name

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        images = scaled(patches)
        answers = [self._session.run(None, {self._input: images[i : i + 1]})[0] for i in range(len(images))]
        return np.concatenate(answers)


class OpenCV(Adapter):
    """OpenCV's dnn module, which every device with a camera already has."""

    name = "opencv"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        self._net = open_net(path, threads=threads)

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        answers = []
        for image in scaled(patches):
            self._net.setInput(image[None])
            answers.append(self._net.forward().reshape(1, 10))
        return np.concatenate(answers)


def open_session(path: Path, *, threads: int) -> Any:
    """A session of onnxruntime on the processor."""
    with silence():  # where it was built for another NumPy, that prints a page
        runtime = require("onnxruntime", extra="export")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors only
    # Without it, x86 processors that lack VNNI add up products of eight bits in sixteen, which overflow: of the
    # shipped int8 file's answers some are wrong by 0.8. Others ignore it (onnxruntime#12088).
    options.add_session_config_entry("session.x64quantprecision", "1")
    return runtime.InferenceSession(os.fspath(path), options, providers=["CPUExecutionProvider"])


def open_net(path: Path, *, threads: int) -> Any:
    """A network of OpenCV's dnn module.

    Raises:
        LoadError: this version of OpenCV does not understand the file; 4.6, Debian 12's, understands none of ours.

    """
    cv2 = require("cv2", extra="headless")
    cv2.setNumThreads(threads)
    try:
        with silence():
            return cv2.dnn.readNetFromONNX(os.fspath(path))
    except cv2.error as error:
        raise LoadError(f"OpenCV {cv2.__version__} cannot load {path.name}; a newer one may") from error
