"""Annotated copies of pictures, which never take the place of anything that was not written here."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from edgedigits.recognizer import Reading
    from edgedigits_camera.pictures import Picture

# A larger picture has a copy of a half or a quarter of its size, so that its colours are never in memory as a whole.
MOST_PIXELS = 32_000_000


@dataclass(frozen=True, slots=True)
class Copies:
    """A folder for annotated copies."""

    folder: Path
    taken: set[str] = field(default_factory=set)
    """Where pictures lie, and copies of this run."""

    def keep(self, pictures: Iterable[str]) -> None:
        """Never write where one of these lies."""
        self.taken.update(place_of(path) for path in pictures)

    def path_for(self, stem: str) -> Path:
        """Where a copy goes: under its picture's name, numbered where something else has that."""
        from edgedigits_camera.written import mark_of

        copy, number = self.folder / f"{stem}.jpg", 1
        while place_of(copy) in self.taken or (os.path.lexists(copy) and mark_of(copy) is None):
            number += 1
            copy = self.folder / f"{stem}-{number}.jpg"
        self.taken.add(place_of(copy))
        return copy

    def save(self, picture: Picture, readings: Iterable[Reading], *, stem: str) -> None:
        """Write a copy with boxes and digits drawn in, turned as it was read.

        Raises:
            PictureError: the picture is gone by now.
            WriteError: the copy cannot be written.

        """
        from edgedigits_camera.overlay import annotate
        from edgedigits_camera.written import save_picture

        shrink = shrink_of(picture, most_pixels=MOST_PIXELS)
        image = picture.colours(shrink=shrink)
        annotated = annotate(image, [smaller(reading, shrink) for reading in readings])
        save_picture(self.path_for(stem), annotated)


def place_of(path: Path | str) -> str:
    """Where a path leads; the same for names that only some file systems tell apart."""
    return os.path.realpath(path).casefold()


def shrink_of(picture: Picture, *, most_pixels: int) -> int:
    """By what power of two a copy's sides are smaller than its picture's."""
    shrink = 1
    while picture.stored_width_px * picture.stored_height_px > most_pixels * shrink**2:
        shrink *= 2
    return shrink


def smaller(reading: Reading, shrink: int) -> Reading:
    """A reading in a copy that is smaller by this scale."""
    if shrink == 1 or not reading.box_xywh_px:
        return reading
    x, y, w, h = (side // shrink for side in reading.box_xywh_px)
    return replace(reading, box_xywh_px=(x, y, max(1, w), max(1, h)))
