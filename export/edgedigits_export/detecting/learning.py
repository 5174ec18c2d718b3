"""One step of the detector's training: losses, optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
import numpy as np
import tensorflow as tf

from edgedigits.bundle.detector import FULL_CONTRAST, NO_CONTRAST
from edgedigits_camera.detection.maps import DIGITS, HEAT, HEIGHT, LIGHT, PRINTED, X
from edgedigits_export.detecting.crops import SIDE_PX
from edgedigits_export.detecting.network import build

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from edgedigits_export.detecting.recipe import DetectorRecipe

# What is learned, and how much it weighs.
LOSSES = {"heat": 1.0, "box": 1.0, "light": 0.5, "printed": 0.3, "digit": 1.0}
# Exponents of the focal loss: cells that are answered well count less, and so do those beside a middle.
FOCUS, BESIDE = 2.0, 4.0
# Errors of the middle (in cells) weigh half of those of the logarithms of width and height.
BOX = (0.5, 0.5, 1.0, 1.0)
# Learning rate at the very start, and at the end as a share of the largest.
FIRST_RATE, LAST_RATE = 1e-5, 0.01


def compiled_detector(recipe: DetectorRecipe) -> Any:
    """The network for crops, with weights by the recipe's seed and its optimizer: AdamW, a cosine after a warm-up.

    The optimizer also keeps an average of the weights; ``edgedigits.training.fit.averaged`` puts it in place.
    """
    keras.utils.set_random_seed(recipe.seed)
    model = build(height=SIDE_PX, width=SIDE_PX)
    rate = keras.optimizers.schedules.CosineDecay(
        FIRST_RATE,
        max(1, recipe.steps - recipe.warmup),
        warmup_target=recipe.learning_rate,
        warmup_steps=recipe.warmup,
        alpha=LAST_RATE,
    )
    optimizer = keras.optimizers.AdamW(
        rate,
        weight_decay=recipe.weight_decay,
        clipnorm=recipe.clip_norm,
        use_ema=True,
        ema_momentum=recipe.average,
    )
    model.compile(optimizer=optimizer, jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


class DetectorSteps:
    """Trains a compiled detector, one batch after the other."""

    def __init__(self, model: Any) -> None:
        self.model = model
        # As in edgedigits.training.steps: XLA is slower for small convolutions on a CPU.
        self.run = tf.function(self.step, jit_compile=False)

    def __call__(self, contrast: NDArray[np.uint8], targets: NDArray[np.float32]) -> NDArray[np.float64]:
        """Make a step on crops (B, S, S) with their maps (B, S / 4, S / 4, 10); returns :data:`LOSSES`, (5,)."""
        return np.array(self.run(tf.constant(contrast), tf.constant(targets)), np.float64)

    def step(self, contrast: Any, targets: Any) -> Any:
        """Go down the gradient of the weighted sum of losses."""
        scaled = (tf.cast(contrast, tf.float32)[..., None] - NO_CONTRAST) / FULL_CONTRAST
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            parts = losses(self.model(scaled, training=True), targets)
            loss = tf.reduce_sum(parts * tf.constant(list(LOSSES.values())))
        self.model.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return parts


def losses(answers: Any, targets: Any) -> Any:
    """How far maps (B, H, W, 17) are from what ``crops`` marked, (B, H, W, 10): (5,), in the order of :data:`LOSSES`.

    All but the heat's are means over the cells where something is learned, by how much.
    """
    learned, box, light, printed = targets[..., 2], targets[..., 3:7], targets[..., 7], targets[..., 8]
    digit = tf.cast(targets[..., 9], tf.int32)
    apart = tf.reduce_sum(tf.abs(answers[..., X : HEIGHT + 1] - box) * tf.constant(BOX), axis=-1)
    parts = (
        apart,
        tf.nn.sigmoid_cross_entropy_with_logits(light, answers[..., LIGHT]),
        tf.nn.sigmoid_cross_entropy_with_logits(printed, answers[..., PRINTED]),
        tf.nn.sparse_softmax_cross_entropy_with_logits(digit, answers[..., DIGITS]),
    )
    cells = tf.maximum(tf.reduce_sum(learned), 1.0)
    means = [tf.reduce_sum(learned * part) / cells for part in parts]
    return tf.stack([focal(answers[..., HEAT], targets[..., 0], targets[..., 1]), *means])


def focal(logits: Any, heat: Any, weight: Any) -> Any:
    """Penalty-reduced focal loss of middles, for each of them; all (B, H, W).

    As in CornerNet (Law and Deng, arXiv 1808.01244, equation 1) and CenterNet (Zhou and others, arXiv 1904.07850).
    """
    said = tf.sigmoid(logits)
    middle = tf.cast(heat >= 1, tf.float32)
    found = -tf.pow(1 - said, FOCUS) * tf.math.log_sigmoid(logits) * middle
    empty = -tf.pow(1 - heat, BESIDE) * tf.pow(said, FOCUS) * tf.math.log_sigmoid(-logits) * (1 - middle) * weight
    return (tf.reduce_sum(found) + tf.reduce_sum(empty)) / tf.maximum(tf.reduce_sum(middle), 1.0)
