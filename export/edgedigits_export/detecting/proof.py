"""The detector's files under proof: looked into, then run in every runtime that is here, on drawn scenes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.apart.maps import measure_maps
from edgedigits.backends.detectors.base import scaled
from edgedigits.backends.detectors.selection import DETECTORS, SECOND_OPINIONS
from edgedigits.bundle.detector import CHANNELS, STRIDE_PX, DetectorFile
from edgedigits.errors import BackendError, ExportError, LoadError, ParityError
from edgedigits.files import sha256
from edgedigits_export.detecting.contents import DetectorContents, check_contents, contents_of
from edgedigits_export.detecting.parity import MapReport, compare_maps
from edgedigits_export.gates.findings import Finding, Stage, require_passed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_export.detecting.formats import DetectorFormat

    Maps = tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True)
class DetectorQuestions:
    """Canvases (H, W) uint8, the trained network's maps of them, golden canvases, and how many peaks are needed."""

    canvases: tuple[NDArray[np.uint8], ...]
    reference: Maps
    golden: tuple[NDArray[np.uint8], ...]
    least_peaks: int

    @classmethod
    def ask(
        cls, model: Any, *, canvases: Sequence[NDArray[np.uint8]], golden: Sequence[NDArray[np.uint8]], least_peaks: int
    ) -> DetectorQuestions:
        """Have Keras answer the canvases."""
        return cls(tuple(canvases), maps_of(model, canvases), tuple(golden), least_peaks)


def maps_of(model: Any, canvases: Sequence[NDArray[np.uint8]]) -> Maps:
    """Maps (H / 4, W / 4, 17) of canvases (H, W) uint8 by the trained network in Keras."""
    return tuple(np.asarray(model(scaled(canvas), training=False))[0] for canvas in canvases)


@dataclass(frozen=True, slots=True)
class DetectorProof:
    """What is known about one file; ``golden`` are its maps of the golden canvases in the preferred runtime."""

    format: str
    path: Path
    contents: DetectorContents | None
    findings: tuple[Finding, ...]
    reports: tuple[MapReport, ...] = ()
    golden: Maps = ()

    @property
    def passed(self) -> bool:
        """True if nothing that was checked failed."""
        return all(finding.passed for finding in self.findings)

    def __str__(self) -> str:
        return f"{self.format}: {'; '.join(map(str, self.findings))}"

    def file(self) -> DetectorFile:
        """The file's entry in the manifest, by the preferred runtime.

        Raises:
            ContentsError: the file holds something else than it should.
            ParityError: it does not answer as it should.

        """
        require_passed(self.findings, subject=self.format)
        if self.contents is None or not self.reports:
            raise ParityError(f"{self.format} was not proven")
        return DetectorFile(
            format=self.format,
            path=self.path.name,
            sha256=sha256(self.path),
            size_bytes=self.path.stat().st_size,
            input=self.contents.input,
            outputs=self.contents.outputs,
            parity=self.reports[0].parity,
        )


def prove_detector(
    files: Mapping[str, Path],
    *,
    formats: Mapping[str, DetectorFormat],
    questions: DetectorQuestions,
    on_run: Callable[[str], None] = lambda _: None,
) -> list[DetectorProof]:
    """Check files; whatever fails is a finding, so that all numbers are known at the end.

    Args:
        files: by format.
        formats: what they should be.
        questions: what they are asked.
        on_run: told of each file that was run in a runtime.

    """
    looks = {name: look(name, path, format=formats[name]) for name, path in files.items()}
    readable = {name: proof.path for name, proof in looks.items() if proof.contents}
    runs: dict[str, dict[str, Maps | Finding]] = {name: {} for name in files}
    for backend, adapted in (DETECTORS | SECOND_OPINIONS).items():
        asked = {name: path for name, path in readable.items() if name in adapted.formats}
        canvases = (*questions.canvases, *questions.golden)
        for name, result in measure_maps(asked, canvases, backend=backend).items() if asked else ():
            runs[name][backend] = found_of(result, canvases, backend=backend)
            on_run(f"{name} in {backend}")
    return [judge(proof, runs[name], format=formats[name], questions=questions) for name, proof in looks.items()]


def look(name: str, path: Path, *, format: DetectorFormat) -> DetectorProof:
    """Look into a file without running it."""
    try:
        contents = contents_of(path)
    except ExportError as error:
        cause = "a truncated or swapped file"
        unreadable = Finding("file", str(error), "must be readable", passed=False, cause=cause, stage=Stage.FILE)
        return DetectorProof(name, path, None, (unreadable,))
    return DetectorProof(name, path, contents, tuple(check_contents(contents, dtype=format.dtype)))


def found_of(
    result: Maps | BackendError | ParityError, canvases: Sequence[NDArray[np.uint8]], *, backend: str
) -> Maps | Finding:
    """Maps of all canvases; or a finding: passed if the runtime is not here, failed if it is."""
    if isinstance(result, LoadError | ParityError):
        cause = "a damaged file, an operator that this runtime does not have, or a file for one size of canvas"
        return Finding(f"{backend} run", str(result), "must answer", passed=False, cause=cause)
    if isinstance(result, BackendError):
        return Finding(f"{backend} run", f"not here: {result}", "where it is", passed=True)
    shapes = [each.shape for each in result]
    expected = [(height // STRIDE_PX, width // STRIDE_PX, CHANNELS) for height, width in (c.shape for c in canvases)]
    if shapes != expected:
        cause = "a file for one size of canvas"
        return Finding(f"{backend} shapes", str(shapes), f"must be {expected}", passed=False, cause=cause)
    return result


def judge(
    proof: DetectorProof,
    runs: Mapping[str, Maps | Finding],
    *,
    format: DetectorFormat,
    questions: DetectorQuestions,
) -> DetectorProof:
    """Add what came of running it."""
    if proof.contents is None:
        return proof
    findings = [found for found in runs.values() if isinstance(found, Finding)]
    maps = {backend: found for backend, found in runs.items() if not isinstance(found, Finding)}
    if not maps:
        cause = "no runtime for this format is installed, or none loads the file"
        findings.append(Finding("runtimes", "none answered", "at least one", passed=False, cause=cause))
        return replace(proof, findings=(*proof.findings, *findings))
    asked = len(questions.canvases)
    reports = tuple(
        MapReport(backend, compare_maps(found[:asked], questions.reference), format.tolerance, questions.least_peaks)
        for backend, found in maps.items()
    )
    findings += [finding for report in reports for finding in report.findings()]
    golden = next(iter(maps.values()))[asked:]
    return replace(proof, findings=(*proof.findings, *findings), reports=reports, golden=golden)
