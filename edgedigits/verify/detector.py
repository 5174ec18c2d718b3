"""Is a bundle's detector what it was when it was proven?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.apart.maps import measure_maps
from edgedigits.backends.detectors.selection import apart, detector_candidates, tolerance
from edgedigits.bundle.detector import GOLDEN
from edgedigits.bundle.manifest import MANIFEST
from edgedigits.bundle.metadata import read_metadata, section_sha256
from edgedigits.errors import BackendError, BundleError, MissingExtraError, ParityError
from edgedigits.verify.checks import Check, brief
from edgedigits.verify.ends import TFLITE, check_ends

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from edgedigits.backends import Candidate
    from edgedigits.bundle import Bundle
    from edgedigits.bundle.detector import Detector

# Of files that can hold metadata.
INSCRIBED = (".tflite", ".onnx")


def check_detector(bundle: Bundle, damaged: set[str], *, on_step: Callable[[str], None]) -> Iterator[Check]:
    """Check metadata and known maps of the detector's files.

    Args:
        bundle: whose detector.
        damaged: files whose digests are wrong, which are given to no runtime.
        on_step: told what begins.

    """
    detector = bundle.detector
    if detector is None:
        yield Check("detector", "content", "none: the bundle reads no pictures", passed=None)
        return
    for file in detector.files:
        if file.path not in damaged and file.path.endswith(INSCRIBED):
            yield check_metadata(bundle, detector, file.format)
        if file.path not in damaged and file.path.endswith(TFLITE):
            yield check_ends(bundle.folder, file.path, (file.input, *file.outputs))
    for candidate in detector_candidates(bundle):
        on_step(f"the detector's {candidate.format} in {candidate.backend}")
        if {GOLDEN, detector.file(candidate.format).path} & damaged:
            yield _maps(candidate, "not asked, since its file or the golden canvases are damaged", passed=None)
        else:
            yield check_maps(bundle, detector, candidate)


def check_metadata(bundle: Bundle, detector: Detector, format: str) -> Check:
    """Compare what a file says about itself with the manifest."""
    path = detector.file(format).path
    try:
        metadata = read_metadata(bundle.folder / path)
    except MissingExtraError as error:
        return Check(path, "metadata", f"not read: {brief(error)}", passed=None)
    except BundleError as error:
        return Check(path, "metadata", str(error), passed=False)
    expected = {"format": format, "section_sha256": section_sha256(detector.training, detector.made_with)}
    wrong = [key for key, value in expected.items() if metadata.get(key) != value]
    found = f"{', '.join(wrong)} not as in {MANIFEST}" if wrong else f"tied to {MANIFEST}"
    return Check(path, "metadata", found if metadata else "the file holds none", passed=not wrong)


def check_maps(bundle: Bundle, detector: Detector, candidate: Candidate) -> Check:
    """Have a file answer the golden canvases in a runtime; compare with the maps that it gave when it was proven."""
    path, limit = bundle.folder / detector.file(candidate.format).path, tolerance(candidate.format)
    try:
        known = bundle.known_maps
        expected = known.maps[candidate.format]
        result = measure_maps({"detector": path}, known.canvases, backend=candidate.backend)["detector"]
        if isinstance(result, Exception):
            raise result
    except BackendError as error:
        return _maps(candidate, f"not here: {brief(error)}", passed=None)
    except (BundleError, ParityError) as error:
        return _maps(candidate, str(error), passed=False)
    except KeyError as error:
        return _maps(candidate, f"{GOLDEN} holds no {error}", passed=False)
    difference = apart(result, expected, format=candidate.format)
    found = f"{len(expected)} canvases, difference {difference:.2g} (at most {limit:.2g})"
    return _maps(candidate, found, passed=difference <= limit)  # NaN fails


def _maps(candidate: Candidate, found: str, *, passed: bool | None) -> Check:
    return Check(f"detector {candidate.format} in {candidate.backend}", "maps", found, passed=passed)
