"""Looks at a whole device: can it read digits, and what would mend what is wrong?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from edgedigits.doctor import eyes, machine, packages, reading
from edgedigits.doctor.finding import Finding, State
from edgedigits.doctor.packages import OpenCV
from edgedigits.doctor.pip import Pip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

__all__ = ["Finding", "State", "examine"]


def examine(bundle: Path | None = None, *, on_step: Callable[[str], None] = lambda _: None) -> Iterator[Finding]:
    """Look at everything, one thing after the other; each finding comes as soon as it is known.

    Args:
        bundle: what should be read with; the shipped one by default.
        on_step: told what begins.

    """
    pip = Pip.here()
    on_step("the machine")
    yield from looked("machine", lambda: on_machine(pip))
    on_step("OpenCV")
    opencv = OpenCV.here()
    yield from looked("packages", lambda: on_packages(pip, opencv))
    on_step("cameras")
    yield from looked("cameras", on_cameras)
    on_step("the networks")
    yield from looked("reading", lambda: on_reading(pip, bundle, opencv))


def looked(name: str, look: Callable[[], Iterable[Finding | None]]) -> Iterator[Finding]:
    """What was found; a look that fails is a finding too, and the others go on."""
    try:
        yield from filter(None, look())
    except Exception as error:  # noqa: BLE001 - a doctor that dies of what it should find is of no use
        yield Finding(name, State.WARNING, f"cannot be looked at: {' '.join(str(error).split())}")


def on_machine(pip: Pip) -> Iterator[Finding | None]:
    """System, Python, disk, temperature, power."""
    yield machine.system(pip)
    yield machine.python(pip)
    yield machine.disk(pip)
    yield machine.temperature()
    yield machine.power()


def on_packages(pip: Pip, opencv: OpenCV) -> Iterator[Finding | None]:
    """OpenCV, its window and readers, NumPy."""
    versions = packages.installed_versions()
    yield packages.opencv(pip, opencv, versions, os.environ)
    yield packages.video(pip, opencv, versions)
    yield packages.window(pip, opencv, versions, os.environ)
    yield packages.numpy_and_tflite_runtime(pip, versions)


def on_cameras() -> Iterator[Finding | None]:
    """Cameras, and the way to a CSI camera."""
    from edgedigits.machine import model_name
    from edgedigits_camera.live.cameras import survey

    found = survey()
    yield from eyes.cameras(found)
    yield eyes.libcamera(found, model=model_name())


def on_reading(pip: Pip, folder: Path | None, opencv: OpenCV) -> Iterator[Finding]:
    """The bundle, every runtime, and a page; no page where there is no OpenCV to read it with."""
    from edgedigits.bundle import default_bundle

    finding, bundle = reading.bundle(pip, folder or default_bundle())
    yield finding
    if bundle:
        yield from reading.runtimes(pip, bundle, packages.installed_versions())
        if opencv.whole:
            yield reading.page(pip, bundle)
