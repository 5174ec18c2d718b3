"""The pictures of a run folder: what the notebook shows, and what a teacher wants."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import visualkeras
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ticker import MaxNLocator
from PIL import ImageFont, ImageOps

from edgedigits.files import replacing
from edgedigits.training.scores import score

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Split
    from edgedigits.training.progress import History
    from edgedigits.training.runs import Run
    from edgedigits.training.scores import Scores

DPI = 120
GRID_ROWS, GRID_COLUMNS = 5, 8
RIGHT, WRONG = "#2a6f3c", "#b3261e"


def draw_pictures(run: Run, *, model: Any, history: History, test: Split, probabilities: NDArray[np.float32]) -> None:
    """Draw all pictures of a run; ``probabilities`` (N, 10) are the model's answers to the test images."""
    draw_curves(run.picture("curves"), history)
    draw_architecture(run.picture("architecture"), model)
    first = np.arange(min(len(test), GRID_ROWS * GRID_COLUMNS))
    draw_answers(run.picture("first"), first, split=test, probabilities=probabilities, title="The first test images")
    draw_confusion(run.picture("confusion"), score(probabilities, labels=test.labels))
    worst = worst_mistakes(probabilities, labels=test.labels)[: GRID_ROWS * GRID_COLUMNS]
    draw_answers(run.picture("mistakes"), worst, split=test, probabilities=probabilities, title="The worst mistakes")


def draw_curves(path: Path, history: History) -> None:
    """Draw accuracy and loss over the epochs."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    epochs = [row["epoch"] for row in history]
    for axes, metric in zip(figure.subplots(1, 2), ("accuracy", "loss"), strict=True):
        for name, label in ((metric, "training"), (f"val_{metric}", "validation")):
            if history and name in history[0]:
                axes.plot(epochs, [row[name] for row in history], marker="o", markersize=5, label=label)
        axes.set(title=metric, xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
        # Whole epochs also where there is but one.
        axes.set_xlim(0.5, max(epochs, default=1) + 0.5)
        axes.grid(visible=True, alpha=0.3)
        axes.legend()
    save(figure, path)


def draw_architecture(path: Path, model: Any) -> None:
    """Draw the layers as boxes, each with its kind and output shape."""
    for layer in model.layers:
        # visualkeras 0.2 asks for what Keras 3 no longer has.
        layer.output_shape = tuple(layer.output.shape)
    with warnings.catch_warnings(action="ignore"):
        # It warns of a default of its own.
        picture = visualkeras.layered_view(
            model,
            spacing=130,  # a caption and some, which padding holds at the ends
            padding=60,
            scale_xy=10,
            scale_z=1,
            max_z=120,
            background_fill="white",
            text_callable=layer_text,
            font=ImageFont.truetype(findfont("DejaVu Sans"), 20),
        )
    with replacing(path) as temporary:
        ImageOps.expand(picture.convert("RGB"), border=30, fill="white").save(temporary)


def layer_text(_index: int, layer: Any) -> tuple[str, bool]:
    """Return a layer's caption, and that it stands below the box."""
    shape = " x ".join(str(size) for size in layer.output_shape[1:])
    return f"{type(layer).__name__}\n{shape}", False


def draw_answers(
    path: Path, rows: NDArray[np.int64], *, split: Split, probabilities: NDArray[np.float32], title: str
) -> None:
    """Draw the images of these rows with answer, probability and truth."""
    figure = Figure(figsize=(10, 8), layout="constrained")
    figure.suptitle(title if len(rows) else f"{title}: none")
    for axes, row in zip(figure.subplots(GRID_ROWS, GRID_COLUMNS).flat, rows, strict=False):
        answer, truth = int(probabilities[row].argmax()), int(split.labels[row])
        axes.imshow(split.images[row], cmap="gray_r", vmin=0, vmax=255)
        axes.set_title(
            f"{answer} ({probabilities[row, answer]:.0%}), is {truth}",
            color=RIGHT if answer == truth else WRONG,
            fontsize=9,
        )
    for axes in figure.axes:
        axes.set_axis_off()
    save(figure, path)


def draw_confusion(path: Path, scores: Scores) -> None:
    """Draw the confusion matrix; the colour shows the share of the row, mistakes standing out."""
    counts = np.array(scores.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    figure = Figure(figsize=(7, 6.5), layout="constrained")
    axes = figure.subplots()
    axes.imshow(np.sqrt(shares), cmap="Blues", vmin=0, vmax=1)
    for truth, answer in np.ndindex(counts.shape):
        if counts[truth, answer]:
            colour = "white" if shares[truth, answer] > 0.25 else "black"
            axes.text(answer, truth, str(counts[truth, answer]), ha="center", va="center", color=colour, fontsize=9)
    axes.set(
        xticks=range(10),
        yticks=range(10),
        xlabel="answer",
        ylabel="true digit",
        title=f"{scores.accuracy:.2%} of {scores.images:,} test images right",
    )
    save(figure, path)


def worst_mistakes(probabilities: NDArray[np.float32], *, labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the rows that were named wrong, the surest first."""
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != labels)
    return wrong[np.argsort(-probabilities[wrong].max(axis=1), kind="stable")]


def save(figure: Figure, path: Path) -> None:
    """Write a picture whole."""
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=DPI)
