"""Whether digits are read here: the bundle's files, each runtime's answers, and a page."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from edgedigits.doctor.finding import Finding, State
from edgedigits.errors import BackendError, BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from edgedigits.bundle import Bundle
    from edgedigits.doctor.pip import Pip

# What pip calls a runtime.
PACKAGES = {
    "litert": "ai-edge-litert",
    "tflite-runtime": "tflite-runtime",
    "onnxruntime": "onnxruntime",
    "opencv": "opencv-python-headless",
}


def bundle(pip: Pip, folder: Path) -> tuple[Finding, Bundle | None]:
    """Is the bundle whole? Its files are compared with the digests that they had when it was proven."""
    from edgedigits.bundle import Bundle

    try:
        loaded = Bundle.load(folder)
    except BundleError as error:
        return Finding("bundle", State.FAULT, str(error), restore(pip, folder)), None
    return Finding("bundle", State.OK, f"{folder}: {len(loaded.digests())} files are whole"), loaded


def restore(pip: Pip, folder: Path) -> str:
    """What brings a bundle back: the shipped one from where the project came from, any other by a new export."""
    from edgedigits.bundle import default_bundle

    if folder.resolve() != default_bundle().resolve():
        return f"edgedigits export RUN --out {shlex.quote(str(folder))}"
    root = folder.resolve().parent.parent
    if (root / ".git").exists():
        return shlex.join(["git", "-C", str(root), "checkout", "--", str(folder.resolve().relative_to(root))])
    return pip.command([pip.source], again=True)


def runtimes(pip: Pip, loaded: Bundle, versions: Mapping[str, str]) -> Iterator[Finding]:
    """Does each runtime that is here give the known answers? And is there one at all?"""
    from edgedigits.backends.selection import BACKENDS, candidates
    from edgedigits.verify.answers import check_answers

    serving = slow = False
    for name in BACKENDS:
        try:
            candidate = next(candidates(loaded, backend=name))
        except BackendError:
            continue
        check = check_answers(loaded, candidate)
        serving, slow = serving or check.passed is True, slow or check.slow
        found = f"{candidate.format}: {check.found}"
        if check.slow:  # another copy of it is no faster
            yield Finding(f"runtime {name}", State.WARNING, found)
        else:
            yield runtime(pip, name, passed=check.passed, found=found, versions=versions)
    if not serving:
        found = f"none gives the known answers of {loaded.folder}{' in time' if slow else ''}"
        yield Finding("runtimes", State.FAULT, found, "" if slow else pip.command([pip.with_extra("headless")]))


def runtime(pip: Pip, name: str, *, passed: bool | None, found: str, versions: Mapping[str, str]) -> Finding:
    """Does one runtime answer as it should?

    Args:
        pip: what would mend it.
        name: of the backend.
        passed: None where it could not be asked.
        found: what came of asking.
        versions: of installed packages.

    """
    package = PACKAGES.get(name, "")
    title = f"runtime {name}"
    if passed:
        return Finding(title, State.OK, found)
    if passed is None and name == "opencv":
        # Whether it is whole is asked elsewhere. Debian's is no package of pip's, and an old one loads no ONNX file.
        return Finding(title, State.NOTE, found)
    if passed is None and package not in versions:
        return Finding(title, State.NOTE, "not installed")
    if name == "tflite-runtime" and int(versions.get("numpy", "0").partition(".")[0]) >= 2:
        return Finding(title, State.WARNING, "crashes with NumPy 2, see numpy")
    # Anew and the newest, for the one that is here may be of the time before this NumPy.
    mend = pip.command([package], again=True) if package in versions else ""
    return Finding(title, State.WARNING, found, mend)


def page(pip: Pip, loaded: Bundle) -> Finding:
    """Are digits found and named on a page?"""
    from edgedigits.verify.judge import check_page

    check = check_page(loaded)
    if check.passed:
        return Finding("reading", State.OK, check.found)
    again = "" if check.passed is None else restore(pip, loaded.folder)
    return Finding("reading", State.FAULT, check.found, again)
