"""A whole benchmark: the camera's path, every case in turns, and the machine meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from edgedigits.backends.survival import is_installed
from edgedigits.benchmark.camera import measure_camera
from edgedigits.benchmark.case import Network, cases_of
from edgedigits.benchmark.energy import read_csv
from edgedigits.benchmark.intervals import figures
from edgedigits.benchmark.results import VERSION, Failure, Results
from edgedigits.benchmark.summary import summed_up
from edgedigits.benchmark.sustained import sustain
from edgedigits.benchmark.turns import in_turns, take_apart
from edgedigits.benchmark.watch import Watch, warnings_of
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.errors import BackendError, EdgeDigitsError
from edgedigits.files import sha256
from edgedigits.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from edgedigits.benchmark.case import Case
    from edgedigits.benchmark.plan import Plan
    from edgedigits.benchmark.turns import Taken
    from edgedigits.bundle import Bundle

T = TypeVar("T")


def run_benchmark(bundle: Bundle, plan: Plan, *, on_step: Callable[[str, float], None] = lambda *_: None) -> Results:
    """Measure a bundle on this device.

    Args:
        bundle: what to measure.
        plan: how.
        on_step: told what is measured next, and which share of the time has gone.

    Raises:
        BackendError: the backend is unknown, or nothing could be measured; the message says why for each.
        ResultsError: the meter's file holds no readings.

    """
    if plan.power:
        read_csv(plan.power)  # before time is spent
    began_s, whole_s = time.monotonic(), plan.time_s + plan.sustained_s
    failures: list[Failure] = []

    def attempt(what: object, measure: Callable[[], T]) -> T | None:
        tell(what)
        try:
            return measure()
        except EdgeDigitsError as error:
            failures.append(Failure(str(what), str(error)))
            return None

    def tell(what: object) -> None:
        on_step(f"measure {what}", min((time.monotonic() - began_s) / whole_s, 1.0))

    cases = installed(cases_of(bundle, backend=plan.backend, threads=plan.threads), failures)
    with Watch(power=plan.power) as watch:
        camera = attempt("the camera's path", partial(measure_camera, bundle, plan))
        left_s = plan.time_s - (time.monotonic() - began_s)
        found = in_turns(cases, partial(take_apart, bundle.folder), time_s=left_s, on_case=tell)
        measured = require_some(found, failures)
        fastest, named = fastest_of(measured), f"{fastest_of(measured)}, sustained"
        long = partial(sustain, bundle.folder, fastest, duration_s=plan.sustained_s, watch=watch)
        sustained = attempt(named, partial(long, on_point=partial(tell, named))) if plan.sustained_s else None
    machine = watch.machine()
    return Results(
        version=VERSION,
        edgedigits=__version__,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=round(time.monotonic() - began_s, 1),
        bundle=bundle.name,
        bundle_sha256=sha256(bundle.folder / MANIFEST),
        warnings=warnings_of(machine),
        machine=machine,
        cases=tuple(summed_up(case, taken, bundle=bundle, joules=watch.joules) for case, taken in measured.items()),
        failures=tuple(failures),
        camera=camera,
        sustained=sustained,
    )


def installed(cases: Sequence[Case], failures: list[Failure]) -> list[Case]:
    """The cases whose runtime is here; the runtimes of others are added to the failures."""
    absent = {case.backend: None for case in cases if not is_installed(case.backend)}
    failures += [Failure(backend, "is not installed") for backend in absent]
    return [case for case in cases if case.backend not in absent]


def require_some(found: Mapping[Case, Taken], failures: list[Failure]) -> dict[Case, Taken]:
    """The cases that were measured, some of the naming network among them; the others are added to the failures.

    Raises:
        BackendError: there are none.

    """
    failures += [Failure(str(case), taken.failure) for case, taken in found.items() if taken.failure]
    measured = {case: taken for case, taken in found.items() if not taken.failure}
    if not any(case.network == Network.NAMING for case in measured):
        reasons = "; ".join(f"{failure.what}: {failure.reason}" for failure in failures)
        raise BackendError(f"nothing could be measured: {reasons}")
    return measured


def fastest_of(measured: Mapping[Case, Taken]) -> Case:
    """The case of the naming network with the least median."""
    naming = [case for case in measured if case.network == Network.NAMING]
    return min(naming, key=lambda case: figures(measured[case].runs_us)["p50"] or 0.0)
