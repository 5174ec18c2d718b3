"""The runtimes that can run a network, behind one Protocol, loaded by name and only when chosen."""

from edgedigits.backends.base import Backend
from edgedigits.backends.detectors import DetectorBackend, OpenedDetector, open_detector
from edgedigits.backends.selection import BACKENDS, Candidate, Opened, open_backend, open_file, probe

__all__ = [
    "BACKENDS",
    "Backend",
    "Candidate",
    "DetectorBackend",
    "Opened",
    "OpenedDetector",
    "open_backend",
    "open_detector",
    "open_file",
    "probe",
]
