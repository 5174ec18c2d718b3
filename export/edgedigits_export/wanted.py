"""Formats that an export is asked for, by their names; nothing heavy is imported here."""

from __future__ import annotations

from edgedigits.errors import ExportError

# In the order of the table of formats.
NAMES = ("float32", "float16", "dynamic", "int8", "uint8", "int16x8", "onnx", "onnx-int8", "npz", "c")
# What every runtime reads, without calibration.
ALWAYS = ("float32", "onnx", "npz")
# int8 is the fastest on a Pi 5, dynamic on a Pi 4, float32 is as fast as int8 on a Pi 3; npz needs no runtime's wheel.
PI = ("float32", "dynamic", "int8", "npz")
# onnxruntime-web runs both; the smaller one is there sooner.
BROWSER = ("onnx", "onnx-int8")
# int8 for TensorFlow Lite Micro, uint8 for cameras whose pixels go in as they are, c for boards without a file system.
MCU = ("int8", "uint8", "c")
# Written for the documented network: its arithmetic in NumPy and in C.
DOCUMENTED_ONLY = ("npz", "c")
PROFILES = {"all": NAMES, "pi": PI, "browser": BROWSER, "mcu": MCU}


def names_of(wanted: str | None = None, *, quantize: bool = False, documented: bool = True) -> tuple[str, ...]:
    """Names of formats in the order of the table.

    Args:
        wanted: names and profiles with commas between them; None for those that every export has.
        quantize: the int8 file too.
        documented: for the documented network; for others a profile leaves out what is written for that one only.

    Raises:
        ExportError: there is no such format or profile.

    """
    words = set(filter(None, map(str.strip, (wanted or "").split(","))))
    names = set(ALWAYS) if wanted is None else set()
    for word in sorted(words):
        if word not in NAMES and word not in PROFILES:
            raise ExportError(f"no format or profile {word!r}; choose from {', '.join((*NAMES, *PROFILES))}")
        names.update(PROFILES.get(word, (word,)))
    if not documented:
        names -= set(DOCUMENTED_ONLY) - words
    if quantize:
        names.add("int8")
    if not names:
        raise ExportError(f"no format was named; choose from {', '.join((*NAMES, *PROFILES))}")
    return tuple(name for name in NAMES if name in names)
