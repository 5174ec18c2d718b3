"""The folder of a detector's training.

detector.weights.h5   the trained network; written last, so that a folder that has it is complete
training.json         every number of the recipe, versions, the data's checksum, and at the end what was measured
history.csv           losses over every hundred steps
state.npz             what `--resume` goes on from
scenes/               drawn scenes, grey, and what is in them
mined-1.json, ...     for each scene boxes of what looked like digits in the middle of the training
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import cv2

from edgedigits.errors import RunError
from edgedigits.files import replacing, write_json
from edgedigits.training.runs import versions
from edgedigits_export.detecting.reading import Measured
from edgedigits_export.detecting.recipe import DetectorRecipe
from edgedigits_export.given import TRAINING, WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from edgedigits.training.data import Mnist


@dataclass(frozen=True, slots=True)
class DetectorRun:
    """Paths of a run folder."""

    folder: Path

    @property
    def weights(self) -> Path:
        """The trained network."""
        return self.folder / WEIGHTS

    @property
    def training(self) -> Path:
        """Recipe, versions, data and figures."""
        return self.folder / TRAINING

    @property
    def state(self) -> Path:
        """State after the last row of the history."""
        return self.folder / "state.npz"

    @property
    def scenes(self) -> Path:
        """Folder of drawn scenes."""
        return self.folder / "scenes"

    def mined(self, part: int) -> Path:
        """What looked like digits after a part of the training."""
        return self.folder / f"mined-{part}.json"


def check_free(run: DetectorRun) -> None:
    """Refuse a folder that holds a run already.

    Raises:
        RunError: it does.

    """
    if run.training.exists():
        raise RunError(
            f"{run.folder} holds a run already; --resume goes on with it, --force replaces it, --out names another"
        )


def start(run: DetectorRun, *, recipe: DetectorRecipe, data: Mnist, force: bool) -> None:
    """Make the folder and write down what will be trained.

    Raises:
        RunError: the folder holds a run already, and ``force`` is not set.

    """
    if not force:
        check_free(run)
    # The weights go first: without them the folder does not pass for a finished run.
    for old in (run.weights, run.state, run.folder / "history.csv", *run.folder.glob("mined-*.json")):
        old.unlink(missing_ok=True)
    shutil.rmtree(run.scenes, ignore_errors=True)
    write_json(
        run.training,
        {
            "recipe": asdict(recipe),
            "versions": versions() | {"matplotlib": version("matplotlib"), "opencv": cv2.__version__},
            "data": {"sha256": data.sha256, "train": len(data.train)},
        },
    )


def recorded(run: DetectorRun) -> dict[str, Any]:
    """Return the content of ``training.json``.

    Raises:
        RunError: it is absent or broken.

    """
    try:
        content = dict(json.loads(run.training.read_text(encoding="utf-8")))
        content["recipe"], content["data"]["sha256"]
    except FileNotFoundError:
        raise RunError(f"{run.folder} holds no run; `edgedigits train-detector` makes one") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{run.training} cannot be read ({error}); start again with --force") from error
    return content


def recorded_recipe(run: DetectorRun) -> DetectorRecipe:
    """Return the recipe of a run that was started.

    Raises:
        RunError: there is none, or it is broken.

    """
    fields = recorded(run)["recipe"]
    try:
        return DetectorRecipe(**fields | {"mined_at": tuple(fields["mined_at"])})
    except (KeyError, TypeError) as error:
        raise RunError(f"{run.training} has no recipe of this version ({error}); start again with --force") from error


def finish(run: DetectorRun, *, model: Any, measured: Sequence[Measured], scenes: int) -> None:
    """Write down what was measured on the kept scenes, and then the weights."""
    figures = {"scenes": scenes, "at": [each.as_object() for each in measured]}
    write_json(run.training, recorded(run) | {"parameters": model.count_params(), "measured": figures})
    with replacing(run.weights) as temporary:
        # Keras insists on its own suffix.
        written = temporary.with_suffix(".weights.h5")
        try:
            model.save_weights(written)
            written.replace(temporary)
        finally:
            written.unlink(missing_ok=True)


def what_was_measured(run: DetectorRun) -> list[Measured]:
    """Return the figures of a finished run.

    Raises:
        RunError: they are not there.

    """
    try:
        return [Measured.of(entry) for entry in recorded(run)["measured"]["at"]]
    except (KeyError, TypeError) as error:
        raise RunError(f"{run.training} has no figures ({error}); start again with --force") from error


def check_data(run: DetectorRun, *, data: Mnist) -> None:
    """Refuse to go on with other data than the run was started with."""
    if (known := recorded(run)["data"]["sha256"]) != data.sha256:
        raise RunError(
            f"{run.folder} was trained on data with SHA-256 {known[:12]}..., {data.source} has {data.sha256[:12]}...; "
            "name the same data, or start again with --force"
        )
