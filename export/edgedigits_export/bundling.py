"""From a network to a bundle: convert, prove, then put everything in its place at once, or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edgedigits.bundle import GOLDEN, Bundle, Measured
from edgedigits.bundle.checksums import write_sums
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import BundleError, ExportError
from edgedigits.files import replacing_folder, sha256
from edgedigits.machine import processor_kind
from edgedigits.preprocess import MNIST
from edgedigits_export.analysis.confidence import measure_rejection
from edgedigits_export.convert import tflite
from edgedigits_export.convert.calibration import IMAGES, Calibration
from edgedigits_export.convert.npz import archive
from edgedigits_export.evaluation import Questions, runs_of
from edgedigits_export.formats import FORMATS
from edgedigits_export.gates.limits import Wishes
from edgedigits_export.keeping import bundle_at, detector_in, judge_in
from edgedigits_export.making import Maker, sorted_out
from edgedigits_export.recalibration import Tried, recalibrated
from edgedigits_export.reporting import Evidence, layers_of, others_of, write_reports
from edgedigits_export.selection import formats_for, with_limits
from edgedigits_export.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edgedigits.training.data import Mnist, Split
    from edgedigits_export.formats import Format
    from edgedigits_export.networks.network import Network
    from edgedigits_export.proof import Proof
    from edgedigits_export.reporting import Other

# Below one half, the other nine digits together are likelier than the best one.
MIN_CONFIDENCE = 0.5
LABELS = tuple("0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an export is asked for."""

    formats: Mapping[str, Format]
    calibration_images: int = IMAGES
    seed: int = 0
    name: str = "mnist-cnn"
    min_confidence: float = MIN_CONFIDENCE
    also: Mapping[str, Split] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=Wishes)
    detector: Path | None = None
    """Folder that `edgedigits train-detector` wrote; None for the old bundle's detector, or else the shipped one's."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle in its place, the proof of each of its files, and what became of what the old bundle had, in words.

    ``left_out`` are the proofs of files that failed, ``others`` what was measured on further sets of images.
    """

    bundle: Bundle
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...] = ()
    left_out: tuple[Proof, ...] = ()
    others: tuple[Other, ...] = ()


def export_network(
    network: Network,
    out: Path,
    *,
    data: Mnist,
    settings: Settings,
    on_step: Callable[[str], None] = lambda _: None,
) -> Exported:
    """Export a network, the project's own or one that others trained, into the bundle ``out``, which is replaced whole.

    Of a bundle that was there, the detector stays unless another is given, and the judge if both networks are the same.
    A file that fails is left out; where the bundle that was there has one of its format, that stays as it was.

    Args:
        network: what to export.
        out: folder of the bundle.
        data: calibration draws from its training split, the test split is only measured.
        settings: what is wanted; other networks than the documented one have limits of their own.
        on_step: told what was begun or done, :func:`steps_of` times.

    Raises:
        GateError: all files failed, or one that ``out`` has; the first line says which with its number, those that
            follow have every number beside its limit.
        ExportError: a format is for the documented network only, or ``out`` is a folder of
            something else.

    """
    check_replaceable(out)
    old = bundle_at(out)
    formats = formats_for(network, settings.formats)
    calibration = Calibration(data, settings.calibration_images, settings.seed)
    questions = Questions.ask(network, data.test)
    formats = with_limits(formats, documented=network.documented, reference=questions.reference, wishes=settings.wishes)
    with replacing_folder(out) as folder:
        draft = drafted(folder, network, data=data, accuracy=questions.reference_accuracy, settings=settings)
        maker = Maker(network, draft, questions, on_step)
        made, tried = maker.make(formats, calibration), list[Tried]()
        if network.original:
            made, tried = recalibrated(maker, made, formats=formats, calibration=calibration)
        proofs, left_out = sorted_out(made, old=formats_at(out), out=out)
        on_step("put the detector in")
        detector, notes = detector_in(folder, old=old, run=settings.detector)
        on_step("write the reports")
        rejection = measure_rejection(network.answers, data, min_confidence=settings.min_confidence)
        draft, more = judge_in(replace(draft, detector=detector, rejection=rejection.parameters()), old=old)
        bundle = write_bundle(draft, proofs, questions=questions)
        others = others_of(network, proofs, also=settings.also)
        write_reports(
            Evidence(
                bundle=bundle,
                proofs=proofs,
                questions=questions,
                calibration=calibration,
                rejection=rejection,
                layers=layers_of(proofs, float32=lambda: tflite.float32(network), calibration=calibration)
                if network.documented
                else {},
                others=others,
                recipe=network.numbers,
                documented=network.documented,
                left_out=left_out,
                tried=tried,
            )
        )
        write_sums(folder)
    return Exported(Bundle.load(out), tuple(proofs), (*notes, *more), tuple(left_out), tuple(others))


def steps_of(formats: Mapping[str, Format]) -> int:
    """How often :func:`export_network` tells of a step."""
    return len(formats) + runs_of(formats) + 2


def check_replaceable(out: Path) -> None:
    """Refuse to replace a folder that is no bundle.

    Raises:
        ExportError: there is something else at ``out``.

    """
    if out.exists() and not (out / MANIFEST).is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise ExportError(
            f"{out} exists and is no bundle (no {MANIFEST}); name another --out, since it would be replaced"
        )


def formats_at(out: Path) -> list[str]:
    """Names of the formats of the bundle that is there; all there are, where it cannot be read."""
    if not (out / MANIFEST).is_file():
        return []
    try:
        return [artifact.format for artifact in Bundle.read(out).artifacts]
    except BundleError:
        return list(FORMATS)


def drafted(folder: Path, network: Network, *, data: Mnist, accuracy: float, settings: Settings) -> Bundle:
    """A bundle as it is known before its files are made; their metadata are tied to it."""
    training = {
        "recipe": network.recipe,
        "seed": network.seed,
        "test_accuracy": accuracy,
        "data_sha256": data.sha256,
        "weights_sha256": network.weights_sha256,
        **({"origin": dict(network.origin)} if network.origin else {}),
        **({"limits": settings.wishes.as_dict()} if settings.wishes != Wishes() else {}),
    }
    return Bundle(
        folder=folder,
        name=settings.name,
        labels=LABELS,
        patch=MNIST,
        artifacts=(),
        golden_sha256="",
        training=training,
        made_with=versions(),
    )


def write_bundle(draft: Bundle, proofs: list[Proof], *, questions: Questions) -> Bundle:
    """Write golden vectors and manifest beside the files."""
    answers = {proof.format: proof.golden for proof in proofs if proof.golden is not None}
    golden = draft.folder / GOLDEN
    golden.write_bytes(archive({"patches": questions.golden, "labels": questions.golden_labels, **answers}))
    artifacts = tuple(proof.artifact(draft.folder) for proof in proofs)
    measured = tuple(
        Measured(processor_kind(), report.backend, proof.format, round(report.p50_us, 2))
        for proof in proofs
        for report in proof.reports
        if report.p50_us is not None
    )
    bundle = replace(draft, artifacts=artifacts, golden_sha256=sha256(golden), measured=measured)
    bundle.save()
    return bundle
