"""The detector's formats: how each is made, looked into, and how far it may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import onnx as onnx_format
import tensorflow as tf

from edgedigits.bundle.detector import INPUT
from edgedigits_export.convert import onnx, tflite
from edgedigits_export.convert.npz import archive
from edgedigits_export.detecting.equal import equalised
from edgedigits_export.detecting.network import folded_weights, from_weights
from edgedigits_export.detecting.parity import MapTolerance
from edgedigits_export.detecting.scenes import calibration_windows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import keras

    from edgedigits_export.detecting.network import Weights

# Canvas that TFLite files are written for; an interpreter is given the size of its own.
WRITTEN_PX = 256


@dataclass(frozen=True, slots=True)
class Traced:
    """A detector as the converters take it: kernel and bias of each convolution, of one size or (None) of any."""

    weights: Mapping[str, Weights]
    side_px: int | None = WRITTEN_PX

    def traced(self) -> tuple[tf.Module, Any]:
        """A function from ``contrast`` (1, H, W, 1) to the outputs by name, and the module that holds its weights."""
        made = from_weights(self.weights, height=self.side_px, width=self.side_px)
        holder = tf.Module()
        holder.held = [variable.value for variable in made.variables]

        def infer(contrast: tf.Tensor) -> dict[str, tf.Tensor]:
            return dict(made(contrast, training=False))

        shape = (1, self.side_px, self.side_px, 1)
        return holder, tf.function(infer, input_signature=[tf.TensorSpec(shape, tf.float32, name=INPUT)])


@dataclass(frozen=True, slots=True)
class DetectorFormat:
    """One row of the table.

    Attributes:
        file: its path in the bundle.
        convert: a trained detector to the file's bytes; the number is that of scenes to calibrate with.
        tolerance: how far its maps may lie from Keras's.
        dtype: of all its ends.

    """

    file: str
    convert: Callable[[keras.Model, int], bytes]
    tolerance: MapTolerance
    dtype: str = "float32"


def of_any_size(content: bytes) -> bytes:
    """An ONNX file whose convolutions say how many zeros they add, in place of ``SAME_UPPER``; open sides have names.

    OpenCV's dnn takes that for as many on both sides, and answers otherwise. Where sides are even, the numbers are
    always the same.
    """
    model = onnx_format.load_from_string(content)
    for ends, names in ((model.graph.input, ("height", "width")), (model.graph.output, ("rows", "columns"))):
        for end in ends:
            for dimension, name in zip(end.type.tensor_type.shape.dim[1:3], names, strict=True):
                dimension.dim_param = name
    for node in model.graph.node:
        found = {attribute.name: attribute for attribute in node.attribute}
        if "auto_pad" in found:
            missing = found["kernel_shape"].ints[0] - found["strides"].ints[0]
            before, behind = missing // 2, missing - missing // 2
            node.attribute.remove(found["auto_pad"])
            node.attribute.append(onnx_format.helper.make_attribute("pads", [before, before, behind, behind]))
    onnx_format.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))


def _int8(model: keras.Model, scenes: int) -> bytes:
    windows = list(calibration_windows(scenes, WRITTEN_PX))
    return tflite.quantised(Traced(equalised(folded_weights(model), windows)), windows)


def _npz(model: keras.Model, _: int) -> bytes:
    return archive(
        {
            f"{name}/{part}": array
            for name, weights in folded_weights(model).items()
            for part, array in zip(("kernel", "bias"), weights, strict=True)
        }
    )


# The same arithmetic in another order: 2e-5 was measured, in logits of up to 20.
EXACT = MapTolerance(max_difference=1e-3, min_found=1.0, min_iou=0.999, max_heat=1e-4)
# Eight bits round every value of every layer. Of a detector half trained, 0.97 of the peaks were found alike, boxes
# overlapped by 0.93, heat moved by 0.02; weights from a thousand steps earlier or later: 0.98, 0.88, 0.04.
EIGHT_BITS = MapTolerance(max_difference=15.0, min_found=0.93, min_iou=0.91, max_heat=0.035)

FORMATS = {
    "float32": DetectorFormat(
        "detector_float32.tflite", lambda model, _: tflite.float32(Traced(folded_weights(model))), EXACT
    ),
    "int8": DetectorFormat("detector_int8.tflite", _int8, EIGHT_BITS, "int8"),
    "onnx": DetectorFormat(
        "detector.onnx", lambda model, _: of_any_size(onnx.float32(Traced(folded_weights(model), None))), EXACT
    ),
    "npz": DetectorFormat("detector.npz", _npz, EXACT),
}
