"""``edgedigits recognize``: the digits in pictures."""

from __future__ import annotations

import contextlib
import enum
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.answer_file import AnswerFile
from edgedigits.cli.copies import Copies
from edgedigits.cli.inputs import STANDARD_INPUT, gather
from edgedigits.cli.notes import Notes
from edgedigits.cli.picture_bar import shown
from edgedigits.cli.telling import Told, Wanted, begin, tell
from edgedigits.files import check_place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.cli.inputs import Input
    from edgedigits.errors import PictureError
    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.many.sheet import How, Sheet


# What ``--exit-code`` ends with where an error would be 1, and a wrong option 2.
NOTHING_FOUND = 3


class Rotate(enum.StrEnum):
    """How pictures are turned clockwise before they are read."""

    NOT = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"
    AUTO = "auto"

    @property
    def quarters(self) -> int | None:
        """By how many times 90 degrees; None where that is to be found out."""
        return None if self == Rotate.AUTO else int(self) // 90


@dataclass(frozen=True, slots=True)
class Run:
    """How all pictures are read, and where what is read goes."""

    recognizer: Recognizer
    how: How
    jobs: int
    cluster: str | None
    out: Path | None
    resume: bool


def recognize(
    pictures: Annotated[
        list[str],
        typer.Argument(
            help="Photos with handwritten digits: files, folders with all that is below them, patterns such as "
            "'*.jpg', or - for one from standard input.",
            metavar="PICTURE...",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture and line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row per digit, with a head.")] = False,
    digits_only: Annotated[
        bool, typer.Option("--digits-only", help="A line of digits for each line of the page, and nothing else.")
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option("--exit-code", help=f"End with exit code {NOTHING_FOUND} where there is no digit in any picture."),
    ] = False,
    save: Annotated[Path | None, typer.Option(help="Write annotated copies into this folder.", metavar="DIR")] = None,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, metavar="0..1", help="Leave out digits that are less sure.")
    ] = 0.0,
    top: Annotated[int, typer.Option(min=0, max=10, metavar="N", help="Say the N likeliest names of each digit.")] = 0,
    rotate: Annotated[
        Rotate, typer.Option(help="Turn pictures clockwise by these degrees; auto finds out by how many.")
    ] = Rotate.NOT,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Read in N processes.")] = 1,
    cluster: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Read on the workers of this Dask scheduler instead.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the lines of --json into a new file.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with --out's FILE: leave out the pictures that are in it.")
    ] = False,
    print: options.Print = options.PrintChoice.READ,
    profile: options.Profile = options.ProfileName.STILL,
    bundle: options.Bundle = None,
    backend: options.Backend = options.BackendName.AUTO,
    format: options.Format = None,
    threads: options.Threads = 1,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
) -> None:
    """Find and read the handwritten digits in photos."""
    from edgedigits.errors import require
    from edgedigits.recognizer import Recognizer

    refuse_together({"--json": as_json, "--csv": as_csv, "--digits-only": digits_only})
    refuse_together({"--out": out, "--csv": as_csv, "--digits-only": digits_only})
    refuse_together({"--top": top, "--digits-only": digits_only})
    refuse_together({"--jobs": jobs > 1, "--cluster": cluster, "-": STANDARD_INPUT in pictures})
    refuse_together({"--resume": resume, "--save": save})
    if resume and not out:
        raise typer.BadParameter("goes on with the file that --out names", param_hint="--resume")
    wanted = Wanted(
        form="json" if as_json or out else "csv" if as_csv else "digits" if digits_only else "text",
        top=top,
        min_confidence=min_confidence,
        rotate=rotate,
        copies=Copies(save) if save else None,
        notes=Notes(quiet=quiet, verbose=verbose),
    )
    if out:
        check_place(out)
    if save:
        check_place(save, inside=True)
    require("cv2", extra="headless")
    sheet = require("edgedigits_camera.many.sheet", extra="headless")
    how = sheet.How(bundle and bundle.absolute(), backend, format, threads, profile, rotate.quarters, print.value)
    with Recognizer.load(bundle, backend=backend, format=format, threads=threads) as recognizer:
        wanted.notes.runtime(recognizer.opened)
        given = gather(pictures, is_picture=is_new)
        for note in given.notes:
            wanted.notes.say(note)
        run = Run(recognizer, how, jobs, cluster, out, resume=resume)
        told = read_all(given.inputs, run, wanted)
    if Told.ERROR in told:
        raise typer.Exit(1)
    if exit_code and Told.DIGITS not in told:
        raise typer.Exit(NOTHING_FOUND)


def refuse_together(given: dict[str, object]) -> None:
    """Refuse options of which one alone makes sense."""
    if len(names := [name for name, value in given.items() if value]) > 1:
        raise typer.BadParameter("choose one", param_hint=", ".join(names))


def is_new(path: Path) -> bool:
    """Whether a file that was not named is to be read: a picture by its name, and none that shows what was read."""
    from edgedigits_camera.formats import SUFFIXES
    from edgedigits_camera.written import ANNOTATED, EXPLAINED, mark_of

    if path.suffix.lower() not in SUFFIXES:
        return False
    try:
        return path.is_file() and mark_of(path) not in {ANNOTATED, EXPLAINED}
    except PermissionError:  # of a folder that may be listed and not entered: a picture that cannot be read is a line
        return True


def read_all(inputs: list[Input], run: Run, wanted: Wanted) -> set[Told]:
    """Read and tell all that is not told yet, and return what there was, also in the run that it goes on with."""
    with AnswerFile.opened(run.out, resume=run.resume) if run.out else contextlib.nullcontext() as file:
        if file:
            inputs, wanted = file.left(inputs), replace(wanted, write=file.write)
            if file.told:
                wanted.notes.say(file.summary)
        with reading(inputs, run) as sheets:
            return tell_all(inputs, sheets, wanted).union(file.stood if file else ())


@contextlib.contextmanager
def reading(inputs: list[Input], run: Run) -> Iterator[Iterator[Sheet | PictureError]]:
    """Yield what gives what is read of each input without a problem: here, in other processes, on other machines."""
    from edgedigits_camera.many.sheet import read_file

    sound = (one for one in inputs if not one.problem)
    if run.jobs == 1 and not run.cluster:
        yield (read_file(one.source(), run.recognizer, run.how) for one in sound)
        return
    from edgedigits_camera.many.cluster import on_cluster
    from edgedigits_camera.many.many import read_files
    from edgedigits_camera.many.workers import Workers

    with on_cluster(run.cluster) if run.cluster else Workers(run.jobs) as executor:
        yield read_files((Path(one.name) for one in sound), run.how, executor)


def tell_all(inputs: list[Input], sheets: Iterator[Sheet | PictureError], wanted: Wanted) -> set[Told]:
    """Tell what was read of one picture after the other; an error is a line on stderr."""
    from edgedigits.errors import PictureError

    begin(inputs, wanted)
    told = set()
    with shown(len(inputs)) as tell_done:
        for one in inputs:
            told.add(tell(one, PictureError(one.problem) if one.problem else next(sheets), wanted))
            tell_done(one.stem)
    return told
