"""``edgedigits recognize``: the digits in pictures."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgedigits.cli import options
from edgedigits.cli.answers import Answer, as_failure, as_object, as_rows, as_text, csv_head
from edgedigits.cli.copies import Copies
from edgedigits.cli.inputs import gather
from edgedigits.cli.notes import Notes, tell_error
from edgedigits.cli.picture_bar import shown

if TYPE_CHECKING:
    from edgedigits.cli.inputs import Gathered, Input
    from edgedigits.recognizer import Recognizer


class Rotate(enum.StrEnum):
    """How pictures are turned clockwise before they are read."""

    NOT = "0"
    RIGHT = "90"
    OVER = "180"
    LEFT = "270"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of each picture."""

    form: str
    """text, json or csv."""
    top: int
    min_confidence: float
    rotate: Rotate
    profile: options.ProfileName
    copies: Copies | None
    notes: Notes


def recognize(
    pictures: Annotated[
        list[str],
        typer.Argument(
            help="Photos with handwritten digits: files, folders with all that is below them, patterns such as "
            "'*.jpg', or - for one from standard input.",
            metavar="PICTURE",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per picture and line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="One row per digit, with a head.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write annotated copies into this folder.", metavar="DIR")] = None,
    min_confidence: Annotated[
        float, typer.Option(min=0, max=1, metavar="0..1", help="Leave out digits that are less sure.")
    ] = 0.0,
    top: Annotated[
        int, typer.Option(min=0, max=10, metavar="N", help="Say so many likeliest names of each digit.")
    ] = 0,
    rotate: Annotated[
        Rotate, typer.Option(help="Turn pictures clockwise by so many degrees; auto finds out by how many.")
    ] = Rotate.NOT,
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

    if as_json and as_csv:
        raise typer.BadParameter("choose one", param_hint="--json, --csv")
    wanted = Wanted(
        form="json" if as_json else "csv" if as_csv else "text",
        top=top,
        min_confidence=min_confidence,
        rotate=rotate,
        profile=profile,
        copies=Copies(save) if save else None,
        notes=Notes(quiet=quiet, verbose=verbose),
    )
    require("cv2", extra="headless")
    suffixes = require("edgedigits_camera.formats", extra="headless").SUFFIXES
    with Recognizer.load(bundle, backend=backend, format=format, threads=threads) as recognizer:
        wanted.notes.runtime(recognizer.opened)
        given = gather(pictures, is_picture=lambda path: path.suffix.lower() in suffixes and is_new(path))
        raise typer.Exit(int(not read_all(given, recognizer, wanted)))


def is_new(path: Path) -> bool:
    """Whether a file that was not named is to be read: no pipe or device, and nothing that shows what was read."""
    from edgedigits_camera.written import ANNOTATED, EXPLAINED, mark_of

    return path.is_file() and mark_of(path) not in {ANNOTATED, EXPLAINED}


def read_all(given: Gathered, recognizer: Recognizer, wanted: Wanted) -> bool:
    """Read and tell one picture after the other; False if there was an error, which is a line on stderr."""
    for note in given.notes:
        wanted.notes.say(note)
    if wanted.copies:
        wanted.copies.keep(one.name for one in given.inputs)
    if wanted.form == "csv":
        typer.echo(csv_head(top=wanted.top), nl=False)
    with shown(given.inputs) as inputs:
        done = [is_done(one, recognizer, wanted) for one in inputs]
    return all(done)


def is_done(one: Input, recognizer: Recognizer, wanted: Wanted) -> bool:
    """Read one picture, print what is in it, and save a copy if there is to be one; False if there was an error."""
    from edgedigits.errors import PictureError, WriteError

    try:
        answer = read(one, recognizer, wanted)
    except PictureError as error:
        if wanted.form == "json":
            typer.echo(json.dumps(as_failure(one.name, error)))
        tell_error(error)
        return False
    tell(answer, wanted)
    try:
        if wanted.copies:
            wanted.copies.save(answer.picture, answer.readings, stem=one.stem)
    except (PictureError, WriteError) as error:
        tell_error(error)
        return False
    return True


def tell(answer: Answer, wanted: Wanted) -> None:
    """Print what is in a picture, and say on stderr what is not told of it."""
    if answer.picture.pages > 1:
        wanted.notes.say(f"{answer.name}: the first of {answer.picture.pages} pages is read")
    if wanted.rotate == Rotate.AUTO and answer.picture.quarters:
        wanted.notes.say(f"{answer.name}: read turned by {90 * answer.picture.quarters} degrees")
    if answer.left_out:
        digits = "digit is" if answer.left_out == 1 else "digits are"
        why = f"less sure than {wanted.min_confidence:g}"
        wanted.notes.say(f"{answer.name}: {answer.left_out} {digits} {why} and left out")
    typer.echo(rendered(answer, wanted), nl=False)


def read(one: Input, recognizer: Recognizer, wanted: Wanted) -> Answer:
    """Read one picture, turned as wanted.

    Raises:
        PictureError: it cannot be read.

    """
    from edgedigits_camera.directions import quarters_to_upright
    from edgedigits_camera.pictures import load_picture
    from edgedigits_camera.profiles import PROFILES
    from edgedigits_camera.reader import read_page

    picture = load_picture(one.source())
    auto = wanted.rotate == Rotate.AUTO
    quarters = quarters_to_upright(picture.grey, recognizer) if auto else int(wanted.rotate) // 90
    if quarters:
        picture = picture.turned(quarters=quarters)
    page = read_page(picture.grey, recognizer, profile=PROFILES[wanted.profile])
    # The colours of a copy need the memory.
    return Answer.of(one.name, picture.without_grey(), page, min_confidence=wanted.min_confidence)


def rendered(answer: Answer, wanted: Wanted) -> str:
    """What stdout gets of a picture, with its line ends; JSON says how it was turned where that was asked for."""
    if wanted.form == "csv":
        return as_rows(answer, top=wanted.top)
    if wanted.form == "text":
        return as_text(answer, top=wanted.top) + "\n"
    said = {} if wanted.rotate == Rotate.NOT else {"rotated": 90 * answer.picture.quarters}
    return json.dumps(as_object(answer, top=wanted.top) | said) + "\n"
