"""``edgedigits camera``: digits in live pictures."""

from __future__ import annotations

import re
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from edgedigits.cli import camera_options as its
from edgedigits.cli import options
from edgedigits.cli.arguments import Command
from edgedigits.cli.notes import Notes
from edgedigits.cli.outlets import Json, Outlets
from edgedigits.errors import require
from edgedigits.files import check_place

if TYPE_CHECKING:
    from collections.abc import Callable

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.frames import FrameSource
    from edgedigits_camera.reader import Page

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
BYTES = re.compile(r"(\d{1,6})\s*([kmg]?)b?", re.IGNORECASE)


class CameraCommand(Command):
    """Takes ``--json=frames``: an option with a value that may be left out is none that typer knows."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the arguments."""
        words = {"--json=events": "--json", "--json=frames": "--json-frames"}
        return super().parse_args(ctx, [words.get(each, each) for each in args])


COMMAND = CameraCommand


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of ``640x480``."""
    width, _, height = text.lower().partition("x")
    if not all(side.isascii() and side.isdecimal() and 0 < int(side) < 100_000 for side in (width, height)):
        raise typer.BadParameter(f"{text!r} is no size; expected WIDTHxHEIGHT in pixels, for instance 640x480")
    return int(width), int(height)


def parse_bytes(text: str) -> int:
    """Bytes of ``500MB``."""
    from edgedigits_camera.live.segments import LEAST_BYTES

    match = BYTES.fullmatch(text.strip())
    size = int(match[1]) * UNITS[match[2].lower()] if match else 0
    if size < LEAST_BYTES:
        raise typer.BadParameter(f"{text!r} is no limit; expected a size of {LEAST_BYTES // 10**6}MB or more, as 2GB")
    return size


def camera(
    context: typer.Context,
    place: its.Place = None,
    source: its.Source = None,
    display: its.Shown = None,
    listen: its.Listen = None,
    listen_as: its.ListenAs = None,
    max_frames: its.MaxFrames = None,
    as_json: its.AsJson = False,
    json_frames: its.JsonFrames = False,
    size: its.Size = None,
    realtime: its.Realtime = None,
    no_wait: its.NoWait = False,
    mirror: its.Mirror = False,
    record: its.Record = None,
    record_limit: its.RecordLimit = "1GB",
    mqtt: its.Mqtt = None,
    print: options.Print = options.PrintChoice.READ,
    profile: options.Profile = options.ProfileName.LIVE,
    bundle: options.Bundle = None,
    backend: options.Backend = options.BackendName.AUTO,
    format: options.Format = None,
    threads: options.Threads = 1,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find and read handwritten digits live; q, Esc or Ctrl-C ends it. A camera that goes is waited for."""
    if place and source and context.get_parameter_source("source").name == "COMMANDLINE":  # type: ignore[union-attr]
        raise typer.BadParameter(f"{place!r} and --source name two sources; name one")
    size_px = parse_size(size) if size else None
    if record:
        check_place(record, inside=True)
        refuse_itself(record, place or source or "0")
    require("cv2", extra="headless")
    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.returning import Backoff
    from edgedigits_camera.live.sources import Wishes, open_source
    from edgedigits_camera.profiles import PROFILES
    from edgedigits_camera.reader import read_page

    def frames(shown: bool) -> FrameSource:
        paced = shown if realtime is None else realtime
        wishes = Wishes(size_px=size_px, realtime=paced, backoff=None if no_wait else Backoff())
        return open_source(place or source or "0", wishes)

    outlets = Outlets(
        window=window_wanted(display, as_json=as_json or json_frames),
        web=display is its.Display.WEB,
        listen=listen,
        names=listen_as or (),
        json=Json.FRAMES if json_frames else Json.EVENTS if as_json else None,
        mirror=mirror,
        record=record,
        record_bytes=parse_bytes(record_limit),
        mqtt=mqtt,
        settings=settings_of(context),
    )
    load = partial(Recognizer.load, bundle, backend=backend, format=format, threads=threads)
    notes = Notes(quiet=quiet, verbose=verbose)
    # What stands there is told without a word of print: it is asked about where it is left out alone.
    how = partial(read_page, profile=PROFILES[profile], print="ignore" if print is options.PrintChoice.IGNORE else None)
    read_live(frames, outlets, load=load, read=how, notes=notes, max_frames=max_frames)


def refuse_itself(record: Path, source: str) -> None:
    """Refuse to record into what is played: it would hold all of it twice, and at its limit lose what is played."""
    if record.is_dir() and Path(source).is_dir() and record.samefile(source):
        raise typer.BadParameter(f"{record} is the source itself; name another folder", param_hint="--record")


def read_live(
    open_frames: Callable[[bool], FrameSource],
    outlets: Outlets,
    *,
    load: Callable[[], Recognizer],
    read: Callable[..., Page],
    notes: Notes,
    max_frames: int | None,
) -> None:
    """Read until one side has had enough, and say how it went.

    Args:
        open_frames: chooses the source; it is told whether a person sees the pictures.
        outlets: where the readings go; what is wrong with one is told before a camera is touched.
        load: opens the bundle's networks.
        read: finds and names the digits in a frame, given a recognizer.
        notes: what is said on stderr.
        max_frames: None for no limit.

    """
    from edgedigits_camera.live.look import Look
    from edgedigits_camera.live.loop import Tally, run
    from edgedigits_camera.live.memory import keep_freed_memory
    from edgedigits_camera.live.signals import Ending

    keep_freed_memory()
    with Ending(last=True) as ending, ExitStack() as stack:
        recognizer = stack.enter_context(load())
        notes.runtime(recognizer.opened)
        sinks = outlets.open(stack, notes, load=load)
        frames = open_frames(outlets.shown)
        enter(frames, stack, notes)
        look = Look(partial(read, recognizer=recognizer), kind=frames.kind)
        tally = Tally()
        try:
            run(ending.until(frames), look, sinks, tally=tally, max_frames=max_frames)
        finally:
            stack.close()
            notes.say(str(tally.summary()))


def settings_of(context: typer.Context) -> dict[str, Any]:
    """What is kept with a recording: source and options as they were given, without passwords."""
    from edgedigits_camera.live.devices import without_password

    given = {name: str(value) for name, value in context.params.items() if value not in (None, False, ())}
    place = given.pop("place", None) or given.pop("source", "0")
    given["source"] = without_password(place) if "://" in place else place
    return given


def window_wanted(display: its.Display | None, *, as_json: bool) -> bool | None:
    """Whether a window is; None for one where it is possible."""
    if display is None:
        return False if as_json else None
    return display is its.Display.WINDOW


def enter(frames: FrameSource, stack: ExitStack, notes: Notes) -> None:
    """Open a source, and say so before and after: a stream may take ten seconds."""
    notes.say(f"opening {frames.title}")
    stack.enter_context(frames)
    notes.say(f"reading {frames.title}")
