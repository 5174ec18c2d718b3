"""What a machine tells about itself while it works: temperature, clock, load, slowing down. None where it does not."""

from __future__ import annotations

import os
import resource
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from edgedigits.machine import CPU_INFO, SLOWED, throttled

CPUS = Path("/sys/devices/system/cpu")
STAT = Path("/proc/stat")


def clock_mhz(*, cpus: Path = CPUS, cpu_info: Path = CPU_INFO) -> float | None:
    """Clock of the fastest core, in MHz."""
    found = [int(text) / 1000 for text in _texts(cpus, "cpufreq/scaling_cur_freq") if text.isdecimal()]
    if found:
        return max(found)
    try:
        lines = cpu_info.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return max((float(line.partition(":")[2]) for line in lines if line.startswith("cpu MHz")), default=None)


def governor(*, cpus: Path = CPUS) -> str | None:
    """What decides about the clock, such as ``ondemand``."""
    return ", ".join(sorted(set(_texts(cpus, "cpufreq/scaling_governor")))) or None


def slowed(*, cpus: Path = CPUS) -> Slowing:
    """What is known now about slowing down."""
    counts = [int(text) for text in _texts(cpus, "thermal_throttle/core_throttle_count") if text.isdecimal()]
    return Slowing(throttled(), sum(counts) if counts else None)


@dataclass(frozen=True, slots=True)
class Slowing:
    """A Raspberry Pi's bits, and how often a PC's processor was slowed down by heat since it was started."""

    bits: int | None
    count: int | None

    def with_bits(self, seen: int) -> Self:
        """The same, with bits that were seen before: the kernel's file forgets, in two seconds, what was."""
        return self if self.bits is None else replace(self, bits=self.bits | seen)

    def since(self, before: Self) -> tuple[str, ...] | None:
        """Why the machine was slowed down in between or is now; None where it does not tell."""
        if self.bits is None and self.count is None:
            return None
        new = (self.bits or 0) & ~((before.bits or 0) & 0xF0000)
        reasons = [words for bit, words in SLOWED.items() if new >> bit & 1 or new >> (bit + 16) & 1]
        hot = (self.count or 0) > (before.count or 0)
        return (*reasons, *["its processor is hot"] * hot)


@dataclass(frozen=True, slots=True)
class Load:
    """Processor time until now: of the whole machine, and of this process with the children that have ended."""

    at_s: float
    machine_s: float
    own_s: float

    @classmethod
    def now(cls, *, stat: Path = STAT) -> Self | None:
        """Read it; None where the system does not tell."""
        try:
            user, nice, system, _idle, _wait, *more = map(
                int, stat.read_text(encoding="ascii").split("\n")[0].split()[1:]
            )
        except (OSError, ValueError):
            return None
        # Interrupts, and what a hypervisor gave to other machines; guests are counted in user already.
        busy = user + nice + system + sum(more[:3])
        usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        own_s = sum(each.ru_utime + each.ru_stime for each in usage)
        return cls(time.monotonic(), busy / os.sysconf("SC_CLK_TCK"), own_s)

    def others_since(self, before: Self) -> float:
        """How many cores others kept busy in between."""
        taken_s = self.machine_s - before.machine_s - (self.own_s - before.own_s)
        return max(0.0, taken_s / max(self.at_s - before.at_s, 1e-3))


def _texts(cpus: Path, name: str) -> list[str]:
    """What the files of this name say, of all cores."""
    found = []
    for path in sorted(cpus.glob(f"cpu[0-9]*/{name}")):
        try:
            found.append(path.read_text(encoding="ascii").strip())
        except OSError:  # a core that is switched off
            continue
    return found
