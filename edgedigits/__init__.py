"""Handwritten digits, from a trained network to a device with a camera.

    import edgedigits

    page = edgedigits.read("photo.jpg")              # digits in a picture: page.lines, page.readings
    edgedigits.read_many(paths, jobs=4)              # of each file the page or the error, in order, by four processes
    for seen in edgedigits.watch("0"): ...           # digits before a camera: seen.steady.lines, seen.events
    edgedigits.Recognizer.load().classify(patches)   # patches (N, 28, 28) uint8, white ink on black
    edgedigits.verify_bundle(folder)                 # every file of a bundle, in every runtime that is here

Each name is imported when it is first used: a device without TensorFlow never looks for it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from edgedigits.version import __version__ as __version__

if TYPE_CHECKING:
    from edgedigits.bundle import Bundle as Bundle
    from edgedigits.errors import EdgeDigitsError as EdgeDigitsError
    from edgedigits.recognizer import Reading as Reading
    from edgedigits.recognizer import Recognizer as Recognizer
    from edgedigits.verify.bundle import verify_bundle as verify_bundle
    from edgedigits_camera.live.seen import Seen as Seen
    from edgedigits_camera.live.watch import watch as watch
    from edgedigits_camera.many.many import read_many as read_many
    from edgedigits_camera.read import read as read
    from edgedigits_camera.reader import Page as Page
    from edgedigits_export.pipeline import Request as ExportRequest
    from edgedigits_export.pipeline import export as export

# Public name -> where it comes from, and its name there.
_PLACES = {
    "Bundle": ("edgedigits.bundle", "Bundle"),
    "EdgeDigitsError": ("edgedigits.errors", "EdgeDigitsError"),
    "ExportRequest": ("edgedigits_export.pipeline", "Request"),
    "Page": ("edgedigits_camera.reader", "Page"),
    "Reading": ("edgedigits.recognizer", "Reading"),
    "Recognizer": ("edgedigits.recognizer", "Recognizer"),
    "Seen": ("edgedigits_camera.live.seen", "Seen"),
    "export": ("edgedigits_export.pipeline", "export"),
    "read": ("edgedigits_camera.read", "read"),
    "read_many": ("edgedigits_camera.many.many", "read_many"),
    "verify_bundle": ("edgedigits.verify.bundle", "verify_bundle"),
    "watch": ("edgedigits_camera.live.watch", "watch"),
}
__all__ = [  # noqa: RUF022 - names are imported on first use; sorted as the reader meets them
    "read",
    "read_many",
    "watch",
    "Page",
    "Seen",
    "Reading",
    "Recognizer",
    "Bundle",
    "verify_bundle",
    "export",
    "ExportRequest",
    "EdgeDigitsError",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _PLACES[name]
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
