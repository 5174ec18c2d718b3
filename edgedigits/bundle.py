"""A bundle: a folder with a manifest, the files of one network in several formats, and what was measured about each.

Loading checks the manifest's schema, that every file stays inside the folder, is there, and has the SHA-256 it had when
it was proven.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.detector import Detector, KnownMaps
from edgedigits.errors import BundleError
from edgedigits.files import sha256, write_json
from edgedigits.preprocess import PatchSpec
from edgedigits.sums import write_sums
from edgedigits.tensors import TensorSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCHEMA = 1
MANIFEST = "manifest.json"
GOLDEN = "golden.npz"
JUDGE = "judge.npz"


@dataclass(frozen=True, slots=True)
class Parity:
    """How a file compares with the network it was made from, over the MNIST test set."""

    agreement: float
    max_difference: float
    accuracy_change: float


@dataclass(frozen=True, slots=True)
class Artifact:
    """One model file; ``path`` is relative to the bundle's folder.

    Where a format is a folder of files, ``files`` holds the further ones: their paths, and the SHA-256 of each.
    """

    format: str
    path: str
    sha256: str
    size_bytes: int
    input: TensorSpec
    output: TensorSpec
    accuracy: float
    parity: Parity
    files: dict[str, str] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of this format, by its path."""
        return {**self.files, self.path: self.sha256}


@dataclass(frozen=True)
class Bundle:
    """What ``manifest.json`` holds, and the folder that it lies in."""

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

    @classmethod
    def load(cls, folder: Path) -> Bundle:
        """Read and check a bundle.

        Raises:
            BundleError: no manifest, an unknown schema, a path that leaves the folder, a file missing or changed.

        """
        bundle = cls.read(folder)
        for path, digest in bundle.digests().items():
            _check_file(folder, path, digest)
        return bundle

    @classmethod
    def read(cls, folder: Path) -> Bundle:
        """Read a bundle's manifest, without a look at its files.

        Raises:
            BundleError: no manifest, or an unknown schema.

        """
        return _from_manifest(_read_manifest(folder), folder)

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
        """Known answers: ``patches`` (N, 28, 28) and ``labels`` (N,), both uint8, and per format (N, 10) float32."""
        with np.load(self.folder / GOLDEN, allow_pickle=False) as arrays:
            return dict(arrays)

    @cached_property
    def known_maps(self) -> KnownMaps:
        """Known answers of the detector's files.

        Raises:
            BundleError: the archive holds something else.

        """
        try:
            return KnownMaps.load(self.folder)
        except (OSError, ValueError, KeyError) as error:
            raise BundleError(f"{self.folder} has no known maps of its detector ({error})") from error

    @cached_property
    def judge(self) -> dict[str, NDArray[Any]]:
        """Arrays of the judge that tells digits from other ink; the shipped bundle's where none was fitted for it.

        Raises:
            BundleError: the shipped bundle is broken, or has none.

        """
        bundle = self if self.judge_sha256 else Bundle.load(default_bundle())
        if not bundle.judge_sha256:
            raise BundleError(f"{bundle.folder} has no judge; fit one with: edgedigits fit-judge {bundle.folder}")
        with np.load(bundle.folder / JUDGE, allow_pickle=False) as arrays:
            return dict(arrays)


def default_bundle() -> Path:
    """Folder of the bundle that is shipped: inside the installed package, or in ``models/`` of a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "models" / "mnist-cnn"
    return installed if installed.is_dir() else package.parent / "models" / "mnist-cnn"


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BundleError(f"no {MANIFEST} in {folder}; name a folder that `edgedigits export` wrote") from None
    except (OSError, ValueError) as error:
        raise BundleError(f"{path} cannot be read as JSON ({error}); export the bundle again") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise BundleError(f"{path} has schema {schema!r}, this version reads {SCHEMA}; export the bundle again")
    return dict(content)


def _from_manifest(content: dict[str, Any], folder: Path) -> Bundle:
    try:
        fields = {name: value for name, value in content.items() if name != "schema"}
        fields["labels"] = tuple(fields["labels"])
        fields["patch"] = PatchSpec(**fields["patch"])
        fields["artifacts"] = tuple(_artifact(entry) for entry in fields["artifacts"])
        fields["detector"] = Detector.of(fields["detector"]) if fields.get("detector") else None
        return Bundle(folder=folder, **fields)
    except (KeyError, TypeError, AttributeError) as error:
        raise BundleError(f"{folder / MANIFEST} is not a manifest of schema {SCHEMA} ({error})") from error


def _artifact(entry: dict[str, Any]) -> Artifact:
    tensors = {end: TensorSpec.of(entry[end]) for end in ("input", "output")}
    paths = {"path": os.fspath(entry["path"]), "files": {**entry.get("files", {})}}
    return Artifact(**(entry | tensors | paths | {"parity": Parity(**entry["parity"])}))


def _check_file(folder: Path, path: str, digest: str) -> None:
    file = folder / path
    if "\0" in path or not file.resolve().is_relative_to(folder.resolve()):
        raise BundleError(f"manifest of {folder} names {path!r}, which lies outside the bundle's folder")
    if not file.is_file():
        raise BundleError(f"{file} is missing; copy the whole bundle again")
    found = sha256(file)
    if found != digest:
        raise BundleError(
            f"{file} has SHA-256 {found[:12]}..., the manifest says {digest[:12]}...; it is damaged or was changed, "
            "copy or export the bundle again"
        )
