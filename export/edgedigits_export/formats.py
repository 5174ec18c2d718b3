"""The formats: how each is made, looked into, and how far it may differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.backends import BACKENDS
from edgedigits_export import archive, onnx, tflite
from edgedigits_export.parity import EIGHT_BITS, EXACT, Tolerance

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits_export.calibration import Calibration
    from edgedigits_export.contents import Contents
    from edgedigits_export.network import Network


@dataclass(frozen=True, slots=True)
class Format:
    """One row: file name, converter, reader, limits; ``dtype`` is that of the file's input and output."""

    file: str
    convert: Callable[[Network, Calibration], bytes]
    contents: Callable[[Path], Contents]
    dtype: str
    max_operators: int
    tolerance: Tolerance


# 5 layers, 2 poolings, a reshape, a softmax; activations are fused.
TFLITE_OPERATORS = 9
# The same, with 4 activations, and a reshape and a transposition around the convolutions, which take channels first.
ONNX_OPERATORS = 15

FORMATS = {
    "float32": Format(
        "model_float32.tflite",
        lambda network, _: tflite.float32(network),
        tflite.contents,
        "float32",
        TFLITE_OPERATORS,
        EXACT,
    ),
    "int8": Format(
        "model_int8.tflite",
        lambda network, calibration: tflite.int8(network, calibration.images()),
        tflite.contents,
        "int8",
        TFLITE_OPERATORS,
        EIGHT_BITS,
    ),
    "onnx": Format(
        "model_float32.onnx", lambda network, _: onnx.float32(network), onnx.contents, "float32", ONNX_OPERATORS, EXACT
    ),
    "npz": Format("model.npz", lambda network, _: archive.float32(network), archive.contents, "float32", 0, EXACT),
}
ALWAYS = ("float32", "onnx", "npz")


def chosen(*, quantize: bool) -> dict[str, Format]:
    """The formats that every export has, and int8 where it is wanted."""
    return {name: made for name, made in FORMATS.items() if name in ALWAYS or quantize}


def backends_of(format: str) -> list[str]:
    """Names of the backends that run this format, the preferred first."""
    return [name for name, adapted in BACKENDS.items() if format in adapted.formats]
