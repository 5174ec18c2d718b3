"""Networks that others trained: loaded, looked at, asked about real digits, and brought into the documented form.

That form takes (N, 28, 28, 1) float32 in 0..1, white ink on black, and gives (N, 10) probabilities.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError, require
from edgedigits.files import sha256
from edgedigits_export.networks.loaders import load
from edgedigits_export.networks.network import Network, is_documented

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Mnist
    from edgedigits_export.networks.loaders import Foreign

# Training images that a network is asked about; the test set is only measured.
ASKED = 1000
# By what share of them a way to give pixels must beat the ways before it to be taken for what the network wants.
MARGIN = 0.01
# Below it, the network reads no MNIST digits at all, whichever way they are given.
LEAST = 0.5
# A sum of ten float32 that should be 1.
ROUNDING = 1e-3
PROBABILITIES, LOGITS = "probabilities", "logits, to which a softmax was added"
# Of the rebuilt network from onnxruntime's answers: logits may be in the tens.
REBUILT = 1e-3
# What others train with, from pixels in 0..1. Many networks read 255 times too much nearly as well, so it comes last.
WAYS: dict[str, Callable[[NDArray[np.float32]], NDArray[np.float32]]] = {
    "0..1": lambda images: images,
    "-1..1": lambda images: images * 2 - 1,
    "(pixel / 255 - 0.1307) / 0.3081": lambda images: (images - np.float32(0.1307)) / np.float32(0.3081),
    "0..1 with black ink on white": lambda images: 1 - images,
    "0..255": lambda images: images * 255,
}


class Adapted:
    """A foreign network in the documented form, called as a Keras model is."""

    def __init__(self, foreign: Foreign, *, softmax: bool = False) -> None:
        self._foreign, self._softmax = foreign, softmax
        batch, *shape = foreign.takes[0]
        self._shape, self._one_by_one = (-1, *map(int, map(_known, shape))), batch == 1
        signature = [tf.TensorSpec((None, 28, 28, 1), tf.float32)]
        # Without autograph our errors come through as they are.
        self._answer = tf.function(self._answers, input_signature=signature, autograph=False)

    def __call__(self, images: Any, *, training: bool = False) -> Any:
        """Answers (N, 10) to images (N, 28, 28, 1) float32 in 0..1."""
        _ = training
        images = tf.convert_to_tensor(images)
        return self._answers(images) if images.shape[0] == 1 else self._answer(images)

    def get_weights(self) -> list[NDArray[Any]]:
        """Its weights in the order of the file."""
        return self._foreign.weights

    def _answers(self, images: Any) -> Any:
        images = tf.reshape(images, self._shape)
        if self._one_by_one and images.shape[0] != 1:
            each = tf.TensorSpec((10,), tf.float32)
            answers = tf.map_fn(lambda image: self._foreign.infer(image[None])[0], images, fn_output_signature=each)
        else:
            answers = self._foreign.infer(images)
        return tf.nn.softmax(answers) if self._softmax else answers


def load_foreign(path: Path, *, data: Mnist) -> Network:
    """Load a network from somewhere else.

    Args:
        path: a Keras file, a folder with a SavedModel, or an ONNX file.
        data: its training digits show what the network takes and gives.

    Raises:
        ExportError: it cannot be loaded, takes or gives something else than it should, or wants other pixels; the
            message says what was found.

    """
    foreign = load(path)
    _check_ends(path, foreign)
    images = np.divide(data.train.images[:ASKED, ..., None], 255, dtype=np.float32)
    plain = Adapted(foreign)
    _check_pixels(path, plain, images, data.train.labels[:ASKED])
    _check_original(path, plain, images)
    if foreign.model is not None and is_documented(foreign.model):
        return Network(foreign.model, recipe="", seed=None, origin=_origin(path, PROBABILITIES))
    logits = gives_logits(np.asarray(plain(images)))
    model = Adapted(foreign, softmax=True) if logits else plain
    origin = _origin(path, LOGITS if logits else PROBABILITIES)
    return Network(model, recipe="", seed=None, documented=False, origin=origin)


def gives_logits(answers: NDArray[np.float32]) -> bool:
    """Whether answers (N, 10) are logits; False where they are probabilities.

    Raises:
        ExportError: they are neither.

    """
    if not np.isfinite(answers).all():
        raise ExportError("the network answers NaN or infinity to MNIST's digits")
    sums = answers.sum(axis=1)
    if answers.min() >= 0 and np.abs(sums - 1).max() <= ROUNDING:
        return False
    if answers.min() >= 0 and answers.max() <= 1:
        raise ExportError(
            f"the network gives ten numbers in 0..1 whose sum is {sums.min():.3g} to {sums.max():.3g}: neither "
            "probabilities nor logits; export it with a softmax at its end, or without anything there"
        )
    return True


def _check_pixels(path: Path, network: Adapted, images: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
    """Refuse a network that wants its pixels otherwise than in 0..1."""
    accuracy = {
        way: float(np.mean(np.asarray(network(given(images))).argmax(axis=1) == labels)) for way, given in WAYS.items()
    }
    best = next(way for way in WAYS if accuracy[way] >= max(accuracy.values()) - MARGIN)
    if accuracy[best] < LEAST:
        raise ExportError(
            f"{path} reads at most {accuracy[best]:.1%} of {len(labels)} MNIST digits, with pixels in {best}; it was "
            "trained on something else, or its labels are in another order"
        )
    if best != "0..1":
        raise ExportError(
            f"{path} wants pixels in {best}, expected 0..1: of {len(labels)} MNIST digits it reads "
            f"{accuracy[best]:.1%} that way and {accuracy['0..1']:.1%} in 0..1; put the scaling into the network"
        )


def _check_original(path: Path, network: Adapted, images: NDArray[np.float32]) -> None:
    """Hold a network that was rebuilt from ONNX against onnxruntime's answers to the original."""
    if path.suffix != ".onnx":
        return
    runtime = require("onnxruntime", extra="export")
    session = runtime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (source,) = session.get_inputs()
    shape = [size if isinstance(size, int) else 1 for size in source.shape]
    expected = [session.run(None, {source.name: image.reshape(shape)})[0][0] for image in images]
    difference = float(np.abs(np.asarray(network(images)) - expected).max())
    if not difference <= REBUILT:
        raise ExportError(f"{path} was rebuilt otherwise than onnxruntime runs it: answers differ by {difference:.2g}")


def _check_ends(path: Path, foreign: Foreign) -> None:
    """Refuse what does not take one image and give ten numbers."""
    takes, gives = (" and ".join(map(_text, ends)) or "nothing" for ends in (foreign.takes, foreign.gives))
    right = len(foreign.takes) == len(foreign.gives) == 1
    if right:
        (source_batch, *source), (target_batch, *target) = foreign.takes[0], foreign.gives[0]
        image = source in ([28, 28], [28, 28, 1], [1, 28, 28])
        right = image and target == [10] and {source_batch, target_batch} <= {None, 1}
    if not right:
        raise ExportError(
            f"{path} takes {takes} and gives {gives}; expected one image (N, 28, 28), (N, 28, 28, 1) or (N, 1, 28, 28) "
            "and (N, 10), N open or 1"
        )


def _origin(path: Path, answers: str) -> dict[str, str]:
    """What is known of it: its file's name and digest, and what it gives."""
    digest = sha256(path / "saved_model.pb" if path.is_dir() else path)
    return {"file": path.name, "file_sha256": digest, "answers": answers}


def _known(dimension: int | None) -> int:
    return -1 if dimension is None else dimension


def _text(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('N' if size is None else str(size) for size in shape)})"
