"""One file under proof: looked into, then run in every runtime that is here, over the whole test set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.bundle import Artifact, Parity
from edgedigits.errors import BackendError, ExportError, ParityError
from edgedigits.files import sha256
from edgedigits.strokes import drawn_patches
from edgedigits_export.contents import check_contents
from edgedigits_export.findings import Finding
from edgedigits_export.formats import backends_of
from edgedigits_export.measure import measure
from edgedigits_export.parity import compare

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.training.data import Split
    from edgedigits_export.contents import Contents
    from edgedigits_export.formats import Format
    from edgedigits_export.network import Network
    from edgedigits_export.parity import ParityReport, Tolerance

# Enough for every digit in several hands; all of them take a device a few milliseconds.
GOLDEN_PATCHES = 64
GOLDEN_SEED = 20_250


@dataclass(frozen=True, slots=True)
class Answers:
    """Probabilities (N, 10) float32 of one file in one runtime."""

    test: NDArray[np.float32]
    golden: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Questions:
    """What every file is asked: the test set, for which Keras's answers are known, and the golden patches."""

    test: Split
    reference: NDArray[np.float32]
    golden: NDArray[np.uint8]
    golden_labels: NDArray[np.uint8]

    @classmethod
    def ask(cls, network: Network, test: Split) -> Questions:
        """Have Keras answer the test set; draw the golden patches, the first ten one of each digit."""
        return cls(test, network.answers(test.images), *drawn_patches(GOLDEN_PATCHES, seed=GOLDEN_SEED))

    @property
    def reference_accuracy(self) -> float:
        """Keras's share of right answers on the test set."""
        return float(np.mean(self.reference.argmax(axis=1) == self.test.labels))

    def mark(self, answers: Answers, *, backend: str, tolerance: Tolerance) -> ParityReport:
        """Compare answers to the test set with Keras's and with the truth."""
        return compare(answers.test, self.reference, labels=self.test.labels, backend=backend, tolerance=tolerance)


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about one file; ``golden`` holds its own answers (N, 10) to the golden patches."""

    format: str
    path: Path
    contents: Contents | None
    findings: tuple[Finding, ...]
    reports: tuple[ParityReport, ...] = ()
    golden: NDArray[np.float32] | None = None

    @property
    def passed(self) -> bool:
        """True if nothing that was checked failed."""
        return all(finding.passed for finding in self.findings)

    def __str__(self) -> str:
        return f"{self.format}: {'; '.join(map(str, self.findings))}"

    def artifact(self) -> Artifact:
        """The file's entry in the manifest, by the preferred runtime.

        Raises:
            ParityError: the file did not pass.

        """
        if not self.passed or self.contents is None or not self.reports:
            raise ParityError(str(self))
        report = self.reports[0]
        return Artifact(
            format=self.format,
            path=self.path.name,
            sha256=sha256(self.path),
            size_bytes=self.path.stat().st_size,
            input=self.contents.input,
            output=self.contents.output,
            accuracy=report.accuracy,
            parity=Parity(report.agreement, report.max_difference, report.accuracy_change),
        )


def prove(path: Path, *, name: str, format: Format, questions: Questions) -> Proof:
    """Check a file of this format; whatever fails is a finding, so that all numbers are known at the end."""
    try:
        contents = format.contents(path)
    except ExportError as error:
        return Proof(name, path, None, (Finding("file", str(error), "must be readable", passed=False),))
    findings = list(check_contents(contents, dtype=format.dtype, max_operators=format.max_operators))
    runs = {backend: run(path, questions, backend=backend) for backend in backends_of(name)}
    findings += [found for found in runs.values() if isinstance(found, Finding)]
    answers = {backend: found for backend, found in runs.items() if not isinstance(found, Finding)}
    if not answers:
        findings.append(Finding("runtimes", "none answered", "at least one", passed=False))
        return Proof(name, path, contents, tuple(findings))
    reports = tuple(
        questions.mark(found, backend=backend, tolerance=format.tolerance) for backend, found in answers.items()
    )
    findings += [finding for report in reports for finding in report.findings()]
    return Proof(name, path, contents, tuple(findings), reports, next(iter(answers.values())).golden)


def run(path: Path, questions: Questions, *, backend: str) -> Answers | Finding:
    """Ask a file everything in one runtime; a runtime that is not here may be missing, one that is here must answer."""
    try:
        answers = measure(path, np.concatenate([questions.test.images, questions.golden]), backend=backend)
    except BackendError as error:
        return Finding(f"{backend} run", f"not here: {error}", "where it is", passed=True)
    except ParityError as error:
        return Finding(f"{backend} run", str(error), "must answer", passed=False)
    tested = len(questions.test)
    return Answers(test=answers[:tested], golden=answers[tested:])
