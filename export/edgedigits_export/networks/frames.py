"""How a network wants an image's shape, and how one of 28x28 pixels is brought into it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from edgedigits.preprocess import MNIST

SIDE_PX = MNIST.size_px
# Smaller ones lose strokes, larger ones are for photos.
LEAST_PX, MOST_PX = 16, 256
COLOURS = 3
AS_IT_IS, PADDED, RESIZED, CROPPED = "as it is", "padded", "resized", "cropped"


@dataclass(frozen=True, slots=True)
class Frame:
    """The form of a network's input.

    Attributes:
        shape: of one input, the batch included; None where it is open.
        side_px: of the image.
        channels: 1, or 3, which are given the same.
        channels_first: (channels, height, width) in place of (height, width, channels).
        fit: how 28x28 pixels become ``side_px`` square.
        batch: images that it takes at a time; None where any number.

    """

    shape: tuple[int | None, ...]
    side_px: int = SIDE_PX
    channels: int = 1
    channels_first: bool = False
    fit: str = AS_IT_IS
    batch: int | None = None

    def __call__(self, images: Any) -> Any:
        """Bring images (N, 28, 28, 1) into the shape of the network; N must be 1 where its batch is not open."""
        images = self._fitted(images)
        if self.channels > 1:
            images = tf.concat([images] * self.channels, -1)
        if self.channels > 1 and self.channels_first:
            images = tf.transpose(images, (0, 3, 1, 2))
        if self.batch is None:
            return tf.reshape(images, (-1, *self._sizes(self.shape[1:])))
        # All images of a fixed batch are the same; the first answer counts.
        return tf.reshape(tf.concat([images] * self.batch, 0), self._sizes(self.shape))

    def _fitted(self, images: Any) -> Any:
        if self.fit == RESIZED:
            return tf.image.resize(images, (self.side_px, self.side_px))
        before = (self.side_px - SIDE_PX) // 2
        after = self.side_px - SIDE_PX - before
        if self.fit == PADDED:
            return tf.pad(images, [[0, 0], [before, after], [before, after], [0, 0]])
        if self.fit == CROPPED:
            return images[:, -before:after, -before:after]
        return images

    def _sizes(self, shape: tuple[int | None, ...]) -> list[int]:
        return [self.side_px if size is None else size for size in shape]


def frames_of(shape: tuple[int | None, ...]) -> tuple[Frame, ...]:
    """Ways to bring an image into the input of this shape; none where it takes no square image.

    An image of 28x28 pixels is one way, another size two: 32x32 may want LeNet's margin or a larger digit.
    """
    inputs = [(shape[:1], shape[1:]), ((), shape)]  # with a batch, without one
    found = next(((batch, form) for batch, sizes in inputs if (form := _form(sizes))), None)
    if found is None:
        return ()
    batch, (side_px, channels, first) = found
    count = (batch[0] if batch else 1) or None
    if side_px == SIDE_PX:
        fits: tuple[str, ...] = (AS_IT_IS,)
    else:
        fits = (PADDED if side_px > SIDE_PX else CROPPED, RESIZED)
    return tuple(Frame(shape, side_px, channels, first, fit, count) for fit in fits)


def _form(sizes: tuple[int | None, ...]) -> tuple[int, int, bool] | None:
    """Side, channels, and whether they come first, of an image of these sizes; None where it is no square one."""
    known = [SIDE_PX if size is None else size for size in sizes if size != 1]
    channels, first = 1, False
    if len(known) == 1:
        known = [math.isqrt(known[0])] * 2 if math.isqrt(known[0]) ** 2 == known[0] else []
    elif len(known) == 3 and COLOURS in (known[0], known[-1]):
        channels, first = COLOURS, known[0] == COLOURS
        known = known[1:] if first else known[:-1]
    if len(known) != 2 or known[0] != known[1] or not LEAST_PX <= known[0] <= MOST_PX:
        return None
    return known[0], channels, first
