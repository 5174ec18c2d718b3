"""What the export found, for programs (report.json) and for people (report.md)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edgedigits.files import write_json, write_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from edgedigits.bundle import Bundle, TensorSpec
    from edgedigits_export.calibration import Calibration
    from edgedigits_export.parity import ParityReport
    from edgedigits_export.proof import Proof

REPORT_JSON, REPORT_MD = "report.json", "report.md"

TEXT = """\
# Export report: {name}

The network was trained with the recipe `{recipe}`, seed {seed}. In Keras it reads {accuracy:.2f} % of the {images:,}
MNIST test images right. Each file below was run on all of them, in the runtime it is made for, in a process without
TensorFlow.

{measured}

*Change* is the accuracy less Keras's, in points. *Agreement* is the share of images for which file and Keras name the
same digit. *Difference* is the largest one between any two probabilities. In brackets: the limits; a file outside of
them fails the export. The runtime `numpy` is edgedigits' own, in NumPy alone.

## Inputs and outputs

{ends}

A patch is 28 x 28 pixels of 0..255, white ink on black; the network takes pixel / 255. Where a tensor has a scale, it
holds value / scale + zero point, so an int8 input is the pixel less 128.

## Quantisation

{calibration}

## Files

{files}

`golden.npz` holds patches that the project drew, with each file's own answers. A device that gives other answers does
not run the network right.

## Made with

{made_with}

The pixels and labels of the MNIST files used have SHA-256 `{data}`.
"""


def write_reports(bundle: Bundle, proofs: Sequence[Proof], *, calibration: Calibration) -> None:
    """Write both reports into the bundle's folder; without dates, so that the same export gives the same bytes."""
    write_json(bundle.folder / REPORT_JSON, as_json(bundle, proofs, calibration=calibration))
    write_text(bundle.folder / REPORT_MD, as_markdown(bundle, proofs, calibration=calibration))


def as_json(bundle: Bundle, proofs: Sequence[Proof], *, calibration: Calibration) -> dict[str, Any]:
    """Every measured number with its limit."""
    return {
        "name": bundle.name,
        "training": bundle.training,
        "calibration": {"images": calibration.count, "seed": calibration.seed, "split": "training"},
        "made_with": bundle.made_with,
        "formats": [
            {
                "format": proof.format,
                "file": proof.path.name,
                "operators": proof.contents.operators if proof.contents else (),
                "runtimes": [asdict(report) | {"accuracy_change": report.accuracy_change} for report in proof.reports],
                "findings": [asdict(finding) for finding in proof.findings],
            }
            for proof in proofs
        ],
    }


def as_markdown(bundle: Bundle, proofs: Sequence[Proof], *, calibration: Calibration) -> str:
    """The report for people."""
    ends = [(artifact.format, *_end(end)) for artifact in bundle.artifacts for end in (artifact.input, artifact.output)]
    files = [
        (f"`{artifact.path}`", f"{artifact.size_bytes:,}", f"`{artifact.sha256}`") for artifact in bundle.artifacts
    ]
    return TEXT.format(
        name=bundle.name,
        recipe=bundle.training["recipe"],
        seed=bundle.training["seed"],
        accuracy=100 * bundle.training["test_accuracy"],
        images=len(calibration.data.test),
        measured=_measured(bundle, proofs),
        ends=_table(("format", "tensor", "shape", "type", "scale", "zero point"), ends),
        calibration=_calibration(bundle, calibration),
        files=_table(("file", "bytes", "SHA-256"), files),
        made_with=_table(("what", "version"), bundle.made_with.items()),
        data=bundle.training["data_sha256"],
    )


def _measured(bundle: Bundle, proofs: Sequence[Proof]) -> str:
    head = ("format", "file", "kB", "runtime", "accuracy", "change (limit)", "agreement (limit)", "difference (limit)")
    artifacts = {artifact.format: artifact for artifact in bundle.artifacts}
    rows = []
    for proof in proofs:
        artifact = artifacts[proof.format]
        file = proof.format, f"`{artifact.path}`", f"{artifact.size_bytes / 1000:.0f}"
        rows += [(*file, report.backend, *_numbers(report)) for report in proof.reports]
    return _table(head, rows)


def _numbers(report: ParityReport) -> tuple[str, ...]:
    limits = report.tolerance
    lost = f"{-100 * limits.max_accuracy_loss:.2f}" if limits.max_accuracy_loss else "0"
    return (
        f"{100 * report.accuracy:.2f} %",
        f"{100 * report.accuracy_change:+.2f} ({lost})",
        f"{100 * report.agreement:.2f} % ({100 * limits.min_agreement:g} %)",
        f"{report.max_difference:.1e} ({'none' if limits.max_difference >= 1 else f'{limits.max_difference:g}'})",
    )


def _end(end: TensorSpec) -> tuple[str, ...]:
    shape = " x ".join(map(str, end.shape))
    quantisation = ("", "") if end.scale is None else (f"1/{1 / end.scale:.6g}", str(end.zero_point))
    return f"`{end.name}`", shape, end.dtype, *quantisation


def _calibration(bundle: Bundle, calibration: Calibration) -> str:
    if all(artifact.input.scale is None for artifact in bundle.artifacts):
        return "None of these files is quantised; `edgedigits export --quantize` adds an int8 file."
    return (
        f"The ranges of all values were taken from {calibration.count} images of MNIST's training split, drawn with\n"
        f"seed {calibration.seed}; no validation or test image has a part in them."
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
