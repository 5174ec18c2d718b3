"""How long the recipes `fast` and `notebook` take, and how good they get, on this machine, in one run.

    python benchmarks/recipes.py [--data mnist.npz] [--out benchmarks/results/recipes.json]

One process; a short training first pays for what happens once in a process. Then `notebook` and five seeds of `fast`,
some before and some after it, since a machine is not always equally busy. Time is that of `fit`: building the network,
compiling, training, validating; not loading the data, starting TensorFlow, or drawing pictures. Processor time
is given beside wall time, because other programs do not count in it. What is in the file already is not run again.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import statistics
import time
from pathlib import Path
from typing import Any

from edgedigits.files import write_json
from edgedigits.machine import Device
from edgedigits.silence import import_tensorflow

RUNS = (("fast", 0), ("fast", 1), ("notebook", 0), ("fast", 2), ("fast", 3), ("fast", 4))


def measure(name: str, *, seed: int, data: Any) -> dict[str, Any]:
    """Train once, and say how long it took and how good it got."""
    from edgedigits.training.fit import fit
    from edgedigits.training.model import probabilities
    from edgedigits.training.recipes import RECIPES
    from edgedigits.training.scores import score

    recipe = dataclasses.replace(RECIPES[name], seed=seed)
    wall_s, processor_s = time.perf_counter(), time.process_time()
    model, _ = fit(recipe, data=data)
    wall_s, processor_s = time.perf_counter() - wall_s, time.process_time() - processor_s
    scores = score(probabilities(model, data.test.images), labels=data.test.labels)
    return {
        "recipe": name,
        "seed": seed,
        "wall_s": round(wall_s, 2),
        "processor_s": round(processor_s, 2),
        "test_accuracy": scores.accuracy,
        "test_loss": round(scores.loss, 5),
    }


def summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare the recipes; times are medians over the seeds."""
    by_name = {name: [run for run in runs if run["recipe"] == name] for name in ("notebook", "fast")}
    result: dict[str, Any] = {}
    for name, its in by_name.items():
        result[name] = {
            "mean_test_accuracy": round(statistics.mean(run["test_accuracy"] for run in its), 5),
            "wall_s": statistics.median(run["wall_s"] for run in its),
            "processor_s": statistics.median(run["processor_s"] for run in its),
        }
    for clock in ("wall_s", "processor_s"):
        result[f"notebook_over_fast_{clock}"] = round(result["notebook"][clock] / result["fast"][clock], 2)
    return result


def main() -> None:
    """Run what is missing in the file, then compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results" / "recipes.json")
    options = parser.parse_args()
    import_tensorflow()
    from edgedigits.training.data import load_mnist
    from edgedigits.training.fit import fit
    from edgedigits.training.recipes import FAST
    from edgedigits.training.runs import versions

    data = load_mnist(options.data)
    known = json.loads(options.out.read_text(encoding="utf-8"))["runs"] if options.out.exists() else []
    done = {(run["recipe"], run["seed"]): run for run in known}
    fit(dataclasses.replace(FAST, passes=0.05), data=data)
    for name, seed in RUNS:
        if (name, seed) not in done:
            done[name, seed] = measure(name, seed=seed, data=data)
            print(done[name, seed], flush=True)
            content = {"device": dataclasses.asdict(Device.here()) | {"versions": versions()}}
            write_json(options.out, content | {"runs": list(done.values())})
    content = {
        "device": dataclasses.asdict(Device.here()) | {"versions": versions()},
        "summary": summary(list(done.values())),
    }
    write_json(options.out, content | {"runs": list(done.values())})
    print(json.dumps(content["summary"], indent=2))


if __name__ == "__main__":
    main()
