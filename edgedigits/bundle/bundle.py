"""A bundle: a folder with a manifest, the files of one network in several formats, and what was measured about each.

Loading checks the manifest's schema, the type of every value and the values that matter, that every file stays inside
the folder, is there, and has the SHA-256 it had when it was proven.
"""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edgedigits.bundle.arrays import bundle_arrays, golden_patches
from edgedigits.bundle.checksums import lies_in, write_sums
from edgedigits.bundle.detector import Detector, KnownMaps
from edgedigits.bundle.manifest import MANIFEST, SCHEMA, read_manifest
from edgedigits.errors import BundleError
from edgedigits.files import sha256, write_json
from edgedigits.preprocess import PatchSpec
from edgedigits.tensors import TensorSpec  # noqa: TC001 - its fields are read by annotation
from edgedigits.typed import read_as

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger(__name__)
GOLDEN = "golden.npz"
JUDGE = "judge.npz"
# What every network here names, in the order of its answers.
LABELS = tuple("0123456789")
# What every file system takes.
LONGEST_PATH = 255
# Limits of what says how sure an answer is; a temperature outside of them says that the network is at fault.
REJECTION = {"min_confidence": (0.0, 1.0), "temperature": (0.1, 10.0)}


@dataclass(frozen=True, slots=True)
class Parity:
    """How a file compares with the network it was made from, over the MNIST test set."""

    agreement: float
    max_difference: float
    accuracy_change: float


@dataclass(frozen=True, slots=True)
class Artifact:
    """One model file; ``path`` is relative to the bundle's folder.

    Where a format is a folder of files, ``files`` holds the further ones: their paths, and the SHA-256 of each. A file
    that was taken as it is has no ``parity``: it has no original.
    """

    format: str
    path: str
    sha256: str
    size_bytes: int
    input: TensorSpec
    output: TensorSpec
    accuracy: float
    parity: Parity | None
    files: dict[str, str] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of this format, by its path."""
        return {**self.files, self.path: self.sha256}


@dataclass(frozen=True, slots=True)
class Measured:
    """Median time of one image in a file of the naming network, as the export measured it on its kind of processor."""

    processor: str
    backend: str
    format: str
    p50_us: float


@dataclass(frozen=True)
class Bundle:
    """What ``manifest.json`` holds, and the folder that it lies in.

    Examples:
        >>> import edgedigits
        >>> from pathlib import Path
        >>> bundle = edgedigits.Bundle.load(Path("mine"))
        >>> bundle.artifact("int8").path
        'model_int8.tflite'

    docs/manifest.md says what each key means.
    """

    folder: Path
    name: str
    labels: tuple[str, ...]
    patch: PatchSpec
    artifacts: tuple[Artifact, ...]
    golden_sha256: str
    judge_sha256: str | None = None
    detector: Detector | None = None
    rejection: dict[str, Any] = field(default_factory=dict)
    training: dict[str, Any] = field(default_factory=dict)
    made_with: dict[str, str] = field(default_factory=dict)
    measured: tuple[Measured, ...] = ()

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Read and check a bundle.

        Raises:
            BundleError: the same; a path that leaves the folder, a file missing, changed or not readable.

        """
        bundle = cls.read(folder)
        for path, digest in bundle.digests().items():
            _check_file(folder, path, digest)
        return bundle

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """Read a bundle's manifest, without a look at its files.

        Raises:
            BundleError: no manifest, an unknown schema, or a value that is of another type or makes no sense.

        """
        return _from_manifest(read_manifest(folder), folder)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file that the networks are run from, by its path."""
        files = {GOLDEN: self.golden_sha256} | ({JUDGE: self.judge_sha256} if self.judge_sha256 else {})
        for artifact in self.artifacts:
            files |= artifact.digests()
        return files | (self.detector.digests() if self.detector else {})

    def save(self) -> None:
        """Write the manifest into the bundle's folder, and ``SHA256SUMS`` over all files that are there."""
        write_json(self.folder / MANIFEST, self.content())
        write_sums(self.folder)

    def content(self) -> dict[str, Any]:
        """What the manifest holds."""
        content = asdict(self)
        content.pop("folder")
        if not self.measured:  # older versions know no such key
            content.pop("measured")
        return {"schema": SCHEMA, **content}

    def artifact(self, format: str) -> Artifact:
        """The artifact in this format.

        Raises:
            BundleError: the bundle has none.

        """
        for artifact in self.artifacts:
            if artifact.format == format:
                return artifact
        have = ", ".join(artifact.format for artifact in self.artifacts)
        raise BundleError(f"bundle {self.folder} has no {format!r} artifact; it has: {have}")

    def its_detector(self) -> Detector:
        """The detector that finds digits in pictures.

        Raises:
            BundleError: the bundle has none: it names digits, and reads no pictures.

        """
        if self.detector is None:
            raise BundleError(
                f"{self.folder} has no detector, so it reads no pictures; "
                f"add the shipped one with: edgedigits put-detector {self.folder}"
            )
        return self.detector

    @cached_property
    def golden(self) -> dict[str, NDArray[Any]]:
        """Known answers: ``patches`` (N, 28, 28) and ``labels`` (N,), both uint8, and per format (N, 10) float32.

        Raises:
            BundleError: the archive is damaged or holds something else.

        """
        return golden_patches(self.folder / GOLDEN)

    @cached_property
    def known_maps(self) -> KnownMaps:
        """Known answers of the detector's files.

        Raises:
            BundleError: the archive is damaged or holds something else.

        """
        return KnownMaps.load(self.folder)

    @cached_property
    def judge(self) -> dict[str, NDArray[Any]]:
        """Arrays of the judge that tells digits from other ink; the shipped bundle's where none was fitted for it.

        Raises:
            BundleError: the shipped bundle is broken, or has none; or the archive is damaged.

        """
        fit = f"fit one with: edgedigits fit-judge {self.folder}"
        bundle = self if self.judge_sha256 else Bundle.load(default_bundle())
        if not bundle.judge_sha256:
            raise BundleError(f"{self.folder} has no judge; {fit}")
        if bundle is not self:
            log.warning(
                "%s has no judge, so the shipped bundle's is used, fitted for its network; %s", self.folder, fit
            )
        return bundle_arrays(bundle.folder / JUDGE, cure=fit)


def default_bundle() -> Path:
    """Folder of the bundle that is shipped: inside the installed package, or in ``models/`` of a checkout."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "models" / "mnist-cnn"
    return installed if installed.is_dir() else package.parent / "models" / "mnist-cnn"


def _from_manifest(content: dict[str, Any], folder: Path) -> Bundle:
    try:
        bundle: Bundle = read_as(Bundle, {**content, "folder": folder}, at="manifest")
        _check_values(bundle, patch=content["patch"])
    except ValueError as error:
        raise BundleError(
            f"{folder / MANIFEST} is not a manifest of schema {SCHEMA} ({error}); export the bundle again"
        ) from error
    return bundle


def _check_values(bundle: Bundle, *, patch: dict[str, Any]) -> None:
    """Refuse what no export writes: what reads a bundle relies on it without a further look."""
    if bundle.labels != LABELS:
        raise ValueError(f"labels are {', '.join(bundle.labels)!r:.40}, expected 0 to 9 in this order")
    if patch != asdict(PatchSpec()):
        raise ValueError(f"patch is {patch!r:.60}, expected {asdict(PatchSpec())}")
    formats = [artifact.format for artifact in bundle.artifacts]
    detecting = [file.format for file in bundle.detector.files] if bundle.detector else []
    if not formats or (bundle.detector and not detecting):
        raise ValueError(f"no file of {'a detector' if formats else 'a network'} is named")
    for found in (formats, detecting):
        if twice := sorted({each for each in found if found.count(each) > 1}):
            raise ValueError(f"{', '.join(twice)} is there twice")
    if any(len(path) > LONGEST_PATH for path in bundle.digests()):
        raise ValueError(f"a path has more than {LONGEST_PATH} letters")
    for name, (low, high) in REJECTION.items():
        value = read_as(float, bundle.rejection.get(name, 1.0), at=f"rejection.{name}")
        if not low <= value <= high:
            raise ValueError(f"rejection.{name} is {value:g}, expected {low:g} to {high:g}")


def _check_file(folder: Path, path: str, digest: str) -> None:
    file = folder / path
    if not lies_in(folder, path):
        raise BundleError(f"manifest of {folder} names {path!r}, which lies outside the bundle's folder")
    try:
        if not file.is_file():
            what = "no file" if file.exists() else "missing"
            raise BundleError(f"{file} is {what}; copy the whole bundle again")
        found = sha256(file)
    except OSError as error:
        raise BundleError(f"{file} cannot be read ({error.strerror}); make it readable, or copy it again") from error
    if found != digest:
        raise BundleError(
            f"{file} has SHA-256 {found[:12]}..., the manifest says {digest[:12]}...; it is damaged or was changed, "
            "copy or export the bundle again"
        )
