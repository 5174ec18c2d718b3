"""Many pages: pages per second of ``recognize --jobs`` with one and two processes, and the memory for few and many.

    python -m benchmarks.peers.scale [--pages 400]

Each run is a process of its own; memory is the largest of it and its workers.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import cv2

from benchmarks.peers.side import keep, weighed
from benchmarks.reading import FIRST_SEED
from edgedigits_camera.scene import SceneSpec, draw_scene

PAGE = SceneSpec(paper="ruled", pen="ballpoint", layout="lines", digit_px=48.0)
JOBS = (1, 2)
# Of so many times fewer pages the memory is compared.
FEWER = 10


def draw(folder: Path, *, pages: int) -> None:
    """Draw pages of a webcam's size, the first of them in a folder of their own."""
    (folder / "few").mkdir()
    for number in range(pages):
        place = folder / "few" if number < pages // FEWER else folder
        cv2.imwrite(str(place / f"{number:05}.png"), draw_scene(FIRST_SEED + number, spec=PAGE).image)


def read(folder: Path, *, jobs: int, out: Path) -> tuple[float, float]:
    """Seconds of reading a folder, and MB at the most."""
    command = [sys.executable, "-m", "edgedigits", "recognize", folder, "--jobs", str(jobs), "--out", out, "--quiet"]
    weight = weighed(command)
    return weight.wall_s, weight.peak_mb


def measure(folder: Path, *, pages: int) -> dict[str, dict[str, float]]:
    """Number of processes -> pages per second, and memory for few and for all pages; answers are the same."""
    result, answers = {}, []
    for jobs in JOBS:
        few_s, few_mb = read(folder / "few", jobs=jobs, out=folder / f"few-{jobs}.jsonl")
        took_s, peak_mb = read(folder, jobs=jobs, out=folder / f"all-{jobs}.jsonl")
        answers.append((folder / f"all-{jobs}.jsonl").read_bytes())
        # What starting takes falls out of the difference.
        speed = (pages - pages // FEWER) / (took_s - few_s)
        result[str(jobs)] = {"pages_per_s": round(speed, 2), "few_mb": round(few_mb), "all_mb": round(peak_mb)}
    assert len(set(answers)) == 1
    return result


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    pages = parser.parse_args().pages
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), pages=pages)
        result = measure(Path(folder), pages=pages)
    gain = round(result["2"]["pages_per_s"] / result["1"]["pages_per_s"], 2)
    for jobs, one in result.items():
        print(
            f"{jobs} processes: {one['pages_per_s']} pages per second, {one['few_mb']} MB for {pages // FEWER} pages, "
            f"{one['all_mb']} MB for {pages}"
        )
    print(f"two processes / one: {gain} (limit 1.8)")
    bars = {f"edgedigits, {jobs} processes": one["pages_per_s"] for jobs, one in result.items()}
    keep("scale", {"pages": pages, "gain": gain, "processes": result}, bars=bars, axis="pages per second")


if __name__ == "__main__":
    main()
