"""A network of others as its file holds it: one function of TensorFlow with its weights in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from edgedigits.errors import ExportError
from edgedigits.files import sha256
from edgedigits_export.networks.sizes import check_made

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_export.networks.frames import Frame
    from edgedigits_export.networks.probing import Choice

Shape = tuple[int | None, ...]
# They hand on what they get.
TRANSPARENT = frozenset({"Identity", "Reshape", "Squeeze"})


@dataclass(frozen=True, slots=True)
class Foreign:
    """What was loaded.

    Attributes:
        infer: a function of TensorFlow, from its input to its answers, the weights among its constants.
        takes: shape of its input.
        gives: shape of its answers.
        weights: in the order of the file.
        dtype: of its input.
        model: of Keras, where it is one.

    """

    infer: Any
    takes: Shape
    gives: Shape
    weights: list[NDArray[Any]]
    dtype: tf.DType = tf.float32
    model: Any = None

    @property
    def classes(self) -> int:
        """How many numbers it gives for an image; 0 where that is not told."""
        batched = len(self.gives) > 1 and self.gives[0] in (None, 1, self.takes[0])
        sizes = self.gives[1:] if batched else self.gives
        return int(np.prod([size or 0 for size in sizes]))

    @property
    def last(self) -> str:
        """Its last operator in TensorFlow's words."""
        return str(self._last().type)

    def without_last(self) -> Foreign:
        """The network that ends before its last operator."""
        return replace(self, infer=self.infer.prune(self.infer.inputs, [self._last().inputs[0]]))

    def __call__(self, images: Any) -> Any:
        """Answers to images of the shape that it takes."""
        if self.dtype.is_integer:
            images = tf.round(images)
        return self.infer(tf.cast(images, self.dtype))[0]

    def _last(self) -> Any:
        operator = self.infer.outputs[0].op
        while operator.type in TRANSPARENT:
            operator = operator.inputs[0].op
        return operator


def frozen(infer: Callable[[Any], Any], shape: Sequence[int | None], dtype: Any = tf.float32) -> Any:
    """The function with its variables turned into constants: the converter loses those that it cannot trace.

    Raises:
        ExportError: it would make too much of one image.

    """
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    concrete = tf.function(infer, autograph=False).get_concrete_function(tf.TensorSpec(shape, dtype))
    made = convert_variables_to_constants_v2(concrete, aggressive_inlining=True)
    check_made(made.graph)
    return made


def asked(foreign: Foreign, images: Any, frame: Frame) -> Any:
    """What a network gives, (N, 10) or (N, 11) float32, to images (N, 28, 28, 1) with pixels as it wants them."""
    if frame.batch is None:
        return tf.cast(tf.reshape(foreign(frame(images)), (-1, foreign.classes)), tf.float32)

    def one(image: Any) -> Any:
        answers = tf.reshape(foreign(frame(image)), (-1, foreign.classes))
        return tf.cast(answers[:1] if frame.batch != 1 else answers, tf.float32)

    if images.shape[0] == 1:
        return one(images)
    each = tf.TensorSpec((foreign.classes,), tf.float32)
    return tf.map_fn(lambda image: one(image[None])[0], images, fn_output_signature=each)


def weights_in(graph: Any) -> list[NDArray[Any]]:
    """Arrays of floats that a frozen GraphDef holds, in its order."""
    bodies = [graph.node, *(function.node_def for function in graph.library.function)]
    tensors = (node.attr["value"].tensor for body in bodies for node in body if node.op == "Const")
    arrays = (tf.make_ndarray(tensor) for tensor in tensors if tf.as_dtype(tensor.dtype).is_floating)
    return [array for array in arrays if array.ndim]


def origin_of(path: Path, choice: Choice) -> dict[str, str]:
    """What is known of a network: its file's name and digest, what it takes and gives, and how that was found."""
    return {
        "file": path.name,
        "file_sha256": sha256(path / "saved_model.pb" if path.is_dir() else path),
        "takes": f"pixels in {choice.way}",
        "answers": choice.way.head.gives,
        "tried": str(choice),
    }


def only(path: Path, takes: Sequence[Shape], gives: Sequence[Shape]) -> tuple[Shape, Shape]:
    """The shapes of the only input and the only output.

    Raises:
        ExportError: there are others.

    """
    if len(takes) != 1 or len(gives) != 1:
        taken, given = (" and ".join(map(shape_text, ends)) or "nothing" for ends in (takes, gives))
        raise ExportError(f"{path} does not take one image and give ten numbers; it takes {taken} and gives {given}")
    return takes[0], gives[0]


def shape_text(shape: Shape) -> str:
    """A shape as people write it, with N where it is open."""
    return f"({', '.join('N' if size is None else str(size) for size in shape)})"
