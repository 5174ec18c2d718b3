"""What the comparisons share: peers that may be missing, calls timed in turns, processes weighed, results kept."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from edgedigits.apart.child import environment
from edgedigits.errors import EdgeDigitsError
from edgedigits.files import replacing, write_json
from edgedigits.machine import Device

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "peers"
PEERS = ("tensorflow", "keras", "rapidocr-onnxruntime", "tf2onnx")


# Starts the process to be weighed from a small one: the system counts the memory of what starts a process as its own.
LAUNCH = """\
import json, os, resource, subprocess, sys, time
begin_s = time.perf_counter()
code = subprocess.call(sys.argv[2:])
took_s = time.perf_counter() - begin_s
used = resource.getrusage(resource.RUSAGE_CHILDREN)
os.write(int(sys.argv[1]), json.dumps([code, took_s, used.ru_utime + used.ru_stime, used.ru_maxrss]).encode())
"""


class FailedError(Exception):
    """A peer is there and ended with an error."""


@dataclass(frozen=True, slots=True)
class Weight:
    """What a process printed and took, those that it started included."""

    printed: str
    wall_s: float
    processor_s: float
    peak_mb: float
    """Resident memory of the largest of them at most, in MB of 1e6 bytes."""


def present(peers: Mapping[str, Callable[[], T]]) -> dict[str, T]:
    """Each peer opened; one that is not installed or ends is a line on stderr, and the rest goes on."""
    opened: dict[str, T] = {}
    for name, begin in peers.items():
        try:
            opened[name] = begin()
        except (ImportError, EdgeDigitsError, FailedError) as error:
            print(f"{name}: left out ({' '.join(str(error).split())[:160]})", file=sys.stderr)
    return opened


def timed_in_turns(
    calls: Mapping[str, Callable[[], object]], *, rounds: int, least_s: float = 0.0
) -> dict[str, list[float]]:
    """Seconds of the processor for each call, in which other programs do not count; one round before warms up.

    Calls take turns, round after round, so that what slows the machine down meets them all. A turn begins with a call
    that does not count, since the one before it has emptied the caches; of about ``least_s`` the mean counts.
    """
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name, call in calls.items():
            times = max(1, int(least_s / processor_s(call, times=1)))
            if number:
                seconds[name].append(processor_s(call, times=times))
    return seconds


def processor_s(call: Callable[[], object], *, times: int) -> float:
    """Seconds of the processor for a call, the mean of several."""
    begin_s = time.process_time()
    for _ in range(times):
        call()
    return max(time.process_time() - begin_s, 1e-9) / times


def weighed(command: Sequence[str | Path]) -> Weight:
    """Run a process to its end.

    Raises:
        FailedError: there is no such program, or it ended with an error.

    """
    if not (program := shutil.which(command[0])):
        raise FailedError(f"{command[0]} is not installed")
    source, target = os.pipe()
    launched = [sys.executable, "-I", "-S", "-c", LAUNCH, str(target), program, *map(str, command[1:])]
    with os.fdopen(source, encoding="ascii") as report:
        done = subprocess.run(
            launched, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False, pass_fds=[target]
        )
        os.close(target)
        code, wall_s, processor_s, peak_kib = json.loads(report.read())
    if code:
        raise FailedError(f"{Path(program).name} ended with {code}: {(done.stderr.split(chr(10)) or [''])[-2:][0]}")
    return Weight(done.stdout, wall_s, processor_s, peak_kib * 1024 / 1e6)


def in_child(module: str, *arguments: str) -> tuple[Any, Weight]:
    """The JSON in the last line of a module of ours, and its process weighed."""
    weight = weighed([sys.executable, "-m", module, *arguments])
    return json.loads(weight.printed.splitlines()[-1]), weight


def spread(values: Sequence[float], *, scale: float = 1.0, digits: int = 2) -> dict[str, float]:
    """Median and the quartiles beside it."""
    low, middle, high = np.percentile(np.asarray(values) * scale, [25, 50, 75])
    return {"median": round(float(middle), digits), "p25": round(float(low), digits), "p75": round(float(high), digits)}


def keep(name: str, content: dict[str, Any], *, bars: dict[str, float], axis: str, log: bool = False) -> None:
    """Write results with the machine they were measured on, and a plot of them."""
    versions: dict[str, str] = {}
    for peer in PEERS:
        try:
            versions[peer] = version(peer)
        except PackageNotFoundError:
            continue
    device = asdict(Device.here())
    busy = {"load_average": round(os.getloadavg()[0], 1)}
    write_json(
        RESULTS / f"{name}.json", {"device": device | {"versions": device["versions"] | versions} | busy} | content
    )
    with replacing(RESULTS / f"{name}.png") as path:
        plot(path, bars, title=f"{name}, {device['model']}", axis=axis, log=log)


def plot(path: Path, bars: dict[str, float], *, title: str, axis: str, log: bool) -> None:
    """Draw horizontal bars, the first on top, each with its value."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.6 + 0.32 * len(bars)), layout="constrained")
    axes = figure.subplots()
    drawn = axes.barh(
        list(bars), list(bars.values()), color=["#1f6f8b" if "edgedigits" in name else "#b0b7bd" for name in bars]
    )
    axes.bar_label(drawn, fmt=lambda value: f"{value:,.0f}" if value >= 100 else f"{value:.3g}", padding=3)
    axes.invert_yaxis()
    axes.set_xscale("log" if log else "linear")
    axes.set(title=title, xlabel=axis)
    axes.margins(x=0.2)
    figure.savefig(path, dpi=100)
