"""``edgedigits explain``: one picture with every stage of reading another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def explain(
    picture: Annotated[Path, typer.Argument(help="Photo with handwritten digits.", show_default=False)],
    out: Annotated[
        Path | None, typer.Option(help="Picture to write.", metavar="FILE", show_default="PICTURE-explained.png here")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="Look as the camera does, instead of as `recognize`.")] = False,
    bundle: Annotated[Path | None, typer.Option(help="Bundle to use; the shipped one by default.")] = None,
) -> None:
    """Show how a photo is read: contrast, heat, candidates with scores, patches as the network sees them."""
    from edgedigits.errors import require
    from edgedigits.recognizer import Recognizer

    explaining = require("edgedigits_camera.explain", extra="headless")
    from edgedigits_camera.overlay import save_picture
    from edgedigits_camera.pictures import load_picture
    from edgedigits_camera.profiles import LIVE, STILL

    path = out or Path(f"{picture.stem}-explained.png")
    loaded = load_picture(picture)
    with Recognizer.load(bundle) as recognizer:
        explained, counts = explaining.explain(
            loaded.image, recognizer, grey=loaded.grey, profile=LIVE if live else STILL
        )
    save_picture(path, explained)
    for fate, count in counts.items():
        typer.echo(f"{count:6d}  {fate}")
    typer.echo(f"wrote {path}")
