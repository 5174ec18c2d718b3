"""The machine, looked at twice a second while something else is measured."""

from __future__ import annotations

import platform
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Self

from edgedigits.benchmark.energy import Reading, mean_watts, meter_here, read_csv
from edgedigits.benchmark.results import Course, Machine
from edgedigits.benchmark.sensors import Load, clock_mhz, governor, slowed
from edgedigits.errors import ResultsError
from edgedigits.machine import Device, temperature_c

if TYPE_CHECKING:
    from pathlib import Path

EVERY_S = 0.5
# A desk that nobody works at takes less; a browser with a film takes more.
BUSY_CORES = 0.15


class Sample(NamedTuple):
    """The machine at a time since the beginning."""

    at_s: float
    temperature_c: float | None
    clock_mhz: float | None
    watts: float | None


class Watch:
    """Takes samples in a thread of its own, from entering to leaving.

    Args:
        power: CSV file of a USB meter that runs along; read at the end.

    """

    def __init__(self, *, power: Path | None = None) -> None:
        self._power, self._meter = power, None if power else meter_here()
        self.began_s = time.monotonic()
        self._samples: list[Sample] = []
        self._readings: list[Reading] = []
        self._energy = self._meter if isinstance(self._meter, str) else f"readings of {power}" if power else ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="looks at the machine", daemon=True)

    def __enter__(self) -> Self:
        self._slowed, self._load = slowed(), Load.now()
        self._bits = 0  # of a Raspberry Pi's firmware, whenever it was looked at
        self._look()
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._thread.join()
        self._look()
        if self._power:
            try:
                self._readings = read_csv(self._power)
            except ResultsError as error:
                self._energy = str(error)

    def _work(self) -> None:
        while not self._ended.wait(getattr(self._meter, "every_s", EVERY_S)):
            if time.monotonic() - self.began_s - self.latest().at_s < EVERY_S:
                self._read_power()
            else:
                self._look()

    def _look(self) -> None:
        at_s, watts = time.monotonic() - self.began_s, self._read_power()
        if self._slowed.bits is not None:
            self._bits |= slowed().bits or 0
        self._samples.append(Sample(round(at_s, 2), temperature_c(), clock_mhz(), watts))

    def _read_power(self) -> float | None:
        reading = None if self._meter is None or isinstance(self._meter, str) else self._meter.read()
        if reading is None:
            return None
        self._readings.append(reading)
        return round(reading.watts, 3)

    def latest(self) -> Sample:
        """The last look."""
        return self._samples[-1]

    def joules(self, began_s: float, ended_s: float) -> float | None:
        """Energy between two times of the monotonic clock; None where it was not told."""
        watts = mean_watts(self._readings, began_s, ended_s)
        return None if watts is None else watts * (ended_s - began_s)

    def machine(self) -> Machine:
        """What was seen from the beginning until now; whatever was started has ended."""
        now = Load.now()
        others = now.others_since(self._load) if now and self._load else None
        return Machine(
            device=Device.here(),
            os=os_name(),
            governor=governor(),
            throttled=slowed().with_bits(self._bits).since(self._slowed),
            others_cores=None if others is None else round(others, 3),
            energy=self._energy or getattr(self._meter, "name", ""),
            course=Course(*zip(*self._samples, strict=True)),
        )


def os_name() -> str:
    """Such as ``Debian GNU/Linux 12 (bookworm)``."""
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def warnings_of(machine: Machine) -> tuple[str, ...]:
    """What makes a measurement doubtful."""
    found = []
    if machine.throttled:
        why = ", ".join(machine.throttled)
        found.append(f"the machine was slowed down ({why}); mend that, and measure again")
    if machine.others_cores is not None and machine.others_cores > BUSY_CORES:
        busy = f"{machine.others_cores:.2f} of {machine.device.cores} cores"
        found.append(f"other programs kept {busy} busy meanwhile; end them and measure again")
    return tuple(found)
