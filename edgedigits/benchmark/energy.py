"""Power in watts, where the machine or a meter tells it: RAPL of a PC, a Raspberry Pi 5's PMIC, a CSV file."""

from __future__ import annotations

import csv
import math
import re
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from edgedigits.errors import ResultsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

POWERCAP = Path("/sys/class/powercap")
PMIC = ("vcgencmd", "pmic_read_adc")
NONE = "no energy is told: no RAPL, no PMIC of a Raspberry Pi 5; a USB meter's readings are taken with --power FILE.csv"
HIDDEN = "RAPL may be read by root alone, so no energy is told; run as root, or name a USB meter's readings by --power"
# Readings that lie further apart say nothing of what was between them.
GAP_S = 3.0
POINTS = 32
EXPECTED = "expected columns time (seconds since 1970, or ISO 8601) and power (W), or voltage (V) and current (A)"
TIMES, WATTS = ("timestamp", "time", "epoch", "date"), ("power", "watt", "w")
VOLTS, AMPERES = ("voltage", "volt", "v"), ("current", "ampere", "a")


class Reading(NamedTuple):
    """Power at a time of the monotonic clock."""

    at_s: float
    watts: float


class Meter(Protocol):
    """Tells the power, as often as it is asked."""

    name: str
    every_s: float
    """How often it may be asked without being in the way."""

    def read(self) -> Reading | None:
        """The power now, or lately; None where there is nothing to tell yet."""


class Rapl:
    """Energy counters of the processor's packages; what the board takes besides is not in them."""

    name = "RAPL, the processor's packages"
    every_s = 0.05

    def __init__(self, folders: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> None:
        self._folders, self._clock = folders, clock
        self._last: tuple[float, list[int]] | None = None

    def read(self) -> Reading | None:
        """The mean power since it was asked before."""
        now = self._clock(), [int((each / "energy_uj").read_text(encoding="ascii")) for each in self._folders]
        last, self._last = self._last, now
        if last is None or now[0] <= last[0]:
            return None
        limits = [int((each / "max_energy_range_uj").read_text(encoding="ascii")) for each in self._folders]
        # A counter that has reached its limit begins again.
        joules = sum((new - old) % (limit + 1) for new, old, limit in zip(now[1], last[1], limits, strict=True)) / 1e6
        return Reading((now[0] + last[0]) / 2, joules / (now[0] - last[0]))


class Pmic:
    """What a Raspberry Pi 5's power chip says of its rails: the board without what hangs on USB."""

    name = "PMIC of the Raspberry Pi"
    every_s = 0.5  # asking it starts a process

    def read(self) -> Reading | None:
        """Volts times amperes of all rails."""
        try:
            told = subprocess.run(PMIC, capture_output=True, text=True, check=False, timeout=5).stdout
        except (OSError, subprocess.TimeoutExpired):
            return None
        rails = {kind: dict(re.findall(rf"(\w+)_{kind} \w+\(\d+\)=([\d.]+)", told)) for kind in ("A", "V")}
        both = set(rails["A"]) & set(rails["V"])
        watts = sum(float(rails["A"][rail]) * float(rails["V"][rail]) for rail in both)
        return Reading(time.monotonic(), watts) if both else None


def meter_here(*, powercap: Path = POWERCAP) -> Meter | str:
    """What tells the power of this machine, or why nothing does."""
    folders = [each.parent for each in sorted(powercap.glob("intel-rapl:*/name")) if _is_package(each)]
    try:
        if folders and (rapl := Rapl(folders)).read() is None:
            return rapl
    except (OSError, ValueError):
        return HIDDEN
    return pmic if (pmic := Pmic()).read() else NONE


def _is_package(name: Path) -> bool:
    """Whether a zone is a processor's package, and not a part of one, nor ``psys``, in which all packages are."""
    try:
        return name.read_text(encoding="ascii").startswith("package")
    except (OSError, ValueError):
        return False


def read_csv(path: Path) -> list[Reading]:
    """A meter's readings; times are seconds since 1970 or ISO 8601, power in watts, or volts and amperes.

    Raises:
        ResultsError: there are none, or no such columns; or the file cannot be read.

    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            lines = stream.readlines()
        if len(lines) > 1 and not lines[-1].endswith(("\n", "\r")):
            del lines[-1:]  # which the meter is still writing
        rows = [row for row in csv.reader(lines) if row]
        when, *power = columns_of(rows[0] if rows else [])
        off_s = time.monotonic() - time.time()
        watts = [math.prod(number(row[index]) for index in power) for row in rows[1:]]
        readings = [Reading(seconds(row[when]) + off_s, each) for row, each in zip(rows[1:], watts, strict=True)]
    except OSError as error:
        raise ResultsError(f"{path} cannot be read ({error.strerror}); name the file that the meter writes") from error
    except (ValueError, IndexError, csv.Error) as error:
        raise ResultsError(f"{path} holds no power readings ({str(error)[:80]}); {EXPECTED}") from error
    return sorted(readings)


def number(text: str) -> float:
    """A finite number."""
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text!r} is no number")
    return value


def columns_of(names: Sequence[str]) -> tuple[int, ...]:
    """Where the time stands, and what gives the power when it is multiplied.

    Raises:
        ValueError: there are no such columns.

    """
    when, watts = (column(names, words) for words in (TIMES, WATTS))
    found = (when, watts) if watts is not None else (when, column(names, VOLTS), column(names, AMPERES))
    columns = tuple(index for index in found if index is not None)
    if len(columns) < len(found):
        raise ValueError(f"its columns are {', '.join(names) or 'none'}")
    return columns


def column(names: Sequence[str], words: Sequence[str]) -> int | None:
    """Which column is called by one of these words, with its unit or without: ``Power (W)``, ``power_w``.

    Raises:
        ValueError: it is in thousandths.

    """
    plain = [name.strip().lower() for name in names]
    found = next((n for word in words for n, name in enumerate(plain) if re.match(rf"{word}(?![a-z])", name)), None)
    if found is not None and re.search(r"(?<![a-z])m[wva]\b", plain[found].replace("_", " ")):
        raise ValueError(f"{names[found]} is in thousandths; give watts, volts, amperes")
    return found


def seconds(text: str) -> float:
    """A time since 1970."""
    try:
        return number(text)
    except ValueError:
        return datetime.fromisoformat(text.strip()).timestamp()


def mean_watts(readings: Sequence[Reading], began_s: float, ended_s: float) -> float | None:
    """The mean power in between; None where it was not read then."""
    times = np.array([reading.at_s for reading in readings])
    if len(times) < 2:
        return None
    first, last = np.searchsorted(times, began_s, "right") - 1, np.searchsorted(times, ended_s, "left")
    if first < 0 or last >= len(times) or np.diff(times[first : last + 1]).max() > GAP_S:
        return None
    points = np.interp(np.linspace(began_s, ended_s, POINTS), times, [reading.watts for reading in readings])
    return float(points.mean())
