"""The folder for microcontrollers: the int8 file as an array, the network by itself, known answers, a demo."""

from __future__ import annotations

from importlib import resources
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits_export.c.network import IntegerNetwork, Layer, read_network
from edgedigits_export.c.reference import answers
from edgedigits_export.c.source import array, constant

if TYPE_CHECKING:
    from numpy.typing import NDArray

MODEL_DATA = "edgedigits_model_data.c"
WEIGHTS = "edgedigits_weights.c"
GOLDEN = "edgedigits_golden.c"
README = "README.md"
# The same for every network.
FIXED = (
    "edgedigits_model_data.h",
    "edgedigits_net.h",
    "edgedigits_net.c",
    "edgedigits_weights.h",
    "edgedigits_golden.h",
    "demo.c",
    "Makefile",
)
SOURCES = resources.files(__package__) / "sources"
# Static buffers of edgedigits_net.c: what the first and the second pooling give.
RAM_BYTES = 13 * 13 * 32 + 5 * 5 * 64
# What TensorFlow Lite Micro's interpreter says that it used, on a 64-bit computer.
ARENA_BYTES = 31_536


LABELS = tuple("0123456789")


def c_folder(
    tflite: bytes, *, patches: NDArray[np.uint8], digits: NDArray[np.uint8], labels: tuple[str, ...] = LABELS
) -> dict[str, bytes]:
    """Content of each file of the folder, by its name.

    Args:
        tflite: the documented network in full integer arithmetic, int8 in and out.
        patches: (N, 28, 28), of which the folder holds the known answers.
        digits: (N,), what they show.
        labels: of the ten outputs.

    Raises:
        ExportError: the file is of another kind.

    """
    network = read_network(tflite)
    texts = {name: (SOURCES / name).read_text("utf-8") for name in FIXED} | {
        MODEL_DATA: model_data(tflite, network, labels=labels),
        WEIGHTS: weights(network),
        GOLDEN: golden(patches, digits, answers(network, patches)),
        README: readme(network, tflite_bytes=len(tflite), known=len(patches)),
    }
    return {name: text.encode() for name, text in texts.items()}


def model_data(tflite: bytes, network: IntegerNetwork, *, labels: tuple[str, ...]) -> str:
    """The file as an array, and what its numbers mean."""
    quoted = ", ".join(f'"{label}"' for label in labels)
    return "\n".join(
        [
            '#include "edgedigits_model_data.h"\n',
            "#if defined(__GNUC__)",
            "#define ALIGNED __attribute__((aligned(16)))",
            "#elif defined(_MSC_VER)",
            "#define ALIGNED __declspec(align(16))",
            "#else",
            "#error define ALIGNED as what aligns an array to 16 bytes with this compiler",
            "#endif\n",
            constant("size_t edgedigits_model_data_bytes", len(tflite)),
            constant("float edgedigits_input_scale", network.input_scale),
            constant("int edgedigits_input_zero_point", network.input_zero_point),
            constant("float edgedigits_output_scale", network.output_scale),
            constant("int edgedigits_output_zero_point", network.output_zero_point),
            f"const char *const edgedigits_labels[EDGEDIGITS_LABELS] = {{{quoted}}};\n",
            array(np.frombuffer(tflite, np.uint8), declaration="ALIGNED const uint8_t edgedigits_model_data[]"),
        ]
    )


def weights(network: IntegerNetwork) -> str:
    """Every number of the network."""
    constants = [
        constant("int32_t edgedigits_logit_zero_point", network.logit_zero_point),
        constant("int32_t edgedigits_softmax_multiplier", network.softmax.multiplier),
        constant("int32_t edgedigits_softmax_shift", network.softmax.shift),
        constant("int32_t edgedigits_softmax_least", network.softmax.least),
    ]
    return "\n".join(['#include "edgedigits_weights.h"\n', *constants, "", *map(_layer, network.layers)])


def _layer(layer: Layer) -> str:
    columns: dict[str, NDArray[Any]] = {
        "int8_t {}_weights": layer.weights.ravel(),
        "int32_t {}_bias": layer.bias,
        "int32_t {}_multiplier": layer.multipliers,
        "uint8_t {}_shift": layer.shifts,
    }
    arrays = [
        array(values, declaration=f"static const {name.format(layer.name)}[{values.size}]")
        for name, values in columns.items()
    ]
    fields = ", ".join(f"{layer.name}_{part}" for part in ("weights", "bias", "multiplier", "shift"))
    return "\n".join([*arrays, f"const edgedigits_layer edgedigits_{layer.name} = {{{fields}}};\n"])


def golden(patches: NDArray[np.uint8], digits: NDArray[np.uint8], known: NDArray[np.int8]) -> str:
    """Pictures, their digits, and the network's answers (N, 10)."""
    return "\n".join(
        [
            '#include "edgedigits_golden.h"\n',
            constant("int edgedigits_golden_count", len(patches)),
            array(digits, declaration="const uint8_t edgedigits_golden_labels[]"),
            array(patches.reshape(len(patches), -1), declaration="const uint8_t edgedigits_golden_images[][784]"),
            array(known, declaration="const int8_t edgedigits_golden_probabilities[][10]"),
        ]
    )


def readme(network: IntegerNetwork, *, tflite_bytes: int, known: int) -> str:
    """How to use the folder, with its figures.

    Args:
        network: that the folder holds.
        tflite_bytes: size of the file for TensorFlow Lite Micro.
        known: how many known answers there are.

    """
    text = (SOURCES / README).read_text("utf-8")
    return Template(text).substitute(
        golden=known,
        numbers=f"{sum(layer.weights.size + 9 * layer.bias.size for layer in network.layers):,}",
        model=f"{tflite_bytes:,}",
        ram=f"{RAM_BYTES:,}",
        arena=f"{ARENA_BYTES:,}",
    )
