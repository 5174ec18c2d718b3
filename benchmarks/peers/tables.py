"""What stands side by side, as tables of docs/peers.md."""

from __future__ import annotations

import math

from benchmarks.peers.training import WANTED
from benchmarks.tables import percent, results, table


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
    """Seconds to an accuracy."""
    found = results("peers/training")
    fast, documented, fits = found["fast"], found["notebook"], found["fit"]
    seeds = f"{len(fits)} seeds, which got there in {', '.join(str(epochs_to(rows)) for rows in fits)} epochs"
    rows = [
        (f"recipe `fast`, {len(fast)} seeds", found["fast_s"], percent(found["fast_accuracy"], 2)),
        (f"`model.fit`, {seeds}", found["fit_s"] or math.inf, percent(WANTED, 2)),
        (f"`model.fit`, all {len(fits[0])} epochs", found["whole_s"], percent(fits[0][-1]["accuracy"], 2)),
        ("recipe `notebook`, as many", documented["s"], percent(documented["accuracy"], 2)),
    ]
    return table(("training", "time", "accuracy"), [(name, f"{took_s:.0f} s", right) for name, took_s, right in rows])


def epochs_to(rows: list[dict[str, float]]) -> int | str:
    """How many epochs it took to name so many of the test set right."""
    return next((number for number, row in enumerate(rows, 1) if row["accuracy"] >= WANTED), "never")


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
