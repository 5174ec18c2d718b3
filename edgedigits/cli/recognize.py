"""``edgedigits recognize``: the digits in pictures."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from edgedigits_camera.pictures import Picture
    from edgedigits_camera.reader import Page


def recognize(
    pictures: Annotated[list[Path], typer.Argument(help="Photos with handwritten digits.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture and line.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write annotated copies into this folder.", metavar="DIR")] = None,
    bundle: Annotated[Path | None, typer.Option(help="Bundle to use; the shipped one by default.")] = None,
    backend: Annotated[str, typer.Option(help="auto, litert, tflite-runtime, onnxruntime, opencv or numpy.")] = "auto",
    format: Annotated[
        str | None, typer.Option(help="One that the bundle has, such as int8 or onnx; the fastest by default.")
    ] = None,
) -> None:
    """Find and read the handwritten digits in photos."""
    from edgedigits.errors import PictureError, require
    from edgedigits.recognizer import Recognizer

    load_picture = require("edgedigits_camera.pictures", extra="headless").load_picture
    read_page = require("edgedigits_camera.reader", extra="headless").read_page
    failed, taken = False, {os.path.realpath(path) for path in pictures}
    with Recognizer.load(bundle, backend=backend, format=format) as recognizer:
        typer.echo(recognizer.opened.explain(), err=True)
        for path in pictures:
            try:
                picture = load_picture(path)
                page = read_page(picture.image, recognizer)
                typer.echo(json.dumps(as_object(path, picture, page)) if as_json else as_text(path, page))
                if save:
                    save_annotated(picture, page, path=copy_path(path, folder=save, taken=taken))
            except PictureError as error:
                typer.echo(f"edgedigits: {error}", err=True)
                failed = True
    raise typer.Exit(int(failed))


def as_object(path: Path, picture: Picture, page: Page) -> dict[str, Any]:
    """What ``--json`` prints; boxes are in pixels of the picture as stored."""
    return {
        "source": str(path),
        "width": picture.stored_width_px,
        "height": picture.stored_height_px,
        "digits": [
            {
                "digit": reading.digit,
                "confidence": round(reading.confidence, 4),
                "box": picture.stored_box(reading.box_xywh_px),
            }
            for reading in page.readings
            if reading.box_xywh_px
        ],
        "lines": page.lines,
    }


def as_text(path: Path, page: Page) -> str:
    """What is printed for people."""
    return f"{path}: {' | '.join(page.lines) or 'no digits'}"


def copy_path(path: Path, *, folder: Path, taken: set[str]) -> Path:
    """Where an annotated copy goes: under its picture's name, numbered where a picture or a copy has ``taken`` that."""
    copy, number = folder / f"{path.stem}.jpg", 1
    while os.path.realpath(copy) in taken:
        number += 1
        copy = folder / f"{path.stem}-{number}.jpg"
    taken.add(os.path.realpath(copy))
    return copy


def save_annotated(picture: Picture, page: Page, *, path: Path) -> None:
    """Write a copy with boxes and digits drawn in, upright."""
    from edgedigits.errors import require

    overlay = require("edgedigits_camera.overlay", extra="headless")
    overlay.save_picture(path, overlay.annotate(picture.image, page.readings))
