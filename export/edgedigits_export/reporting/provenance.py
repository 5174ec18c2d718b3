"""What the files are and where they come from, as sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.backends.form import form_of
from edgedigits_export.convert.onnx import OPSET
from edgedigits_export.reporting.sections import Section, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.tensors import TensorSpec
    from edgedigits_export.reporting.evidence import Evidence


def provenance(evidence: Evidence) -> Iterator[Section]:
    """Ends of the files, calibration, hashes, versions."""
    bundle = evidence.bundle
    rows = [(artifact.format, *_end(end)) for artifact in bundle.artifacts for end in (artifact.input, artifact.output)]
    yield Section(
        "ends",
        "Inputs and outputs",
        tables=[Table(("format", "tensor", "shape", "type", "scale", "zero point"), rows)],
        after=ends(evidence),
    )
    yield Section("quantisation", "Quantisation", quantisation(evidence))
    files = [
        (f"`{artifact.path}`", f"{artifact.size_bytes:,}", f"`{artifact.sha256}`") for artifact in bundle.artifacts
    ]
    yield Section(
        "files",
        "Files",
        tables=[Table(("file", "bytes", "SHA-256"), files)],
        after="`golden.npz` holds patches that the project drew, with each file's own answers. A device that gives "
        "other answers does not run the network right.",
    )
    numbers = [(f"`{name}`", str(value)) for name, value in evidence.recipe.items() if not isinstance(value, dict)]
    if numbers:
        yield Section("recipe", "Recipe", tables=[Table(("number", "value"), numbers)])
    yield Section(
        "made_with",
        "Made with",
        tables=[Table(("what", "version"), list(bundle.made_with.items()))],
        after=f"The pixels and labels of the MNIST files used have SHA-256 `{bundle.training['data_sha256']}`.",
    )


def quantisation(evidence: Evidence) -> str:
    """Where the ranges of quantised files come from."""
    if not evidence.questions.original:
        return "As the file came; who made it knows how it was calibrated."
    if all(artifact.input.scale is None for artifact in evidence.bundle.artifacts):
        return "None of these files takes quantised pixels."
    return (
        f"The ranges of all values were taken from {evidence.calibration.count} images of MNIST's training split, "
        f"drawn with seed {evidence.calibration.seed}; no validation or test image has a part in them."
        + (" Where another number was used, the notes say so." if evidence.tried else "")
    )


def ends(evidence: Evidence) -> str:
    """What stands in the ends of the files."""
    if evidence.questions.original:
        onnx = (
            f" ONNX files are of opset {OPSET}; in the quantised one, QuantizeLinear and DequantizeLinear stand around "
            "each operator, with one scale for each channel and ranges by MinMax."
        )
        return (
            "A patch is 28 x 28 pixels of 0..255, white ink on black; the network takes pixel / 255. Where a tensor "
            "has a scale, it holds value / scale + zero point, so an int8 input is the pixel less 128."
            + (onnx if any(artifact.path.endswith(".onnx") for artifact in evidence.bundle.artifacts) else "")
        )
    artifact = evidence.bundle.artifacts[0]
    return (
        "A patch is 28 x 28 pixels of 0..255, white ink on black; of each, the network takes "
        f"`{form_of(evidence.bundle.folder / artifact.path).formula()}`. Where a tensor has a scale, it holds value / "
        "scale + zero point."
    )


def _end(end: TensorSpec) -> tuple[str, ...]:
    shape = " x ".join(map(str, end.shape))
    quantisation = ("", "") if end.scale is None else (f"1/{1 / end.scale:.6g}", str(end.zero_point))
    return f"`{end.name}`", shape, end.dtype, *quantisation
