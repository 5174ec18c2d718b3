"""README of the folder for microcontrollers."""

from __future__ import annotations

from importlib import resources
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgedigits_export.c.network import IntegerNetwork

# Static buffers of edgedigits_net.c: what the first and the second pooling give.
RAM_BYTES = 13 * 13 * 32 + 5 * 5 * 64
# What TensorFlow Lite Micro's interpreter says that it used, on a 64-bit computer.
ARENA_BYTES = 31_536


def readme(network: IntegerNetwork, *, tflite_bytes: int, known: int) -> str:
    """How to use the folder, with its figures.

    Args:
        network: that the folder holds.
        tflite_bytes: size of the file for TensorFlow Lite Micro.
        known: how many known answers there are.

    """
    text = (resources.files(__package__) / "sources" / "README.md").read_text("utf-8")
    return Template(text).substitute(
        golden=known,
        numbers=f"{sum(layer.weights.size + 9 * layer.bias.size for layer in network.layers):,}",
        model=f"{tflite_bytes:,}",
        ram=f"{RAM_BYTES:,}",
        arena=f"{ARENA_BYTES:,}",
    )
