"""The scenes that the detector is trained on: drawn once into a folder, then read from there."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edgedigits.errors import RunError
from edgedigits.files import replacing, write_text
from edgedigits_camera.scene.training import training_scene
from edgedigits_export.detecting.crops import Labelled
from edgedigits_export.detecting.workers import in_order, processes, threads
from edgedigits_export.judging.examples import fonts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits_camera.scene import DrawnDigit, Scene
    from edgedigits_camera.scene.training import GivenDigits

# A line for each scene: its number, and what :class:`crops.Labelled` holds besides the picture.
LABELS = "scenes.jsonl"
# Scenes that a process draws at a time: the given digits are sent along with each task.
CHUNK = 10


def draw_scenes(
    folder: Path,
    numbers: Iterable[int],
    *,
    glyphs: GivenDigits | None = None,
    on_step: Callable[[int], None] = lambda _: None,
) -> None:
    """Draw the scenes of these numbers into a folder, each core one at a time; those that are there already stay.

    Args:
        folder: of grey pictures, ``NUMBER.png``, and :data:`LABELS`.
        numbers: seeds of :func:`edgedigits_camera.scene.training_scene`.
        glyphs: digits that people wrote, for some of the scenes.
        on_step: told how many are drawn.

    """
    known, numbers = _known_lines(folder), list(numbers)
    # A line that a kill cut off is gone, and its scene is drawn again.
    write_text(folder / LABELS, "".join(known.values()))
    missing = [number for number in numbers if number not in known]
    done = len(numbers) - len(missing)
    on_step(done)
    if not missing:
        return
    chunks = [missing[start : start + CHUNK] for start in range(0, len(missing), CHUNK)]
    with processes() as pool, (folder / LABELS).open("a", encoding="utf-8") as labels:
        for lines in in_order(pool, partial(_draw_some, folder, glyphs), chunks):
            labels.writelines(lines)
            labels.flush()
            done += len(lines)
            on_step(done)


def _draw_some(folder: Path, glyphs: GivenDigits | None, numbers: Sequence[int]) -> list[str]:
    """Draw scenes, and return a line for each when its picture is written."""
    lines = []
    for number in numbers:
        scene = training_scene(number, glyphs=glyphs, fonts=fonts())
        with replacing(_picture(folder, number)) as temporary:
            cv2.imwrite(str(temporary), cv2.cvtColor(scene.image, cv2.COLOR_BGR2GRAY))
        lines.append(json.dumps({"number": number} | labels_of(scene)) + "\n")
    return lines


def labels_of(scene: Scene) -> dict[str, Any]:
    """What is in a scene, for JSON."""
    return {
        "digits": _listed(scene.digits),
        "printed": _listed(scene.printed),
        "others": [list(box) for box in scene.others],
        "unsure": [list(box) for box in scene.unsure],
        "light_ink": bool(scene.light_ink),
    }


def _listed(digits: Iterable[DrawnDigit]) -> list[list[int]]:
    return [[digit.digit, *digit.box_xywh_px] for digit in digits]


def load_scenes(folder: Path, numbers: Iterable[int]) -> dict[int, Labelled]:
    """Read drawn scenes, by number; they take 0.4 MB of memory in the mean.

    Raises:
        RunError: one is missing or cannot be read.

    """
    lines, numbers = _known_lines(folder), list(numbers)
    with threads() as pool:
        return dict(zip(numbers, in_order(pool, partial(_load, folder, lines), numbers), strict=True))


def _load(folder: Path, lines: dict[int, str], number: int) -> Labelled:
    path = _picture(folder, number)
    grey = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) if number in lines and path.is_file() else None
    if grey is None:
        raise RunError(f"{path} cannot be read, or {LABELS} does not know it; start again with --force")
    return labelled(grey, json.loads(lines[number]))


def labelled(grey: NDArray[np.uint8], labels: dict[str, Any]) -> Labelled:
    """A picture (H, W) uint8 with what :func:`labels_of` said of it."""
    digits, printed = (_rows(labels[name], 5) for name in ("digits", "printed"))
    others, unsure = (_rows(labels[name], 4) for name in ("others", "unsure"))
    return Labelled(grey, digits, printed, others, unsure, labels["light_ink"])


def _rows(listed: list[list[float]], width: int) -> NDArray[np.float32]:
    return np.array(listed, np.float32).reshape(-1, width)


def _picture(folder: Path, number: int) -> Path:
    return folder / f"{number}.png"


def _known_lines(folder: Path) -> dict[int, str]:
    """Whole lines of what is drawn, by number."""
    known = {}
    path = folder / LABELS
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if path.is_file() else ():
        try:
            known[int(json.loads(line)["number"])] = line
        except (ValueError, KeyError, TypeError):
            continue
    return known
