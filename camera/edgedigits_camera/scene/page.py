"""A page, laid out and written, before anybody takes a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.strokes import KINDS as SIGNS
from edgedigits_camera.scene.clutter import clutter
from edgedigits_camera.scene.ink import Inking
from edgedigits_camera.scene.layouts import fill
from edgedigits_camera.scene.paper import page_of
from edgedigits_camera.scene.press import PrintedDigit, impress, press_of, stamp
from edgedigits_camera.scene.printed import print_text
from edgedigits_camera.scene.rows import rows_of
from edgedigits_camera.scene.signage import signage
from edgedigits_camera.scene.spec import FURTHER_EMPTY_LAYOUTS, FURTHER_LAYOUTS, MADE, PAPERS, TEXTURES, SceneSpec, pick
from edgedigits_camera.scene.table import table_of
from edgedigits_camera.scene.texture import surface
from edgedigits_camera.scene.writer import Glyphs, Writer, scattered

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene.marks import Mark
    from edgedigits_camera.scene.rows import Area, Row


@dataclass(frozen=True, slots=True)
class Page:
    """A written page, flat and evenly lit: paper (H, W, 3) float32, marks on it, pen, and the seed of its grain."""

    paper: NDArray[np.float32]
    marks: tuple[Mark, ...]
    inking: Inking
    grain_seed: int
    printed: tuple[PrintedDigit, ...] = ()


@dataclass(frozen=True, slots=True)
class Supplies:
    """What a page is made with besides drawn strokes: glyphs for its digits, font files for its print."""

    glyphs: Glyphs | None = None
    fonts: Sequence[Path] = ()


STROKES_ALONE = Supplies()


def lay_page(
    spec: SceneSpec,
    rng: np.random.Generator,
    *,
    size_px: tuple[int, int],
    area: Area,
    supplies: Supplies = STROKES_ALONE,
) -> Page:
    """Write a page; all digits lie in the area. Scenes without a page are a surface without marks."""
    shape = size_px[::-1]
    if spec.paper not in PAPERS:
        return Page(_surface(spec.paper, rng, shape, supplies.fonts), (), Inking.of(spec.pen, rng), grain_seed=0)
    inking = Inking.of(spec.pen, rng)
    writer = Writer(spec, rng, width=inking.width, glyphs=supplies.glyphs)
    paper = page_of(spec, rng, shape)
    marks, printed = written(writer, paper, area, inks=len(inking.colours), fonts=supplies.fonts)
    # Forms are printed already.
    blank = spec.layout not in ("form", "worksheet") and spec.paper in ("cardboard", "plain")
    if spec.paper == "newspaper" or (blank and rng.random() < 0.15):
        margin_px = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * spec.digit_px * 0.3
        capital_px = float(np.clip(spec.digit_px * rng.uniform(0.25, 0.7), 7, max(8, shape[0] / 12)))
        keep = [mark.corners + margin_px for mark in marks] + [digit.corners for digit in printed]
        printed += print_text(paper, rng, capital_px=capital_px, keep=keep, fonts=supplies.fonts)
    return Page(paper, tuple(marks), inking, grain_seed=int(rng.integers(2**31)), printed=tuple(printed))


def _surface(kind: str, rng: np.random.Generator, shape: tuple[int, int], fonts: Sequence[Path]) -> NDArray[np.float32]:
    """Draw what is no page."""
    if kind in MADE:
        return signage(kind, rng, shape, fonts=fonts)
    return surface(kind, rng, shape) if kind in TEXTURES else clutter(kind, rng, shape)


def written(
    writer: Writer, paper: NDArray[np.float32], area: Area, *, inks: int, fonts: Sequence[Path]
) -> tuple[list[Mark], list[PrintedDigit]]:
    """Fill a page by its layout."""
    spec, rng = writer.spec, writer.rng
    printed: list[PrintedDigit] = []
    if spec.layout == "scattered":
        return scattered(writer, [str(int(d)) for d in rng.integers(0, 10, int(rng.integers(2, 16)))], area), printed
    if spec.layout in (*FURTHER_LAYOUTS, *FURTHER_EMPTY_LAYOUTS):
        return fill(writer, paper, area, inks=inks, fonts=fonts)
    if spec.layout == "doodles":
        return scattered(writer, [pick(SIGNS, rng) for _ in range(int(rng.integers(2, 14)))], area), printed
    if spec.layout == "table":
        table, text = table_of(spec.digit_px, area, rng)
        table.rule(paper)
        if fonts and rng.random() < 0.5:
            text, printed = _preprinted(text, paper, spec.digit_px, fonts, rng)
    else:
        text = [[row] for row in rows_of(spec, area, rng)]
    marks = [
        mark
        for index, rows in enumerate(text)
        for row in rows
        for mark in writer.row(row, index=index, area=area, ink=index % inks)
    ]
    if spec.layout == "mixed" and rng.random() < 0.5:
        marks = scattered(writer, ["doodle", "scribble", "line"], area, around=marks)
    return marks, printed


def _preprinted(
    text: list[list[Row]], paper: NDArray[np.float32], digit_px: float, fonts: Sequence[Path], rng: np.random.Generator
) -> tuple[list[list[Row]], list[PrintedDigit]]:
    """Print some of a table's numbers, as a puzzle or a form has them; the hand writes the others."""
    press = press_of(rng, capital_px=digit_px * rng.uniform(0.7, 1.15), fonts=fonts)
    share, printed = rng.uniform(0.2, 0.8), []
    ink = np.zeros(paper.shape[:2], np.uint8)
    left: list[list[Row]] = []
    for rows in text:
        left.append([])
        for row in rows:
            if rng.random() > share:
                left[-1].append(row)
                continue
            word = "".join(row.tokens)
            stencil = press.stencil(word)
            x, y = row.x_px - stencil.ink.shape[1] / 2, row.y_px + press.capital_px / 2
            printed += impress(ink, stencil, round(x), round(y), digits=word)
    stamp(paper, ink, darkness=rng.uniform(0.6, 0.95))
    return left, printed
