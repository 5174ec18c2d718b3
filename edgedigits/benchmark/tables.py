"""Results as tables of text, for the terminal and for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgedigits.benchmark.case import Network
from edgedigits.benchmark.turns import PROCESSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgedigits.benchmark.compare import Comparison
    from edgedigits.benchmark.results import CameraPath, Measured, Results, Sustained

# Of the times of each network: the unit, and microseconds in it.
UNITS = {Network.NAMING: ("us", 1.0), Network.DETECTOR: ("ms", 1000.0)}
TITLES = {Network.NAMING: "one digit named", Network.DETECTOR: "one canvas of a 640 x 480 frame searched"}
# Rows of a course over time.
POINTS = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text; the first so many columns are words, the others numbers."""

    title: str
    words: int
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables_of(results: Results) -> Iterator[Table]:
    """All that there are."""
    for network in Network:
        if found := results.named(network):
            yield latencies(found, network)
    if results.camera:
        yield stages(results.camera)
    if results.sustained:
        yield course(results.sustained)


def latencies(found: Sequence[Measured], network: Network) -> Table:
    """One row per file and runtime, the fastest first."""
    unit, factor = UNITS[network]
    threads, energy = len({case.threads for case in found}) > 1, any(case.energy_mj is not None for case in found)
    numbers = ("p50", "95 % interval", "p90", "p99", "mean", "a second", "start ms", "MB", "kB")
    head = ("backend", "format", *["threads"] * threads, *numbers, *["mJ"] * energy)
    rows = []
    for case in found:
        low, high = case.interval_us["p50"]
        times = [None if each is None else each / factor for each in (case.p90_us, case.p99_us, case.mean_us)]
        rows.append((
            *(case.backend, case.format, *[f"{case.threads}"] * threads),
            *(number(case.p50_us / factor), f"{number(low / factor)}-{number(high / factor)}", *map(number, times)),
            *(f"{case.per_s:,.0f}", f"{case.start.whole_ms:.0f}", whole(case.peak_mb), whole(case.size_bytes / 1000)),
            *[number(case.energy_mj)] * energy,
        ))  # fmt: skip
    return Table(f"{TITLES[network]}, {unit}", 2, head, tuple(rows))


def stages(path: CameraPath) -> Table:
    """The camera's path, stage by stage."""
    title = f"camera, a frame of {path.width_px} x {path.height_px} with {path.digits:.0f} digits, ms"
    rows = tuple(
        (stage.name, *map(number, (stage.mean_ms, stage.p50_ms, stage.p90_ms)))
        for stage in (*path.stages, path.frame_to_answer)
    )
    return Table(title, 1, ("stage", "mean", "p50", "p90"), rows)


def course(sustained: Sustained) -> Table:
    """Some points of it."""
    title = f"{sustained.format} in {sustained.backend}, sustained in {sustained.processes} processes at once"
    columns = (sustained.at_s, sustained.p50_us, sustained.p99_us, sustained.temperature_c, sustained.clock_mhz)
    rows = [
        (whole(at_s), number(p50_us), number(p99_us), whole(heat_c), whole(clock_mhz))
        for at_s, p50_us, p99_us, heat_c, clock_mhz in zip(*columns, strict=True)
    ]
    some = rows[:: -max(1, len(rows) // POINTS)][::-1]  # the last, the warmest, among them
    return Table(title, 0, ("after s", "p50 us", "p99 us", "C", "MHz"), tuple(some))


def differences(found: Comparison) -> Table:
    """One row per case that both have."""
    rows = tuple(
        (
            *(row.network, row.backend, row.format, f"{row.threads}", number(row.first_us), number(row.second_us)),
            *(f"{row.ratio:.3f}", f"{row.interval[0]:.3f}-{row.interval[1]:.3f}", row.verdict),
        )
        for row in found.rows
    )
    head = ("network", "backend", "format", "threads", "A us", "B us", "B / A", "interval", "")
    return Table("medians, B against A", 3, head, rows)


def number(value: float | None) -> str:
    """Three or four digits of it; a hyphen where there is none."""
    if value is None:
        return "-"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def whole(value: float | None) -> str:
    """Without what is behind the point; a hyphen where there is none."""
    return "-" if value is None else f"{value:.0f}"


def notes(results: Results) -> Iterator[str]:
    """What the figures rest on, and what could not be measured."""
    machine, device = results.machine, results.machine.device
    runs = [case.runs for case in results.named(Network.NAMING)]
    versions = ", ".join(f"{name} {version}" for name, version in device.versions.items())
    yield f"{min(runs):,} to {max(runs):,} images each, in up to {PROCESSES} processes; answers were checked"
    yield f"{device.model}, {device.cores} cores, {device.machine}, {machine.os}, {device.system}"
    yield f"edgedigits {results.edgedigits}, Python {device.python}, {versions}"
    yield conditions(results)
    yield machine.energy
    reasons: dict[str, list[str]] = {}
    for failure in results.failures:
        reasons.setdefault(failure.reason, []).append(failure.what)
    for reason, names in reasons.items():
        yield f"not measured: {', '.join(names)}: {reason}"


def conditions(results: Results) -> str:
    """Clock, temperature, load."""
    machine = results.machine
    clocks = [clock for clock in machine.course.clock_mhz if clock is not None]
    heats = [heat for heat in machine.course.temperature_c if heat is not None]
    told = [
        f"{min(clocks):.0f} to {max(clocks):.0f} MHz" if clocks else "no clock told",
        f"governor {machine.governor}" if machine.governor else "no governor told",
        f"{heats[0]:.0f} C before, {max(heats):.0f} at most, {heats[-1]:.0f} after" if heats else "no temperature told",
        "load of others not told" if machine.others_cores is None else f"others took {machine.others_cores:.2f} cores",
        "throttling not told" if machine.throttled is None else ", ".join(machine.throttled) or "not throttled",
    ]
    return ", ".join(told)
