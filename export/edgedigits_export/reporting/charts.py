"""Charts as SVG for a page that is light or dark: lines and text take the colour of the text around them."""

from __future__ import annotations

import io
import math
import re
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from edgedigits_export.analysis.differences import EDGES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from edgedigits_export.analysis.differences import Differences
    from edgedigits_export.analysis.layers import Layer

# Stands for the colour of the text; no chart has it otherwise.
INK = "#0a0b0c"
# Of middling lightness, told apart on white and on black; one for each format.
COLOURS = mpl.color_sequences["tab10"]
# As wide as a phone, so that text which is read on a screen is read there too.
WIDTH_IN = 5.6
# Ticks that a logarithmic axis should have.
FEW = 3
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "edgedigits",  # the same chart has the same bytes
    "font.family": "sans-serif",
    "font.size": 10.5,
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": "#808080",
    "grid.alpha": 0.25,
}


def draw_trade(points: Sequence[tuple[str, float, float, float]]) -> str:
    """Size against latency of (format, accuracy, kB, microseconds); accuracy stands beside each."""
    with mpl.rc_context(STYLE):
        figure, axes = _axes(3.6)
        axes.set(xscale="log", xlabel="median time for one image, µs", ylabel="size, kB")
        axes.set_ylim(0, 1.15 * max(size for *_, size, _ in points))
        span = 0.7 * min(time for *_, time in points), 1.5 * max(time for *_, time in points)
        axes.set_xlim(span)
        axes.set_xticks(ticks := log_ticks(*span), [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        # The names stand in a column at the right, in the order of the dots' height, so that none covers another.
        ordered = sorted(enumerate(points), key=lambda entry: (entry[1][2], -entry[1][3]))
        heights = np.linspace(0.04, 0.96, len(points)) if len(points) > 1 else [0.5]
        for height, (index, (name, accuracy, size, time)) in zip(heights, ordered, strict=True):
            colour = COLOURS[index % len(COLOURS)]
            axes.plot(time, size, "o", color=colour, markersize=9)
            axes.annotate(
                f"{name} {100 * accuracy:.2f} %",
                (time, size),
                xytext=(1.06, height),
                textcoords="axes fraction",
                va="center",
                arrowprops={"arrowstyle": "-", "color": colour, "alpha": 0.6, "relpos": (0, 0.5)},
            )
        return _svg(figure, "trade")


def log_ticks(low: float, high: float) -> list[float]:
    """Round numbers along a logarithmic axis: a few, and at least three where the numbers with one digit allow it."""
    ticks: list[float] = []
    for digits in ((1,), (1, 2, 5), (1, 2, 3, 5, 7), range(1, 10)):
        powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        ticks = [tick for power in powers for digit in digits if low <= (tick := digit * 10.0**power) <= high]
        if len(ticks) >= FEW:
            break
    return ticks


def draw_differences(differences: Iterable[Differences]) -> str:
    """Distribution of the largest difference of each image, one row for each format."""
    differences = list(differences)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, 0.8 + 0.62 * len(differences)), layout="constrained")
        rows = figure.subplots(len(differences), 1, sharex=True, squeeze=False)[:, 0]
        for index, (axes, each) in enumerate(zip(rows, differences, strict=True)):
            axes.stairs(np.array(each.counts) / sum(each.counts), EDGES, fill=True, color=COLOURS[index % len(COLOURS)])
            axes.set(xscale="log", yticks=[])
            axes.set_ylabel(each.format, rotation=0, ha="right", va="center")
            axes.spines["left"].set_visible(False)
            axes.grid(visible=True, axis="x")
        rows[-1].set_xlabel("largest difference between two probabilities of one image")
        return _svg(figure, "differences")


def draw_layers(layers: Mapping[str, Sequence[Layer]], *, order: Sequence[str]) -> str:
    """Ratio of signal to noise over the layers, one dot for each format; ``order`` gives each its colour."""
    with mpl.rc_context(STYLE):
        figure, axes = _axes(3.4)
        for place, (name, measured) in enumerate(layers.items()):
            aside = 0.12 * (place - (len(layers) - 1) / 2)  # some formats keep the same
            ratios = [np.nan if layer.signal_db is None else layer.signal_db for layer in measured]
            colour = COLOURS[order.index(name) % len(COLOURS)]
            axes.plot(aside + np.arange(len(measured)), ratios, "o", color=colour, markersize=4.5, label=name)
        axes.set_xticks(range(len(measured)), [layer.name for layer in measured])
        axes.set_ylabel("signal to noise, dB")
        axes.set_ylim(bottom=0)
        axes.tick_params(axis="x", labelrotation=60)
        axes.grid(visible=True)
        axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
        return _svg(figure, "layers")


def _axes(height_in: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure, name: str) -> str:
    """The figure as an element of a page: without a size of its own, its identifiers told from other charts'."""
    stream = io.StringIO()
    figure.savefig(stream, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    text = re.sub(r'width="[\d.]+pt" height="[\d.]+pt" ', "", text, count=1)
    text = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", text)
    return text.replace(INK, "currentColor")
