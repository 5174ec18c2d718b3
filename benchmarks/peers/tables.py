"""What stands side by side, as tables of docs/peers.md."""

from __future__ import annotations

from benchmarks.tables import percent, results, table
from edgedigits.training.recipes import NOTEBOOK


def inference() -> str:
    """Microseconds per image, one by one and in batches."""
    found = results("peers/inference")
    sizes = list(next(iter(found["us_per_image"].values())))
    rows = [(name, *(f"{took[size]['median']:.1f}" for size in sizes)) for name, took in found["us_per_image"].items()]
    limit = ("limit of the machine, float32", *(f"{found['limit_us']:.1f}" for _ in sizes))
    return table(("µs per image, one core", *(f"{size} at a time" for size in sizes)), [*rows, limit])


def reading() -> str:
    """Digits read, precision, time and memory, for each set of pictures."""
    rows = []
    for name, sets in results("peers/reading")["peers"].items():
        for kind in [kind for kind in sets if kind != "peak_mb"]:
            one = sets[kind]
            shares = percent(one["read"]), percent(one["precision"])
            what = f"{one['digits']} digits, {one['bags']} pictures, {kind}"
            rows.append((what, name, *shares, f"{one['ms']['median']:.0f} ms", f"{sets['peak_mb']} MB"))
    return table(
        ("pictures", "read by", "read", "precision", "a picture", "memory"), sorted(rows, key=lambda row: row[0])
    )


def startup() -> str:
    """Whole processes."""
    found = results("peers/startup")["processes"]
    rows = [
        (name, *(f"{one[clock]['median']:.2f} s" for clock in ("wall_s", "processor_s")), f"{one['peak_mb']} MB")
        for name, one in found.items()
    ]
    return table(("process", "from start to end", "of the processor", "memory"), rows)


def training() -> str:
    """Seconds to 99.0 %, and of as many epochs as the notebook has."""
    found = results("peers/training")
    whole_s = found["fit"][0]["s"] + (NOTEBOOK.epochs - 1) * found["epoch_s"]["model.fit"]
    reached = "99.0 %" if found["fit_reached"] else percent(found["fit"][-1]["accuracy"], 2)
    epochs = [f"{found['epoch_s'][name]:.1f} s" for name in ("notebook", "model.fit")]
    return table(
        ("training", "time", "accuracy", "an epoch"),
        [
            (
                "recipe `fast`",
                f"{found['fast_s']:.0f} s",
                percent(found["fast_accuracy"], 2),
                f"{epochs[0]}, `notebook`",
            ),
            (f"`model.fit`, {len(found['fit'])} epochs", f"{found['fit_s']:.0f} s", reached, epochs[1]),
            (
                f"`model.fit`, all {NOTEBOOK.epochs} of the notebook",
                f"{whole_s:.0f} s",
                "98.9 %, documented",
                epochs[1],
            ),
        ],
    )


def scale() -> str:
    """Pages per second."""
    found = results("peers/scale")
    rows = [
        (jobs, f"{one['pages_per_s']}", f"{one['few_mb']} MB", f"{one['all_mb']} MB")
        for jobs, one in found["processes"].items()
    ]
    few, pages = found["pages"] // 10, found["pages"]
    return table(("processes", "pages per second", f"memory, {few} pages", f"memory, {pages} pages"), rows)


def export() -> str:
    """Seconds of an export."""
    return table(
        ("export", "time"), [(name, f"{took_s:.0f} s") for name, took_s in results("peers/export")["s"].items()]
    )


TABLES = {
    "inference": inference,
    "reading": reading,
    "startup": startup,
    "training": training,
    "scale": scale,
    "export": export,
}
