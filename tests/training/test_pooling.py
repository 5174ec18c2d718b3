"""Our pooling gives what TensorFlow's gives, forwards and back."""

import numpy as np
import pytest
import tensorflow as tf

from edgedigits.training.pooling import max_pool

RNG = np.random.default_rng(0)


def both(maps):
    """Maxima and gradient of our pooling, and of TensorFlow's."""
    found = []
    for pool in (max_pool, lambda each: tf.nn.max_pool2d(each, 2, 2, "VALID")):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            maxima = pool(maps)
            weighted = tf.reduce_sum(maxima * tf.reshape(tf.range(tf.size(maxima), dtype=tf.float32), maxima.shape))
        found.append((maxima, tape.gradient(weighted, maps)))
    return found


@pytest.mark.parametrize("shape", [(3, 26, 26, 32), (2, 11, 11, 64), (1, 5, 4, 1), (4, 2, 3, 2)])
@pytest.mark.parametrize("values", ["all different", "many equal", "all equal"])
def test_maxima_and_gradient_are_those_of_tensorflow(shape, values):
    steps = {"all different": 1e6, "many equal": 2, "all equal": 0}[values]
    ours, theirs = both(tf.constant(np.rint(RNG.normal(size=shape) * steps), tf.float32))
    assert np.array_equal(ours[0], theirs[0])
    assert np.array_equal(ours[1], theirs[1])
    assert np.count_nonzero(ours[1])
