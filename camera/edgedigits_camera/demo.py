"""What ``edgedigits demo`` does: draws pages and a clip, reads them from their files, compares with what was drawn."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2

from edgedigits.errors import SourceError
from edgedigits.files import replacing
from edgedigits.recognizer import Reading
from edgedigits_camera.live.sources import open_file
from edgedigits_camera.overlay import annotate
from edgedigits_camera.pictures import load_picture
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_clip, draw_scene
from edgedigits_camera.text.lines import order_lines
from edgedigits_camera.written import DRAWN, avi_end, check_ours, save_picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.scene import DrawnDigit, Scene

PAGES = {
    "plain": (51, SceneSpec(pen="marker", light="gradient", layout="lines", digit_px=58, tilt=0.5)),
    "ruled": (42, SceneSpec(paper="ruled", pen="ballpoint", light="shadow", layout="lines", digit_px=44)),
    "grid": (53, SceneSpec(paper="grid", pen="pencil", light="vignette", layout="columns", digit_px=44)),
    "blackboard": (54, SceneSpec(paper="blackboard", pen="chalk", layout="line", digit_px=90)),
    "sums": (100, SceneSpec(pen="fineliner", layout="sums", digit_px=50)),
}
"""Name -> seed and kind of scene."""
CLIP = (26, SceneSpec(pen="marker", layout="line", digit_px=70))
CLIP_FRAMES = 30
CLIP_FRAMES_PER_S = 15
CLIP_SIZE_PX = (480, 360)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture or clip of the demo.

    Attributes:
        path: its file.
        drawn: lines of digits, in the order in which the reader tells such lines.
        read: lines of digits.
        digits: how many were drawn.
        right: how many of them were read right.
        wrong: how many were read besides: digits as others, and what is none.

    """

    path: Path
    drawn: tuple[str, ...]
    read: tuple[str, ...]
    digits: int
    right: int
    wrong: int


def run_demo(recognizer: Recognizer, *, folder: Path) -> Iterator[Shown]:
    """Draw, write, read and annotate each page, then a clip, into a folder that is made when missing.

    Raises:
        PictureError: a file of one of these names lies there, and was not written here.
        WriteError: they cannot be written.

    """
    for path in [*(folder / f"{name}.png" for name in PAGES), folder / "clip.avi"]:
        check_ours(path)
        check_ours(annotated(path))
    for name, (seed, spec) in PAGES.items():
        yield show_page(recognizer, draw_scene(seed, spec=spec), path=folder / f"{name}.png")
    seed, spec = CLIP
    yield show_clip(
        recognizer, list(draw_clip(seed, frames=CLIP_FRAMES, size_px=CLIP_SIZE_PX, spec=spec)), path=folder / "clip.avi"
    )


def show_page(recognizer: Recognizer, scene: Scene, *, path: Path) -> Shown:
    """Write a scene, read it from its file, and write an annotated copy beside it."""
    save_picture(path, scene.image, mark=DRAWN)
    image = load_picture(path).image
    page = read_page(image, recognizer)
    save_picture(annotated(path), annotate(image, page.readings))
    right = count_right(scene.digits, page.readings)
    return Shown(path, drawn_lines(scene), page.lines, len(scene.digits), right, len(page.readings) - right)


def show_clip(recognizer: Recognizer, scenes: Sequence[Scene], *, path: Path) -> Shown:
    """Write scenes as a clip, read it frame by frame as from a camera, and write the last frame annotated.

    What counts as read is what most frames say; right digits are counted over all frames.
    """
    write_clip(path, scenes)
    right, read, said = 0, 0, Counter[tuple[str, ...]]()
    with open_file(path) as frames:
        for scene, frame in zip(scenes, frames, strict=True):
            page = read_page(frame.image, recognizer, profile=LIVE)
            right += count_right(scene.digits, page.readings)
            read += len(page.readings)
            said[page.lines] += 1
    save_picture(annotated(path), annotate(frame.image, page.readings))
    digits = sum(len(scene.digits) for scene in scenes)
    return Shown(path, drawn_lines(scenes[0]), said.most_common(1)[0][0], digits, right, read - right)


def drawn_lines(scene: Scene) -> tuple[str, ...]:
    """The digits of a scene as a reader without error tells them."""
    lines = order_lines([Reading(digit.digit, 1.0, digit.box_xywh_px) for digit in scene.digits])
    return tuple("".join(str(reading.digit) for reading in line) for line in lines)


def write_clip(path: Path, scenes: Sequence[Scene]) -> None:
    """Write pictures of one size as Motion JPEG, which every OpenCV writes and reads.

    Raises:
        SourceError: this OpenCV does not.

    """
    height, width = scenes[0].image.shape[:2]
    with replacing(path) as temporary:
        writer = cv2.VideoWriter(str(temporary), cv2.VideoWriter.fourcc(*"MJPG"), CLIP_FRAMES_PER_S, (width, height))
        if not writer.isOpened():
            raise SourceError(f"{path} cannot be written: this OpenCV has no writer for Motion JPEG")
        for scene in scenes:
            writer.write(scene.image)
        writer.release()
        with temporary.open("ab") as clip:
            clip.write(avi_end(DRAWN))


def annotated(path: Path) -> Path:
    """Where the annotated copy of a picture or clip goes."""
    return path.with_name(f"{path.stem}-read.jpg")


def count_right(digits: Iterable[DrawnDigit], readings: Iterable[Reading]) -> int:
    """How many drawn digits were read as what they are: a reading of that digit has its middle in the digit's box."""
    left = [(reading.digit, middle(reading.box_xywh_px)) for reading in readings if reading.box_xywh_px]
    right = 0
    for digit in digits:
        x, y, width, height = digit.box_xywh_px
        hits = [e for e in left if e[0] == digit.digit and x <= e[1][0] <= x + width and y <= e[1][1] <= y + height]
        if hits:
            left.remove(hits[0])
            right += 1
    return right


def middle(box_xywh_px: tuple[int, int, int, int]) -> tuple[float, float]:
    """Middle of a box."""
    x, y, width, height = box_xywh_px
    return x + width / 2, y + height / 2
