"""The folder of a training run.

model.keras      the trained network
recipe.json      every number of the recipe, versions, the data's checksum
history.csv      a row for each epoch
metrics.json     figures on test and validation set; written last, so that a folder that has it is complete
*.png            the pictures
state.npz        what `--resume` goes on from
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from edgedigits.errors import RunError
from edgedigits.files import write_json, write_text
from edgedigits.training.recipes import Augmentation, Recipe
from edgedigits.version import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.training.data import Mnist
    from edgedigits.training.progress import History


@dataclass(frozen=True, slots=True)
class Run:
    """Paths of a run folder."""

    folder: Path

    @property
    def model(self) -> Path:
        """The trained network."""
        return self.folder / "model.keras"

    @property
    def recipe(self) -> Path:
        """Recipe, versions and data."""
        return self.folder / "recipe.json"

    @property
    def history(self) -> Path:
        """A row for each epoch."""
        return self.folder / "history.csv"

    @property
    def state(self) -> Path:
        """State after the last finished epoch."""
        return self.folder / "state.npz"

    @property
    def metrics(self) -> Path:
        """Figures of the finished run."""
        return self.folder / "metrics.json"

    def picture(self, name: str) -> Path:
        """Return the path of a picture."""
        return self.folder / f"{name}.png"


def check_free(run: Run) -> None:
    """Refuse a folder that holds a run already.

    Raises:
        RunError: it does.

    """
    if run.recipe.exists():
        raise RunError(
            f"{run.folder} holds a run already; --resume goes on with it, --force replaces it, --out names another"
        )


def start(run: Run, *, recipe: Recipe, data: Mnist, force: bool) -> None:
    """Make the folder and write down what will be trained.

    Raises:
        RunError: the folder holds a run already, and ``force`` is not set.

    """
    if not force:
        check_free(run)
    # The figures go first: without them the folder does not pass for a finished run.
    for old in (run.metrics, run.model, run.state, run.history, *run.folder.glob("*.png")):
        old.unlink(missing_ok=True)
    write_json(
        run.recipe,
        {
            "recipe": asdict(recipe),
            "versions": versions(),
            "data": {"sha256": data.sha256, "train": len(data.train), "validation": len(data.validation)},
        },
    )


def take_back(run: Run) -> None:
    """Remove what :func:`start` wrote, unless an epoch was finished since: there is nothing to go on from."""
    if run.state.exists():
        return
    run.recipe.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # something else is in it
        run.folder.rmdir()


def recorded_recipe(run: Run) -> Recipe:
    """Return the recipe of a run that was started.

    Raises:
        RunError: there is none, or it is broken.

    """
    fields = recorded(run)["recipe"]
    try:
        augmentation = fields["augmentation"]
        return Recipe(**fields | {"augmentation": augmentation and Augmentation(**augmentation)})
    except (KeyError, TypeError) as error:
        raise RunError(f"{run.recipe} is not a recipe of this version ({error}); start again with --force") from error


def check_data(run: Run, *, data: Mnist) -> None:
    """Refuse to go on with other data than the run was started with."""
    if (known := recorded(run)["data"]["sha256"]) != data.sha256:
        raise RunError(
            f"{run.folder} was trained on data with SHA-256 {known[:12]}..., {data.source} has {data.sha256[:12]}...; "
            "name the same data, or start again with --force"
        )


def recorded(run: Run) -> dict[str, Any]:
    """Return the content of ``recipe.json``.

    Raises:
        RunError: it is absent or broken.

    """
    try:
        content = json.loads(run.recipe.read_text(encoding="utf-8"))
        return {"recipe": content["recipe"], "data": content["data"]}
    except FileNotFoundError:
        raise RunError(f"{run.folder} holds no run; `edgedigits train` makes one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{run.recipe} cannot be read ({error}); start again with --force") from error


def write_history(run: Run, history: History) -> None:
    """Write the history as CSV."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(history[0]) if history else ["epoch"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(history)
    write_text(run.history, text.getvalue())


def versions() -> dict[str, str]:
    """Return what trains here."""
    libraries = {name: version(name) for name in ("tensorflow", "keras", "numpy")}
    return {"edgedigits": __version__, "python": platform.python_version(), **libraries}
