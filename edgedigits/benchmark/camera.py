"""The camera's path, from a frame to its answer, measured in a process of its own: the camera is another package."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.backends.survival import is_installed
from edgedigits.benchmark.process import command_of, run_apart
from edgedigits.benchmark.results import CameraPath, Stage
from edgedigits.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edgedigits.benchmark.plan import Plan
    from edgedigits.bundle import Bundle

CHILD = "edgedigits_camera.live.timed"
SHARE, HANGS_S = 0.15, 120.0


def measure_camera(bundle: Bundle, plan: Plan) -> CameraPath:
    """Measure the path, in the first of the numbers of threads, for a share of the time.

    Raises:
        BundleError: the bundle has no detector.
        BackendError: it cannot be measured; says why in one line.

    """
    bundle.its_detector()
    if not is_installed("opencv"):
        raise BackendError("cv2 is not installed; install it with: pip install 'edgedigits[headless]'")
    threads, time_s = plan.threads[0], SHARE * plan.time_s
    command = command_of(CHILD, str(bundle.folder), plan.backend, str(threads), str(time_s))
    return path_of(run_apart(command, threads=threads, limit_s=HANGS_S + time_s))


def path_of(said: dict[str, Any]) -> CameraPath:
    """What the process said, summed up."""
    stages_ms: dict[str, list[float]] = said.pop("stages_ms")
    answers_ms = [sum(each) for each in zip(*(stages_ms[name] for name in stages_ms if name != "draw"), strict=True)]
    return CameraPath(
        **said,
        stages=tuple(stage_of(name, each) for name, each in stages_ms.items()),
        frame_to_answer=stage_of("frame to answer", answers_ms),
    )


def stage_of(name: str, durations_ms: Sequence[float]) -> Stage:
    """One stage over all frames."""
    p50_ms, p90_ms = np.quantile(durations_ms, (0.5, 0.9))
    return Stage(name, *(round(float(each), 3) for each in (statistics.fmean(durations_ms), p50_ms, p90_ms)))
