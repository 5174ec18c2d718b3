"""Puts a judge into a bundle, which keeps the one before: there is a way back."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from edgedigits.bundle import JUDGE, Bundle
from edgedigits.errors import BundleError
from edgedigits.files import replacing_folder, sha256
from edgedigits_export.convert.npz import archive

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_camera.text.print import Print
    from edgedigits_export.judging.fit import FittedJudge

# The judge that is not in use: the one before, or one that was refused.
SPARE_JUDGE = "judge_spare.npz"
# What a manifest says under `rejection` of each of the two.
JUDGE_FACTS, SPARE_FACTS = ("threshold", "on_drawn_scenes"), "spare"


def put_into(bundle: Path, fitted: FittedJudge, *, spare: bool = False) -> None:
    """Put a judge into a bundle, which is replaced whole by one that has it.

    Args:
        bundle: folder of the bundle.
        fitted: the judge.
        spare: put it beside the one in use, and not in its place.

    Raises:
        BundleError: the bundle is broken.
        WriteError: the disk is full, or the bundle may not be written.

    """
    loaded = Bundle.load(bundle)
    facts: dict[str, Any] = {
        "threshold": round(fitted.judge.threshold, 2),
        "on_drawn_scenes": asdict(fitted.figures),
    }
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        placed = replace(loaded, folder=folder)
        if not spare:
            placed = swapped(placed)
        (folder / (SPARE_JUDGE if spare else JUDGE)).write_bytes(archive(fitted.arrays()))
        rejection = placed.rejection | ({SPARE_FACTS: facts} if spare else facts)
        with_judge(placed, rejection).save()


def put_print(bundle: Path, told: Print) -> None:
    """Put what tells print from writing beside the judge in use, which stays as it is.

    Raises:
        BundleError: the bundle is broken, or has no judge of its own.
        WriteError: the disk is full, or the bundle may not be written.

    """
    loaded = Bundle.load(bundle)
    if not loaded.judge_sha256:
        raise BundleError(f"{bundle} has no judge of its own; fit both: edgedigits fit-judge {bundle}")
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        (folder / JUDGE).write_bytes(archive(loaded.judge | told.arrays()))
        with_judge(replace(loaded, folder=folder), loaded.rejection).save()


def swap(bundle: Path) -> Bundle:
    """Put the spare judge of a bundle in use, and keep the one in use as the spare one.

    Raises:
        BundleError: the bundle is broken, or no judge was ever fitted for it.
        WriteError: the disk is full, or the bundle may not be written.

    """
    loaded = Bundle.load(bundle)
    if not loaded.judge_sha256 and not (bundle / SPARE_JUDGE).is_file():
        raise BundleError(f"{bundle} has no judge of its own to go back from; fit one: edgedigits fit-judge {bundle}")
    with replacing_folder(bundle) as folder:
        shutil.copytree(bundle, folder, dirs_exist_ok=True)
        swapped(replace(loaded, folder=folder)).save()
    return Bundle.load(bundle)


def swapped(bundle: Bundle) -> Bundle:
    """Rename the two judges' files in the bundle's folder, either of which may be absent, and what is said of them."""
    judge, spare, kept = (bundle.folder / name for name in (JUDGE, SPARE_JUDGE, f"{JUDGE}.kept"))
    for source, target in ((judge, kept), (spare, judge), (kept, spare)):
        if source.is_file():
            source.rename(target)
    own = {name: bundle.rejection[name] for name in JUDGE_FACTS if name in bundle.rejection}
    rest = {name: value for name, value in bundle.rejection.items() if name not in (*JUDGE_FACTS, SPARE_FACTS)}
    return with_judge(
        bundle, rest | bundle.rejection.get(SPARE_FACTS, {}) | ({SPARE_FACTS: own} if spare.is_file() else {})
    )


def with_judge(bundle: Bundle, rejection: dict[str, Any]) -> Bundle:
    """A bundle with the judge that lies in its folder now."""
    judge = bundle.folder / JUDGE
    return replace(bundle, judge_sha256=sha256(judge) if judge.is_file() else None, rejection=rejection)
