"""What a model file says about itself, wherever it is copied to.

A TFLite file carries a zip behind its flatbuffer, which runtimes do not look at: ``labels.txt`` and ``metadata.json``;
``unzip`` reads it too. An ONNX file has the entries of ``metadata.json`` as ``metadata_props``, each value as JSON.

``manifest_sha256`` ties a file to its bundle. The manifest holds the digests of the files and what was measured with
them, so it is taken over the part that was known before: the keys in :data:`KNOWN_BEFORE`, as JSON with sorted keys and
without spaces, in UTF-8. To take it by hand::

    import hashlib, json
    content = json.load(open("manifest.json"))
    known = {key: content[key] for key in ("schema", "name", "labels", "patch", "training", "made_with")}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    print(hashlib.sha256(text.encode()).hexdigest())
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from typing import TYPE_CHECKING, Any

from edgedigits.archives import opened_zip
from edgedigits.errors import BundleError, require

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KNOWN_BEFORE = ("schema", "name", "labels", "patch", "training", "made_with")
METADATA, LABELS = "metadata.json", "labels.txt"
# A thousand times what the exporter writes; others put vocabularies there.
MOST_BYTES = 4_000_000


def manifest_sha256(content: Mapping[str, Any]) -> str:
    """Hexadecimal SHA-256 of the part of a manifest's JSON object that was known before its files were made."""
    known = {key: content[key] for key in KNOWN_BEFORE}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def section_sha256(training: Mapping[str, Any], made_with: Mapping[str, str]) -> str:
    """Hexadecimal SHA-256 of what a manifest says of how its detector came to be; the detector's files hold it.

    They are tied to that alone, and not to the manifest: the same detector may lie in several bundles.
    """
    known = {"training": dict(training), "made_with": dict(made_with)}
    text = json.dumps(known, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read_metadata(path: Path) -> dict[str, Any]:
    """Entries of a ``.tflite`` or ``.onnx`` file, empty where it has none; ``labels`` is a list of texts.

    Of what other programs wrote, a zip gives the names of its ``files``, ONNX the texts.

    Raises:
        BundleError: they are damaged.
        MissingExtraError: ``onnx`` is needed for an ONNX file and not installed.

    """
    try:
        return _of_onnx(path) if path.suffix == ".onnx" else _of_tflite(path)
    except (OSError, ValueError, KeyError) as error:
        raise BundleError(f"the metadata of {path} cannot be read ({error})") from error


def _of_tflite(path: Path) -> dict[str, Any]:
    if not zipfile.is_zipfile(path):
        return {}
    with opened_zip(path, most_bytes=MOST_BYTES) as entries:
        if METADATA not in entries.namelist():
            return {"files": entries.namelist()}
        labels = entries.read(LABELS).decode().splitlines()
        return {**json.loads(entries.read(METADATA)), "labels": labels}


def _of_onnx(path: Path) -> dict[str, Any]:
    onnx = require("onnx", extra="export")
    try:
        model = onnx.load(path, load_external_data=False)
    except Exception as error:  # protobuf raises its own
        raise ValueError(error) from error
    return {entry.key: _value(entry.value) for entry in model.metadata_props}


def _value(text: str) -> Any:
    """JSON as the exporter writes it, or the text that another program wrote."""
    try:
        return json.loads(text)
    except ValueError:
        return text
