"""The optimizers that recipes name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from edgedigits.training.model import OUTPUT

if TYPE_CHECKING:
    from edgedigits.training.recipes import Recipe


class KernelMuon(keras.optimizers.Muon):  # type: ignore[misc]
    """Muon for all kernels but the last layer's, those of convolutions too; AdamW for the rest.

    Each step turns a kernel's momentum into the nearest orthogonal matrix, so that all its directions move by the same
    amount (Jordan and others, 2024: Muon, an optimizer for hidden layers in neural networks). A convolution's kernel is
    taken as the matrix (height x width x inputs, outputs) that it is, as there; Keras 3.15 leaves those to AdamW.
    """

    def _should_use_adamw(self, variable: Any) -> bool:
        return len(variable.shape) < 2 or OUTPUT in variable.path

    def _muon_update_step(self, gradient: Any, variable: Any, lr: Any, m: Any) -> None:
        self.assign_add(m, ops.add(gradient, m * (self.momentum - 1)))
        ahead = ops.add(gradient, self.momentum * m)
        matrix = self.zeropower_via_newtonschulz5(ops.reshape(ahead, (-1, ahead.shape[-1])), self.ns_steps)
        self.assign_sub(variable, ops.reshape(self.lr_adjust(lr * matrix), variable.shape))

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """As Keras's, to the rounding: the nearest orthogonal matrix to (rows, columns), in less than half of its time.

        All steps but the last product are made on the matrix of inner products, which is as large as the smaller side.
        """
        if x.shape[0] < x.shape[1]:
            return ops.transpose(self.zeropower_via_newtonschulz5(ops.transpose(x), steps))
        x /= ops.norm(x) + 1e-7
        inner, total = ops.transpose(x) @ x, ops.eye(x.shape[1])
        for _ in range(steps):
            step = self.muon_a * ops.eye(x.shape[1]) + self.muon_b * inner + self.muon_c * inner @ inner
            inner, total = step @ inner @ step, total @ step
        return x @ total


def make_optimizer(recipe: Recipe, *, steps: int) -> Any:
    """Return the recipe's optimizer with its schedule and averaging, for epochs of ``steps`` batches."""
    rate: Any = recipe.learning_rate
    if recipe.warmup_epochs:
        warmup_steps = max(1, round(recipe.warmup_epochs * steps))
        rate = keras.optimizers.schedules.CosineDecay(
            0.0, max(1, recipe.epochs * steps - warmup_steps), warmup_target=rate, warmup_steps=warmup_steps
        )
    momentum = 1 - 1 / max(1, recipe.average * recipe.epochs * steps)
    averaging = {"use_ema": True, "ema_momentum": momentum} if recipe.average else {}
    decay = recipe.weight_decay
    if recipe.muon:
        return KernelMuon(rate, weight_decay=decay, adam_weight_decay=decay, **averaging)
    if decay:
        return keras.optimizers.AdamW(rate, weight_decay=decay, **averaging)
    return keras.optimizers.Adam(rate, **averaging)
