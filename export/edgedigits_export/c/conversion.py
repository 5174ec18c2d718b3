"""The format ``c``: the folder's files, made from a network, and a look into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.errors import ExportError
from edgedigits.strokes import golden_patches
from edgedigits_export.c.folder import MODEL_DATA, c_folder
from edgedigits_export.c.network import read_network
from edgedigits_export.c.runtimes import tflite_of
from edgedigits_export.convert import tflite

if TYPE_CHECKING:
    from pathlib import Path

    from edgedigits_export.convert.calibration import Calibration
    from edgedigits_export.gates.structure import Contents
    from edgedigits_export.networks.network import Network

FOLDER = "c"
MAIN = f"{FOLDER}/{MODEL_DATA}"
NOTE = "C source, ten times as large as what is compiled; how to use it: c/README.md"


def convert(network: Network, calibration: Calibration) -> dict[str, bytes]:
    """Files of the folder by their paths in the bundle."""
    patches, digits = golden_patches()
    content = tflite.quantised(network, calibration.images(), method=calibration.method)
    files = c_folder(content, patches=patches, digits=digits)
    return {f"{FOLDER}/{name}": content for name, content in files.items()}


def contents(path: Path) -> Contents:
    """Operators and ends of the TFLite file that ``edgedigits_model_data.c`` holds.

    Raises:
        ExportError: it holds none, or one of another network.

    """
    try:
        content = tflite_of(path)
    except UnicodeDecodeError as error:
        raise ExportError(f"{path} is no C source ({error}); export it again") from error
    read_network(content)
    return tflite.read(content, name=str(path))
