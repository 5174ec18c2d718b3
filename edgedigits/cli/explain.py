"""``edgedigits explain``: one picture with every stage of reading another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.copies import shrink_of
from edgedigits.cli.notes import Notes, printable
from edgedigits.files import check_place

# Of larger pictures a smaller copy is shown: a panel has room for a fraction of it.
SEEN_PIXELS = 8_000_000


def explain(
    picture: Annotated[
        Path, typer.Argument(help="Photo with handwritten digits.", metavar="PICTURE", show_default=False)
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="Picture to write, .jpg or .png.", metavar="FILE", show_default="PICTURE-explained.jpg here"),
    ] = None,
    profile: options.Profile = options.ProfileName.STILL,
    bundle: options.Bundle = None,
    backend: options.Backend = options.BackendName.AUTO,
    format: options.Format = None,
    threads: options.Threads = 1,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Show how a photo is read: contrast, heat, candidates with scores, patches as the network sees them."""
    from edgedigits.errors import PictureError, require
    from edgedigits.recognizer import Recognizer

    path = out or Path(f"{picture.stem}-explained.jpg")
    check_place(path)
    explaining = require("edgedigits_camera.explain", extra="headless")
    from edgedigits_camera.pictures import load_picture
    from edgedigits_camera.profiles import PROFILES
    from edgedigits_camera.written import EXPLAINED, check_free, save_picture

    check_free(path)
    if path.exists() and picture.exists() and path.samefile(picture):  # a page of the demo, which is ours and free
        raise PictureError(f"{path} is the picture itself; choose another name or place")
    loaded, notes = load_picture(picture), Notes(quiet=quiet, verbose=verbose)
    if loaded.note:
        notes.say(f"{picture}: {loaded.note}")
    with Recognizer.load(bundle, backend=backend, format=format, threads=threads) as recognizer:
        notes.runtime(recognizer.opened)
        colours = loaded.colours(shrink=shrink_of(loaded, most_pixels=SEEN_PIXELS))
        explained, counts = explaining.explain(colours, recognizer, grey=loaded.grey, profile=PROFILES[profile])
    save_picture(path, explained, mark=EXPLAINED)
    for fate, count in counts.items():
        typer.echo(f"{count:6d}  {fate}")
    typer.echo(printable(f"wrote {path}"))
