"""Charts as SVG, in a few lines: devices have no library that draws. They take the colour of the text around them."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from edgedigits.benchmark.tables import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from edgedigits.benchmark.results import CameraPath, Measured

    Point = tuple[float, float]

# Of middling lightness, told apart on white and on black, by those who see few colours too (Okabe and Ito).
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#8c8c2e")
WIDTH, LEFT, RIGHT, ROW, AXIS, TICK_PERCENT = 720, 165, 75, 30, 36, 10


def distributions(cases: Sequence[Measured], *, unit: str, factor: float) -> str:
    """How long runs took, a row for each case, all on one axis of shares of their own medians."""
    shares = [edge / case.p50_us for case in cases for edge in case.histogram["edges"]]
    low, high = min(shares), max(*shares, min(shares) + 0.01)
    bottom = ROW * len(cases)

    def across(share: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (share - low) / (high - low)

    ticks = [percent for percent in range(0, 200, TICK_PERCENT) if low <= percent / 100 <= high]
    drawn = [
        part
        for percent in ticks
        for part in (
            line((across(percent / 100), 0), (across(percent / 100), bottom)),
            text(across(percent / 100), bottom + 16, f"{percent} %", anchor="middle"),
        )
    ]
    for row, case in enumerate(cases, start=1):
        drawn += [
            text(LEFT - 8, ROW * row - 8, f"{case.format} {case.backend}", anchor="end"),
            outline(case, across, base=ROW * row - 2),
            text(WIDTH - RIGHT + 8, ROW * row - 8, f"{number(case.p50_us / factor)} {unit}"),
        ]
    drawn += [
        line((across(1), 0), (across(1), bottom), colour=COLOURS[5]),
        text((LEFT + WIDTH - RIGHT) / 2, bottom + 32, "of the median, which stands at the right", anchor="middle"),
    ]
    return svg(drawn, height=bottom + AXIS, label="Distribution of the time of one run, for each file and runtime")


def outline(case: Measured, across: Callable[[float], float], *, base: float) -> str:
    """A histogram as one shape that stands on a line."""
    edges, heights = [edge / case.p50_us for edge in case.histogram["edges"]], case.histogram["shares"]
    tops = [base - (ROW - 6) * height / max(*heights, 1e-9) for height in heights]
    steps = [(across(edge), top) for n, top in enumerate(tops) for edge in edges[n : n + 2]]
    corners = [(across(edges[0]), base), *steps, (across(edges[-1]), base)]
    return f'<polygon points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in corners)}" fill="{COLOURS[0]}"/>'


def stacked(path: CameraPath) -> str:
    """The camera's path as one bar, a part for the mean of each stage."""
    whole_ms = sum(stage.mean_ms for stage in path.stages)
    drawn, at = [], 0.0
    for place, stage in enumerate(path.stages):
        width, colour = WIDTH * stage.mean_ms / whole_ms, COLOURS[place % len(COLOURS)]
        drawn.append(f'<rect x="{at:.1f}" y="0" width="{width:.1f}" height="36" fill="{colour}"/>')
        column, row = place % 4 * WIDTH / 4, 60 + place // 4 * 22
        drawn.append(f'<rect x="{column}" y="{row - 11}" width="12" height="12" fill="{colour}"/>')
        drawn.append(text(column + 18, row, f"{stage.name} {stage.mean_ms:.2f} ms"))
        at += width
    return svg(drawn, height=92, label="Mean time of each stage of the camera's path")


def over_time(times_s: Sequence[float], values: Sequence[float | None], *, title: str, colour: int = 0) -> str:
    """A value over time; nothing where it was never told."""
    told = [(at_s, value) for at_s, value in zip(times_s, values, strict=True) if value is not None]
    if len(told) < 2:
        return ""
    found = [value for _, value in told]
    # What hardly varies is not blown up to fill the height.
    middle, half = (min(found) + max(found)) / 2, max(max(found) - min(found), 0.02 * max(found), 1e-9) * 0.6
    height, bottom, left, right = 150, 124, 60, 10

    def place(at_s: float, value: float) -> str:
        x = left + (WIDTH - left - right) * (at_s - told[0][0]) / max(told[-1][0] - told[0][0], 1e-9)
        return f"{x:.1f},{bottom - (bottom - 18) * (value - middle + half) / (2 * half):.1f}"

    drawn = [text(0, 11, title)]
    for value in (min(found), max(found)) if max(found) > min(found) else (middle,):
        y = float(place(0, value).partition(",")[2])
        drawn += [line((left, y), (WIDTH - right, y)), text(left - 6, y + 4, f"{value:.4g}", anchor="end")]
    points = " ".join(place(*each) for each in told)
    drawn.append(f'<polyline points="{points}" fill="none" stroke="{COLOURS[colour]}" stroke-width="2"/>')
    drawn += [
        text(left, bottom + 18, f"{told[0][0]:.0f} s"),
        text(WIDTH - right, bottom + 18, f"{told[-1][0]:.0f} s", "end"),
    ]
    return svg(drawn, height=height, label=f"{title} over time")


def line(start: Point, end: Point, *, colour: str = "") -> str:
    """A straight line in this colour; without one, faint."""
    style = f'stroke="{colour}" stroke-width="2"' if colour else 'stroke="currentColor" stroke-opacity=".2"'
    return f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" {style}/>'


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """A line of text."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def svg(drawn: Iterable[str], *, height: float, label: str) -> str:
    """The element, as wide as what it stands in, with words for those who do not see it."""
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}" fill="currentColor">'
    return f"<figure>{head}{''.join(drawn)}</svg></figure>"
