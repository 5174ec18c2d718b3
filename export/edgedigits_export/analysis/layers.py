"""How much of each layer's signal a file keeps, against the float32 TFLite file of the same network.

    python -m edgedigits_export.analysis.layers FLOAT32.tflite OTHER PATCHES.npy     prints one JSON list

It runs in a process of its own without TensorFlow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.errors import ParityError
from edgedigits_export.analysis.layer_outputs import LAYERS, WEIGHTED, trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_export.analysis.layer_outputs import Traced

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a file against the float32 file: ratios of signal to noise in decibels, None where nothing differs.

    ``low`` to ``high`` are the values that the layer gave in the float32 file, ``weights_low`` to ``weights_high`` its
    weights there; None where it has none.
    """

    name: str
    signal_db: float | None
    low: float
    high: float
    weights_db: float | None = None
    weights_low: float | None = None
    weights_high: float | None = None


def compare_layers(float32: Path, other: Path, patches: NDArray[np.uint8]) -> tuple[Layer, ...]:
    """Compare two files of the documented network layer by layer over patches (N, 28, 28) uint8.

    Raises:
        ParityError: the runtime crashed or hung, or one of the files is of another network.

    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "patches.npy")
        np.save(path, patches)
        command = [sys.executable, "-m", __name__, *map(os.fspath, (float32, other, path))]
        # The child sees the same packages, also where they were found through sys.path alone.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired as error:
            raise ParityError(f"comparing the layers of {other.name} took more than {TIMEOUT_S} s") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise ParityError(f"the layers of {other.name} cannot be compared: {reason}")
    return tuple(Layer(**fields) for fields in json.loads(done.stdout.splitlines()[-1]))


def ratio_db(signal: NDArray[np.float64], noisy: NDArray[np.float64]) -> float | None:
    """Ratio of signal to noise in decibels, 10 log10(sum(signal^2) / sum((signal - noisy)^2)); None without noise."""
    noise = float(np.square(signal - noisy).sum())
    return 10 * float(np.log10(np.square(signal).sum() / noise)) if noise else None


def layers_of(float32: Path, other: Path, patches: NDArray[np.uint8]) -> list[Layer]:
    """What :func:`compare_layers` says, in this process."""
    true, found = (trace(path, patches) for path in (float32, other))
    return [_layer(name, true, found) for name in LAYERS]


def _layer(name: str, true: Traced, found: Traced) -> Layer:
    signal = true.outputs[name]
    measured = name, ratio_db(signal, found.outputs[name]), float(signal.min()), float(signal.max())
    if name not in WEIGHTED:
        return Layer(*measured)
    weights = true.weights[name]
    return Layer(*measured, ratio_db(weights, found.weights[name]), float(weights.min()), float(weights.max()))


def main(float32: str, other: str, patches: str) -> int:
    """The child's side of :func:`compare_layers`."""
    layers = layers_of(Path(float32), Path(other), np.load(patches))
    sys.stdout.write(json.dumps([asdict(layer) for layer in layers]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
