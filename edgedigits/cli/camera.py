"""``edgedigits camera``: digits in live pictures."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.notes import Notes
from edgedigits.errors import DisplayError, require

if TYPE_CHECKING:
    from edgedigits_camera.live.sinks import Sink


class Display(StrEnum):
    """Where the picture is shown."""

    WINDOW = "window"
    NONE = "none"


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of ``640x480``."""
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) and int(height)):
        raise typer.BadParameter(f"{text!r} is no size; expected WIDTHxHEIGHT in pixels, for instance 640x480")
    return int(width), int(height)


def camera(
    source: Annotated[
        str, typer.Option(metavar="SOURCE", help="Camera number, clip, picture, URL of a stream, or demo.")
    ] = "0",
    display: Annotated[
        Display | None,
        typer.Option(help="A window by default, where there is a screen and no --json.", show_default=False),
    ] = None,
    max_frames: Annotated[int | None, typer.Option(min=1, metavar="N", help="End after so many frames.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per frame and line.")] = False,
    size: Annotated[str | None, typer.Option(metavar="WxH", help="Ask a camera for this size, in pixels.")] = None,
    bundle: options.Bundle = None,
    backend: options.Backend = "auto",
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find and read handwritten digits live; q, Esc or Ctrl-C ends it."""
    size_px = parse_size(size) if size else None
    notes = Notes(quiet=quiet, verbose=verbose)
    require("cv2", extra="headless")
    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.loop import run
    from edgedigits_camera.live.memory import keep_freed_memory
    from edgedigits_camera.live.signals import Ending
    from edgedigits_camera.live.sources import open_source
    from edgedigits_camera.profiles import LIVE
    from edgedigits_camera.reader import read_page

    keep_freed_memory()
    with Ending(last=True) as ending, ExitStack() as stack:
        window = open_window(display, stack, unless=as_json)
        recognizer = stack.enter_context(Recognizer.load(bundle, backend=backend))
        notes.runtime(recognizer.opened)
        frames = stack.enter_context(open_source(source, size_px=size_px, watched=bool(window)))
        notes.say(f"reading {frames.title}")
        read = partial(read_page, recognizer=recognizer, profile=LIVE)
        sinks = window + lines_of(as_json=as_json, windowed=bool(window))
        summary = run(ending.until(frames), read, sinks, max_frames=max_frames)
        stack.close()
        notes.say(str(summary))


def open_window(display: Display | None, stack: ExitStack, *, unless: bool) -> list[Sink]:
    """Return the window where one is wanted, or where nothing was said and one is possible.

    Raises:
        DisplayError: one is wanted and not possible.

    """
    from edgedigits_camera.live.window import Window

    if display is Display.NONE or (display is None and unless):
        return []
    try:
        return [stack.enter_context(Window())]
    except DisplayError:
        if display:
            raise
        return []


def lines_of(*, as_json: bool, windowed: bool) -> list[Sink]:
    """Return what writes to stdout: JSON where wanted, else text where there is no window."""
    from edgedigits_camera.live.sinks import JsonLines, TextLines

    if as_json:
        return [JsonLines(sys.stdout)]
    return [] if windowed else [TextLines(sys.stdout)]
