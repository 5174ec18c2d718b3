"""From a trained run to a bundle: convert, prove, then put everything in its place at once, or nothing."""

from __future__ import annotations

import importlib.metadata
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgedigits import __version__
from edgedigits.bundle import GOLDEN, MANIFEST, Bundle
from edgedigits.errors import ExportError, ParityError
from edgedigits.files import replacing_folder, sha256
from edgedigits.preprocess import MNIST
from edgedigits.training.runs import check_data
from edgedigits_export.archive import archive
from edgedigits_export.calibration import IMAGES, Calibration
from edgedigits_export.network import load_network
from edgedigits_export.proof import Proof, Questions, prove
from edgedigits_export.report import write_reports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from edgedigits.training.data import Mnist
    from edgedigits.training.runs import Run
    from edgedigits_export.formats import Format
    from edgedigits_export.network import Network

# Below one half, the other nine digits together are likelier than the best one.
MIN_CONFIDENCE = 0.5
LABELS = tuple("0123456789")
LIBRARIES = ("tensorflow", "keras", "numpy", "onnx", "tf2onnx", "ai-edge-litert", "tflite-runtime", "onnxruntime")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an export is asked for."""

    formats: Mapping[str, Format]
    calibration_images: int = IMAGES
    seed: int = 0
    name: str = "mnist-cnn"
    min_confidence: float = MIN_CONFIDENCE


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle in its place, and the proof of each of its files."""

    bundle: Bundle
    proofs: tuple[Proof, ...]


def export_run(
    run: Run,
    out: Path,
    *,
    data: Mnist,
    settings: Settings,
    on_step: Callable[[str], None] = lambda _: None,
) -> Exported:
    """Export a run folder into the bundle ``out``, which is replaced whole.

    Args:
        run: what `edgedigits train` wrote, with the same data.
        out: folder of the bundle.
        data: calibration draws from its training split, the test split is only measured.
        settings: what is wanted.
        on_step: told what begins, two steps for each format.

    Raises:
        RunError: the run holds no network of the documented architecture, or was trained on other data.
        ParityError: a file failed its gate; the message holds every number beside its limit, and ``out`` is as it was.
        ExportError: a conversion failed, or ``out`` is a folder of something else.

    """
    check_replaceable(out)
    check_data(run, data=data)
    network = load_network(run)
    calibration = Calibration(data, settings.calibration_images, settings.seed)
    questions = Questions.ask(network, data.test)
    with replacing_folder(out) as folder:
        proofs = []
        for name, made in settings.formats.items():
            on_step(f"convert {name}")
            path = folder / made.file
            path.write_bytes(convert(made, network, calibration, name=name))
            on_step(f"prove {name}")
            proofs.append(prove(path, name=name, format=made, questions=questions))
        check_proofs(proofs)
        training = {
            "recipe": network.recipe,
            "seed": network.seed,
            "test_accuracy": questions.reference_accuracy,
            "data_sha256": data.sha256,
        }
        bundle = write_bundle(folder, proofs, questions=questions, training=training, settings=settings)
        write_reports(bundle, proofs, calibration=calibration)
    return Exported(Bundle.load(out), tuple(proofs))


def convert(format: Format, network: Network, calibration: Calibration, *, name: str) -> bytes:
    """Bytes of a file in this format.

    Raises:
        ExportError: the converter failed.

    """
    try:
        return format.convert(network, calibration)
    except Exception as error:  # each converter raises its own
        raise ExportError(f"conversion to {name} failed: {' '.join(str(error).split())[:300]}") from error


def check_proofs(proofs: list[Proof]) -> None:
    """Let nothing pass unless all files did.

    Raises:
        ParityError: one line for each file, with every number beside its limit.

    """
    failed = [proof.format for proof in proofs if not proof.passed]
    if failed:
        lines = "\n".join(f"  {proof}" for proof in proofs)
        raise ParityError(f"{', '.join(failed)} failed the gate, nothing was exported\n{lines}")


def check_replaceable(out: Path) -> None:
    """Refuse to replace a folder that is no bundle.

    Raises:
        ExportError: there is something else at ``out``.

    """
    if out.exists() and not (out / MANIFEST).is_file() and not (out.is_dir() and not any(out.iterdir())):
        raise ExportError(
            f"{out} exists and is no bundle (no {MANIFEST}); name another --out, since it would be replaced"
        )


def write_bundle(
    folder: Path, proofs: list[Proof], *, questions: Questions, training: dict[str, Any], settings: Settings
) -> Bundle:
    """Write golden vectors and manifest beside the files."""
    answers = {proof.format: proof.golden for proof in proofs if proof.golden is not None}
    (folder / GOLDEN).write_bytes(archive({"patches": questions.golden, "labels": questions.golden_labels, **answers}))
    bundle = Bundle(
        folder=folder,
        name=settings.name,
        labels=LABELS,
        patch=MNIST,
        artifacts=tuple(proof.artifact() for proof in proofs),
        golden_sha256=sha256(folder / GOLDEN),
        rejection={"min_confidence": settings.min_confidence},
        training=training,
        made_with=versions(),
    )
    bundle.save()
    return bundle


def versions() -> dict[str, str]:
    """Versions of what had a hand in it."""
    found = {"edgedigits": __version__, "python": platform.python_version(), "machine": platform.machine()}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
