"""Training on several devices or machines, with TensorFlow's own ``tf.distribute``."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def make_strategy(name: str) -> Any:
    """Return the strategy of that name, None for ``"none"``.

    ``"multiworker"`` reads TF_CONFIG as TensorFlow documents it, and must be made before anything else runs in
    TensorFlow. Each worker runs the same command; the batch size is that of all of them together.
    """
    if name == "mirrored":
        return tf.distribute.MirroredStrategy()
    if name == "multiworker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    return None


def is_chief(strategy: Any) -> bool:
    """Tell whether this process writes the run folder: the only one, or the chief, or worker 0 where none is named."""
    resolver = strategy.cluster_resolver if strategy else None
    if resolver is None or not resolver.task_type:
        return True
    has_chief = "chief" in resolver.cluster_spec().jobs
    return bool(resolver.task_type == "chief" or (not has_chief and resolver.task_id == 0))
