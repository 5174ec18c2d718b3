"""What of a bundle goes into the one that takes its place: the detector that was put into it, and its fitted judge."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from edgedigits.bundle import JUDGE, Bundle, default_bundle
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import BundleError
from edgedigits_export.detecting.placing import copy_detector, detector_for
from edgedigits_export.judging.placing import JUDGE_FACTS, SPARE_FACTS, SPARE_JUDGE

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits.bundle.detector import Detector


def bundle_at(folder: Path) -> Bundle | None:
    """The whole bundle that is there; None where there is none, or a broken one, of which nothing can be kept."""
    try:
        return Bundle.load(folder) if (folder / MANIFEST).is_file() else None
    except BundleError:
        return None


def detector_in(folder: Path, *, old: Bundle | None, run: Path | None) -> tuple[Detector | None, list[str]]:
    """Put a detector into a new bundle's folder: that of the run, else of the old bundle, else the shipped one.

    Returns:
        The detector, None where there is none to put in; and what to tell.

    Raises:
        BundleError: the shipped bundle is broken.
        RunError: the run holds no trained detector.
        GateError: a file of the detector failed its gate.

    """
    if run is not None or old is None or old.detector is None:
        return detector_for(folder, run), []
    shipped = bundle_at(default_bundle())
    kept = copy_detector(old, folder)
    if shipped is None or shipped.detector is None or shipped.detector.digests() == kept.digests():
        return kept, []
    cure = f"the shipped one instead: edgedigits put-detector {old.folder}"
    return kept, [f"kept the detector that {old.folder} had; {cure}"]


def judge_in(draft: Bundle, *, old: Bundle | None) -> tuple[Bundle, list[str]]:
    """Put the old bundle's judge into a new one's folder if it was fitted for the same networks.

    Returns:
        The new bundle, and what to tell.

    """
    if old is None or old.judge_sha256 is None:
        return draft, []
    if networks_of(old) != networks_of(draft):
        return draft, [f"the judge of {old.folder} is not kept, it was fitted for other networks"]
    for name in (JUDGE, SPARE_JUDGE):
        if (old.folder / name).is_file():
            shutil.copyfile(old.folder / name, draft.folder / name)
    facts = {name: old.rejection[name] for name in (*JUDGE_FACTS, SPARE_FACTS) if name in old.rejection}
    kept = replace(draft, judge_sha256=old.judge_sha256, rejection=draft.rejection | facts)
    return kept, [f"kept the judge that was fitted for {old.folder}: the networks are the same"]


def networks_of(bundle: Bundle) -> tuple[object, ...]:
    """What a judge depends on: the weights of the network that names digits, and the files of the detector."""
    return bundle.training.get("weights_sha256"), bundle.detector.digests() if bundle.detector else None
