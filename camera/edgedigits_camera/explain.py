"""One picture that shows every stage of reading another: what a teacher shows, and what a bug report needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from edgedigits_camera.flatten import ink_contrast
from edgedigits_camera.judge import Judge
from edgedigits_camera.layers import masks
from edgedigits_camera.overlay import annotate, draw_text
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import examine_page, page_of
from edgedigits_camera.sheets import finest_of, sheet_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.profiles import Profile
    from edgedigits_camera.reader import Examined

# What became of a candidate, and its colour (BGR); the later ones are drawn over the earlier ones.
FATES = {
    "no digit at a glance": (150, 150, 150),
    "no digit by its patch": (60, 60, 230),
    "no digit among its neighbours": (30, 140, 255),
    "part of a better one": (230, 120, 40),
    "read": (70, 200, 60),
}
PANEL_PX = 640  # width of a panel
MARGIN_PX = 8
TITLE_PX = 14  # height of capitals
CARD_PX = (160, 84)  # a candidate's patch and figures
MOST_CARDS = 48


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one candidate, by index; its figures are NaN or None where it was let go before."""

    index: int
    name: str
    first: float = float("nan")
    score: float = float("nan")
    answers: NDArray[np.float32] | None = None


def explain(
    image: NDArray[np.uint8], recognizer: Recognizer, *, profile: Profile = STILL
) -> tuple[NDArray[np.uint8], dict[str, int]]:
    """Draw every stage of reading a picture.

    Args:
        image: (H, W, 3) uint8 BGR, upright.
        recognizer: what names the digits.
        profile: how hard to look.

    Returns:
        A picture (H, W, 3) uint8 BGR, and how many candidates had each of ``FATES``.

    """
    judge = Judge.of(recognizer.bundle.judge)
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    ink, seen = examine_page(grey, recognizer, judge=judge, profile=profile)
    colour = "dark" if ink is grey else "light"
    fates = list(fates_of(seen, least=judge.least))
    counts = {name: sum(fate.name == name for fate in fates) for name in FATES}
    page = page_of(seen, size_px=(grey.shape[1], grey.shape[0]))
    panels = [
        titled(annotate(image, page.readings), f"read: {' | '.join(page.lines) or 'nothing'}"),
        *(titled(picture, title) for title, picture in _stages(ink, colour, profile=profile)),
        titled(_boxes(image, seen, fates), f"{len(seen.candidates)} candidates and what became of them"),
    ]
    return _stacked([*_in_rows(panels, columns=2), _legend(counts), *_in_rows(_cards(seen, fates), columns=8)]), counts


def fates_of(seen: Examined, *, least: float) -> Iterator[Fate]:
    """What became of each candidate, the first to be let go first."""
    looked = set(seen.kept.tolist())
    yield from (Fate(i, "no digit at a glance") for i in range(len(seen.candidates)) if i not in looked)
    second = {int(k): b for b, k in enumerate(seen.best)}
    read = set(seen.chosen.tolist())
    for k, index in enumerate(seen.kept.tolist()):
        first, answers = float(seen.first[k]), seen.answers[k]
        if k not in second:
            yield Fate(index, "no digit by its patch", first, answers=answers)
            continue
        score = float(seen.score[second[k]])
        name = (
            "read"
            if second[k] in read
            else "part of a better one"
            if score >= least
            else "no digit among its neighbours"
        )
        yield Fate(index, name, first, score, answers)


def _stages(grey: NDArray[np.uint8], colour: str, *, profile: Profile) -> Iterator[tuple[str, NDArray[np.uint8]]]:
    """Titles and pictures of what happens before there are candidates, at the finest scale."""
    sheet = sheet_of(grey, profile=profile)
    if sheet is None:  # too small for any digit
        return
    scale, scaled = finest_of(grey, profile=profile)
    contrast = ink_contrast(scaled)
    yield f"{colour} ink, light taken out (scale {scale:g})", cv2.cvtColor(255 - contrast, cv2.COLOR_GRAY2BGR)
    cleaned = sheet.contrast[: len(contrast), : contrast.shape[1]]
    shown = cv2.cvtColor(255 - contrast, cv2.COLOR_GRAY2BGR)
    shown[contrast > cleaned] = FATES["no digit by its patch"]
    yield "no ruled lines found" if sheet.lines is None else "ruled lines found", shown
    for depth, mask in masks(cleaned, profile=profile):
        how = f"ink deeper than {depth}/255" if depth else f"ink deeper than {profile.share:.0%} of the deepest around"
        yield how, cv2.cvtColor(np.where(mask, np.uint8(0), np.uint8(255)), cv2.COLOR_GRAY2BGR)


def _boxes(image: NDArray[np.uint8], seen: Examined, fates: list[Fate]) -> NDArray[np.uint8]:
    """The picture, paled, with a box around each candidate in the colour of its fate."""
    canvas = cv2.addWeighted(image, 0.5, np.full_like(image, 255), 0.5, 0)
    boxes = np.rint(seen.candidates.boxes_px).astype(int)
    width = max(1, round(max(image.shape) / PANEL_PX))
    for name, colour in FATES.items():
        for fate in fates:
            if fate.name == name:
                x, y, w, h = boxes[fate.index].tolist()
                cv2.rectangle(canvas, (x, y), (x + w, y + h), colour, width)
    return canvas


def _cards(seen: Examined, fates: list[Fate]) -> list[NDArray[np.uint8]]:
    """Patch and figures of those that were read, then of the best others."""
    looked = [fate for fate in fates if fate.answers is not None]
    looked.sort(key=lambda fate: (fate.name != "read", -np.nan_to_num(fate.score), -fate.first))
    shown = looked[:MOST_CARDS]
    patches = seen.candidates[np.array([fate.index for fate in shown], np.int64)].patches()
    return [_card(fate, patch) for fate, patch in zip(shown, patches, strict=True)]


def _card(fate: Fate, patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A patch as the network sees it, its three likeliest digits, and its scores."""
    width, height = CARD_PX
    card = np.full((height, width, 3), 245, np.uint8)
    card[:, :4] = FATES[fate.name]
    large = cv2.resize(patch, (height - 8, height - 8), interpolation=cv2.INTER_NEAREST)
    card[4 : height - 4, 8:height] = large[:, :, None]
    answers = fate.answers if fate.answers is not None else np.zeros(10, np.float32)
    top = np.argsort(-answers, kind="stable")[:3]
    lines = [f"{digit}  {int(100 * answers[digit])}%" for digit in top.tolist()]
    lines += [f"patch {fate.first:.2f}", "" if np.isnan(fate.score) else f"score {fate.score:.2f}"]
    for number, text in enumerate(lines):
        place = (height + 6, 15 + 16 * number)
        cv2.putText(card, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (30, 30, 30), 1, cv2.LINE_AA)
    return card


def _legend(counts: dict[str, int]) -> NDArray[np.uint8]:
    """The fates, their colours, and how many candidates had each."""
    row = np.full((24, 2 * PANEL_PX + MARGIN_PX, 3), 255, np.uint8)
    x = 0
    for name, colour in FATES.items():
        text = f"{name}: {counts[name]}"
        cv2.rectangle(row, (x, 5), (x + 14, 19), colour, cv2.FILLED)
        cv2.putText(row, text, (x + 20, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (30, 30, 30), 1, cv2.LINE_AA)
        x += 34 + cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.42, 1)[0][0]
    return row


def titled(image: NDArray[np.uint8], title: str) -> NDArray[np.uint8]:
    """A panel: the picture at the panel's width, with its title."""
    height = max(40, round(image.shape[0] * PANEL_PX / image.shape[1]))
    smaller = image.shape[1] > PANEL_PX
    panel = cv2.resize(image, (PANEL_PX, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_NEAREST)
    draw_text(panel, title[:72], (0, 0), height_px=TITLE_PX - 4, colour=(255, 255, 255))
    return panel


def _in_rows(pictures: list[NDArray[np.uint8]], *, columns: int) -> list[NDArray[np.uint8]]:
    """Pictures of one size side by side."""
    rows = []
    for start in range(0, len(pictures), columns):
        row = pictures[start : start + columns]
        gap = np.full((row[0].shape[0], MARGIN_PX, 3), 255, np.uint8)
        rows.append(np.hstack([part for picture in row for part in (picture, gap)]))
    return rows


def _stacked(rows: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Rows below each other on white."""
    width = max(row.shape[1] for row in rows)
    padded = [
        cv2.copyMakeBorder(row, 0, MARGIN_PX, 0, width - row.shape[1], cv2.BORDER_CONSTANT, value=(255, 255, 255))
        for row in rows
    ]
    return np.vstack(padded)
