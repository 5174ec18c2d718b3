"""What a pen does to digits that stand there: rings around them, lines under them, crossing out; ticks beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from edgedigits_camera.scene.marks import Mark, Place
from edgedigits_camera.scene.spec import pick
from edgedigits_camera.scene.writer import CHARACTER, near

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits_camera.scene.rows import Area
    from edgedigits_camera.scene.writer import Writer

BESIDE = "✓✗?→€$£*&%@#∞~πΣ"


def marked(writer: Writer, marks: Sequence[Mark], area: Area) -> list[Mark]:
    """Mark some of the digits, and write ticks, arrows and other signs where there is room."""
    rng, out = writer.rng, []
    share = rng.uniform(0.1, 0.5)
    for mark in marks:
        kind = rng.random() if mark.digit is not None and rng.random() < share else 1.0
        if kind < 0.35:
            out += [replace(mark, digit=None, row=None), _crossed(mark, writer)]
        elif kind < 0.7:
            out += [mark, _ring(mark, writer)]
        elif kind < 0.9:
            out += [mark, _underline(mark, writer)]
        else:
            out.append(mark)
    for _ in range(int(rng.integers(0, 6))):
        height = writer.spec.digit_px * rng.uniform(0.7, 1.6)
        x, y = rng.uniform(area.left, area.right), rng.uniform(area.top, area.bottom)
        place = Place(float(x), float(y), float(height), writer.pen_px, float(rng.normal(0, 0.15)))
        sign, _ = writer.token(CHARACTER + pick(tuple(BESIDE), rng), place)
        if sign is not None and area.holds(sign.corners) and not any(near(sign, other) for other in out):
            out.append(sign)
    return out


def _box(mark: Mark) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Middle and half the sides of a mark's box, (2,) each, in pixels."""
    low, high = mark.corners.min(axis=0), mark.corners.max(axis=0)
    return (low + high) / 2, (high - low) / 2


def _line(mark: Mark, points: NDArray[np.float64], writer: Writer) -> Mark:
    """Make a mark around digits of a line (N, 2)."""
    path = np.column_stack([points, np.full(len(points), writer.pen_px)])
    low, high = points.min(axis=0), points.max(axis=0)
    corners = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
    return Mark((path,), corners, ink=mark.ink, role="around")


def _ring(mark: Mark, writer: Writer) -> Mark:
    """Draw a ring, not quite round and not quite closed, that keeps off the digit."""
    rng, (middle, half) = writer.rng, _box(mark)
    radii = (np.maximum(half, 0.6 * half.max()) + writer.pen_px) * rng.uniform(1.3, 1.7)
    start, turn = rng.uniform(0, 2 * np.pi), rng.uniform(1.9, 2.15) * np.pi
    angle = start + np.linspace(0, turn, 60)
    uneven = 1 + 0.05 * np.sin(2 * angle + rng.uniform(0, 6)) + np.linspace(0, rng.uniform(-0.08, 0.08), 60)
    ring = middle + np.stack([np.cos(angle), np.sin(angle)], axis=1) * radii * uneven[:, None]
    return _line(mark, ring, writer)


def _underline(mark: Mark, writer: Writer) -> Mark:
    """Draw a line below."""
    rng, (middle, half) = writer.rng, _box(mark)
    x = np.linspace(-1, 1, 20) * half[0] * rng.uniform(1.1, 1.8)
    y = half[1] + writer.pen_px * 1.5 + half[1] * rng.uniform(0.1, 0.3) + rng.normal(0, 0.06) * x
    return _line(mark, middle + np.stack([x, y], axis=1), writer)


def _crossed(mark: Mark, writer: Writer) -> Mark:
    """Cross out: two strokes, a few lines through, or a scribble over it."""
    rng, (middle, half) = writer.rng, _box(mark)
    reach = np.maximum(half, 0.5 * half.max()) * rng.uniform(1.0, 1.3)
    kind = rng.random()
    if kind < 0.4:
        corners = np.array([[-1, -1], [1, 1], [1, -0.8], [-1, 1]], np.float64)
        ends = corners + rng.normal(0, 0.12, corners.shape)
    elif kind < 0.6:
        ends = np.array([[-1.2, 0.3], [1.2, -0.1], [-1.2, 0.5], [1.2, 0.2]]) + rng.normal(0, 0.1, (4, 2))
    else:
        count = int(rng.integers(6, 14))
        ends = np.stack([np.where(np.arange(count) % 2, 1.0, -1.0), np.linspace(-1, 1, count)], axis=1)
        ends += rng.normal(0, 0.15, ends.shape)
    pieces = [np.linspace(ends[i], ends[i + 1], 16) for i in range(len(ends) - 1)]
    if kind < 0.4:
        # The pen is lifted between the two strokes.
        lines = [_line(mark, middle + pieces[i] * reach, writer).paths[0] for i in (0, 2)]
        return replace(_line(mark, middle + np.concatenate(pieces) * reach, writer), paths=tuple(lines))
    return _line(mark, middle + np.concatenate(pieces) * reach, writer)
