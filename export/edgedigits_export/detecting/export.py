"""A trained detector as files: convert, write in what they are, prove; all of them or none."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.detector import GOLDEN, Detector, KnownMaps
from edgedigits.bundle.metadata import section_sha256
from edgedigits.errors import ExportError
from edgedigits.files import sha256
from edgedigits_export.convert.metadata import WRITERS
from edgedigits_export.convert.npz import archive
from edgedigits_export.detecting.contents import contents_of
from edgedigits_export.detecting.formats import FORMATS
from edgedigits_export.detecting.proof import DetectorProof, DetectorQuestions, prove_detector
from edgedigits_export.detecting.scenes import golden_canvases, proof_canvases
from edgedigits_export.versions import versions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import keras

# What the maps' channels are, in the order of the heads.
LABELS = ("heat", "x", "y", "width", "height", "light", "printed", *"0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectorSettings:
    """How a detector is exported: scenes to prove with and to calibrate with, and the least peaks in the former."""

    proof_scenes: int = 24
    calibration_scenes: int = 64
    least_peaks: int = 100
    training: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExportedDetector:
    """The detector's section of a manifest, and the proof of each of its files."""

    section: Detector
    proofs: tuple[DetectorProof, ...]


def export_detector(
    model: keras.Model,
    folder: Path,
    *,
    settings: DetectorSettings | None = None,
    on_step: Callable[[str], None] = lambda _: None,
) -> ExportedDetector:
    """Write a trained detector into a folder, which may hold other things; the caller saves the manifest.

    Args:
        model: as ``detecting.network.build`` makes it, of any size, trained.
        folder: where the files go.
        settings: what is wanted; ``training`` goes into the manifest as it is.
        on_step: told what was begun or done.

    Raises:
        GateError: a file failed its gate; the message holds every number beside its limit, and nothing was written.
        ExportError: a conversion failed.

    """
    wanted = settings or DetectorSettings()
    training = {**wanted.training, "weights_sha256": weights_sha256(model)}
    made_with = versions()
    with tempfile.TemporaryDirectory() as name:
        files = {}
        for made in FORMATS:
            on_step(f"convert the detector to {made}")
            files[made] = write_file(model, made, Path(name), scenes=wanted.calibration_scenes)
            inscribe(files[made], format=made, training=training, made_with=made_with)
        questions = DetectorQuestions.ask(
            model,
            canvases=proof_canvases(wanted.proof_scenes),
            golden=golden_canvases(),
            least_peaks=wanted.least_peaks,
        )
        proofs = prove_detector(
            files, formats=FORMATS, questions=questions, on_run=lambda run: on_step(f"prove the detector: {run}")
        )
        check_proofs(proofs)
        known = KnownMaps(questions.golden, {proof.format: proof.golden for proof in proofs})
        golden = Path(name, GOLDEN)
        golden.write_bytes(archive(known.arrays()))
        section = Detector(tuple(proof.file() for proof in proofs), sha256(golden), training, made_with)
        folder.mkdir(parents=True, exist_ok=True)
        for path in section.digests():
            shutil.copyfile(Path(name, path), folder / path)
    return ExportedDetector(section, tuple(proofs))


def write_file(model: keras.Model, format: str, folder: Path, *, scenes: int) -> Path:
    """Convert to one format.

    Raises:
        ExportError: the converter failed.

    """
    made = FORMATS[format]
    path = folder / made.file
    try:
        path.write_bytes(made.convert(model, scenes))
    except Exception as error:  # each converter raises its own
        raise ExportError(
            f"conversion of the detector to {format} failed: {' '.join(str(error).split())[:300]}"
        ) from error
    return path


def inscribe(path: Path, *, format: str, training: Mapping[str, Any], made_with: Mapping[str, str]) -> None:
    """Write into a file that can hold it what it is."""
    write = WRITERS.get(path.suffix)
    if write is None:
        return
    contents = contents_of(path)
    quantised = contents.input.scale is not None
    path.write_bytes(
        write(
            path,
            {
                "name": "detector",
                "format": format,
                "labels": list(LABELS),
                "picture": "local contrast of a canvas of 1..255, none is 128, ink darker than its paper lies above; "
                "sides of any multiple of 16 pixels; one answer for 4 x 4 pixels",
                "normalisation": "value = (contrast - 128) / 127",
                "quantisation": "stored = value / scale + zero_point" if quantised else "none at the ends",
                "input": asdict(contents.input),
                "outputs": [asdict(output) for output in contents.outputs],
                "weights_sha256": training["weights_sha256"],
                "section_sha256": section_sha256(training, made_with),
            },
        )
    )


def check_proofs(proofs: list[DetectorProof]) -> None:
    """Let nothing pass unless all files did.

    Raises:
        GateError: one line for each file, with every number beside its limit.

    """
    failed = [proof for proof in proofs if not proof.passed]
    if failed:
        first = next(finding for finding in failed[0].findings if not finding.passed)
        names, lines = ", ".join(proof.format for proof in failed), "\n".join(f"  {proof}" for proof in proofs)
        raise first.error(f"the detector's {names} failed the gate, nothing was exported\n{lines}")


def weights_sha256(model: keras.Model) -> str:
    """Hexadecimal SHA-256 of all weights in the order of the layers, float32, little-endian."""
    return hashlib.sha256(b"".join(weight.astype("<f4").tobytes() for weight in model.get_weights())).hexdigest()
