"""The detector: a small fully convolutional network, one answer for every four by four pixels of a pyramid's level."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from edgedigits.bundle.detector import CHANNELS, HEADS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    # Of what goes in: filters, kernel, strides, and the name of the layer.
    Normed = Callable[..., Any]
    # Kernel and bias of a convolution.
    Weights = tuple[NDArray[np.float32], NDArray[np.float32]]

# Of the last convolution for heat: at first hardly a pixel is the middle of a digit.
RARE = -4.0
# What batch normalisation adds to a variance, as Keras does.
EPSILON = 1e-3
# How names of depthwise convolutions end, and those of sums that were activated.
AROUND, OUT = "_around", "_out"


def build(*, height: int | None = None, width: int | None = None, batch: int | None = None) -> keras.Model:
    """Build the detector.

    An hourglass: strokes are seen at a half and a quarter of the size, forms at an eighth, what stands around at a
    sixteenth; then back to a quarter. Input (B, H, W, 1) float32, contrast in -1..1; H and W are multiples of 16.
    Output (B, H / 4, W / 4, CHANNELS), see ``edgedigits_camera.detection.maps``.
    """
    picture = keras.Input((height, width, 1), batch_size=batch, name="contrast")
    quarter = _hourglass(picture, _normalised)
    heat = layers.Conv2D(1, 1, bias_initializer=keras.initializers.Constant(RARE), name="heat")(quarter)
    rest = layers.Conv2D(CHANNELS - 1, 1, name="rest")(quarter)
    return keras.Model(picture, layers.Concatenate(name="maps")([heat, rest]), name="detector")


def folded(model: keras.Model, *, height: int | None = None, width: int | None = None) -> keras.Model:
    """The same network as it is exported: for one picture, its normalisations folded into the convolutions before them.

    Three outputs (1, H / 4, W / 4, n) by the names and channels of ``edgedigits.bundle.detector.HEADS`` instead of one,
    so that each has a scale of its own in integers.
    """
    return from_weights(folded_weights(model), height=height, width=width)


def from_weights(weights: Mapping[str, Weights], *, height: int | None = None, width: int | None = None) -> keras.Model:
    """The network of :func:`folded` with the kernel and bias of each convolution by name."""
    picture = keras.Input((height, width, 1), batch_size=1, name="contrast")
    quarter = _hourglass(picture, _biased)
    heads = {name: layers.Conv2D(filters, 1, name=name)(quarter) for name, filters in HEADS.items()}
    made = keras.Model(picture, heads, name="detector")
    for name, pair in weights.items():
        made.get_layer(name).set_weights(pair)
    return made


def folded_weights(model: keras.Model) -> dict[str, Weights]:
    """Kernel and bias of every convolution of :func:`folded`, by name, in the order of the layers."""
    found = {}
    for layer in model.layers:
        if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D):
            kernel, *bias = layer.get_weights()
            found[layer.name] = (kernel, bias[0]) if bias else _folded(kernel, model.get_layer(f"{layer.name}_normed"))
    kernel, bias = found.pop("rest")
    box = HEADS["box"]
    return found | {"box": (kernel[..., :box], bias[:box]), "kind": (kernel[..., box:], bias[box:])}


def _folded(kernel: NDArray[np.float32], norm: Any) -> Weights:
    """A convolution (H, W, C, filters) without bias and the normalisation behind it, as kernel and bias of one."""
    gamma, beta, mean, variance = (weight.astype(np.float64) for weight in norm.get_weights())
    gain = gamma / np.sqrt(variance + EPSILON)
    return (kernel * gain).astype(np.float32), (beta - mean * gain).astype(np.float32)


def _normalised(x: Any, filters: int, kernel: int, *, name: str, strides: int = 1) -> Any:
    x = layers.Conv2D(filters, kernel, strides=strides, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(epsilon=EPSILON, name=f"{name}_normed")(x)


def _biased(x: Any, filters: int, kernel: int, *, name: str, strides: int = 1) -> Any:
    return layers.Conv2D(filters, kernel, strides=strides, padding="same", name=name)(x)


def _hourglass(picture: Any, normed: Normed) -> Any:
    """From contrast (B, H, W, 1) to what the heads see, (B, H / 4, W / 4, 24)."""
    half = layers.Conv2D(10, 3, strides=2, padding="same", activation="relu", name="half")(picture)
    quarter = layers.ReLU(name="quarter_out")(normed(half, 24, 3, strides=2, name="quarter"))
    quarter = _block(quarter, 24, 3, normed, name="quarter_1")
    eighth = layers.ReLU(name="eighth_out")(normed(quarter, 64, 3, strides=2, name="eighth"))
    for number in (1, 2, 3):
        eighth = _block(eighth, 64, 5, normed, name=f"eighth_{number}")
    sixteenth = layers.ReLU(name="sixteenth_out")(
        normed(_around(eighth, 3, strides=2, name="sixteenth"), 96, 1, name="sixteenth")
    )
    for number in (1, 2, 3):
        sixteenth = _block(sixteenth, 96, 5, normed, name=f"sixteenth_{number}")
    eighth = _block(_merged(eighth, sixteenth, 64, name="to_eighth"), 64, 5, normed, name="eighth_4")
    quarter = _merged(quarter, eighth, 24, name="to_quarter")
    for number in (2, 3):
        quarter = _block(quarter, 24, 3, normed, name=f"quarter_{number}")
    return quarter


def _around(x: Any, kernel: int, *, name: str, strides: int = 1) -> Any:
    """The depthwise half of a separable convolution, not normalised: normalisations take most of a training."""
    name = f"{name}{AROUND}"
    return layers.DepthwiseConv2D(kernel, strides=strides, padding="same", activation="relu", name=name)(x)


def _block(x: Any, filters: int, kernel: int, normed: Normed, *, name: str) -> Any:
    """Add to each pixel what is found around it."""
    return layers.ReLU(name=f"{name}{OUT}")(
        layers.Add()([x, normed(_around(x, kernel, name=name), filters, 1, name=name)])
    )


def _merged(fine: Any, coarse: Any, filters: int, *, name: str) -> Any:
    """Add what was seen at half the size."""
    y = layers.Conv2D(filters, 1, name=name)(coarse)
    return layers.ReLU(name=f"{name}{OUT}")(layers.Add()([fine, _doubled(y)]))


def _doubled(x: Any) -> Any:
    """Each pixel four times. Resizing would write the size down, and the file would serve one size of picture only."""
    four = layers.Concatenate()([x] * 4)
    return layers.Lambda(lambda x: tf.nn.depth_to_space(x, 2))(four)
