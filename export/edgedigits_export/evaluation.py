"""What every file is asked, and the asking: each runtime in a process of its own, several of them at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.apart.answers import measure_files
from edgedigits.backends.selection import backends_of
from edgedigits.errors import BackendError, LoadError, ParityError
from edgedigits.strokes import golden_patches
from edgedigits_export.gates.causes import likeliest, suspects_of
from edgedigits_export.gates.findings import Finding
from edgedigits_export.gates.lone import LoneReport
from edgedigits_export.gates.parity import compare

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.apart.answers import Measured
    from edgedigits.training.data import Split
    from edgedigits_export.gates.causes import Suspect
    from edgedigits_export.gates.parity import ParityReport, Tolerance
    from edgedigits_export.networks.network import Network

# Single images timed for each file: a median settles soon, and the slowest format takes 2 ms an image.
TIMED = 300


@dataclass(frozen=True, slots=True)
class Answers:
    """Probabilities (N, 10) float32 of one file in one runtime, and the median time of one image."""

    test: NDArray[np.float32]
    golden: NDArray[np.float32]
    p50_us: float | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """The test set, for which Keras's answers are known, the golden patches, and what mistakes would answer.

    Where there is no ``original``, the reference are the file's own answers, and nothing is compared with them.
    """

    test: Split
    reference: NDArray[np.float32]
    golden: NDArray[np.uint8]
    golden_labels: NDArray[np.uint8]
    suspects: tuple[Suspect, ...] = ()
    original: bool = True

    @classmethod
    def ask(cls, network: Network, test: Split) -> Questions:
        """Have Keras answer the test set; draw the golden patches, the first ten one of each digit."""
        golden, labels = golden_patches()
        suspects = suspects_of(network, test.images) if network.original else ()
        return cls(test, network.answers(test.images), golden, labels, suspects, network.original)

    @property
    def reference_accuracy(self) -> float:
        """Keras's share of right answers on the test set."""
        return float(np.mean(self.reference.argmax(axis=1) == self.test.labels))

    def mark(self, answers: Answers, *, backend: str, tolerance: Tolerance) -> ParityReport | LoneReport:
        """Compare answers to the test set with Keras's and with the truth; without an original with the truth alone."""
        if not self.original:
            return LoneReport.of(answers.test, self.test.labels, backend=backend, p50_us=answers.p50_us)
        report = compare(answers.test, self.reference, labels=self.test.labels, backend=backend, tolerance=tolerance)
        suspect = likeliest(answers.test, self.reference, suspects=self.suspects)
        return replace(report, suspect=suspect, p50_us=answers.p50_us)

    def put(
        self, paths: Mapping[str, Path], *, on_run: Callable[[str], None] = lambda _: None
    ) -> dict[str, dict[str, Answers | Finding]]:
        """Ask files everything, by format, in every runtime that runs the format.

        Returns:
            By format and runtime, the preferred first, the answers; or a finding where there are none: passed if the
            runtime is not here, failed if it is.

        """
        backends = list(dict.fromkeys(backend for name in paths for backend in backends_of(name)))
        with ThreadPoolExecutor(max_workers=len(os.sched_getaffinity(0))) as pool:
            asked = {backend: pool.submit(self._ask, backend, paths, on_run) for backend in backends}
            results = {backend: future.result() for backend, future in asked.items()}
        return {name: {backend: results[backend][name] for backend in backends_of(name)} for name in paths}

    def _ask(
        self, backend: str, paths: Mapping[str, Path], on_run: Callable[[str], None]
    ) -> dict[str, Answers | Finding]:
        files = {name: path for name, path in paths.items() if backend in backends_of(name)}
        measured = measure_files(
            files,
            np.concatenate([self.test.images, self.golden]),
            backend=backend,
            runs=TIMED,
            on_file=lambda name: on_run(f"{name} in {backend}"),
        )
        return {name: self._found(result, backend=backend) for name, result in measured.items()}

    def _found(self, result: Measured | BackendError | ParityError, *, backend: str) -> Answers | Finding:
        if isinstance(result, LoadError | ParityError):
            cause = "a damaged file, an operator that this runtime does not have, or a crash of its own"
            return Finding(f"{backend} run", str(result), "must answer", passed=False, cause=cause)
        if isinstance(result, BackendError):
            return Finding(f"{backend} run", f"not here: {result}", "where it is", passed=True)
        tested = len(self.test)
        return Answers(test=result.answers[:tested], golden=result.answers[tested:], p50_us=result.p50_us)


def runs_of(formats: Mapping[str, object]) -> int:
    """How many runs :meth:`Questions.put` makes of these formats."""
    return sum(len(backends_of(name)) for name in formats)
