"""Options that several commands have: one name, one form, one default."""

from __future__ import annotations

import logging
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


def hush(quiet: bool) -> bool:
    """Keep what libraries of ours log, which Python prints on stderr, from there: errors alone are said."""
    for name in ("edgedigits", "edgedigits_camera"):
        logging.getLogger(name).setLevel(logging.ERROR if quiet else logging.NOTSET)
    return quiet


class BackendName(StrEnum):
    """What runs the network; auto is the fastest that answers right here."""

    AUTO = "auto"
    LITERT = "litert"
    TFLITE_RUNTIME = "tflite-runtime"
    ONNXRUNTIME = "onnxruntime"
    OPENCV = "opencv"
    NUMPY = "numpy"


class FormatName(StrEnum):
    """The formats that a device runs."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    DYNAMIC = "dynamic"
    INT8 = "int8"
    UINT8 = "uint8"
    INT16X8 = "int16x8"
    ONNX = "onnx"
    ONNX_INT8 = "onnx-int8"
    NPZ = "npz"


class ProfileName(StrEnum):
    """How hard to look for digits."""

    STILL = "still"
    LIVE = "live"


class PrintChoice(StrEnum):
    """What is done with digits that a machine wrote."""

    READ = "read"
    IGNORE = "ignore"


Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle", metavar="DIR", help="Folder that `edgedigits export` wrote; the shipped bundle by default."
    ),
]
Backend = Annotated[BackendName, typer.Option("--backend", help="What runs the network; auto takes the fastest.")]
Format = Annotated[
    FormatName | None,
    typer.Option("--format", show_default="the fastest", help="Which of the bundle's files."),
]
Threads = Annotated[int, typer.Option("--threads", min=1, metavar="N", help="For the runtimes that take it.")]
Profile = Annotated[
    ProfileName, typer.Option("--profile", help="still looks closely; live takes a third of the time, as the camera.")
]
Print = Annotated[
    PrintChoice, typer.Option("--print", help="Printed digits: read them as written ones, or ignore most of them.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="PATH",
        show_default="EDGEDIGITS_MNIST, the Keras cache, a download",
        help="MNIST, or your own digits: an .npz as Keras has it, a .csv as Kaggle has it, IDX files, or a folder with "
        "one folder of pictures for each digit.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", callback=hush, help="Say nothing on stderr but errors.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say which runtime runs the network, and why not another.")
]
