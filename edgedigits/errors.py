"""What can go wrong, as one tree.

    EdgeDigitsError
    +-- MissingExtraError (ImportError)     an optional library is not installed
    +-- DataError (ValueError)              training data is not what it should be
    +-- RunError (ValueError)               a run folder is missing, broken or of another kind
    +-- BundleError (ValueError)            a bundle is missing, broken or changed
    +-- BackendError (RuntimeError)         no runtime can run the model here
    |   +-- LoadError                       a runtime is here, and cannot load the file
    +-- ExportError (RuntimeError)          a conversion failed
    |   +-- CalibrationError (ValueError)   images that cannot set the scales of a quantised file
    |   +-- GateError                       a converted file is not what it should be
    |       +-- ContentsError               it holds something else: names, shapes, types, operators, scales, size
    |       +-- ParityError                 it does not answer as its original does
    |           +-- CrashError              a runtime died over it
    |               +-- SlowError           a runtime gave no answer in time: it hung, or the device was busy
    +-- PictureError (ValueError)           a picture cannot be read
    +-- SourceError (OSError)               a camera, clip or stream cannot be opened or stopped sending
    +-- DisplayError (RuntimeError)         nothing can be shown: no screen, or no address to serve a page at
    +-- BrokerError (ValueError)            an MQTT broker cannot be asked as it was said
    +-- EngineError (RuntimeError)          what reads many pictures on several machines is not there, or lost
    +-- ServiceError (RuntimeError)         systemd is not there, or cannot run the camera
    +-- ResultsError (ValueError)           a file of measurements holds something else
    +-- WriteError (OSError)                a file or folder cannot be written: a full disk, no permission

Every message is one line: what was found, what was expected, what to do. The command line prints it and exits with 1.
"""

from __future__ import annotations

import importlib
from typing import Any


class EdgeDigitsError(Exception):
    """Base of every error that edgedigits raises on purpose."""


class MissingExtraError(EdgeDigitsError, ImportError):
    """An optional library is not installed."""


class DataError(EdgeDigitsError, ValueError):
    """Training data is not what it should be."""


class RunError(EdgeDigitsError, ValueError):
    """A run folder is missing, broken or of another kind."""


class BundleError(EdgeDigitsError, ValueError):
    """A bundle is missing, broken or changed."""


class BackendError(EdgeDigitsError, RuntimeError):
    """No runtime can run the model here."""


class LoadError(BackendError):
    """A runtime is here, and cannot load the file: an older one may lack an operator."""


class ExportError(EdgeDigitsError, RuntimeError):
    """A conversion failed."""


class CalibrationError(ExportError, ValueError):
    """The images that should set the scales of a quantised file cannot."""


class GateError(ExportError):
    """A converted file is not what it should be."""


class ContentsError(GateError):
    """A converted file holds something else than it should."""


class ParityError(GateError):
    """A converted file does not answer as its original does."""


class CrashError(ParityError):
    """A runtime died over a file, in a process of its own."""


class SlowError(CrashError):
    """A runtime gave no answer to a file in time, in a process of its own: it hung, or the device was busy."""


class PictureError(EdgeDigitsError, ValueError):
    """A picture cannot be read."""


class SourceError(EdgeDigitsError, OSError):
    """A camera, clip or stream cannot be opened, or stopped sending."""


class DisplayError(EdgeDigitsError, RuntimeError):
    """Nothing can be shown: there is no screen for a window, or no address to serve a page at."""


class BrokerError(EdgeDigitsError, ValueError):
    """An MQTT broker cannot be asked as it was said: its address, a topic, a password, a certificate."""


class EngineError(EdgeDigitsError, RuntimeError):
    """What reads many pictures on several machines is not there, or lost what it was given."""


class ServiceError(EdgeDigitsError, RuntimeError):
    """There is no systemd, or it cannot run the camera."""


class ResultsError(EdgeDigitsError, ValueError):
    """A file of measurements holds something else."""


class WriteError(EdgeDigitsError, OSError):
    """A file or folder cannot be written."""


def require(module: str, *, extra: str) -> Any:
    """Import an optional library.

    Args:
        module: dotted name, for instance ``"cv2"``; what is of ``edgedigits_camera`` needs a whole cv2.
        extra: the extra of edgedigits that installs it.

    Raises:
        MissingExtraError: it is not installed, or not whole; the message holds the command that mends it.

    """
    if module.startswith("edgedigits_camera"):
        require("cv2", extra=extra)
    cure = f"install it with: pip install 'edgedigits[{extra}]'"
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        why = str(error) or "it is damaged, or was built for another NumPy"
        if module == "cv2" and not isinstance(error, ModuleNotFoundError):  # it is there, and lacks a library
            cure = f"install the one that needs none: {opencv_anew('headless')}"
        raise MissingExtraError(f"{module} cannot be imported ({why}); {cure}") from error
    if module == "cv2" and not hasattr(found, "imread"):
        why = "most of it is gone, as after uninstalling one of two packages of OpenCV"
        raise MissingExtraError(f"cv2 cannot be used ({why}); install it anew: {opencv_anew(extra)}")
    return found


def opencv_anew(extra: str) -> str:
    """The commands that leave one whole OpenCV: its packages share a folder, and uninstalling one guts the other."""
    return f"pip uninstall -y opencv-python opencv-python-headless && pip install 'edgedigits[{extra}]'"
