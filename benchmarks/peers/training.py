"""Training: recipe `fast` beside the notebook's own loop, ``model.fit``, and beside recipe `notebook`, its numbers.

    python -m benchmarks.peers.training [--epochs 20]

How long ``model.fit`` takes until it names 99.0 % of the test set right is chance: the median of three seeds counts, of
which the first goes on to the end. Time is that of training and validating: loading, starting TensorFlow and looking
at the test set do not count; building the network and compiling do.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from benchmarks.peers.side import keep
from edgedigits.silence import import_tensorflow

if TYPE_CHECKING:
    from edgedigits.training.data import Mnist
    from edgedigits.training.recipes import Recipe

WANTED = 0.99
FIT_SEEDS = 3


def accuracy(model: Any, data: Mnist) -> float:
    """Share of the test set that is named right."""
    from edgedigits.training.model import probabilities
    from edgedigits.training.scores import score

    return float(score(probabilities(model, data.test.images), labels=data.test.labels).accuracy)


def ours(recipe: Recipe, data: Mnist) -> dict[str, Any]:
    """A recipe from its first step to its last; the first epoch, which compiles, is no epoch to compare."""
    from edgedigits.training.fit import fit

    begin_s = time.perf_counter()
    model, history = fit(recipe, data=data)
    took_s = time.perf_counter() - begin_s
    epochs_s = [round(float(row["time_s"]), 2) for row in history]
    images = round(recipe.passes * len(data.train)) * len(history)
    return {
        "seed": recipe.seed,
        "s": round(took_s, 2),
        "accuracy": accuracy(model, data),
        "images_per_s": round(images / took_s),
        "epoch_s": statistics.median(epochs_s[1:] or epochs_s),
    }


def by_fit(data: Mnist, *, epochs: int, seed: int, to_the_end: bool) -> list[dict[str, float]]:
    """The notebook's loop: epochs of ``model.fit`` with Adam, to the last or to one that names the test set well."""
    import keras

    from edgedigits.training.model import build_model

    keras.utils.set_random_seed(seed)
    train, held = [(part.images[..., None] / 255.0, part.labels) for part in (data.train, data.validation)]
    begin_s, rows = time.perf_counter(), []
    model = build_model()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    for _ in range(epochs):
        model.fit(*train, batch_size=128, epochs=1, validation_data=held, verbose=0)
        rows.append({"s": round(time.perf_counter() - begin_s, 2), "accuracy": accuracy(model, data)})
        if rows[-1]["accuracy"] >= WANTED and not to_the_end:
            break
        begin_s = time.perf_counter()
    return rows


def until_s(rows: list[dict[str, float]]) -> float | None:
    """Seconds to the first epoch after which the test set was named well enough; None where it never was."""
    seconds = accumulate(row["s"] for row in rows)
    return next((s for s, row in zip(seconds, rows, strict=True) if row["accuracy"] >= WANTED), None)


def measure(data: Mnist, *, epochs: int) -> dict[str, Any]:
    """All of it, `fast` before, between and after the others: a machine is not always equally busy."""
    from edgedigits.training.recipes import FAST, NOTEBOOK

    fits: list[list[dict[str, float]]] = []
    runs = [ours(FAST, data)]
    documented = ours(dataclasses.replace(NOTEBOOK, epochs=epochs), data)
    for seed in range(FIT_SEEDS):
        runs.append(ours(dataclasses.replace(FAST, seed=seed + 1), data))
        fits.append(by_fit(data, epochs=epochs, seed=seed, to_the_end=seed == 0))
    runs.append(ours(dataclasses.replace(FAST, seed=FIT_SEEDS + 1), data))
    return {"fast": runs, "notebook": documented, "fit": fits} | compared(runs, documented, fits)


def compared(
    runs: list[dict[str, Any]], documented: dict[str, Any], fits: list[list[dict[str, float]]]
) -> dict[str, Any]:
    """How many times as long ``model.fit`` takes, to 99.0 % (the median, where all seeds get there) and to its end."""
    fast_s = statistics.median(run["s"] for run in runs)
    reached_s = [until_s(rows) for rows in fits]
    fit_s = None if None in reached_s else round(statistics.median(s for s in reached_s if s), 2)
    whole_s = round(sum(row["s"] for row in fits[0]), 2)
    fit_epoch_s = statistics.median(row["s"] for row in fits[0][1:] or fits[0])
    return {
        "fast_s": fast_s,
        "fast_accuracy": round(statistics.mean(run["accuracy"] for run in runs), 4),
        "fit_s": fit_s,
        "fit_over_fast": round(fit_s / fast_s, 2) if fit_s else None,
        "whole_s": whole_s,
        "whole_over_fast": round(whole_s / fast_s, 2),
        "fit_epoch_s": fit_epoch_s,
        "notebook_over_fit_epoch": round(documented["epoch_s"] / fit_epoch_s, 2),
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=20)
    options = parser.parse_args()
    import_tensorflow()
    from edgedigits.training.data import load_mnist
    from edgedigits.training.fit import fit
    from edgedigits.training.recipes import FAST

    data = load_mnist(None)
    fit(dataclasses.replace(FAST, passes=0.05), data=data)  # what happens once in a process
    result = measure(data, epochs=options.epochs)
    print(f"fast: {result['fast_s']} s to {result['fast_accuracy']:.2%}, {len(result['fast'])} seeds")
    print(f"model.fit to 99.0 %: {result['fit_s']} s, {result['fit_over_fast']} times that of fast (limit 15)")
    whole = f"{result['whole_s']} s to {result['fit'][0][-1]['accuracy']:.2%}"
    print(f"model.fit, {options.epochs} epochs: {whole}, {result['whole_over_fast']} times that of fast (limit 15)")
    documented = f"{result['notebook']['s']} s to {result['notebook']['accuracy']:.2%}"
    epoch = f"an epoch / one of model.fit: {result['notebook_over_fit_epoch']} (limit 1)"
    print(f"notebook, {options.epochs} epochs: {documented}; {epoch}")
    bars = {"edgedigits fast": result["fast_s"], "edgedigits notebook": result["notebook"]["s"]}
    keep("training", result, bars=bars | {"model.fit": result["whole_s"]}, axis="seconds, two cores")


if __name__ == "__main__":
    main()
