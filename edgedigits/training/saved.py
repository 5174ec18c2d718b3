"""Keras files, of this project and of others: looked at before they are loaded."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import h5py
import keras

from edgedigits.archives import MOST_BYTES, megabytes, opened_zip

if TYPE_CHECKING:
    from pathlib import Path

# Of a ``.keras`` file: what it says of its layers.
CONFIG = "config.json"
# Layers that are Python, or a file of another library.
RUNNING = frozenset({"Lambda", "TFSMLayer", "TorchModuleWrapper", "JaxLayer", "FlaxLayer"})


def load_keras(path: Path) -> Any:
    """Load the Keras model of a ``.keras`` or HDF5 file, without what it was trained with.

    Raises:
        ValueError: it is none, declares more than :data:`edgedigits.archives.MOST_BYTES`, or holds layers that run
            what came with it; in one line.

    """
    try:
        if path.suffix == ".keras":
            with opened_zip(path) as entries:
                for name in filter(is_h5, entries.namelist()):
                    check_h5(io.BytesIO(entries.read(name)))
                check_layers(json.loads(entries.read(CONFIG)))
        else:
            check_h5(path)
            with h5py.File(path, "r") as file:
                check_layers(json.loads(file.attrs.get("model_config", "{}")))
        return keras.saving.load_model(path, compile=False)
    except Exception as error:  # zipfile, h5py and Keras each raise their own
        raise ValueError(" ".join(str(error).split())[:200] or type(error).__name__) from error


def check_layers(config: Any) -> None:
    """Refuse what a file says of its layers, as JSON, where one of them runs what came with it.

    Raises:
        ValueError: the message names kind and name of the first one.

    """
    if isinstance(config, dict):
        kind = config.get("class_name")
        if kind in RUNNING:
            name = (config.get("config") or {}).get("name", "without a name")
            raise ValueError(
                f"its layer {name} is a {kind}, which runs code that came with it; build it of other layers"
            )
        config = list(config.values())
    if isinstance(config, list):
        for each in config:
            check_layers(each)


def is_h5(name: str) -> bool:
    """Tell whether an entry of a ``.keras`` file holds arrays."""
    return name.endswith(".h5")


def check_h5(file: Any) -> None:
    """Refuse an HDF5 file, or a stream of one, whose arrays declare too much: packed, they may take few bytes.

    Raises:
        OSError: it is none.
        ValueError: it declares more than :data:`edgedigits.archives.MOST_BYTES`.

    """
    sizes: list[int] = []
    with h5py.File(file, "r") as entries:
        entries.visititems(lambda _, entry: sizes.append(entry.nbytes) if isinstance(entry, h5py.Dataset) else None)
    if sum(sizes) > MOST_BYTES:
        raise ValueError(f"its arrays unpack to {megabytes(sum(sizes))}, at most {megabytes(MOST_BYTES)} are read")
