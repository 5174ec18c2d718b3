"""Training: recipe `fast` beside the notebook's own loop, ``model.fit``, until each names 99.0 % of the test set right.

    python -m benchmarks.peers.training [--epochs 20] [--seeds 3]

An epoch of recipe `notebook` is measured beside one of ``model.fit`` on the same images. Time is that of training
alone: loading, starting TensorFlow and looking at the test set do not count.
"""

from __future__ import annotations

import argparse
import dataclasses
import statistics
import time
from typing import TYPE_CHECKING, Any

from benchmarks.peers.side import keep
from edgedigits.silence import import_tensorflow

if TYPE_CHECKING:
    from edgedigits.training.data import Mnist

WANTED = 0.99
OWN_EPOCHS = 3


def accuracy(model: Any, data: Mnist) -> float:
    """Share of the test set that is named right."""
    from edgedigits.training.model import probabilities
    from edgedigits.training.scores import score

    return float(score(probabilities(model, data.test.images), labels=data.test.labels).accuracy)


def fast(data: Mnist, *, seed: int) -> dict[str, float]:
    """Recipe `fast` from its first step to its last."""
    from edgedigits.training.fit import fit
    from edgedigits.training.recipes import FAST

    begin_s = time.perf_counter()
    model, _ = fit(dataclasses.replace(FAST, seed=seed), data=data)
    took_s = time.perf_counter() - begin_s
    return {"s": round(took_s, 2), "accuracy": accuracy(model, data), "images_per_s": round(len(data.train) / took_s)}


def own_epochs(data: Mnist) -> list[float]:
    """Seconds of epochs of recipe `notebook`, validation included; the first compiles, and is left out."""
    from edgedigits.training.fit import fit
    from edgedigits.training.recipes import NOTEBOOK

    _, history = fit(dataclasses.replace(NOTEBOOK, epochs=1 + OWN_EPOCHS), data=data)
    return [round(float(row["time_s"]), 2) for row in history[1:]]


def by_fit(data: Mnist, *, epochs: int) -> list[dict[str, float]]:
    """The notebook's loop: epochs of ``model.fit`` with Adam, until the test set is named well enough."""
    from edgedigits.training.model import build_model

    model, rows = build_model(), []
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    train, held = [(part.images[..., None] / 255.0, part.labels) for part in (data.train, data.validation)]
    for _ in range(epochs):
        begin_s = time.perf_counter()
        model.fit(*train, batch_size=128, epochs=1, validation_data=held, verbose=0)
        took_s = time.perf_counter() - begin_s
        rows.append({"s": round(took_s, 2), "accuracy": accuracy(model, data)})
        if rows[-1]["accuracy"] >= WANTED and len(rows) > OWN_EPOCHS:
            break
    return rows


def measure(data: Mnist, *, epochs: int, seeds: int) -> dict[str, Any]:
    """All of it, `fast` before, between and after the others: a machine is not always equally busy."""
    runs = [fast(data, seed=0)]
    rows = by_fit(data, epochs=epochs)
    runs += [fast(data, seed=seed) for seed in range(1, seeds - 1)]
    own_s = own_epochs(data)
    runs += [fast(data, seed=seeds - 1)]
    until = next((number for number, row in enumerate(rows, 1) if row["accuracy"] >= WANTED), None)
    fit_s = sum(row["s"] for row in rows[:until])
    fast_s = statistics.median(run["s"] for run in runs)
    return {
        "fast": runs,
        "fast_s": fast_s,
        "fast_accuracy": round(statistics.mean(run["accuracy"] for run in runs), 4),
        "fit": rows,
        "fit_reached": until is not None,
        "fit_s": round(fit_s, 2),
        "fit_over_fast": round(fit_s / fast_s, 2),
        "epoch_s": {"notebook": statistics.median(own_s), "model.fit": statistics.median(row["s"] for row in rows[1:])},
    }


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    import_tensorflow()
    from edgedigits.training.data import load_mnist
    from edgedigits.training.fit import fit
    from edgedigits.training.recipes import FAST

    data = load_mnist(None)
    fit(dataclasses.replace(FAST, passes=0.05), data=data)  # what happens once in a process
    result = measure(data, epochs=options.epochs, seeds=options.seeds)
    print(f"fast: {result['fast_s']} s to {result['fast_accuracy']:.2%}, {len(result['fast'])} seeds")
    reached = "to 99.0 %" if result["fit_reached"] else "without reaching 99.0 %"
    print(f"model.fit: {result['fit_s']} s {reached}; {result['fit_over_fast']} times that of fast (limit 15)")
    ours, theirs = result["epoch_s"]["notebook"], result["epoch_s"]["model.fit"]
    print(f"an epoch of notebook: {ours} s, of model.fit: {theirs} s; {ours / theirs:.2f} (limit 1)")
    bars = {"edgedigits fast": result["fast_s"], "model.fit": result["fit_s"]}
    keep("training", result, bars=bars, axis="seconds to 99.0 % of MNIST's test set")


if __name__ == "__main__":
    main()
