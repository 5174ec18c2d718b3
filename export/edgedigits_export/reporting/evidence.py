"""Everything that the reports are made from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.apart.answers import measure
from edgedigits.training.data import checksum
from edgedigits_export.analysis.layers import compare_layers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edgedigits.bundle import Bundle
    from edgedigits.training.data import Split
    from edgedigits_export.analysis.confidence import Rejection
    from edgedigits_export.analysis.layers import Layer
    from edgedigits_export.convert.calibration import Calibration
    from edgedigits_export.evaluation import Questions
    from edgedigits_export.networks.network import Network
    from edgedigits_export.proof import Proof
    from edgedigits_export.recalibration import Tried

# Of the calibration images; twice as many change no ratio by a decibel.
LAYER_IMAGES = 64
# They hold the network's own weights: nothing is lost in them.
UNCHANGED = frozenset({"float32", "onnx", "npz"})


@dataclass(frozen=True, slots=True)
class Other:
    """Accuracy on another labelled set of images, in Keras and of each file; shares in 0..1.

    ``keras`` is None where there is no original.
    """

    name: str
    images: int
    sha256: str
    keras: float | None
    formats: Mapping[str, float]

    def accuracies(self, formats: Sequence[str]) -> tuple[float, ...]:
        """Keras's, if there is an original, then those of files in these formats."""
        keras = () if self.keras is None else (self.keras,)
        return *keras, *(self.formats[name] for name in formats)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was measured.

    ``left_out``: files that failed, ``tried``: other calibrations for some of them. ``documented``: the network is the
    project's own. ``recipe`` holds the numbers of its training, empty where they are not known.
    """

    bundle: Bundle
    proofs: Sequence[Proof]
    questions: Questions
    calibration: Calibration
    rejection: Rejection
    layers: Mapping[str, Sequence[Layer]]
    others: Sequence[Other]
    recipe: Mapping[str, Any]
    documented: bool = True
    left_out: Sequence[Proof] = ()
    tried: Sequence[Tried] = ()


def layers_of(
    proofs: Sequence[Proof], *, float32: Callable[[], bytes], calibration: Calibration
) -> dict[str, Sequence[Layer]]:
    """Each file that lost something, layer by layer against the float32 TFLite file, on the first calibration images.

    Args:
        proofs: of all files.
        float32: converts to the float32 TFLite file.
        calibration: gives the images.

    """
    others = [proof for proof in proofs if proof.format not in UNCHANGED]
    if not others:
        return {}
    images = np.concatenate(list(islice(calibration.images(), LAYER_IMAGES)))
    patches = np.rint(images[..., 0] * 255).astype(np.uint8)
    with TemporaryDirectory() as folder:
        reference = Path(folder, "float32.tflite")
        reference.write_bytes(float32())
        return {proof.format: compare_layers(reference, proof.path, patches) for proof in others}


def others_of(network: Network, proofs: Sequence[Proof], *, also: Mapping[str, Split]) -> list[Other]:
    """Accuracy on other sets of images by name: Keras's, and each file's in its preferred runtime."""
    return [_other(name, split, network=network, proofs=proofs) for name, split in also.items()]


def _other(name: str, split: Split, *, network: Network, proofs: Sequence[Proof]) -> Other:
    formats = {
        proof.format: _share(measure(proof.path, split.images, backend=proof.reports[0].backend), split)
        for proof in proofs
    }
    digest = checksum(split.images, split.labels)
    keras = _share(network.answers(split.images), split) if network.original else None
    return Other(name, len(split), digest, keras, formats)


def _share(answers: Any, split: Split) -> float:
    return float(np.mean(answers.argmax(axis=1) == split.labels))
