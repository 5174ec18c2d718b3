"""The runtimes that can run the detector, behind one Protocol, loaded by name and only when chosen."""

from edgedigits.backends.detectors.base import DetectorBackend
from edgedigits.backends.detectors.selection import (
    DETECTORS,
    OpenedDetector,
    open_detector,
    open_detector_file,
    probe_detector,
)

__all__ = [
    "DETECTORS",
    "DetectorBackend",
    "OpenedDetector",
    "open_detector",
    "open_detector_file",
    "probe_detector",
]
