"""Figures of any artifact, in its own runtime: a run folder in Keras, a bundle in the runtime that serves it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.bundle import Bundle
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import RunError
from edgedigits.recognizer import Recognizer
from edgedigits.silence import import_tensorflow
from edgedigits.training.data import load_test
from edgedigits.training.scores import Scores, score

if TYPE_CHECKING:
    from collections.abc import Callable
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


def evaluate(folder: Path, *, data: Path | None = None, backend: str = "auto", format: str | None = None) -> Evaluation:
    """Evaluate a run folder or a bundle on MNIST's test set or other images; a run folder needs TensorFlow.

    Args:
        folder: of the run or bundle; looked at before MNIST, which may have to be downloaded.
        data: MNIST; None looks where :func:`edgedigits.training.data.load_mnist` does.
        backend: for a bundle, what runs it.
        format: for a bundle, which of its files.

    Raises:
        RunError: the folder is neither, or the run is not finished, or a runtime was asked for that is not Keras.
        BundleError: the bundle is broken.
        BackendError: no runtime here runs the bundle.
        DataError: MNIST is not there, or is something else.

    """
    if (folder / MANIFEST).is_file():
        with Recognizer.load(folder, backend=backend, format=format) as recognizer:
            trained_on = str(Bundle.read(folder).training.get("data_sha256", ""))
            test = load_test(data, trained_on=trained_on)
            return Evaluation(recognizer.opened.explain(), scores_of(recognizer.probabilities, test))
    if backend != "auto" or format is not None:
        raise RunError(f"{folder} is no bundle (it has no {MANIFEST}); --backend and --format are for bundles")
    return evaluate_run(folder, data=data)


def scores_of(answer: Callable[[NDArray[np.uint8]], NDArray[np.float32]], test: Split) -> Scores:
    """Have all images answered, a few at a time, and score the answers."""
    import numpy as np

    parts = [answer(test.images[first : first + BATCH_SIZE]) for first in range(0, len(test), BATCH_SIZE)]
    return score(np.concatenate(parts), labels=test.labels)


def evaluate_run(folder: Path, *, data: Path | None) -> Evaluation:
    """Evaluate the model of a run folder in Keras."""
    path = folder / "model.keras"
    if not path.is_file():
        state = (folder / "state.npz").is_file()
        cure = "its training is not finished; --resume goes on" if state else "name a run folder or a bundle"
        raise RunError(f"{folder} has neither {MANIFEST} nor {path.name}; {cure}")
    import_tensorflow()
    import keras

    from edgedigits.training.model import probabilities
    from edgedigits.training.runs import Run, recorded
    from edgedigits.training.saved import load_keras

    run = Run(folder)
    try:
        model = load_keras(path)
    except ValueError as error:
        raise RunError(f"{path} cannot be read ({error}); train again with --force") from error
    test = load_test(data, trained_on=recorded(run)["data"]["sha256"] if run.recipe.is_file() else "")
    return Evaluation(f"Keras {keras.__version__}", score(probabilities(model, test.images), labels=test.labels))
