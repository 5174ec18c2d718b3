"""Versions of what has a hand in an export."""

from __future__ import annotations

import importlib.metadata
import platform

from edgedigits.version import __version__

LIBRARIES = ("tensorflow", "keras", "numpy", "onnx", "tf2onnx", "ai-edge-litert", "tflite-runtime", "onnxruntime")


def versions() -> dict[str, str]:
    """Versions of what had a hand in it."""
    found = {"edgedigits": __version__, "python": platform.python_version(), "machine": platform.machine()}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
