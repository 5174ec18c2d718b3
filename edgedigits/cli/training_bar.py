"""A training's progress on a terminal, or a line for each epoch where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from types import TracebackType

    from edgedigits.training.progress import Progress as Position

# Redrawing at each batch would cost as much as a batch.
REDRAWS_PER_S = 4


class TrainingBar:
    """Shows the position in a training on stderr: epoch, bar, images per second, time left, accuracy."""

    def __init__(self, name: str) -> None:
        self.console = Console(stderr=True, markup=False)
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("{task.fields[metrics]}"),
            console=self.console,
            refresh_per_second=REDRAWS_PER_S,
            speed_estimate_period=60,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task(name, total=None, rate="", metrics="")
        self.last_step = 0

    def show(self, position: Position) -> None:
        """Show a position; an epoch's end also leaves a line."""
        done = (position.epoch - 1) * position.steps + position.step
        if not self.last_step:
            # A resumed training starts in the middle: what was done before says nothing about the rate.
            self.bar.reset(self.task, total=position.epochs * position.steps, completed=done - 1)
        self.last_step = done
        speed = self.bar.tasks[0].speed
        self.bar.update(
            self.task,
            completed=done,
            description=f"epoch {position.epoch}/{position.epochs}",
            rate=f"{speed * position.batch_size:,.0f} images/s" if speed else "",
            metrics=f"accuracy {position.metrics.get('accuracy', 0.0):.4f}",
        )
        if position.epoch_ended:
            self.console.print(epoch_line(position), highlight=False)

    def __enter__(self) -> Self:
        self.bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.stop()


def epoch_line(position: Position) -> str:
    """Return the line that an epoch leaves."""
    metrics = "  ".join(f"{name} {value:.4f}" for name, value in position.metrics.items())
    return f"epoch {position.epoch}/{position.epochs}  {metrics}"
