"""The formats: how each is made, looked into, and how far it may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits_export.c import conversion
from edgedigits_export.c.footprint import check_footprint
from edgedigits_export.convert import npz, onnx, tflite
from edgedigits_export.gates import runtimes
from edgedigits_export.gates.parity import Tolerance
from edgedigits_export.gates.structure import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from edgedigits_export.convert.calibration import Calibration
    from edgedigits_export.gates.findings import Finding
    from edgedigits_export.gates.runtimes import Spread
    from edgedigits_export.gates.structure import Contents
    from edgedigits_export.networks.network import Network


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table.

    Attributes:
        file: its path in the bundle.
        convert: to its bytes; where the format is a folder, to the bytes of each of its files by their paths in the
            bundle, ``file`` among them.
        contents: reads what a file holds.
        layout: what it should hold; None where it is taken as it came.
        max_bytes: its budget, of all its files together.
        tolerance: how far its answers may lie from Keras's.
        own: that, where a user set other limits.
        spread: how far two runtimes may lie apart on it.
        original: the format with the same network in float32, next to which its speed is noted.
        twin: a format with the same integers, from which it may differ as two runtimes on one file.
        note: what a user should know before choosing it.
        further_checks: of its main file, where the contents do not tell all.

    """

    file: str
    convert: Callable[[Network, Calibration], bytes | Mapping[str, bytes]]
    contents: Callable[[Path], Contents]
    layout: Layout | None
    max_bytes: int
    tolerance: Tolerance
    spread: Spread = runtimes.FLOAT
    original: str = "float32"
    twin: str | None = None
    note: str = ""
    own: Tolerance | None = None
    further_checks: Callable[[Path], Iterable[Finding]] = lambda _: ()


# The same arithmetic in another order: up to 3e-6 in any runtime and network, and no answer may change for it.
EXACT = Tolerance(min_agreement=1.0, max_accuracy_loss=0.0, max_difference=1e-5, noise=3e-6)
# Weights with 11 bits move no answer but one on the edge.
HALF = Tolerance(min_agreement=0.9999, max_accuracy_loss=0.0001, noise=0.002)
# Eight bits for weights, and for activations as they come.
DYNAMIC = Tolerance(min_agreement=0.999, max_accuracy_loss=0.0005, noise=0.02)
# Eight bits round every value; one test image in 10,000 was lost, and three changed their answer.
EIGHT_BITS = Tolerance(min_agreement=0.9995, max_accuracy_loss=0.0003, noise=0.03)
# Eight bits for weights alone.
WIDE = Tolerance(min_agreement=0.9995, max_accuracy_loss=0.0002, noise=0.015)

# 5 layers, 2 poolings, a reshape, a softmax; activations are fused.
TFLITE_OPERATORS = 9
PARAMETERS = 93_322
# Bytes beside the weights: the graph, names, scales of every channel, metadata.
OVERHEAD = 20_000
IN_INT8 = frozenset({"int8", "int32"})  # int32: biases, and the shape that RESHAPE reads
FLOAT_BYTES, INT_BYTES = 4 * PARAMETERS + OVERHEAD, PARAMETERS + OVERHEAD


def _quantised(ends: str) -> Callable[[Network, Calibration], bytes]:
    return lambda network, calibration: tflite.quantised(
        network, calibration.images(), ends=ends, method=calibration.method
    )


FORMATS = {
    "float32": Format(
        "model_float32.tflite",
        lambda network, _: tflite.float32(network),
        tflite.contents,
        Layout("float32", TFLITE_OPERATORS, frozenset({"float32", "int32"})),
        FLOAT_BYTES,
        EXACT,
    ),
    "float16": Format(
        "model_float16.tflite",
        lambda network, _: tflite.float16(network),
        tflite.contents,
        Layout("float32", TFLITE_OPERATORS + 10, frozenset({"float16", "float32", "int32"})),  # 10 arrays of weights
        2 * PARAMETERS + OVERHEAD,
        HALF,
        note="half the size; a processor without float16 computes in float32, as fast as the float32 file",
    ),
    "dynamic": Format(
        "model_dynamic.tflite",
        lambda network, _: tflite.dynamic(network),
        tflite.contents,
        Layout("float32", TFLITE_OPERATORS, frozenset({"float32", "int8", "int32"})),
        INT_BYTES,
        DYNAMIC,
        runtimes.DYNAMIC,
        note="needs no calibration",
    ),
    "int8": Format(
        "model_int8.tflite",
        _quantised("int8"),
        tflite.contents,
        Layout("int8", TFLITE_OPERATORS, IN_INT8),
        INT_BYTES,
        EIGHT_BITS,
        runtimes.BYTES,
    ),
    "uint8": Format(
        "model_uint8.tflite",
        _quantised("uint8"),
        tflite.contents,
        Layout("uint8", TFLITE_OPERATORS + 2, IN_INT8 | {"uint8"}),  # QUANTIZE at both ends
        INT_BYTES,
        EIGHT_BITS,
        runtimes.BYTES,
        twin="int8",
        note="the int8 file for firmware that hands over raw pixels",
    ),
    "int16x8": Format(
        "model_int16x8.tflite",
        _quantised("int16"),
        tflite.contents,
        Layout("int16", TFLITE_OPERATORS, frozenset({"int16", "int8", "int32", "int64"})),
        INT_BYTES,
        WIDE,
        runtimes.WIDE,
        note="50 to 100 times slower than int8 where XNNPACK does not take it; for microcontrollers with 16-bit DSPs",
    ),
    "onnx": Format(
        "model_float32.onnx",
        lambda network, _: onnx.float32(network),
        onnx.contents,
        # As TFLite's, with 4 activations, and a reshape and a transposition around the convolutions, which take
        # channels first.
        Layout("float32", 15),
        FLOAT_BYTES,
        EXACT,
        original="onnx",
    ),
    "onnx-int8": Format(
        "model_int8.onnx",
        lambda network, calibration: onnx.int8(network, calibration.images(), method=calibration.method),
        onnx.contents,
        # Of the 15, the activations are folded into scales; QuantizeLinear and DequantizeLinear around each of the
        # others, DequantizeLinear before each of the 10 arrays of weights.
        Layout("float32", 41, frozenset({"int8", "int32"})),
        INT_BYTES,
        EIGHT_BITS,
        runtimes.BYTES,
        original="onnx",
        note="on x86 without VNNI wrong unless the session is opened with session.x64quantprecision; see README.md",
    ),
    "npz": Format(
        "model.npz",
        lambda network, _: npz.float32(network),
        npz.contents,
        Layout("float32", 0),
        FLOAT_BYTES,
        EXACT,
    ),
    "c": Format(
        conversion.MAIN,
        conversion.convert,
        conversion.contents,
        Layout("int8", TFLITE_OPERATORS, IN_INT8),
        # A byte takes up to six characters of C, and all are there twice; 64 pictures.
        12 * INT_BYTES,
        EIGHT_BITS,
        runtimes.EQUAL,
        twin="int8",
        note=conversion.NOTE,
        further_checks=check_footprint,
    ),
}
# Those whose limits a user may set.
EIGHT_BIT_FORMATS = frozenset({"dynamic", "int8", "uint8", "int16x8", "onnx-int8", "c"})
