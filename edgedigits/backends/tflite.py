"""TFLite files, run by ai-edge-litert or by its predecessor tflite-runtime: two packages with one interface."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.base import Adapter
from edgedigits.backends.form import PLAIN, Form, form_of
from edgedigits.errors import BackendError, require
from edgedigits.silence import silence

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

# Sizes of an input but for ones: the same values in the same order. Of the files of an export it is (1, 28, 28, 1).
ONE_PATCH = ((28, 28), (784,))


class TFLite(Adapter):
    """A file with a fixed batch of one; how it wants pixels, and stores them, is read from it, for any input type."""

    name = "tflite"

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        with silence():  # no switch of theirs turns off "INFO: Created TensorFlow Lite XNNPACK delegate"
            self._interpreter = self._open(path, threads)
            self._interpreter.allocate_tensors()
        source, target = self._interpreter.get_input_details()[0], self._interpreter.get_output_details()[0]
        shape = tuple(map(int, source["shape"]))
        if tuple(size for size in shape if size != 1) not in ONE_PATCH:
            raise BackendError(f"{path} takes {shape}, expected (1, 28, 28, 1); export it again")
        self._input, self._output, self._shape, self._form = source["index"], target["index"], shape, form_of(path)
        self._stored = stored_pixels(source, self._form)
        self._answered, self._unsigned = answered_values(target), np.dtype(f"u{np.dtype(target['dtype']).itemsize}")

    def _open(self, path: Path, threads: int) -> Any:
        raise NotImplementedError

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """One by one: batches of more gain a tenth at best, and would need a second set of buffers."""
        interpreter, images, answers = self._interpreter, self._images(patches), []
        for number in range(len(images)):  # the end of an array that is iterated over is an error message of NumPy's
            interpreter.set_tensor(self._input, images[number])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(self._output))
        one = len(answers) == 1  # most often; what joins them takes a fortieth of an inference
        stored: NDArray[Any] = (answers[0] if one else np.concatenate(answers)).reshape(len(images), 10)
        answered = stored if self._answered is None else self._answered.take(stored.view(self._unsigned))
        return self._form.probabilities(answered)

    def _images(self, patches: NDArray[np.uint8]) -> NDArray[Any]:
        """Patches as the file stores them, N times the shape that it takes."""
        shape = len(patches), *self._shape
        if self._stored.itemsize == 1:  # bytes are looked up in half the instructions that NumPy takes
            return np.ndarray(shape, self._stored.dtype, patches.tobytes().translate(self._stored.tobytes()))
        return self._stored.take(patches, mode="clip").reshape(shape)  # no pixel is out of range


def stored_pixels(details: dict[str, Any], form: Form = PLAIN) -> NDArray[Any]:
    """How the file stores the 256 pixel values, (256,) in its input's dtype: one look-up quantises a picture."""
    return stored_values(form.values(), details)


def answered_values(details: dict[str, Any]) -> NDArray[np.float32] | None:
    """What each number of a quantised answer means, (256,) or (65536,) float32; None for answers in float32."""
    scale, zero_point = details["quantization"]
    if not scale:
        return None
    unsigned = np.dtype(f"u{np.dtype(details['dtype']).itemsize}")
    stored = np.arange(np.iinfo(unsigned).max + 1, dtype=unsigned).view(details["dtype"])
    return (stored.astype(np.float32) - np.float32(zero_point)) * np.float32(scale)


def stored_values(values: NDArray[Any], details: dict[str, Any]) -> NDArray[Any]:
    """How the file stores values (N,), in its input's dtype."""
    dtype, (scale, zero_point) = np.dtype(details["dtype"]), details["quantization"]
    if not scale:
        return (np.rint(values) if np.issubdtype(dtype, np.integer) else values).astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values / scale) + zero_point, limits.min, limits.max).astype(dtype)


class LiteRT(TFLite):
    """ai-edge-litert."""

    name = "litert"

    def _open(self, path: Path, threads: int) -> Any:
        return open_litert(path, threads=threads)


class LiteRTBuiltin(TFLite):
    """ai-edge-litert without XNNPACK, with TFLite's own kernels."""

    name = "litert-builtin"

    def _open(self, path: Path, threads: int) -> Any:
        return open_builtin(path, threads=threads)


class TFLiteRuntime(TFLite):
    """tflite-runtime, for devices for which its successor has no wheel."""

    name = "tflite-runtime"

    def _open(self, path: Path, threads: int) -> Any:
        return open_tflite_runtime(path, threads=threads)


def open_litert(path: Path, *, threads: int) -> Any:
    """An interpreter of ai-edge-litert, with XNNPACK."""
    runtime = require("ai_edge_litert.interpreter", extra="headless")
    return runtime.Interpreter(model_path=os.fspath(path), num_threads=threads)


def open_builtin(path: Path, *, threads: int) -> Any:
    """An interpreter of ai-edge-litert without XNNPACK."""
    runtime = require("ai_edge_litert.interpreter", extra="headless")
    kernels = runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return runtime.Interpreter(model_path=os.fspath(path), num_threads=threads, experimental_op_resolver_type=kernels)


def open_tflite_runtime(path: Path, *, threads: int) -> Any:
    """An interpreter of tflite-runtime.

    Raises:
        BackendError: NumPy is too new: its import succeeds then, and the interpreter fails with a page of noise.

    """
    if int(np.__version__.split(".")[0]) >= 2:
        raise BackendError(f"tflite-runtime needs numpy<2, found {np.__version__}")
    runtime = require("tflite_runtime.interpreter", extra="tflite-runtime")
    return runtime.Interpreter(model_path=os.fspath(path), num_threads=threads)
