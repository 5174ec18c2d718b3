"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle", metavar="DIR", help="Folder that `edgedigits export` wrote; the shipped bundle by default."
    ),
]
Backend = Annotated[
    str,
    typer.Option(
        "--backend",
        metavar="NAME",
        help="What runs the network: auto, litert, tflite-runtime, onnxruntime, opencv or numpy.",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on stderr but errors.")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Say which runtime runs the network, and why not another.")
]
