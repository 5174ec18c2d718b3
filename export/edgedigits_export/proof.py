"""Files under proof: looked into, then run in every runtime that is here, over the whole test set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from edgedigits.bundle import Artifact
from edgedigits.errors import ExportError, ParityError
from edgedigits.files import sha256
from edgedigits_export.evaluation import Answers
from edgedigits_export.gates.findings import Finding, Stage, require_passed
from edgedigits_export.gates.parity import ParityReport
from edgedigits_export.gates.runtimes import check_spread, check_twin
from edgedigits_export.gates.structure import check_contents, check_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_export.evaluation import Questions
    from edgedigits_export.formats import Format
    from edgedigits_export.gates.lone import LoneReport
    from edgedigits_export.gates.parity import Tolerance
    from edgedigits_export.gates.structure import Contents

# Ratio of two latencies above which the slower file is told: two timings of one file on a busy machine differ by less.
SLOWER = 1.1


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known about one file.

    In the preferred runtime, ``golden`` holds its answers (N, 10) to the golden patches, ``answers`` (M, 10) to the
    test set. ``further`` are the other files of a format that is a folder. ``trouble`` is what a converter said that
    could not make it, whole; ``recalibrated`` what helped, where the first calibration let it fail.
    """

    format: str
    path: Path
    contents: Contents | None
    findings: tuple[Finding, ...]
    reports: tuple[ParityReport | LoneReport, ...] = ()
    golden: NDArray[np.float32] | None = None
    answers: NDArray[np.float32] | None = None
    notes: tuple[str, ...] = ()
    further: tuple[Path, ...] = ()
    trouble: str = ""
    recalibrated: str = ""

    @property
    def passed(self) -> bool:
        """True if nothing that was checked failed."""
        return all(finding.passed for finding in self.findings)

    @property
    def failure(self) -> str:
        """The first check that failed, with its number and limit."""
        return next(str(finding) for finding in self.findings if not finding.passed).removeprefix("FAILED ")

    def __str__(self) -> str:
        return f"{self.format}: {'; '.join(map(str, self.findings))}"

    def as_lines(self) -> str:
        """Every number beside its limit, those that failed first, and what a converter said."""
        ordered = sorted(self.findings, key=lambda finding: finding.passed)
        return "\n".join([f"{self.format}:", *(f"  {finding}" for finding in ordered), *self.trouble.splitlines()])

    def artifact(self, folder: Path) -> Artifact:
        """The file's entry in the manifest of the bundle in this folder, by the preferred runtime.

        Raises:
            ContentsError: the file holds something else than it should.
            ParityError: it does not answer as it should.

        """
        require_passed(self.findings, subject=self.format)
        if self.contents is None or not self.reports:
            raise ParityError(f"{self.format} was not proven")
        report = self.reports[0]
        return Artifact(
            format=self.format,
            path=self.path.relative_to(folder).as_posix(),
            sha256=sha256(self.path),
            size_bytes=self._size_bytes(),
            input=self.contents.input,
            output=self.contents.output,
            accuracy=report.accuracy,
            parity=report.parity,
            files={path.relative_to(folder).as_posix(): sha256(path) for path in self.further},
        )

    def _size_bytes(self) -> int:
        return sum(path.stat().st_size for path in (self.path, *self.further))


def prove(path: Path, *, name: str, format: Format, questions: Questions) -> Proof:
    """Check one file of this format."""
    return prove_all({name: (path,)}, formats={name: format}, questions=questions)[0]


def prove_all(
    files: Mapping[str, tuple[Path, ...]],
    *,
    formats: Mapping[str, Format],
    questions: Questions,
    on_run: Callable[[str], None] = lambda _: None,
) -> list[Proof]:
    """Check files; whatever fails is a finding, so that all numbers are known at the end.

    Args:
        files: by format: the file, and the further ones where the format is a folder.
        formats: what they should be.
        questions: what they are asked.
        on_run: told of each file that was run in a runtime.

    """
    looks = {name: look(name, files[name], format=formats[name]) for name in files}
    found = questions.put({name: looks[name].path for name in looks if looks[name].contents}, on_run=on_run)
    answers = {
        name: {backend: result.test for backend, result in runs.items() if isinstance(result, Answers)}
        for name, runs in found.items()
    }
    proofs = [judge(proof, found.get(name, {}), formats[name], questions) for name, proof in looks.items()]
    proofs = [compared(proof, answers, formats[proof.format]) for proof in proofs]
    return [replace(proof, notes=tuple(notes(proof, proofs, format=formats[proof.format]))) for proof in proofs]


def look(name: str, paths: tuple[Path, ...], *, format: Format) -> Proof:
    """Look into a file without running it."""
    path, *further = paths
    size = check_size(sum(file.stat().st_size for file in paths), max_bytes=format.max_bytes)
    try:
        contents = format.contents(path)
    except ExportError as error:
        unreadable = Finding(
            "file", str(error), "must be readable", passed=False, cause="a truncated or swapped file", stage=Stage.FILE
        )
        return Proof(name, path, None, (unreadable, size))
    laid_out = check_contents(contents, format.layout) if format.layout else ()
    findings = (*laid_out, size, *format.further_checks(path))
    return Proof(name, path, contents, findings, further=tuple(further))


def judge(proof: Proof, runs: Mapping[str, Answers | Finding], format: Format, questions: Questions) -> Proof:
    """Add what came of running it."""
    if proof.contents is None:
        return proof
    findings = [found for found in runs.values() if isinstance(found, Finding)]
    answers = {backend: found for backend, found in runs.items() if isinstance(found, Answers)}
    if not answers:
        cause = "no runtime for this format is installed, or none loads the file; see the runs before"
        findings.append(Finding("runtimes", "none answered", "at least one", passed=False, cause=cause))
        return replace(proof, findings=(*proof.findings, *findings))
    reports = tuple(
        questions.mark(found, backend=backend, tolerance=format.tolerance) for backend, found in answers.items()
    )
    findings += [finding for report in reports for finding in report.findings()]
    preferred = next(iter(answers.values()))
    return replace(
        proof,
        findings=(*proof.findings, *findings),
        reports=reports,
        golden=preferred.golden,
        answers=preferred.test,
    )


def compared(proof: Proof, answers: Mapping[str, Mapping[str, NDArray[np.float32]]], format: Format) -> Proof:
    """Add how far runtimes lie apart on it, and how far it lies from its twin."""
    own, scale = answers.get(proof.format, {}), proof.contents.logit_scale if proof.contents else None
    operators = len(proof.contents.steps) if proof.contents and format.spread.deep else 0
    findings = [*check_spread(own, format.spread, logit_scale=scale, operators=operators)]
    if format.twin is not None and format.twin in answers:
        findings += check_twin(own, answers[format.twin], name=format.twin, logit_scale=scale, operators=operators)
    return replace(proof, findings=(*proof.findings, *findings))


def outside(proof: Proof, own: Tolerance | None) -> Iterator[Finding]:
    """What would have failed by a format's own limits, where a user set others."""
    if own is None:
        return
    for report in proof.reports:
        findings = replace(report, tolerance=own).findings() if isinstance(report, ParityReport) else ()
        yield from (finding for finding in findings if not finding.passed)


def notes(proof: Proof, proofs: list[Proof], *, format: Format) -> Iterator[str]:
    """What a user should know: from the table, and where it is slower here than the float32 file."""
    if format.note:
        yield format.note
    if overruled := [str(finding) for finding in outside(proof, format.own)]:
        yield f"taken as it was asked for, although outside of its own limits: {'; '.join(overruled)}"
    original = next((other for other in proofs if other.format == format.original != proof.format), None)
    times = {report.backend: report.p50_us for report in original.reports} if original else {}
    for report in proof.reports:
        own_us, other_us = report.p50_us, times.get(report.backend)
        if own_us and other_us and own_us > SLOWER * other_us:
            yield (
                f"in {report.backend} {own_us / other_us:.1f} times as slow here as {format.original}: "
                f"{own_us:.0f} us against {other_us:.0f} us"
            )
