"""The model card: README.md of a bundle. Every number in it was measured by the export that wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits_export.gates.lone import NOT_COMPARED
from edgedigits_export.reporting.detector import detector
from edgedigits_export.reporting.markdown import as_markdown
from edgedigits_export.reporting.results import trained
from edgedigits_export.reporting.runtimes import blocks, rules
from edgedigits_export.reporting.sections import Section, Table, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits_export.reporting.evidence import Evidence

LOAD = """\
from pathlib import Path
from edgedigits.recognizer import Recognizer

readings = Recognizer.load(Path(".")).classify(patches)"""


def as_card(evidence: Evidence) -> str:
    """The whole card as Markdown."""
    bundle = evidence.bundle
    size = " (93,322 parameters, 2.79 million multiply-accumulates)" if evidence.documented else ""
    return as_markdown(
        f"Model card: {bundle.name}",
        f"A small network{size} that names one handwritten digit: from a patch of 28 x 28 pixels to the probabilities "
        "of 0 to 9. Every file here whose name begins with `model` is the same network.",
        sections(evidence),
    )


def sections(evidence: Evidence) -> Iterator[Section]:
    """All sections in order."""
    yield Section(
        "use",
        "Intended use",
        "Reading handwritten digits with edgedigits on small devices, teaching, and as a measured starting point for "
        "firmware. It is not made for decisions about people, money or marks that nobody checks, nor for other "
        "scripts, letters or print.",
    )
    yield Section(
        "load",
        "Load it",
        "In this folder, with edgedigits:",
        code=[("", LOAD)],
        after="`patches` are (N, 28, 28) uint8, white ink on black, in MNIST's form (`edgedigits.preprocess.to_patch` "
        "makes them); each reading has a digit, or None, and a confidence. From a picture: `edgedigits recognize "
        "--bundle FOLDER PICTURE`.",
    )
    yield Section(
        "runtimes",
        "Without edgedigits",
        "In this folder; each block ends with the `probabilities` of 0 to 9. " + " ".join(rules(evidence.bundle)),
        code=list(blocks(evidence.bundle)),
        after="What every file takes and gives is in `manifest.json`, too.",
    )
    yield accuracy(evidence)
    yield confidence(evidence)
    yield detector(evidence.bundle)
    yield Section("data", "Data and recipe", data(evidence))
    yield Section("limits", "Limits", limits(evidence))
    yield Section(
        "licence",
        "Licence and more",
        f"{licence(evidence)} All figures: `report.html`, `report.md`, `report.json`. Versions, SHA-256 and "
        "quantisation of every file are in `manifest.json`.",
    )


def limits(evidence: Evidence) -> str:
    """What it cannot do."""
    own = "origin" not in evidence.bundle.training
    return (
        "It always gives ten probabilities, for anything: what is no digit must be told apart by the confidence above "
        "and, in pictures, by the judge. "
        + ("It has learned from MNIST's writers, American census employees and pupils; accuracy" if own else "Accuracy")
        + " on other hands is what the table says, or not known. A digit that is cut off, joined with another or not "
        "brought into MNIST's form is read worse than these figures say."
    )


def licence(evidence: Evidence) -> str:
    """Under which it may be used."""
    if "origin" in evidence.bundle.training:
        return "The licence of the network is its authors'; what edgedigits added is under Apache-2.0."
    return "Apache-2.0."


def accuracy(evidence: Evidence) -> Section:
    """Each file on MNIST's test set and on every other set."""
    head = ("format", "file", "kB", "MNIST test", *(other.name for other in evidence.others))
    sizes = (f"{len(evidence.questions.test):,} images", *(f"{other.images:,} images" for other in evidence.others))
    rows = [("", "", "", *sizes)]
    if evidence.questions.original:
        keras = evidence.questions.reference_accuracy, *(other.keras or 0.0 for other in evidence.others)
        rows.append(("Keras", "", "", *map(percent, keras)))
    for artifact in evidence.bundle.artifacts:
        figures = (artifact.accuracy, *(other.formats[artifact.format] for other in evidence.others))
        kilobytes = f"{artifact.size_bytes / 1000:.0f}"
        rows.append((artifact.format, f"`{artifact.path}`", kilobytes, *map(percent, figures)))
    told = "" if evidence.questions.original else f" {NOT_COMPARED.capitalize()}."
    return Section("accuracy", "Measured accuracy", f"Each file in its own runtime.{told}", [Table(head, rows)])


def confidence(evidence: Evidence) -> Section:
    """How far the confidence can be believed."""
    found = evidence.rejection
    everything = found.signs[0]
    errors = ", ".join(f"{percent(each.error_after)} on {each.images}" for each in found.digits)
    return Section(
        "confidence",
        "Confidence",
        f"The confidence is the largest probability after a temperature of {found.temperature:g}. Its expected "
        f"calibration error is {errors}. Of {everything.count:,} drawn signs that are no digit, "
        f"{percent(everything.accepted)} reach the least confidence of {found.min_confidence:g}; where 95 % of digits "
        f"are accepted, {percent(everything.accepted_at_95)} of the signs are too (area under the ROC curve "
        f"{everything.roc_auc:.4f}).",
    )


def data(evidence: Evidence) -> str:
    """What it was trained, chosen and measured on."""
    known = evidence.calibration.data
    text = trained(evidence)
    if "origin" in evidence.bundle.training:
        return f"{text} Its training is not known here; it is measured on MNIST's {len(known.test):,} test images."
    text += (
        f" MNIST: {len(known.train):,} images to train, {len(known.validation):,} to validate, {len(known.test):,} to "
        "measure; the three share none."
    )
    shares = {"drawn": "digits drawn by the project", "outliers": "drawn signs that are no digit"}
    for name, what in shares.items():
        if share := evidence.recipe.get(name):
            text += f" Added to the training: {what}, {round(share * len(known.train)):,} of them."
    if evidence.recipe.get("augmentation"):
        text += " The training images were changed at random in form, pen and light."
    return text + " Every number of the recipe is in `report.json`."
