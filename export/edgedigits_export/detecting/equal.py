"""The same network with its channels brought to like ranges, so that eight bits serve them all.

A tensor of integers has one scale for all its channels: next to one that goes up to 27, one that goes up to 6 keeps a
quarter of the steps. What passes through a ReLU can be scaled channel by channel: whatever writes a channel is
multiplied, whatever reads it divided, and the network answers as before. Nagel et al., Data-Free Quantization Through
Weight Equalization and Bias Correction, 2019, scale by weights; here it is by what calibration sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np

from edgedigits_export.detecting.network import AROUND, OUT, from_weights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from edgedigits_export.detecting.network import Weights

# Of a full correction: reading weights differ the more, the less values do. Over the scenes of a proof boxes overlap
# Keras's by 0.90 with none, 0.924 with a half, 0.935 with this, 0.933 with all of it.
SHARE, MOST = 0.75, 16.0
# Channels that are written in several places and read in several: they are added up, so they have one scale.
STREAMS = {
    "half": (("half",), ("quarter",)),
    "quarter": (
        ("quarter", "quarter_1", "to_quarter", "quarter_2", "quarter_3"),
        ("quarter_1_around", "eighth", "quarter_2_around", "quarter_3_around", "heat", "box", "kind"),
    ),
    "eighth": (
        ("eighth", "eighth_1", "eighth_2", "eighth_3", "to_eighth", "eighth_4"),
        (*(f"eighth_{number}_around" for number in (1, 2, 3, 4)), "sixteenth_around", "to_quarter"),
    ),
    "sixteenth": (
        ("sixteenth", "sixteenth_1", "sixteenth_2", "sixteenth_3"),
        (*(f"sixteenth_{number}_around" for number in (1, 2, 3)), "to_eighth"),
    ),
}


def equalised(weights: Mapping[str, Weights], windows: Iterable[NDArray[np.float32]]) -> dict[str, Weights]:
    """Weights of a network that answers alike, whose channels have like ranges.

    Args:
        weights: as ``network.folded_weights`` gives them.
        windows: (1, H, W, 1) float32 of one size, from which ranges are taken.

    """
    made = {name: (kernel.astype(np.float64), bias.astype(np.float64)) for name, (kernel, bias) in weights.items()}
    arounds = {name: ((name,), (name.removesuffix(AROUND),)) for name in weights if name.endswith(AROUND)}
    largest = largest_values(weights, windows)
    for stream, (writers, readers) in (STREAMS | arounds).items():
        gain = gains(largest[stream])
        for name in writers:
            kernel, bias = made[name]
            made[name] = kernel * (gain[:, None] if name.endswith(AROUND) else gain), bias * gain
        for name in readers:
            kernel, bias = made[name]
            made[name] = kernel / gain[:, None], bias
    return {name: (kernel.astype(np.float32), bias.astype(np.float32)) for name, (kernel, bias) in made.items()}


def gains(largest: NDArray[np.float32]) -> NDArray[np.float64]:
    """By what to multiply channels (C,) of these largest values, 1 for the largest of them."""
    values = np.maximum(largest.astype(np.float64), 1e-6)
    gain: NDArray[np.float64] = np.minimum((values.max() / values) ** SHARE, MOST)
    return gain


def largest_values(
    weights: Mapping[str, Weights], windows: Iterable[NDArray[np.float32]]
) -> dict[str, NDArray[np.float32]]:
    """Largest value (C,) of each channel of each stream, and of each depthwise convolution, by name."""
    windows = np.concatenate(list(windows))
    made = from_weights(weights, height=windows.shape[1], width=windows.shape[2])
    seen = {
        layer.name: layer.output for layer in made.layers if layer.name.endswith((OUT, AROUND)) or layer.name == "half"
    }
    look = keras.Model(made.inputs, seen)
    found: dict[str, NDArray[np.float32]] = {}
    for window in windows:
        for name, values in look(window[None], training=False).items():
            stream = name if name.endswith(AROUND) else name.removeprefix("to_").partition("_")[0]
            most = np.asarray(values).max(axis=(0, 1, 2))
            found[stream] = np.maximum(found[stream], most) if stream in found else most
    return found
