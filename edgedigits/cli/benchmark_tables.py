"""Tables of ``edgedigits benchmark``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE
from rich.table import Table

from edgedigits.benchmark.case import Network
from edgedigits.benchmark.turns import PROCESSES
from edgedigits.cli.consoles import plain_console, print_whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgedigits.benchmark.results import CameraPath, Measured, Results, Sustained

# Digits behind the point, and microseconds for one of the unit.
UNITS = {Network.NAMING: ("us", 1.0), Network.DETECTOR: ("ms", 1000.0)}
TITLES = {
    Network.NAMING: "one digit named",
    Network.DETECTOR: "one canvas of a 640 x 480 frame searched",
}


def print_results(results: Results) -> None:
    """Warnings first, then tables, then what they rest on."""
    console = plain_console()
    console.print(
        *[f"DOUBTFUL: {warning}" for warning in results.warnings], sep="\n", end="\n" * bool(results.warnings)
    )
    for network in Network:
        if found := results.named(network):
            print_whole(table(found, network))
    if results.camera:
        print_whole(stages(results.camera))
    if results.sustained:
        print_whole(curve(results.sustained))
    console.print(*notes(results), sep="\n")


def plain_table(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """A table of words, then numbers, that fits 80 columns."""
    shown = Table(title=title, title_justify="left", box=SIMPLE, padding=0, pad_edge=False, show_edge=False)
    for heading in words:
        shown.add_column(heading, no_wrap=True)
    for heading in numbers:
        shown.add_column(heading, justify="right", no_wrap=True)
    return shown


def table(found: Sequence[Measured], network: Network) -> Table:
    """One row per file and runtime, the fastest first."""
    unit, factor = UNITS[network]
    threads = len({case.threads for case in found}) > 1
    shown = plain_table(
        f"{TITLES[network]}, {unit}",
        ("backend", "format"),
        (*["threads"] * threads, "p50", "95 % interval", "p90", "p99", "mean", "a second", "start ms", "MB", "kB"),
    )
    for case in found:
        low, high = case.interval_us["p50"]
        shown.add_row(
            case.backend,
            case.format,
            *[f"{case.threads}"] * threads,
            number(case.p50_us / factor),
            f"{number(low / factor)}-{number(high / factor)}",
            *("-" if value is None else number(value / factor) for value in (case.p90_us, case.p99_us, case.mean_us)),
            f"{case.per_s:,.0f}",
            f"{case.start.whole_ms:.0f}",
            "-" if case.peak_mb is None else f"{case.peak_mb:.0f}",
            f"{case.size_bytes / 1000:.0f}",
        )
    return shown


def number(value: float) -> str:
    """Three or four digits of it."""
    return f"{value:.2f}" if value < 10 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


def stages(path: CameraPath) -> Table:
    """The camera's path, stage by stage."""
    shown = plain_table(
        f"camera, a frame of {path.width_px} x {path.height_px} with {path.digits:.0f} digits, ms",
        ("stage",),
        ("mean", "p50", "p90"),
    )
    for stage in (*path.stages, path.frame_to_answer):
        shown.add_row(stage.name, *(number(value) for value in (stage.mean_ms, stage.p50_ms, stage.p90_ms)))
    return shown


def curve(sustained: Sustained) -> Table:
    """Ten points of it."""
    title = f"{sustained.format} in {sustained.backend}, sustained on {sustained.processes} cores"
    shown = plain_table(title, (), ("after s", "p50 us", "p99 us", "Celsius", "MHz"))
    columns = (sustained.at_s, sustained.p50_us, sustained.p99_us, sustained.temperature_c, sustained.clock_mhz)
    rows = list(zip(*columns, strict=True))
    for at_s, p50_us, p99_us, *rest in rows[:: max(1, len(rows) // 10)]:
        numbers = number(p50_us), number(p99_us), *("-" if value is None else f"{value:.0f}" for value in rest)
        shown.add_row(f"{at_s:.0f}", *numbers)
    return shown


def notes(results: Results) -> Iterator[str]:
    """What the figures rest on, and what could not be measured."""
    machine, device = results.machine, results.machine.device
    runs = [case.runs for case in results.named(Network.NAMING)]
    versions = ", ".join(f"{name} {version}" for name, version in device.versions.items())
    yield f"{min(runs):,} to {max(runs):,} images each, in up to {PROCESSES} processes; answers were checked"
    yield f"{device.model}, {device.cores} cores, {device.machine}, {machine.os}, {device.system}"
    yield f"edgedigits {results.edgedigits}, Python {device.python}, {versions}"
    yield f"{conditions(results)}; {machine.energy}"
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
        f"{heats[0]:.0f} to {max(heats):.0f} C" if heats else "no temperature told",
        "load of others not told" if machine.others_cores is None else f"others took {machine.others_cores:.2f} cores",
        "throttling not told" if machine.throttled is None else ", ".join(machine.throttled) or "not throttled",
    ]
    return ", ".join(told)
