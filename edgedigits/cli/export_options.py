"""Options of ``edgedigits export``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Run = Annotated[
    Path | None,
    typer.Argument(
        metavar="RUN|BUNDLE",
        help="Folder that `edgedigits train` wrote, or a bundle to be made anew from its own weights.",
        show_default=False,
    ),
]
Source = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="In place of RUN, a network that others trained: .keras, .h5, .onnx or a SavedModel folder; how it "
        "wants its pixels is found out on training digits, and put in front of it. A .tflite is taken as it is.",
        show_default=False,
    ),
]
Pixels = Annotated[
    str | None,
    typer.Option(
        metavar="RANGE",
        help="How the network of --from wants its pixels: 0..1, -1..1, 0..255 or mean=M,std=S, with ,inverted "
        "behind it for black ink on white.",
        show_default="found out",
    ),
]
Formats = Annotated[
    str | None,
    typer.Option(
        help="What to make: names (float32, float16, dynamic, int8, uint8, int16x8, onnx, onnx-int8, npz, c) and "
        "profiles (all, pi, browser, mcu), with commas between them.",
        show_default="float32,onnx,npz; what BUNDLE has",
    ),
]
Quantize = Annotated[bool, typer.Option("--quantize", help="Also make the int8 file.")]
Out = Annotated[
    Path | None,
    typer.Option(
        help="Folder of the bundle; it is replaced whole, but for its detector and judge where they still fit.",
        metavar="DIR",
        show_default="RUN/bundle",
    ),
]
CalibrationImages = Annotated[int, typer.Option(help="Training images that set the scales of quantised files.")]
Seed = Annotated[int, typer.Option(help="Which of the training images.")]
Detector = Annotated[
    Path | None,
    typer.Option(
        metavar="RUN",
        help="Folder that `edgedigits train-detector` wrote, for the network that finds digits in pictures.",
        show_default="that of the bundle in its place, or the shipped one",
    ),
]
Int8Drop = Annotated[
    float | None,
    typer.Option(
        metavar="POINTS",
        min=0,
        max=100,
        help="How much accuracy files of eight bits may lose, in points; written into report and manifest.",
        show_default="what rounding explains",
    ),
]
Agreement = Annotated[
    float | None,
    typer.Option(
        metavar="PERCENT",
        min=0,
        max=100,
        help="How many test images they must name as the network does; written down as well.",
        show_default="what rounding explains",
    ),
]
Also = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME=PATH",
        help="Also measure on these images, in any form that --data takes. Can be given several times.",
        show_default=False,
    ),
]
