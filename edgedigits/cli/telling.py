"""What ``recognize`` tells of each picture: on standard output or in a file, as copies, and on stderr."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import typer

from edgedigits.cli.answers import Answer, as_failure, as_object, as_rows, as_text, csv_head
from edgedigits.cli.notes import tell_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from edgedigits.cli.copies import Copies
    from edgedigits.cli.inputs import Input
    from edgedigits.cli.notes import Notes
    from edgedigits.errors import PictureError
    from edgedigits_camera.many.sheet import Sheet

to_stdout = partial(typer.echo, nl=False)


class Told(enum.Enum):
    """What there was to tell of a picture."""

    DIGITS = enum.auto()
    NOTHING = enum.auto()
    ERROR = enum.auto()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of each picture."""

    form: str
    """text, digits, json or csv."""
    top: int
    min_confidence: float
    rotate: str
    """By how many degrees pictures are turned, or ``auto``."""
    copies: Copies | None
    notes: Notes
    write: Callable[[str], object] = to_stdout
    """Takes what is told of a picture, with its line ends."""


def begin(inputs: Iterable[Input], wanted: Wanted) -> None:
    """Do what comes before the first picture."""
    if wanted.copies:
        wanted.copies.keep(one.name for one in inputs)
    if wanted.form == "csv":
        wanted.write(csv_head(top=wanted.top))


def tell(one: Input, sheet: Sheet | PictureError, wanted: Wanted) -> Told:
    """Tell what is in one picture, and save a copy if there is to be one."""
    from edgedigits.errors import PictureError, WriteError

    if isinstance(sheet, PictureError):
        if wanted.form == "json":
            wanted.write(json.dumps(as_failure(one.name, sheet)) + "\n")
        tell_error(sheet)
        return Told.ERROR
    answer = Answer.of(one.name, sheet.picture, sheet.page, min_confidence=wanted.min_confidence)
    write(answer, wanted)
    try:
        if wanted.copies:
            wanted.copies.save(answer.picture, answer.readings, stem=one.stem)
    except (PictureError, WriteError) as error:
        tell_error(error)
        return Told.ERROR
    return Told.DIGITS if answer.lines else Told.NOTHING


def write(answer: Answer, wanted: Wanted) -> None:
    """Write what is in a picture, and say on stderr what is not told of it."""
    if answer.picture.note:
        wanted.notes.say(f"{answer.name}: {answer.picture.note}")
    if wanted.rotate == "auto" and answer.picture.quarters:
        wanted.notes.say(f"{answer.name}: read turned by {90 * answer.picture.quarters} degrees")
    if answer.left_out:
        digits = "digit is" if answer.left_out == 1 else "digits are"
        why = f"less sure than {wanted.min_confidence:g}"
        wanted.notes.say(f"{answer.name}: {answer.left_out} {digits} {why} and left out")
    wanted.write(rendered(answer, wanted))


def rendered(answer: Answer, wanted: Wanted) -> str:
    """What is told of a picture, with its line ends; JSON says how it was turned where that was asked for."""
    if wanted.form == "csv":
        return as_rows(answer, top=wanted.top)
    if wanted.form == "digits":
        return "".join(f"{text}\n" for text in answer.texts)
    if wanted.form == "text":
        return as_text(answer, top=wanted.top) + "\n"
    said = {} if wanted.rotate == "0" else {"rotated": 90 * answer.picture.quarters}
    return json.dumps(as_object(answer, top=wanted.top) | said) + "\n"
