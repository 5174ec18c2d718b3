"""What was measured, as sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits_export.analysis.confidence import BINS
from edgedigits_export.analysis.differences import differences_of
from edgedigits_export.c.folder import ARENA_BYTES
from edgedigits_export.c.footprint import CHECKS
from edgedigits_export.gates.lone import NOT_COMPARED, LoneReport
from edgedigits_export.reporting.evidence import LAYER_IMAGES
from edgedigits_export.reporting.failures import calibrations, left_out, limits
from edgedigits_export.reporting.sections import Section, Table, percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgedigits_export.analysis.differences import Changed
    from edgedigits_export.analysis.layers import Layer
    from edgedigits_export.gates.findings import Finding
    from edgedigits_export.gates.parity import ParityReport
    from edgedigits_export.reporting.evidence import Evidence

# Changed answers of a file that the pages list at most; report.json has all.
MOST_CHANGED = 24
ONE_IMAGE = (
    "*One image* is the median time for one, on one thread of the machine that exported: compare the rows, and measure "
    "your device with `edgedigits benchmark`. The runtime `numpy` is edgedigits' own, in NumPy alone; `litert-builtin` "
    "is litert without XNNPACK, with the kernels that tflite-runtime has."
)


def results(evidence: Evidence) -> Iterator[Section]:
    """All sections in order, without those that have nothing to say."""
    if evidence.left_out:
        yield left_out(evidence)
    yield measured(evidence)
    if rows := [(proof.format, note) for proof in evidence.proofs for note in proof.notes]:
        yield Section("notes", "Before you choose one", tables=[Table(("format", "note"), rows)])
    if evidence.tried:
        yield calibrations(evidence)
    if memory := [finding for proof in evidence.proofs for finding in proof.findings if finding.check in CHECKS]:
        yield microcontrollers(memory)
    if evidence.others:
        yield others(evidence)
    yield from differences(evidence)
    if evidence.layers:
        yield layers(evidence)
    yield rejection(evidence)


def introduction(evidence: Evidence) -> str:
    """What was exported."""
    accuracy = percent(evidence.bundle.training["test_accuracy"])
    if not evidence.questions.original:
        return (
            f"{trained(evidence)} It reads {accuracy} of the {len(evidence.questions.test):,} MNIST test images right, "
            "in the first of the runtimes below. It was run on all of them in each, in a process without TensorFlow."
        )
    return (
        f"{trained(evidence)} In Keras it reads {accuracy} of the {len(evidence.questions.test):,} MNIST test images "
        "right. Each file below was run on all of them, in the runtime it is made for, in a process without TensorFlow."
    )


def trained(evidence: Evidence) -> str:
    """Where the network comes from."""
    training = evidence.bundle.training
    if origin := training.get("origin"):
        told = (
            f"The network was trained by others: `{origin['file']}`, SHA-256 `{origin['file_sha256']}`, which "
            f"takes {origin['takes']} and gives {origin['answers']}. Tried: {origin['tried']}."
        )
        if evidence.questions.original:
            return f"{told} *Keras* means the network as it came, with what was put in front of it and behind it."
        return (
            f"{told} It was converted already and is taken as it is: the file here holds the same bytes, and metadata "
            "behind them. It was not compared: there is no original."
        )
    return f"The network was trained with the recipe `{training['recipe']}`, seed {training['seed']}."


def measured(evidence: Evidence) -> Section:
    """Each file in each runtime, beside its limits."""
    head = (
        *("format", "file", "kB", "runtime", "accuracy", "change (limit)", "agreement (limit)"),
        *("difference (limit)", "one image"),
    )
    rows = []
    for proof in evidence.proofs:
        artifact = evidence.bundle.artifact(proof.format)
        file = proof.format, f"`{artifact.path}`", f"{artifact.size_bytes / 1000:.0f}"
        rows += [(*file, report.backend, *_numbers(report)) for report in proof.reports]
    if not evidence.questions.original:
        return Section(
            "measured",
            "Measured",
            tables=[Table(head, rows)],
            after="The file is held against the truth, and runtimes against each other; change, agreement and "
            f"difference are not compared, as there is no original. {ONE_IMAGE}",
        )
    return Section(
        "measured",
        "Measured",
        tables=[Table(head, rows)],
        after="*Change* is the accuracy less Keras's, in points. *Agreement* is the share of images for which file and "
        "Keras name the same digit. *Difference* is the largest one between any two probabilities. In brackets: the "
        f"limits; a file outside of them is left out. {limits(evidence)}{ONE_IMAGE}",
    )


def microcontrollers(findings: Sequence[Finding]) -> Section:
    """Memory that the C code takes."""
    return Section(
        "microcontrollers",
        "Memory on a microcontroller",
        "The network of the format `c` by itself, compiled for size on the machine that exported; RAM without the "
        "stack, which is less than 1,000 bytes.",
        [Table(("memory", "measured", "limit"), [(each.check, each.measured, each.limit) for each in findings])],
        f"With TensorFlow Lite Micro: the int8 file and the library in flash, and in RAM an arena of {ARENA_BYTES:,} "
        "bytes, as its interpreter says on a 64-bit computer.",
    )


def others(evidence: Evidence) -> Section:
    """Accuracy on other sets."""
    formats = [proof.format for proof in evidence.proofs]
    rows = [(other.name, f"{other.images:,}", *map(percent, other.accuracies(formats))) for other in evidence.others]
    original = ("Keras",) if evidence.questions.original else ()
    return Section(
        "others",
        "Other images",
        "Accuracy on further sets of labelled 28 x 28 images, each file in its preferred runtime. They had no part in "
        "this export, and no gate depends on them.",
        [Table(("set", "images", *original, *formats), rows)],
    )


def differences(evidence: Evidence) -> Iterator[Section]:
    """How far answers differ, and where another digit is named."""
    if not evidence.questions.original:
        yield Section("differences", "Differences", f"{NOT_COMPARED.capitalize()}.")
        return
    found = differences_of(evidence.proofs, questions=evidence.questions)
    rows = [
        (each.format, f"{each.median:.1e}", f"{each.p99:.1e}", f"{each.largest:.1e}", str(len(each.changed)))
        for each in found
    ]
    yield Section(
        "differences",
        "Differences from Keras",
        "Of each test image, the largest difference between two of the ten probabilities, file against Keras.",
        [Table(("format", "median", "99 % below", "largest", "other digit named"), rows)],
    )
    changed = [_row(each.format, one) for each in found for one in each.changed[:MOST_CHANGED]]
    if not changed:
        yield Section("changed", "Images that changed their answer", "None, in any format.")
        return
    left_out = sum(len(each.changed[MOST_CHANGED:]) for each in found)
    yield Section(
        "changed",
        "Images that changed their answer",
        "Test images of which the file names another digit than Keras does; with its probability.",
        [Table(("format", "image", "truth", "Keras", "", "file", ""), changed)],
        f"{left_out} more are in report.json." if left_out else "",
    )


def layers(evidence: Evidence) -> Section:
    """Signal and noise of each layer."""
    formats = list(evidence.layers)
    rows = [
        (one.name, _span(one.weights_low, one.weights_high), _span(one.low, one.high), *map(_ratios, (one, *rest)))
        for one, *rest in zip(*evidence.layers.values(), strict=True)
    ]
    return Section(
        "layers",
        "What each layer keeps",
        "Ratio of signal to noise in decibels, each layer's output against the float32 TFLite file's over "
        f"{LAYER_IMAGES} calibration images; after the stroke, that of its weights. 20 dB are a noise of a tenth, "
        "40 dB of a hundredth. The ranges are those of the float32 file. TFLite files run in litert's plain kernels, "
        "`onnx-int8` in onnxruntime operator by operator, `c` in NumPy with the integers of the C code.",
        [Table(("layer", "weights", "output", *formats), rows)],
    )


def rejection(evidence: Evidence) -> Section:
    """Confidence: calibration, and digits against other signs."""
    found = evidence.rejection
    digits = [
        (
            each.images,
            f"{each.count:,}",
            *map(percent, (each.accuracy, each.error_before, each.error_after, each.accepted)),
        )
        for each in found.digits
    ]
    signs = [
        (each.kind, f"{each.count:,}", f"{each.roc_auc:.4f}", percent(each.accepted_at_95), percent(each.accepted))
        for each in found.signs
    ]
    reached = f"reach {found.min_confidence:g}"
    return Section(
        "rejection",
        "Confidence, and what is no digit",
        f"The confidence in a digit is the largest probability after a temperature of {found.temperature:g}, fitted on "
        "the validation images. *Calibration error* is the expected one over "
        f"{BINS} bins, before and after. The second table sets drawn signs that are no digit against the validation "
        "images and the drawn digits: the area under the ROC curve, and the share of signs that are taken for digits "
        f"where 95 % of the digits are accepted (confidence {found.confidence_at_95:.4f}) or where the confidence must "
        f"reach the bundle's {found.min_confidence:g}.",
        [
            Table(("digits", "images", "accuracy", "calibration error", "calibrated", reached), digits),
            Table(("signs", "images", "ROC area", "accepted at 95 %", reached), signs),
        ],
        "What is drawn is drawn anew, but by the same strokes as what a recipe adds to its training. "
        "This is the network alone, on one sign at a time. In pictures a judge decides what is a digit, by form and "
        "surroundings too; `edgedigits fit-judge` fits it after the export, and its figures on drawn scenes are then "
        "in `manifest.json` under `rejection`.",
    )


def latency(p50_us: float | None) -> str:
    """A median time, for instance ``48 us``; nothing where none was measured."""
    return "" if p50_us is None else f"{p50_us:,.0f} µs"


def _numbers(report: ParityReport | LoneReport) -> tuple[str, ...]:
    if isinstance(report, LoneReport):
        return percent(report.accuracy), *["not compared"] * 3, latency(report.p50_us)
    limits = report.tolerance
    lost = f"{-100 * limits.max_accuracy_loss:.2f}" if limits.max_accuracy_loss else "0"
    return (
        percent(report.accuracy),
        f"{100 * report.accuracy_change:+.2f} ({lost})",
        f"{100 * report.agreement:.2f} % ({100 * limits.min_agreement:g} %)",
        f"{report.max_difference:.1e} ({'none' if limits.max_difference >= 1 else f'{limits.max_difference:.2g}'})",
        latency(report.p50_us),
    )


def _row(format: str, one: Changed) -> tuple[str, ...]:
    probabilities = (f"{100 * probability:.1f} %" for probability in (one.keras_probability, one.file_probability))
    keras, file = zip(map(str, (one.keras, one.file)), probabilities, strict=True)
    return format, f"{one.image:,}", str(one.label), *keras, *file


def _span(low: float | None, high: float | None) -> str:
    return "" if low is None else f"{low:.2f} to {high:.2f}"


def _ratios(layer: Layer) -> str:
    ratios = [layer.signal_db] if layer.weights_low is None else [layer.signal_db, layer.weights_db]
    return " / ".join("exact" if ratio is None else f"{ratio:.1f}" for ratio in ratios)
