"""One picture that shows every stage of reading another: what a teacher shows, and what a bug report needs."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.detection.contrast import NO_CONTRAST
from edgedigits_camera.detection.detect import levels_of
from edgedigits_camera.detection.maps import HEAT, STRIDE_PX
from edgedigits_camera.detection.pyramid import canvases
from edgedigits_camera.overlay import GROUND, annotate, draw_text, padding
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import Fate, find_digits, page_of
from edgedigits_camera.text.order import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from edgedigits.recognizer import Reading, Recognizer
    from edgedigits_camera.detection.detect import Detector, Search
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.reader import Found

# What becomes of a candidate, in words, and its colour (BGR); the later ones are drawn over the earlier ones.
FATES = {
    Fate.NO_DIGIT: ("no digit, says the judge", (60, 60, 230)),
    Fate.COVERED: ("part of a better one", (230, 120, 40)),
    Fate.READ: ("read", (70, 200, 60)),
}
PANEL_PX, HIGHEST_PX = 640, 900  # width of a panel, and its height at most
MARGIN_PX = 8
TITLE_PX, TITLE_LETTERS, TITLE_LINES = 10, 72, 6  # height of its capitals, how many have room, in how many lines
CARD_PX = (154, 84)  # a candidate's patch and figures
MOST_CARDS, WHITE = 48, (255, 255, 255)


def explain(
    image: NDArray[np.uint8],
    recognizer: Recognizer,
    *,
    grey: NDArray[np.uint8] | None = None,
    profile: Profile = STILL,
) -> tuple[NDArray[np.uint8], dict[str, int]]:
    """Draw every stage of reading a picture.

    Args:
        image: (H, W, 3) uint8 BGR, upright; smaller where ``grey`` is given, to be seen only.
        recognizer: the bundle's networks.
        grey: (H, W) uint8, what is read of it where that was decoded apart.
        profile: how hard to look.

    Returns:
        A picture (H, W, 3) uint8 BGR, and how many candidates had each of ``FATES``, by its words.

    """
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY) if grey is None else grey
    found = find_digits(grey, recognizer, profile=profile)
    page = page_of(found, size_px=(grey.shape[1], grey.shape[0]))
    scale = scale_of(found, profile.search.finest_of(max(grey.shape)))
    heat, contrast = seen_by(recognizer.detector, grey, profile.search, scale=scale)
    times = _enlarging(image)
    seen = image if times == 1 else cv2.resize(image, None, fx=times, fy=times, interpolation=cv2.INTER_NEAREST)
    times_px = seen.shape[1] / grey.shape[1]
    panels = [
        titled(annotate(seen, _in_size(page.readings, times_px)), f"read: {one_line(page.lines)}"),
        titled(cv2.cvtColor(255 - contrast, cv2.COLOR_GRAY2BGR), f"local contrast, where 1 pixel is {scale:g} here"),
        titled(warmed(image, heat), "how likely a digit's middle is here"),
        titled(_boxed(seen, found, times_px), f"{len(found.fate)} candidates and what became of them"),
    ]
    counts = {words: int((found.fate == fate).sum()) for fate, (words, _) in FATES.items()}
    cards, width = _cards(found), 2 * PANEL_PX + MARGIN_PX
    shown = f"the patches that the network named: {len(cards)} of {len(found.fate)}, those that are read first"
    rows = [*_in_rows(panels, columns=2), _legend(counts), _caption(shown, width), *_in_rows(cards, columns=8)]
    return _stacked(rows), counts


def _enlarging(image: NDArray[np.uint8]) -> int:
    """How many times as large a small picture is drawn, so that letters and boxes leave something of it to be seen."""
    width, height = panel_size(image)
    return max(1, min(width // image.shape[1], height // image.shape[0]))


def _in_size(readings: Sequence[Reading], times: float) -> list[Reading]:
    """Readings of a picture where they are in one that many times as large."""
    boxes = np.rint(times * np.array([reading.box_xywh_px for reading in readings], float).reshape(-1, 4))
    boxes[:, 2:] = np.maximum(boxes[:, 2:], 1)
    return [
        replace(reading, box_xywh_px=(x, y, w, h))
        for reading, (x, y, w, h) in zip(readings, boxes.astype(int).tolist(), strict=True)
    ]


def scale_of(found: Found, otherwise: float) -> float:
    """The scale of the level on which most digits were found."""
    scales, counts = np.unique(found.candidates.found.scale[found.chosen], return_counts=True)
    return float(scales[counts.argmax()]) if len(scales) else otherwise


def seen_by(
    detector: Detector, grey: NDArray[np.uint8], search: Search, *, scale: float
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """What the detector says of each place of a picture (H, W) uint8, and what it sees on one of the levels.

    Both as large as a panel, tile by tile: the most heat of all levels, (h, w) float32 0..1, and local contrast, (h, w)
    uint8.
    """
    width, height = panel_size(grey)
    factor, heat = width / grey.shape[1], np.zeros((height, width), np.float32)
    contrast = np.full((height, width), NO_CONTRAST, np.uint8)
    for canvas in canvases(levels_of(grey, search)):
        said = 1 / (1 + np.exp(-detector.maps(canvas.contrast)[..., HEAT]))
        for tile in canvas.tiles:
            top, left = tile.top_px // STRIDE_PX, tile.left_px // STRIDE_PX
            cells = said[top : top - -tile.height_px // STRIDE_PX, left : left - -tile.width_px // STRIDE_PX]
            low = np.rint(np.array([tile.x_px, tile.y_px]) / tile.scale * factor).astype(int)
            size = np.array([tile.width_px, tile.height_px]) / tile.scale * factor
            right, bottom = np.minimum(low + np.maximum(1, np.rint(size)), heat.shape[::-1]).astype(int).tolist()
            part = np.s_[low[1] : bottom, low[0] : right]
            if not heat[part].size:
                continue
            size_px = heat[part].shape[::-1]
            np.maximum(heat[part], cv2.resize(cells, size_px, interpolation=cv2.INTER_LINEAR), out=heat[part])
            if tile.scale == scale:
                sight = canvas.contrast[tile.top_px :, tile.left_px :][: tile.height_px, : tile.width_px]
                contrast[part] = cv2.resize(sight, size_px, interpolation=cv2.INTER_AREA)
    return heat, contrast


def warmed(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture, as wide as the heat (h, w) 0..1 and dimmed, with the heat over it."""
    seen = cv2.resize(image, heat.shape[::-1], interpolation=cv2.INTER_AREA)
    colours = cv2.applyColorMap((255 * heat).astype(np.uint8), cv2.COLORMAP_INFERNO)
    return cv2.addWeighted(seen, 0.4, colours, 0.8, 0)


def _boxed(image: NDArray[np.uint8], found: Found, times: float) -> NDArray[np.uint8]:
    """The picture paled, with a box around each candidate in the colour of its fate.

    It is so many ``times`` as large as what was read.
    """
    canvas = cv2.addWeighted(image, 0.5, np.full_like(image, 255), 0.5, 0)
    boxes = times * found.candidates.found.boxes_px
    corners = np.rint(np.concatenate([boxes[:, :2], boxes[:, :2] + boxes[:, 2:]], axis=1)).astype(int)
    width = max(1, round(max(image.shape) / PANEL_PX))
    for fate, (_, colour) in FATES.items():
        for left, top, right, bottom in corners[found.fate == fate].tolist():
            cv2.rectangle(canvas, (left, top), (right, bottom), colour, width)
    return canvas


def _cards(found: Found) -> list[NDArray[np.uint8]]:
    """Patch and figures of those that were read, then of the best others."""
    names = found.candidates.probabilities.copy()
    names[found.chosen] = found.probabilities
    shown = np.lexsort([-found.score, found.fate != Fate.READ])[:MOST_CARDS]
    return [
        _card(
            found.candidates.patches[index],
            names[index],
            (f"heat {found.candidates.found.heat[index]:.2f}", f"score {found.score[index]:.2f}"),
            colour=FATES[Fate(found.fate[index])][1],
        )
        for index in shown.tolist()
    ]


def _card(
    patch: NDArray[np.uint8], names: NDArray[np.float32], figures: Sequence[str], *, colour: tuple[int, int, int]
) -> NDArray[np.uint8]:
    """A patch (28, 28) uint8 as the network sees it, its three likeliest digits of (10,), and its figures."""
    width, height = CARD_PX
    card = np.full((height, width, 3), 245, np.uint8)
    card[:, :4] = colour
    card[4 : height - 4, 8:height] = cv2.resize(patch, (height - 8,) * 2, interpolation=cv2.INTER_NEAREST)[:, :, None]
    likeliest = np.argsort(-names, kind="stable")[:3].tolist()
    for number, text in enumerate([*(f"{digit}  {names[digit]:.0%}" for digit in likeliest), *figures]):
        _write(card, text, (height + 6, 15 + 16 * number))
    return card


def _legend(counts: dict[str, int]) -> NDArray[np.uint8]:
    """The fates, their colours, and how many candidates had each."""
    row = np.full((24, 2 * PANEL_PX + MARGIN_PX, 3), 255, np.uint8)
    x = 0
    for words, colour in FATES.values():
        cv2.rectangle(row, (x, 5), (x + 14, 19), colour, cv2.FILLED)
        x += 54 + _write(row, f"{words}: {counts[words]}", (x + 20, 17))
    return row


def _write(canvas: NDArray[np.uint8], text: str, corner: tuple[int, int]) -> int:
    """Write small and dark from the lower left corner; the pixels that it takes."""
    cv2.putText(canvas, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (30, 30, 30), 1, cv2.LINE_AA)
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.4, 1)[0][0])


def titled(image: NDArray[np.uint8], title: str) -> NDArray[np.uint8]:
    """A panel: the picture as large as there is room, with its title."""
    width, height = panel_size(image)
    how = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_NEAREST
    panel = _padded(cv2.resize(image, (width, height), interpolation=how), 0, PANEL_PX - width)
    return np.vstack([_caption(title, PANEL_PX), panel])


def _caption(text: str, width: int) -> NDArray[np.uint8]:
    """A strip (h, width, 3) of text in as many lines as it takes; dots say where there are too many."""
    lines = textwrap.wrap(text, TITLE_LETTERS * width // PANEL_PX, max_lines=TITLE_LINES, placeholder=" ...")
    line_px = TITLE_PX + 2 * padding(TITLE_PX)
    strip = np.full((len(lines) * line_px, width, 3), GROUND, np.uint8)
    for number, line in enumerate(lines):
        draw_text(strip, line, (0, number * line_px), height_px=TITLE_PX, colour=WHITE)
    return strip


def panel_size(image: NDArray[np.uint8]) -> tuple[int, int]:
    """Width and height of a picture (H, W) or (H, W, 3) on its panel."""
    height, width = image.shape[:2]
    factor = min(PANEL_PX / width, HIGHEST_PX / height)
    return max(1, round(width * factor)), max(1, round(height * factor))


def _in_rows(pictures: list[NDArray[np.uint8]], *, columns: int) -> list[NDArray[np.uint8]]:
    """Pictures side by side on white."""
    rows = []
    for start in range(0, len(pictures), columns):
        row = pictures[start : start + columns]
        height = max(picture.shape[0] for picture in row)
        rows.append(np.hstack([_padded(p, height - p.shape[0], MARGIN_PX) for p in row]))
    return rows


def _stacked(rows: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Rows below each other on white."""
    width = max(row.shape[1] for row in rows)
    return np.vstack([_padded(row, MARGIN_PX, width - row.shape[1]) for row in rows])


def _padded(picture: NDArray[np.uint8], below: int, right: int) -> NDArray[np.uint8]:
    return cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=WHITE)
