"""What a written file should hold: names first, then shapes, then types, operators, and the scale of its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits_export.findings import Finding

if TYPE_CHECKING:
    from edgedigits.bundle import TensorSpec

INPUT, OUTPUT = "image", "probabilities"
# A fixed batch of one: no SHAPE, STRIDED_SLICE or PACK is left, tflite-runtime is four times faster, OpenCV loads it.
INPUT_SHAPE = (1, 28, 28, 1)
OUTPUT_SHAPE = (1, 10)
# Left over by converters when they are given a batch of any size, in TFLite's and in ONNX's words.
DYNAMIC = frozenset({"SHAPE", "STRIDED_SLICE", "PACK", "Shape", "Gather", "Slice", "Concat"})
# So a stored int8 is the pixel minus 128.
PIXEL_SCALE, PIXEL_ZERO_POINT = 1 / 255, -128


@dataclass(frozen=True, slots=True)
class Contents:
    """Operators of a model file in order, and its two ends."""

    operators: tuple[str, ...]
    input: TensorSpec
    output: TensorSpec


def check_contents(contents: Contents, *, dtype: str, max_operators: int) -> tuple[Finding, ...]:
    """Compare a file with what it should be.

    Args:
        contents: read from the file.
        dtype: of both ends; int8 ends must have MNIST's pixels as their scale.
        max_operators: for the documented network in this format.

    """
    ends = contents.input, contents.output
    left_over = [operator for operator in contents.operators if operator in DYNAMIC]
    findings = [
        _equal("names", " -> ".join(end.name for end in ends), f"{INPUT} -> {OUTPUT}"),
        _equal("shapes", " -> ".join(str(end.shape) for end in ends), f"{INPUT_SHAPE} -> {OUTPUT_SHAPE}"),
        _equal("types", " -> ".join(end.dtype for end in ends), f"{dtype} -> {dtype}"),
        _equal("operators of a dynamic batch", ", ".join(left_over) or "none", "none"),
        Finding(
            "operators",
            str(len(contents.operators)),
            f"at most {max_operators}",
            len(contents.operators) <= max_operators,
            "the converter did not fold the graph, or added conversions at its ends",
        ),
    ]
    return (*findings, _pixel_scale(contents.input)) if dtype == "int8" else tuple(findings)


def _equal(check: str, measured: str, expected: str) -> Finding:
    return Finding(
        check, measured, f"must be {expected}", measured == expected, "another network or another converter route"
    )


def _pixel_scale(end: TensorSpec) -> Finding:
    scale, zero_point = end.scale or 0.0, end.zero_point
    right = abs(scale / PIXEL_SCALE - 1) < 1e-4 and zero_point == PIXEL_ZERO_POINT
    if scale > 10 * PIXEL_SCALE:
        cause = "calibrated on pixels in 0..255 instead of 0..1"
    elif scale < 1e-3 * PIXEL_SCALE:
        cause = "calibrated on blank images"
    else:
        cause = "calibrated on images that do not span 0..1"
    measured, limit = f"{scale:.3g}, zero point {zero_point}", f"must be {PIXEL_SCALE:.3g}, {PIXEL_ZERO_POINT}"
    return Finding("input scale", measured, limit, right, cause)
