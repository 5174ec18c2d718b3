"""Handwriting that MNIST has not: random geometry, pens and cameras, for whole batches, in TensorFlow.

Every step takes images (B, 28, 28, 1) float32 in [0, 1], white ink on black, and a seed (2,), and returns images of the
same form. The same seed gives the same images; an image does not depend on the threads that made it.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import tensorflow as tf

if TYPE_CHECKING:
    from edgedigits.training.recipes import Augmentation

SIDE_PX = 28
# Binomial weights, a Gaussian of sigma 1 px.
BLUR_WEIGHTS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
# Mean pixel of MNIST's training images, and of the thinnest and boldest hundredth.
MEAN_INK, THIN_INK, BOLD_INK = 0.13, 0.05, 0.25


def augment(images: Any, *, seed: Any, strength: Augmentation) -> Any:
    """Change images, each in its own way: first the hand, then the pen, then the camera."""
    steps = (warp, change_pen, blur, coarsen, change_levels, add_neighbour, cut_off, add_noise)
    for step, step_seed in zip(steps, tf.unstack(tf.random.split(seed, len(steps))), strict=True):
        images = step(images, step_seed, strength)
    return tf.clip_by_value(images, 0.0, 1.0)


def warp(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Rotate, shear, scale, stretch and shift, and bend by an elastic displacement, in one resampling."""
    affine_seed, bend_seed = tf.unstack(tf.random.split(seed, 2))
    count = tf.shape(images)[0]
    matrix, shift = random_affine(count, affine_seed, strength)
    axis = tf.range(SIDE_PX, dtype=tf.float32) - (SIDE_PX - 1) / 2
    grid = tf.reshape(tf.stack(tf.meshgrid(axis, axis), -1), (1, -1, 2))
    points = tf.linalg.matmul(grid, matrix, transpose_b=True) + shift[:, tf.newaxis]
    size, knots = tf.unstack(tf.random.split(bend_seed, 2))
    knot_shift = tf.random.stateless_normal((count, 5, 5, 2), knots) * strength.elastic_px
    knot_shift *= tf.random.stateless_uniform((count, 1, 1, 1), size)
    bend = tf.reshape(tf.image.resize(knot_shift, (SIDE_PX, SIDE_PX), method="bicubic"), (count, -1, 2))
    return sample(images, points + bend + (SIDE_PX - 1) / 2)


def random_affine(count: Any, seed: Any, strength: Augmentation) -> tuple[Any, Any]:
    """Draw matrices (B, 2, 2) and shifts (B, 2) that lead from a target point (x, y) to its source."""
    draws = tf.random.stateless_uniform((6, count), seed, -1.0, 1.0)
    angle = draws[0] * (strength.rotation_deg * math.pi / 180)
    cos, sin = tf.cos(angle), tf.sin(angle)
    shear, zoom = draws[1] * strength.shear, tf.exp(draws[2] * strength.scale)
    stretch = tf.exp(draws[3] * strength.aspect / 2)
    x_row = tf.stack([cos * zoom * stretch, (cos * shear - sin) * zoom / stretch], -1)
    y_row = tf.stack([sin * zoom * stretch, (sin * shear + cos) * zoom / stretch], -1)
    return tf.stack([x_row, y_row], 1), tf.transpose(draws[4:]) * strength.shift_px


def sample(images: Any, points: Any) -> Any:
    """Read the images at ``points`` (B, 784, 2), x and y in pixels, bilinearly; there is no ink outside."""
    # One pixel of margin on each side, where all that lies outside is sent.
    side = SIDE_PX + 2
    flat = tf.reshape(tf.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0))), (-1, side * side))
    points = tf.clip_by_value(points + 1.0, 0.0, side - 1.001)
    corner = tf.floor(points)
    right, down = tf.unstack(points - corner, axis=-1)
    x, y = tf.unstack(tf.cast(corner, tf.int32), axis=-1)
    index = y * side + x
    top = read(flat, index) * (1 - right) + read(flat, index + 1) * right
    bottom = read(flat, index + side) * (1 - right) + read(flat, index + side + 1) * right
    return tf.reshape(top * (1 - down) + bottom * down, tf.shape(images))


def read(flat: Any, index: Any) -> Any:
    """Read pixels (B, N) of flattened images at ``index`` (B, N)."""
    return tf.gather(flat, index, batch_dims=1)


def change_pen(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Make strokes thinner (towards a grey erosion) or thicker (towards a grey dilation)."""
    width_seed, marker_seed = tf.unstack(tf.random.split(seed, 2))
    wide = tf.nn.max_pool2d(images, 3, 1, "SAME")
    narrow = -tf.nn.max_pool2d(-images, 3, 1, "SAME")
    width = uniform(images, width_seed, -strength.thinner, strength.thicker)
    ink = tf.reduce_mean(images, (1, 2, 3), keepdims=True)
    # What is bold already would close its loops, and what is thin would vanish.
    thicker = tf.nn.relu(width) * tf.clip_by_value((BOLD_INK - ink) / (BOLD_INK - MEAN_INK), 0.0, 1.0)
    thinner = tf.nn.relu(-width) * tf.clip_by_value((ink - THIN_INK) / (MEAN_INK - THIN_INK), 0.0, 1.0)
    images += thicker * (wide - images) - thinner * (images - narrow)
    marker = chosen(images, marker_seed, strength.marker_chance) * thicker
    return images + marker * (tf.nn.max_pool2d(images, 3, 1, "SAME") - images)


def blur(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Blend some images with their Gaussian blur."""
    chance_seed, share_seed = tf.unstack(tf.random.split(seed, 2))
    weights = tf.constant(BLUR_WEIGHTS)
    kernel = tf.reshape(weights[:, tf.newaxis] * weights, (5, 5, 1, 1))
    blurred = tf.nn.depthwise_conv2d(images, kernel, (1, 1, 1, 1), "SAME")
    share = chosen(images, chance_seed, strength.blur_chance) * uniform(images, share_seed, 0.0, strength.blur)
    return images + share * (blurred - images)


def coarsen(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Show some images as if they had been enlarged from half the resolution."""
    coarse = tf.image.resize(tf.nn.avg_pool2d(images, 2, 2, "VALID"), (SIDE_PX, SIDE_PX))
    return images + chosen(images, seed, strength.coarse_chance) * (coarse - images)


def change_levels(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Move black and white point of some images, and weaken the ink of all."""
    chance_seed, black_seed, white_seed, ink_seed = tf.unstack(tf.random.split(seed, 4))
    active = chosen(images, chance_seed, strength.levels_chance)
    black = active * uniform(images, black_seed, 0.0, strength.black_point)
    white = 1.0 - active * uniform(images, white_seed, 0.0, strength.white_point)
    ink = uniform(images, ink_seed, 1.0 - strength.faint, 1.0)
    return ink * tf.clip_by_value((images - black) / (white - black), 0.0, 1.0)


def add_neighbour(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Let the next image of the batch look in from the left or the right by up to 5 pixels."""
    chance_seed, side_seed, distance_seed = tf.unstack(tf.random.split(seed, 3))
    side = 2 * tf.cast(uniform(images, side_seed, 0.0, 1.0) < 0.5, tf.int32) - 1
    # A digit is at most 20 px wide, in the middle: its edge comes into view at a distance of 24 px.
    distance = tf.cast(uniform(images, distance_seed, 17.0, 25.0), tf.int32)
    source = tf.range(SIDE_PX) + (side * distance)[:, 0, 0]
    # The last column of the padded image is empty.
    source = tf.where((source >= 0) & (source < SIDE_PX), source, SIDE_PX)
    others = tf.pad(tf.roll(images, 1, 0), ((0, 0), (0, 0), (0, 1), (0, 0)))
    neighbours = tf.gather(others, source, axis=2, batch_dims=1)
    return tf.maximum(images, chosen(images, chance_seed, strength.neighbour_chance) * neighbours)


def cut_off(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Lose up to 3 pixels of the 20-pixel box on one side."""
    chance_seed, side_seed, depth_seed = tf.unstack(tf.random.split(seed, 3))
    axis = tf.range(SIDE_PX, dtype=tf.float32)
    columns = tf.stack([axis, SIDE_PX - 1 - axis])
    # Four masks' coordinates: distance in pixels from the left, right, upper and lower edge.
    across = tf.broadcast_to(columns[:, tf.newaxis, :], (2, SIDE_PX, SIDE_PX))
    down = tf.broadcast_to(columns[:, :, tf.newaxis], (2, SIDE_PX, SIDE_PX))
    side = tf.random.stateless_uniform((tf.shape(images)[0],), side_seed, 0, 4, tf.int32)
    inside_px = tf.gather(tf.concat([across, down], 0), side)[..., tf.newaxis]
    lost = tf.cast(inside_px < uniform(images, depth_seed, 4.0, 8.0), tf.float32)
    return images * (1.0 - chosen(images, chance_seed, strength.cut_chance) * lost)


def add_noise(images: Any, seed: Any, strength: Augmentation) -> Any:
    """Add grain to some images."""
    chance_seed, size_seed, grain_seed = tf.unstack(tf.random.split(seed, 3))
    size = chosen(images, chance_seed, strength.noise_chance) * uniform(images, size_seed, 0.0, strength.noise)
    return images + size * tf.random.stateless_normal(tf.shape(images), grain_seed)


def uniform(images: Any, seed: Any, low: float, high: float) -> Any:
    """Draw one number (B, 1, 1, 1) for each image."""
    return tf.random.stateless_uniform((tf.shape(images)[0], 1, 1, 1), seed, low, high)


def chosen(images: Any, seed: Any, chance: float) -> Any:
    """Draw 1 with probability ``chance``, else 0, for each image: (B, 1, 1, 1)."""
    return tf.cast(uniform(images, seed, 0.0, 1.0) < chance, tf.float32)
