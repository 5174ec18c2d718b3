"""Other calibrations for files of eight bits that fail: fewer and more images, ranges by percentile and entropy.

Which one serves is decided on validation images; the test set is asked once, by the gate.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.apart.answers import Measured, measure_files
from edgedigits.errors import ExportError
from edgedigits_export.convert.ranges import METHODS, MIN_MAX
from edgedigits_export.gates.findings import Stage
from edgedigits_export.making import convert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from edgedigits_export.convert.calibration import Calibration
    from edgedigits_export.formats import Format
    from edgedigits_export.making import Maker
    from edgedigits_export.proof import Proof

SIZES = (100, 500, 2000)
# They take their ranges from calibration images, in these ways; those of a row hold the same integers, and so share one
# calibration. In sixteen bits there is room for the least and the largest value.
FAMILIES = {("int8", "uint8", "c"): METHODS, ("int16x8",): (MIN_MAX,), ("onnx-int8",): METHODS}
# C source, which holds what the int8 file does.
UNASKED = "c"


@dataclass(frozen=True, slots=True)
class Tried:
    """A calibration, and the share of the validation images for which the file agrees with the network."""

    format: str
    images: int
    method: str
    agreement: float


def recalibrated(
    maker: Maker, proofs: Sequence[Proof], *, formats: Mapping[str, Format], calibration: Calibration
) -> tuple[list[Proof], list[Tried]]:
    """Proofs, of files whose answers failed those with another calibration where one serves; and what was tried."""
    found: dict[str, Proof] = {proof.format: proof for proof in proofs}
    tried: list[Tried] = []
    for names, methods in FAMILIES.items():
        family = [name for name in names if name in found]
        failed = next((found[name] for name in family if name != UNASKED and at_fault(found[name])), None)
        if failed is None:
            continue
        choices = choices_of(calibration, methods)
        results = try_out(maker, failed, format=formats[failed.format], choices=choices)
        tried += results.values()
        best = max(results, key=lambda choice: results[choice].agreement, default=calibration)
        if best != calibration:
            told = f"calibrated on {best}; on {calibration} it failed: {failed.failure}"
            found |= made_anew(maker, [found[name] for name in family], formats=formats, calibration=best, told=told)
    return [found[proof.format] for proof in proofs], tried


def choices_of(calibration: Calibration, methods: Sequence[str]) -> list[Calibration]:
    """The given calibration, and others of the same seed."""
    sizes = [size for size in SIZES if size <= len(calibration.data.train)]
    others = [replace(calibration, count=size, method=method) for method in methods for size in sizes]
    return [calibration, *(choice for choice in others if choice != calibration)]


def try_out(maker: Maker, failed: Proof, *, format: Format, choices: Sequence[Calibration]) -> dict[Calibration, Tried]:
    """What comes of calibrations, in their order; one with which the file cannot be made or run is left out."""
    data = choices[0].data
    images = (data.validation if len(data.validation) else data.train).images
    expected = maker.network.answers(images).argmax(axis=1)
    with tempfile.TemporaryDirectory() as folder:
        paths = {choice: Path(folder, f"{number}{failed.path.suffix}") for number, choice in enumerate(choices)}
        for choice, path in paths.items():
            maker.on_step(f"calibrate {failed.format} on {choice}")
            with contextlib.suppress(ExportError):
                path.write_bytes(convert(format, maker.network, choice)[format.file])
        files = {str(choice): path for choice, path in paths.items() if path.exists()}
        answers = measure_files(files, images, backend=failed.reports[0].backend)
    return {
        choice: Tried(
            failed.format, choice.count, choice.method, float(np.mean(found.answers.argmax(axis=1) == expected))
        )
        for choice in choices
        if isinstance(found := answers.get(str(choice)), Measured)
    }


def made_anew(
    maker: Maker, old: Sequence[Proof], *, formats: Mapping[str, Format], calibration: Calibration, told: str
) -> dict[str, Proof]:
    """Proofs of files made with another calibration, if all pass; else the old ones, whose files are put back."""
    before = {path: path.read_bytes() for proof in old for path in (proof.path, *proof.further) if path.exists()}
    made = maker.make({proof.format: formats[proof.format] for proof in old}, calibration)
    if all(proof.passed for proof in made):
        return {proof.format: replace(proof, recalibrated=told, notes=(told, *proof.notes)) for proof in made}
    for path, content in before.items():
        path.write_bytes(content)
    return {proof.format: proof for proof in old}


def at_fault(proof: Proof) -> bool:
    """Whether a file runs and holds what it should, and only answers too differently."""
    failed = [finding for finding in proof.findings if not finding.passed]
    return bool(failed and proof.reports) and all(finding.stage is Stage.VALUES for finding in failed)
