"""The detector in a bundle: a network that says where digits stand, in files of its own.

Each file takes the local contrast of a canvas, 1 x H x W x 1 with H and W any multiples of 16, as
(contrast - 128) / 127; it gives three outputs for every four by four pixels, :data:`HEADS`. What they mean is said in
``edgedigits_camera.detection.maps``; side by side they are its channels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from edgedigits.bundle.arrays import EXPORT_AGAIN, bundle_arrays, require_shapes
from edgedigits.errors import BundleError
from edgedigits.tensors import TensorSpec  # noqa: TC001 - its fields are read by annotation

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

INPUT = "contrast"
# Outputs and their channels, in the order in which they are laid side by side.
HEADS = {"heat": 1, "box": 4, "kind": 12}
CHANNELS = sum(HEADS.values())
# Pixels for one cell of the answer, and what sides of a canvas are multiples of.
STRIDE_PX, ALIGN_PX = 4, 16
# Contrast of no ink, and how much of it stands for 1.
NO_CONTRAST, FULL_CONTRAST = 128, 127
GOLDEN = "detector_golden.npz"


@dataclass(frozen=True, slots=True)
class DetectorParity:
    """How a file compares with the trained network on drawn scenes.

    Attributes:
        scenes: how many.
        max_difference: largest difference of any value in any map.
        peaks: in the trained network's maps, of a heat of at least 0.3.
        found: share of them that the file has, and of the file's that the network has: the lesser.
        iou: mean overlap of the boxes of peaks that both have, intersection over union.
        heat: mean difference of their heat, a probability.

    """

    scenes: int
    max_difference: float
    peaks: int
    found: float
    iou: float
    heat: float


@dataclass(frozen=True, slots=True)
class DetectorFile:
    """One file of the detector; ``path`` is relative to the bundle's folder, shapes are those it was written for."""

    format: str
    path: str
    sha256: str
    size_bytes: int
    input: TensorSpec
    outputs: tuple[TensorSpec, ...]
    parity: DetectorParity


@dataclass(frozen=True, slots=True)
class Detector:
    """The detector's section of a manifest; ``training`` says how it was trained, ``made_with`` by which versions."""

    files: tuple[DetectorFile, ...]
    golden_sha256: str
    training: dict[str, Any] = field(default_factory=dict)
    made_with: dict[str, str] = field(default_factory=dict)

    def digests(self) -> dict[str, str]:
        """SHA-256 of every file, by its path in the bundle."""
        return {GOLDEN: self.golden_sha256, **{file.path: file.sha256 for file in self.files}}

    def file(self, format: str) -> DetectorFile:
        """The file in this format.

        Raises:
            BundleError: there is none.

        """
        for file in self.files:
            if file.format == format:
                return file
        have = ", ".join(file.format for file in self.files)
        raise BundleError(f"the detector has no {format!r} file; it has: {have}")


@dataclass(frozen=True, slots=True)
class KnownMaps:
    """Golden canvases (H, W) uint8 of several sizes, and what each file says of them, (H / 4, W / 4, 17) float32."""

    canvases: tuple[NDArray[np.uint8], ...]
    maps: dict[str, tuple[NDArray[np.float32], ...]]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read them from a bundle's folder.

        Raises:
            BundleError: the archive is damaged or holds something else.

        """
        path = folder / GOLDEN
        arrays = bundle_arrays(path)
        count = sum(name.startswith("canvas/") for name in arrays)
        sizes = [np.shape(arrays.get(f"canvas/{number}", 0)) for number in range(count)]
        if not sizes or any(len(size) != 2 or 0 in size or any(np.mod(size, ALIGN_PX)) for size in sizes):
            raise BundleError(f"{path} is damaged: its canvases are of {sizes}; {EXPORT_AGAIN}")
        formats = sorted({name.rpartition("/")[0] for name in arrays} - {"canvas"})
        shapes: dict[str, tuple[tuple[int, ...], Any]] = {}
        for number, (height, width) in enumerate(sizes):
            shapes[f"canvas/{number}"] = ((height, width), np.uint8)
            cells = (height // STRIDE_PX, width // STRIDE_PX, CHANNELS)
            shapes |= {f"{name}/{number}": (cells, np.float32) for name in formats}
        require_shapes(arrays, shapes, path=path)
        found = {name: tuple(arrays[f"{name}/{number}"] for number in range(count)) for name in ("canvas", *formats)}
        return cls(found.pop("canvas"), found)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As they are stored: ``canvas/0``, ``float32/0``, ``int8/0`` and so on."""
        groups: dict[str, tuple[NDArray[Any], ...]] = {"canvas": self.canvases, **self.maps}
        return {f"{name}/{number}": array for name, arrays in groups.items() for number, array in enumerate(arrays)}
