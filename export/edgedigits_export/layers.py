"""How much of each layer's signal a TFLite file keeps, against the float32 file of the same network.

    python -m edgedigits_export.layers FLOAT32.tflite OTHER.tflite PATCHES.npy     prints one JSON list

It runs in a process of its own without TensorFlow, in the runtime's plain kernels, which keep every tensor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.tflite import stored_pixels
from edgedigits.errors import ExportError, ParityError, require

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Of the documented network, in order; the softmax is an operator of its own.
LAYERS = ("conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "dense1", "dense2", "softmax")
WEIGHTED = frozenset({"conv1", "conv2", "conv3", "dense1", "dense2"})
# They store the same values otherwise, and are no layers.
CONVERSIONS = frozenset({"QUANTIZE", "DEQUANTIZE"})
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
    """Compare two TFLite files of the documented network layer by layer over patches (N, 28, 28) uint8.

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


class Traced:
    """A TFLite file that is run operator by operator, so that every value in it can be seen."""

    def __init__(self, path: Path) -> None:
        runtime = require("ai_edge_litert.interpreter", extra="export")
        self.outputs, self.weights = layer_tensors(path)
        self._interpreter = runtime.Interpreter(
            model_path=os.fspath(path),
            experimental_preserve_all_tensors=True,
            # Delegates fuse operators: what lies between them is then nowhere.
            experimental_op_resolver_type=runtime.OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
        )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]
        self._details = {entry["index"]: entry for entry in self._interpreter.get_tensor_details()}

    def run(self, patch: NDArray[np.uint8]) -> None:
        """Answer one patch (28, 28) uint8."""
        self._interpreter.set_tensor(self._input["index"], stored_pixels(self._input)[patch][None, ..., None])
        self._interpreter.invoke()

    def values(self, index: int) -> NDArray[np.float64]:
        """Values of a tensor after the last run, float64: (stored - zero point) * scale where it is quantised."""
        stored = self._interpreter.get_tensor(index).astype(np.float64)
        quantised = self._details[index]["quantization_parameters"]
        scales, zero_points = quantised["scales"], quantised["zero_points"]
        if not len(scales):
            return stored
        shape = [1] * stored.ndim
        if len(scales) > 1:
            shape[quantised["quantized_dimension"]] = -1
        return (stored - zero_points.reshape(shape)) * scales.astype(np.float64).reshape(shape)


def layer_tensors(path: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Indices of each layer's output and weights in a file.

    Raises:
        ExportError: its operators are not those of the documented network.

    """
    schema = require("ai_edge_litert.schema_py_generated", extra="export")
    model = schema.ModelT.InitFromPackedBuf(path.read_bytes(), 0)
    names = {number: name for name, number in vars(schema.BuiltinOperator).items() if isinstance(number, int)}
    codes = [names[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
    layers = [entry for entry in model.subgraphs[0].operators if codes[entry.opcodeIndex] not in CONVERSIONS]
    if len(layers) != len(LAYERS):
        raise ExportError(f"{path} has {len(layers)} operators, expected one for each of {', '.join(LAYERS)}")
    named = dict(zip(LAYERS, layers, strict=True))
    outputs = {name: int(layer.outputs[0]) for name, layer in named.items()}
    return outputs, {name: int(layer.inputs[1]) for name, layer in named.items() if name in WEIGHTED}


def layers_of(float32: Path, other: Path, patches: NDArray[np.uint8]) -> list[Layer]:
    """What :func:`compare_layers` says, in this process."""
    true, found = Traced(float32), Traced(other)
    signals: dict[str, list[Any]] = {name: [] for name in LAYERS}
    for patch in patches:
        for traced in (true, found):
            traced.run(patch)
        for name in LAYERS:
            signals[name].append((true.values(true.outputs[name]), found.values(found.outputs[name])))
    return [_layer(name, signals[name], true, found) for name in LAYERS]


def _layer(name: str, signals: list[Any], true: Traced, found: Traced) -> Layer:
    signal, noisy = (np.concatenate(values) for values in zip(*signals, strict=True))
    measured = name, ratio_db(signal, noisy), float(signal.min()), float(signal.max())
    if name not in WEIGHTED:
        return Layer(*measured)
    weights = true.values(true.weights[name])
    noise_db = ratio_db(weights, found.values(found.weights[name]))
    return Layer(*measured, noise_db, float(weights.min()), float(weights.max()))


def main(float32: str, other: str, patches: str) -> int:
    """The child's side of :func:`compare_layers`."""
    layers = layers_of(Path(float32), Path(other), np.load(patches))
    sys.stdout.write(json.dumps([asdict(layer) for layer in layers]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
