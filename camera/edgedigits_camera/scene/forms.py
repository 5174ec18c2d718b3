"""Forms, worksheets, checks: printed labels, cells, lines and sums, and a hand that fills them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.scene.press import PrintedDigit, Stencil, impress, press_of, stamp
from edgedigits_camera.scene.rows import Row
from edgedigits_camera.scene.spec import pick

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene.marks import Mark
    from edgedigits_camera.scene.rows import Area
    from edgedigits_camera.scene.writer import Writer

LABELS = (
    "Name", "Date", "PLZ", "Postcode", "ZIP", "Total", "Amount", "EUR", "Sum", "No.", "Age", "Phone", "IBAN", "Pay to",
    "Score", "Points", "Room", "Order", "Tel.", "Year", "Code", "Signature", "Class", "Result", "Betrag", "Nr.",
)  # fmt: skip


class Form:
    """A form on a page (H, W, 3) float32 that is printed and filled in line by line."""

    def __init__(self, writer: Writer, paper: NDArray[np.float32], area: Area, fonts: Sequence[Path]) -> None:
        self.writer, self.rng, self.area = writer, writer.rng, area
        self.ink = np.zeros(paper.shape[:2], np.uint8)
        self.size = writer.spec.digit_px
        self.press = press_of(self.rng, capital_px=self.size * self.rng.uniform(0.4, 1.0), fonts=fonts)
        self.thick = max(1, round(self.size * self.rng.uniform(0.02, 0.07)))
        self.printed: list[PrintedDigit] = []
        self.marks: list[Mark] = []

    def print(self, text: str, x: float, y: float) -> float:
        """Print text with its baseline's start at x, y; returns where it ends."""
        stencil: Stencil = self.press.stencil(text)
        self.printed += impress(self.ink, stencil, round(x), round(y), digits=text)
        return x + stencil.ink.shape[1]

    def write(self, number: str, x: float, y: float, *, gap: float = 0.1) -> None:
        """Write a number with its middle at x, y."""
        off = self.rng.normal(0, 0.06, 2) * self.size
        row = Row(tuple(number), float(x + off[0]), float(y + off[1]), self.rng.normal(0, 0.02), gap)
        self.marks += self.writer.row(row, index=None, area=self.area)

    def number(self, most: int = 5) -> str:
        """Draw a number of at most this many digits."""
        return "".join(str(int(digit)) for digit in self.rng.integers(0, 10, int(self.rng.integers(1, most + 1))))

    def cells(self, x: float, y: float) -> float:
        """Print a row of cells, touching or apart, and write a digit into most of them; returns where they end."""
        side, high = self.size * self.rng.uniform(1.15, 1.7), self.size * self.rng.uniform(1.3, 1.8)
        apart = side * self.rng.uniform(0.1, 0.4) * (self.rng.random() < 0.4)
        comb, filled = self.rng.random() < 0.2, self.rng.uniform(0.6, 1.0)
        for _ in range(int(self.rng.integers(1, 12))):
            if x + side > self.area.right:
                break
            low, top = (round(x), round(y - high / 2)), round(y + high * (0.2 if comb else -0.5))
            cv2.rectangle(self.ink, (low[0], top), (round(x + side), round(y + high / 2)), 255, self.thick)
            if self.rng.random() < filled:
                self.write(str(int(self.rng.integers(10))), x + side / 2, y)
            x += side + apart
        return x

    def line(self, x: float, right: float, y: float, *, dotted: bool) -> None:
        """Print a line to write on."""
        if not dotted:
            cv2.line(self.ink, (round(x), round(y)), (round(right), round(y)), 255, self.thick)
            return
        for dot in np.arange(x, right, max(3.0, self.thick * 3)):
            cv2.circle(self.ink, (round(float(dot)), round(y)), max(1, self.thick // 2), 255, -1)

    def labelled_cells(self, x: float, y: float) -> float:
        """A label, then cells."""
        return self.cells(self.print(pick(LABELS, self.rng), x, y + self.press.capital_px / 2) + self.size * 0.3, y)

    def labelled_line(self, x: float, y: float) -> float:
        """A label, then a number on a line."""
        left = self.print(pick(LABELS, self.rng) + ":" * (self.rng.random() < 0.5), x, y + self.size / 2)
        number = self.number()
        right = left + self.size * (0.8 * len(number) + self.rng.uniform(0.5, 3))
        self.line(left, right, y + self.size * 0.6, dotted=bool(self.rng.random() < 0.4))
        self.write(number, (left + right) / 2, y)
        return right

    def task(self, x: float, y: float) -> float:
        """A printed sum with its answer behind it, on a line, in a box or in nothing."""
        a, b = (int(v) for v in self.rng.integers(0, 100 if self.rng.random() < 0.5 else 10, 2))
        sums = ((f"{a} + {b} =", a + b), (f"{max(a, b)} - {min(a, b)} =", abs(a - b)), (f"{a} x {b} =", a * b))
        text, result = sums[int(self.rng.integers(3))]
        if self.rng.random() < 0.4:
            text = f"{int(self.rng.integers(1, 30))}{pick(('.', ')', ':'), self.rng)}  {text}"
        left = self.print(text, x, y + self.press.capital_px / 2) + self.size * 0.3
        answer = str(result)
        right = left + self.size * (0.75 * len(answer) + 0.8)
        kind = self.rng.random()
        if kind < 0.35:
            corners = (round(left), round(y - self.size * 0.8)), (round(right), round(y + self.size * 0.8))
            cv2.rectangle(self.ink, *corners, 255, self.thick)
        elif kind < 0.7:
            self.line(left, right, y + self.size * 0.6, dotted=kind < 0.5)
        if self.rng.random() < 0.85:
            self.write(answer, (left + right) / 2, y)
        return right


def fill_form(
    writer: Writer, paper: NDArray[np.float32], area: Area, fonts: Sequence[Path], *, worksheet: bool
) -> tuple[list[Mark], list[PrintedDigit]]:
    """Print a form or a worksheet onto a page in place and fill it in: the marks, and the digits that are printed."""
    form, rng = Form(writer, paper, area, fonts), writer.rng
    pitch = form.size * rng.uniform(2.0, 3.4)
    makers = (form.task,) if worksheet else (form.labelled_cells, form.labelled_line, form.cells)
    margin = rng.uniform(0.0, 0.15) * area.width
    for y in np.arange(area.top + pitch / 2, area.bottom - pitch / 3, pitch):
        x = area.left + margin
        while x < area.right - form.size * 2:
            maker = makers[int(rng.integers(len(makers)))]
            x = maker(float(x), float(y)) + form.size * rng.uniform(0.8, 3.0)
            if rng.random() < 0.4:
                break
    stamp(paper, form.ink, darkness=rng.uniform(0.5, 0.95))
    return form.marks, form.printed
