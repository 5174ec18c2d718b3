"""A page turned and bent back, so that its lines of text are level."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Ridge prior against a fan and a bend, in squared heights: it weighs as much as a line of two digits for its slope.
# Without it, a few short lines bend a page that is flat.
LEVEL_FIRST = 1.0
# The same for a level page, against the slope of its lines: as much as a line of four digits.
UNTOLD = 4.0


def levelled(boxes: NDArray[np.float64], *groupings: tuple[NDArray[np.intp], float]) -> NDArray[np.float64]:
    """Boxes (N, 4) as they would stand were all baselines level, in pixels.

    Lines that fan out in perspective and bend with the page have a slope a + b y + c x, fitted to how digits stand
    beside those of their line; each grouping into lines comes with its weight.
    """
    middle = boxes[:, :2] + boxes[:, 2:] / 2
    origin, reach = middle.mean(axis=0), float(np.ptp(middle, axis=0).max()) or 1.0
    x, y = (middle - origin).T
    normal, moment = np.diag([1e-9, *[LEVEL_FIRST * (boxes[:, 3] ** 2).mean()] * 2]), np.zeros(3)
    for line, weight in groupings:
        about = mean_of(y, line)
        terms = np.column_stack([x, about * x / reach, x**2 / 2 / reach])
        terms -= np.column_stack([mean_of(term, line) for term in terms.T])
        normal += weight * terms.T @ terms
        moment += weight * terms.T @ (y - about)
    a, b, c = np.linalg.solve(normal, moment) / (1, reach, reach)
    down = (y - a * x - c * x**2 / 2) / np.maximum(1 + b * x, 0.5)
    return np.column_stack([x + a * y - boxes[:, 2] / 2, down - boxes[:, 3] / 2, boxes[:, 2:]])


def slope_of(boxes: NDArray[np.float64], line: NDArray[np.intp]) -> float:
    """How far lines of boxes (N, 4), N > 0, go down, in pixels per pixel; nearly 0 where they are too short to tell."""
    x, y = (middle - mean_of(middle, line) for middle in (boxes[:, :2] + boxes[:, 2:] / 2).T)
    doubt = UNTOLD * (boxes[:, 3] ** 2).mean()
    return float(x @ y / (x @ x + doubt))


def mean_of(values: NDArray[np.float64], line: NDArray[np.intp]) -> NDArray[np.float64]:
    """Mean over the line that each of (N,) values belongs to."""
    mean: NDArray[np.float64] = (np.bincount(line, values) / np.maximum(np.bincount(line), 1))[line]
    return mean
