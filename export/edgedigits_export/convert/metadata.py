"""Writes into a model file what it is: a zip behind a TFLite file, ``metadata_props`` in an ONNX file."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import onnx

from edgedigits.backends.form import KEY, PLAIN
from edgedigits.bundle.metadata import LABELS, METADATA, manifest_sha256
from edgedigits.errors import ExportError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from edgedigits.backends.form import Form
    from edgedigits.bundle import Bundle
    from edgedigits_export.gates.structure import Contents

# A zip has no room for an earlier date; with a date of today the bytes would not repeat.
DATE = (1980, 1, 1, 0, 0, 0)
TRAINING = ("recipe", "seed", "data_sha256", "weights_sha256")


def inscribe(path: Path, *, read: Callable[[Path], Contents], format: str, bundle: Bundle, form: Form = PLAIN) -> None:
    """Write metadata into a file that can hold them; others are left as they are.

    Args:
        path: of the file, which has none yet.
        read: reads the ends of the file.
        format: of the file.
        bundle: what is known before its files are proven.
        form: what it takes and gives.

    """
    write = WRITERS.get(path.suffix)
    if write is None:
        return
    try:
        contents = read(path)
    except ExportError:  # the proof says what is wrong with the file
        return
    path.write_bytes(write(path, metadata(contents, format=format, bundle=bundle, form=form)))


def metadata(contents: Contents, *, format: str, bundle: Bundle, form: Form = PLAIN) -> dict[str, Any]:
    """What a file says about itself, as JSON can hold it."""
    size, box = bundle.patch.size_px, bundle.patch.box_px
    training: dict[str, Any] = {
        key: bundle.training[key] for key in ("recipe", "seed", "data_sha256") if key in bundle.training
    }
    quantised = contents.input.scale is not None
    return {
        "name": bundle.name,
        "format": format,
        "labels": list(bundle.labels),
        "picture": f"{size} x {size} pixels of 0..255, white ink on black, the digit in a box of {box} x {box} pixels, "
        "its centre of mass in the middle",
        "normalisation": f"value = {form.formula()}",
        "quantisation": "stored = value / scale + zero_point" if quantised else "none at the ends",
        "input": asdict(contents.input),
        "output": asdict(contents.output),
        **({KEY: asdict(form)} if form != PLAIN else {}),
        **training,
        "manifest_sha256": manifest_sha256(bundle.content()),
    }


def with_entries(network: bytes, content: dict[str, Any]) -> bytes:
    """A TFLite file that holds this network, and behind it what it says about itself."""
    entries = {LABELS: "".join(f"{label}\n" for label in content["labels"]), METADATA: json.dumps(content, indent=2)}
    file = io.BytesIO(network)
    with zipfile.ZipFile(file, "a") as archive:
        for name, text in entries.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.create_system, entry.external_attr = 3, 0o644 << 16  # readable files, on every system
            archive.writestr(entry, text)
    return file.getvalue()


def _tflite(path: Path, content: dict[str, Any]) -> bytes:
    return with_entries(path.read_bytes(), content)


def _onnx(path: Path, content: dict[str, Any]) -> bytes:
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in content.items()})
    return bytes(model.SerializeToString(deterministic=True))


WRITERS = {".tflite": _tflite, ".onnx": _onnx}
