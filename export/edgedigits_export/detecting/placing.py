"""Puts a detector into a bundle: a newly trained one, or the files of another bundle's as they are."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import RunError
from edgedigits.files import replacing_folder
from edgedigits_export.given import TRAINING, WEIGHTS, check_detector_run
from edgedigits_export.reporting.detector import renew_reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import keras

    from edgedigits.bundle.detector import Detector


def put_detector(bundle: Path, run: Path | None = None, *, on_step: Callable[[str], None] = lambda _: None) -> Bundle:
    """Put a detector into a bundle, which is replaced whole by one that has it.

    Args:
        bundle: folder of the bundle.
        run: folder that `edgedigits train-detector` wrote; None for the shipped bundle's detector.
        on_step: told what was begun or done.

    Raises:
        BundleError: the bundle is broken, or the shipped one has no detector.
        RunError: the run holds no trained detector.
        GateError: a file of the detector failed its gate, and the bundle is as it was.

    """
    loaded = Bundle.load(bundle)
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        for path in loaded.detector.digests() if loaded.detector else ():
            (folder / path).unlink()
        placed = replace(loaded, folder=folder, detector=place_detector(folder, run, on_step=on_step))
        renew_reports(placed)
        placed.save()
    return Bundle.load(bundle)


def place_detector(folder: Path, run: Path | None, *, on_step: Callable[[str], None] = lambda _: None) -> Detector:
    """Write a detector's files into a folder, by the run that trained it or as the shipped bundle has them.

    Raises:
        BundleError: the shipped bundle is broken or has no detector.
        RunError: the run holds no trained detector.
        GateError: a file of the detector failed its gate.

    """
    if run is None:
        return copy_detector(Bundle.load(default_bundle()), folder)
    from edgedigits_export.detecting.export import DetectorSettings, export_detector

    model, training = load_detector(run)
    return export_detector(model, folder, settings=DetectorSettings(training=training), on_step=on_step).section


def detector_for(folder: Path, run: Path | None) -> Detector | None:
    """The same for a new bundle: without a run, and without a shipped bundle that has a detector, there is none.

    Raises:
        BundleError: the shipped bundle is broken.
        RunError: the run holds no trained detector.
        GateError: a file of the detector failed its gate.

    """
    if run is not None:
        return place_detector(folder, run)
    shipped = default_bundle()
    has_one = (shipped / MANIFEST).is_file() and Bundle.read(shipped).detector is not None
    return place_detector(folder, None) if has_one else None


def copy_detector(bundle: Bundle, folder: Path) -> Detector:
    """Copy the files of a bundle's detector into a folder.

    Raises:
        BundleError: the bundle has none.

    """
    detector = bundle.its_detector()
    for path in detector.digests():
        shutil.copyfile(bundle.folder / path, folder / path)
    return detector


def load_detector(run: Path) -> tuple[keras.Model, dict[str, object]]:
    """The trained network of a run folder, of any size of canvas, and what is known about its training.

    Raises:
        RunError: the weights or the facts are missing, or are of something else.

    """
    from edgedigits_export.detecting.network import build

    check_detector_run(run)
    try:
        training = dict(json.loads((run / TRAINING).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise RunError(f"{run / TRAINING} cannot be read as a JSON object ({error}); train again") from error
    model = build()
    try:
        model.load_weights(run / WEIGHTS)
    except Exception as error:  # h5py and Keras each raise their own
        reason = " ".join(str(error).split())[:200]
        raise RunError(f"{run / WEIGHTS} holds no weights of the detector ({reason}); train again") from error
    return model, training
