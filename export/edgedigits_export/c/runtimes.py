"""Three runtimes for the folder of C: compiled here, TensorFlow Lite Micro's interpreter, and NumPy.

Each takes the path of the folder's ``edgedigits_model_data.c``. They prove the folder; none is ever chosen for use.
"""

from __future__ import annotations

import ctypes
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.base import Adapter
from edgedigits.errors import BackendError
from edgedigits_export.c import reference
from edgedigits_export.c.compiler import compile_network
from edgedigits_export.c.network import ZERO_POINT, read_network
from edgedigits_export.c.source import bytes_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Integers(Adapter):
    """Answers in int8, whose step is 1/256: :func:`read_network` takes no other."""

    def _run(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        return (self.stored(patches).astype(np.float32) - ZERO_POINT) * np.float32(1 / 256)

    def stored(self, patches: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Probabilities as stored (N, 10), of patches (N, 28, 28)."""
        raise NotImplementedError


class Compiled(Integers):
    """``edgedigits_net.c``, compiled here."""

    name = "c"

    def __init__(self, path: Path, *, threads: int = 1) -> None:  # noqa: ARG002 - the code has none
        with tempfile.TemporaryDirectory() as folder:
            library = Path(folder, "edgedigits.so")
            compile_network(path.parent, "-O3", "-shared", "-fPIC", out=library)
            self._classify = ctypes.CDLL(str(library)).edgedigits_classify

    def stored(self, patches: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Probabilities as stored (N, 10), of patches (N, 28, 28)."""
        images, answers = np.ascontiguousarray(patches), np.empty((len(patches), 10), np.int8)
        for image, answer in zip(images, answers, strict=True):
            self._classify(image.ctypes, answer.ctypes)
        return answers


class Reference(Integers):
    """The same arithmetic in NumPy."""

    name = "numpy-int8"

    def __init__(self, path: Path, *, threads: int = 1) -> None:  # noqa: ARG002 - NumPy takes them from the environment
        self._network = read_network(tflite_of(path))

    def stored(self, patches: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Probabilities as stored (N, 10), of patches (N, 28, 28)."""
        return reference.answers(self._network, patches)


class Micro(Integers):
    """TensorFlow Lite Micro's own interpreter, from the package tflite-micro."""

    name = "tflite-micro"

    def __init__(self, path: Path, *, threads: int = 1) -> None:  # noqa: ARG002 - it has none
        self._interpreter = micro_interpreter(tflite_of(path))

    def stored(self, patches: NDArray[np.uint8]) -> NDArray[np.int8]:
        """Probabilities as stored (N, 10), of patches (N, 28, 28)."""
        answers = np.empty((len(patches), 10), np.int8)
        for answer, image in zip(answers, (patches.astype(np.int16) + ZERO_POINT).astype(np.int8), strict=True):
            self._interpreter.set_input(image[None, :, :, None], 0)
            self._interpreter.invoke()
            answer[:] = self._interpreter.get_output(0)[0]
        return answers


def micro_interpreter(tflite: bytes) -> Any:
    """TensorFlow Lite Micro's interpreter.

    Raises:
        BackendError: it is not installed.

    """
    try:
        from tflite_micro import runtime
    except ImportError as error:
        raise BackendError(f"tflite-micro cannot be imported ({error})") from error
    return runtime.Interpreter.from_bytes(tflite)


def tflite_of(path: Path) -> bytes:
    """The TFLite file that ``edgedigits_model_data.c`` holds."""
    return bytes_of(path.read_text("utf-8"), name="edgedigits_model_data")
