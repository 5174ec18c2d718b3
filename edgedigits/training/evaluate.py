"""Figures of any artifact, in its own runtime: a run folder in Keras, a bundle in the runtime that serves it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.errors import RunError
from edgedigits.manifest import MANIFEST
from edgedigits.recognizer import Recognizer
from edgedigits.training.quiet import import_tensorflow
from edgedigits.training.scores import Scores, score

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.training.data import Split

# Small enough for the cache of a small device.
BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What ran, and its figures."""

    runtime: str
    scores: Scores


def evaluate(folder: Path, *, test: Split, backend: str = "auto", format: str | None = None) -> Evaluation:
    """Evaluate a run folder or a bundle; TensorFlow is imported for a run folder only.

    Raises:
        RunError: the folder is neither, or the run is not finished, or a runtime was asked for that is not Keras.
        BundleError: the bundle is broken.
        BackendError: no runtime here runs the bundle.

    """
    if (folder / MANIFEST).is_file():
        with Recognizer.load(folder, backend=backend, format=format) as recognizer:
            parts = [
                recognizer.probabilities(test.images[first : first + BATCH_SIZE])
                for first in range(0, len(test), BATCH_SIZE)
            ]
            return Evaluation(recognizer.opened.explain(), score(concatenated(parts), labels=test.labels))
    if backend != "auto" or format is not None:
        raise RunError(f"{folder} is no bundle (it has no {MANIFEST}); --backend and --format are for bundles")
    return evaluate_run(folder, test=test)


def concatenated(parts: list[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Join probabilities (B, 10) to (N, 10)."""
    import numpy as np

    return np.concatenate(parts)


def evaluate_run(folder: Path, *, test: Split) -> Evaluation:
    """Evaluate the model of a run folder in Keras."""
    path = folder / "model.keras"
    if not path.is_file():
        state = (folder / "state.npz").is_file()
        cure = "its training is not finished; --resume goes on" if state else "name a run folder or a bundle"
        raise RunError(f"{folder} has neither {MANIFEST} nor {path.name}; {cure}")
    import_tensorflow()
    import keras

    from edgedigits.training.model import probabilities

    try:
        model = keras.saving.load_model(path, compile=False)
    except (OSError, ValueError) as error:
        raise RunError(
            f"{path} cannot be read ({' '.join(str(error).split())[:200]}); train again with --force"
        ) from error
    return Evaluation(f"Keras {keras.__version__}", score(probabilities(model, test.images), labels=test.labels))
