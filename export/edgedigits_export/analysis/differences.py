"""How each file's answers to the test images differ from Keras's, and where the answer is another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_export.evaluation import Questions
    from edgedigits_export.proof import Proof

# Four bars to a power of ten, from what float32 can tell apart up to a certain answer turned into another one.
EDGES = 10.0 ** np.arange(-9, 0.01, 0.25)


@dataclass(frozen=True, slots=True)
class Changed:
    """An image that a file names otherwise than Keras does; probabilities in 0..1."""

    image: int
    label: int
    keras: int
    keras_probability: float
    file: int
    file_probability: float


@dataclass(frozen=True, slots=True)
class Differences:
    """Of each image, the largest difference between two probabilities: its distribution over the test set.

    ``counts`` are the images between neighbouring :data:`EDGES`; the first one's also holds what is below.
    """

    format: str
    median: float
    p99: float
    largest: float
    counts: tuple[int, ...]
    changed: tuple[Changed, ...]


def differences_of(proofs: Sequence[Proof], *, questions: Questions) -> list[Differences]:
    """Compare every file's answers in its preferred runtime with Keras's; nothing where there is no original."""
    if not questions.original:
        return []
    return [
        _differences(proof.format, proof.answers, questions=questions) for proof in proofs if proof.answers is not None
    ]


def _differences(format: str, answers: NDArray[np.float32], *, questions: Questions) -> Differences:
    largest = np.abs(answers - questions.reference).max(axis=1)
    counts, _ = np.histogram(np.clip(largest, EDGES[0], EDGES[-1]), EDGES)
    median, p99 = np.quantile(largest, (0.5, 0.99)).tolist()
    said, expected = answers.argmax(axis=1), questions.reference.argmax(axis=1)
    changed = tuple(
        Changed(
            image=row,
            label=int(questions.test.labels[row]),
            keras=int(expected[row]),
            keras_probability=float(questions.reference[row, expected[row]]),
            file=int(said[row]),
            file_probability=float(answers[row, said[row]]),
        )
        for row in np.flatnonzero(said != expected).tolist()
    )
    return Differences(format, median, p99, float(largest.max()), tuple(counts.tolist()), changed)
