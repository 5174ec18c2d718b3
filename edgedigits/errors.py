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
    |           +-- CrashError              a runtime died or hung over it
    +-- PictureError (ValueError)           a picture cannot be read
    +-- SourceError (OSError)               a camera, clip or stream cannot be opened or stopped sending
    +-- DisplayError (RuntimeError)         there is no screen to show a window on
    +-- ServiceError (RuntimeError)         systemd is not there, or cannot run the camera
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
    """A runtime died or hung over a file, in a process of its own."""


class PictureError(EdgeDigitsError, ValueError):
    """A picture cannot be read."""


class SourceError(EdgeDigitsError, OSError):
    """A camera, clip or stream cannot be opened, or stopped sending."""


class DisplayError(EdgeDigitsError, RuntimeError):
    """There is no screen to show a window on."""


class ServiceError(EdgeDigitsError, RuntimeError):
    """There is no systemd, or it cannot run the camera."""


class WriteError(EdgeDigitsError, OSError):
    """A file or folder cannot be written."""


def require(module: str, *, extra: str) -> Any:
    """Import an optional library.

    Args:
        module: dotted name, for instance ``"cv2"``.
        extra: the extra of edgedigits that installs it.

    Raises:
        MissingExtraError: it is not installed; the message holds the command that installs it.

    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        why = str(error) or "it does not say why"
        raise MissingExtraError(
            f"{module} cannot be imported ({why}); install it with: pip install 'edgedigits[{extra}]'"
        ) from error
