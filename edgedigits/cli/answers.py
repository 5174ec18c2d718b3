"""What was read in a picture, as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edgedigits.cli.notes import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from edgedigits.recognizer import Reading
    from edgedigits_camera.pictures import Picture
    from edgedigits_camera.reader import Page

COLUMNS = ("source", "line", "digit", "confidence", "x", "y", "w", "h")


@dataclass(frozen=True, slots=True)
class Answer:
    """What is told of one picture."""

    name: str
    picture: Picture
    lines: tuple[tuple[Reading, ...], ...]
    """Readings with a box, by lines, those left out that are not sure enough."""
    left_out: int
    """How many digits that are."""

    @classmethod
    def of(cls, name: str, picture: Picture, page: Page, *, min_confidence: float = 0.0) -> Answer:
        """What a page holds, without the digits that are less sure."""
        lines, start = [], 0
        for text in page.lines:
            lines.append([reading for reading in page.readings[start : start + len(text)] if reading.box_xywh_px])
            start += len(text)
        kept = [tuple(reading for reading in line if reading.confidence >= min_confidence) for line in lines]
        left_out = sum(map(len, lines)) - sum(map(len, kept))
        return cls(name, picture, tuple(line for line in kept if line), left_out)

    @property
    def readings(self) -> list[Reading]:
        """All of them in reading order."""
        return [reading for line in self.lines for reading in line]

    @property
    def texts(self) -> list[str]:
        """Its lines as text."""
        return ["".join(str(reading.digit) for reading in line) for line in self.lines]

    def box(self, reading: Reading) -> tuple[int, int, int, int]:
        """Where a reading lies, in pixels of the picture as stored."""
        return self.picture.stored_box(reading.box_xywh_px or (0, 0, 0, 0))


def as_text(answer: Answer, *, top: int = 0) -> str:
    """What is printed for people; with ``top``, a line for each digit with its likeliest names."""
    from edgedigits_camera.text.order import one_line

    texts = [f"{printable(answer.name)}: {one_line(answer.texts)}"]
    for reading in [reading for reading in answer.readings if top and reading.probabilities]:
        names = (f"{digit} {probability:.3f}" for digit, probability in likeliest(reading, top=top))
        texts.append(f"  {reading.digit}: {', '.join(names)}")
    return "\n".join(texts)


def as_object(answer: Answer, *, top: int = 0) -> dict[str, Any]:
    """What ``--json`` prints; boxes are in pixels of the picture as stored."""
    return {
        **beginning(answer.name),
        "width": answer.picture.stored_width_px,
        "height": answer.picture.stored_height_px,
        **({"pages": answer.picture.pages} if answer.picture.pages > 1 else {}),
        "digits": [
            {
                "digit": reading.digit,
                "confidence": round(reading.confidence, 4),
                "box": answer.box(reading),
                "line": number,
                **({} if reading.print is None else {"print": round(reading.print, 4)}),
                **({"top": [{"digit": d, "probability": p} for d, p in likeliest(reading, top=top)]} if top else {}),
            }
            for number, line in enumerate(answer.lines, start=1)
            for reading in line
        ],
        "lines": answer.texts,
    }


def as_failure(name: str, error: Exception) -> dict[str, Any]:
    """What ``--json`` prints of a picture that cannot be read."""
    return {**beginning(name), "error": str(error)}


def beginning(name: str) -> dict[str, Any]:
    """What every object begins with."""
    from edgedigits_camera.live.objects import JSON_VERSION

    return {"version": JSON_VERSION, "source": name}


def csv_head(*, top: int = 0) -> str:
    """The names of ``--csv``'s columns."""
    return csv_text([(*COLUMNS, *(f"{what}_{n}" for n in range(1, top + 1) for what in ("digit", "probability")))])


def as_rows(answer: Answer, *, top: int = 0) -> str:
    """A row for each digit, lines counted from 1; boxes are in pixels of the picture as stored."""
    return csv_text(list(values_of(answer, top=top)))


def values_of(answer: Answer, *, top: int) -> Iterator[Sequence[object]]:
    """Values of ``COLUMNS``, then the likeliest names and their probabilities."""
    for number, line in enumerate(answer.lines, start=1):
        for reading in line:
            names = [value for name in likeliest(reading, top=top) for value in name]
            confidence = round(reading.confidence, 4)
            yield answer.name, number, reading.digit, confidence, *answer.box(reading), *names


def csv_text(rows: Sequence[Sequence[object]]) -> str:
    """Rows, each ended by a new line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def likeliest(reading: Reading, *, top: int) -> list[tuple[int, float]]:
    """The likeliest names of a digit and their probabilities in 0..1, the best first."""
    order = sorted(range(len(reading.probabilities)), key=lambda digit: -reading.probabilities[digit])
    return [(digit, round(reading.probabilities[digit], 4)) for digit in order[:top]]
