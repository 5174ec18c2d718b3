"""What may not grow unseen, as counts that do not depend on how busy a machine is.

    python -m benchmarks.guards [--only NAME ...] [--keep]

Prints ``name: measured (limit; last release)``; what cannot be counted here says why. Ends with 1 where a limit is
passed. Limits and the last release's figures are in ``benchmarks/results/guards.json``; ``--keep`` writes what was
measured there.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.counted import SWITCH, TIMES, work
from benchmarks.footprint import environment_size, modules_of, wheel_sizes
from edgedigits.apart.child import environment
from edgedigits.files import write_json
from edgedigits.typed import read_as

if TYPE_CHECKING:
    from collections.abc import Callable

RESULTS = Path(__file__).parent / "results" / "guards.json"
PAGE = "docs/read-page.jpg"


class LeftOutError(Exception):
    """Something cannot be counted here."""


@dataclass(frozen=True, slots=True)
class Guard:
    """A count."""

    unit: str
    measured: int
    limit: int
    last_release: int | None = None
    """None where it was not counted then."""

    def line(self, name: str) -> str:
        """As it is printed."""
        before = "not counted then" if self.last_release is None else f"{self.last_release:,}"
        return f"{name}: {self.measured:,} {self.unit} (limit {self.limit:,}; last release {before})"

    def check(self, name: str) -> None:
        """Raise ``AssertionError`` where the limit is passed."""
        if self.measured > self.limit:
            raise AssertionError(f"{self.line(name)}: find what it grew by, or raise the limit in {RESULTS.name}")


def instructions(name: str) -> int:
    """Instructions of one of ``counted``'s kinds of work, all of its libraries included."""
    for tool in ("valgrind", "cc"):
        if not shutil.which(tool):
            raise LeftOutError(f"{tool} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder, "switch.so")
        compiled = ["cc", "-shared", "-fPIC", "-O1", "-o", str(library), "-x", "c", "-"]
        subprocess.run(compiled, input=SWITCH, text=True, check=True)
        counted = ["valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={folder}/out"]
        called = [sys.executable, "-m", "benchmarks.counted", name, str(library)]
        fixed = environment() | {"PYTHONHASHSEED": "0"}
        done = subprocess.run([*counted, *called], env=fixed, capture_output=True, text=True, check=True)
    collected = re.search(r"Collected : (\d+)", done.stderr)
    if collected is None:
        raise LeftOutError(f"valgrind counted nothing: {done.stderr.strip().splitlines()[-1]}")
    return int(collected[1]) // TIMES[name]


def frame_peak() -> int:
    """Bytes that one live frame takes at most, as Python and NumPy allocate them."""
    return traced(work("frame"))[0]


def frame_kept() -> int:
    """Bytes that one live frame leaves allocated."""
    return traced(work("frame"))[1]


def traced(call: Callable[[], object]) -> tuple[int, int]:
    """Bytes at the most while a call runs, and those that are left after it, once it has run before."""
    tracemalloc.start()
    try:
        call(), call()
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        call()
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak - before, max(after - before, 0)


def device_size() -> int:
    """Bytes of what ``pip install edgedigits[headless]`` installs."""
    return environment_size("headless") + _wheel()[1]


@cache
def _wheel() -> tuple[int, int]:
    try:
        return wheel_sizes()
    except ImportError as error:
        raise LeftOutError("hatchling is not installed") from error


COUNTS: dict[str, tuple[str, Callable[[], int]]] = {
    "classify": ("instructions", partial(instructions, "classify")),
    "live frame of 26 digits": ("instructions", partial(instructions, "frame")),
    "memory of a live frame": ("bytes", frame_peak),
    "left by a live frame": ("bytes", frame_kept),
    "modules of --help": ("modules", partial(modules_of, ["--help"])),
    "modules of recognize": ("modules", partial(modules_of, ["recognize", PAGE])),
    "modules of camera": ("modules", partial(modules_of, ["camera", "--source", PAGE, "--display", "none"])),
    "wheel": ("bytes", lambda: _wheel()[0]),
    "device environment": ("bytes", device_size),
}
# Above what was measured, in percent: what other versions and processors differ by.
ROOM = {"instructions": 5, "bytes": 10, "modules": 5}


def known() -> dict[str, Guard]:
    """The guards as they were written down."""
    return read_as(dict[str, Guard], json.loads(RESULTS.read_text(encoding="utf-8")), at=RESULTS.name)


def measured(name: str) -> Guard:
    """A guard, counted now."""
    unit, count = COUNTS[name]
    value = count()
    before = known().get(name) if RESULTS.exists() else None
    return replace(before, measured=value) if before else Guard(unit, value, value * (100 + ROOM[unit]) // 100)


def main() -> None:
    """Count, print, and end with 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", choices=COUNTS, default=list(COUNTS), metavar="NAME")
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    guards = known() if RESULTS.exists() else {}
    passed = False
    for name in options.only:
        try:
            guards[name] = measured(name)
            print(guards[name].line(name), flush=True)
            guards[name].check(name)
        except LeftOutError as reason:
            print(f"{name}: left out, {reason}", flush=True)
        except AssertionError as error:
            passed = True
            print(f"edgedigits: {error}", file=sys.stderr)
    if options.keep:
        write_json(RESULTS, {name: asdict(guard) for name, guard in guards.items()})
    sys.exit(passed)


if __name__ == "__main__":
    main()
