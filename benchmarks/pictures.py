"""Draw the pictures of docs/ that show pages and what is read in them: ``python -m benchmarks.pictures``."""

from __future__ import annotations

from pathlib import Path

import cv2

from edgedigits.recognizer import Recognizer
from edgedigits_camera.demo import PAGES
from edgedigits_camera.explain import explain
from edgedigits_camera.overlay import annotate
from edgedigits_camera.profiles import STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_scene

DOCS = Path(__file__).parents[1] / "docs"
READ = ("plain", "sums")
EXPLAINED = "ruled"
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 88]


def main() -> None:
    """Two pages of the demo with what was read in them, and every stage of reading a third."""
    recognizer = Recognizer.load()
    pages = [draw(name) for name in READ]
    read = [annotate(page, read_page(page, recognizer).readings) for page in pages]
    cv2.imwrite(str(DOCS / "read-page.jpg"), cv2.hconcat(read), QUALITY)
    cv2.imwrite(str(DOCS / "explained.jpg"), explain(draw(EXPLAINED), recognizer, profile=STILL)[0], QUALITY)


def draw(name: str) -> cv2.typing.MatLike:
    """A page of ``edgedigits demo``, (H, W, 3) uint8 BGR."""
    seed, spec = PAGES[name]
    return draw_scene(seed, spec=spec).image


if __name__ == "__main__":
    main()
