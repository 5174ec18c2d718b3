"""How pages of ``FURTHER_LAYOUTS`` are filled."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgedigits_camera.scene.forms import fill_form
from edgedigits_camera.scene.formula import formulas
from edgedigits_camera.scene.markings import marked
from edgedigits_camera.scene.rows import lines_of
from edgedigits_camera.scene.sheets import amount_rows, dense_rows, is_twin, lone_letters, note_rows
from edgedigits_camera.scene.writer import alone, scattered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_camera.scene.marks import Mark
    from edgedigits_camera.scene.press import PrintedDigit
    from edgedigits_camera.scene.rows import Area, Row
    from edgedigits_camera.scene.spec import SceneSpec
    from edgedigits_camera.scene.writer import Writer


def fill(
    writer: Writer, paper: NDArray[np.float32], area: Area, *, inks: int, fonts: Sequence[Path]
) -> tuple[list[Mark], list[PrintedDigit]]:
    """Fill a page (H, W, 3), printing onto it in place: the marks, and the digits that are printed."""
    layout = writer.spec.layout
    if layout in ("form", "worksheet"):
        return fill_form(writer, paper, area, fonts, worksheet=layout == "worksheet")
    return _written(writer, area, inks), []


def _written(writer: Writer, area: Area, inks: int) -> list[Mark]:
    """Fill an area with what hands write alone."""
    spec, rng = writer.spec, writer.rng
    if spec.layout == "single":
        return alone(writer, int(rng.integers(10)), area)
    if spec.layout == "algebra":
        return formulas(writer, area)
    if spec.layout == "letters":
        return _lone(writer, area)
    marks = _rows(writer, _text(spec, area, rng), area, inks)
    return marked(writer, marks, area) if spec.layout == "marked" else marks


def _text(spec: SceneSpec, area: Area, rng: np.random.Generator) -> list[Row]:
    """Lay out lines of text."""
    if spec.layout == "marked":
        return lines_of(spec, area, rng)
    if spec.layout == "amounts":
        return amount_rows(spec.digit_px, area, rng)
    if spec.layout == "dense":
        return dense_rows(spec.digit_px, area, rng)
    return note_rows(spec.digit_px, area, rng, numbers=spec.layout == "notes")


def _rows(writer: Writer, rows: list[Row], area: Area, inks: int) -> list[Mark]:
    """Write rows, in the inks in turn."""
    return [m for index, row in enumerate(rows) for m in writer.row(row, index=index, area=area, ink=index % inks)]


def _lone(writer: Writer, area: Area) -> list[Mark]:
    """Write letters and signs anywhere; a digit's twin is unsure."""
    marks: list[Mark] = []
    for token in lone_letters(writer.rng):
        *_, added = (None, *scattered(writer, [token], area, around=marks)[len(marks) :])
        if added is not None:
            marks.append(replace(added, role="unsure") if is_twin(token) else added)
    return marks
