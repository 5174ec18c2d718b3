"""Reads the demo's pages as another machine drew them, and prints, as JSON, what was read in each.

    python drawn_answers.py PAGES.npz --draw 5    here: draws five of them first
    python drawn_answers.py PAGES.npz             on the emulated device: draws them too, and tells how much differs

What is drawn and what is read is to be the same.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from edgedigits.machine import Device
from edgedigits.recognizer import Recognizer
from edgedigits_camera.demo import CLIP, CLIP_SIZE_PX, PAGES
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_clip, draw_scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLIP_FRAMES = 3


def main() -> None:
    """Draw, read, print."""
    cv2.setNumThreads(1)
    path = Path(sys.argv[1])
    if "--draw" in sys.argv[2:]:
        named: dict[str, Any] = draw(int(sys.argv[3]))
        np.savez(path, **named)
    with np.load(path) as stored:
        images = {name: np.asarray(stored[name], np.uint8) for name in stored.files}
    drawn = draw(sum(name in PAGES for name in images))
    with Recognizer.load() as recognizer:
        pages = {name: read(image, recognizer, name=name) for name, image in images.items()}
        runtime = recognizer.opened.candidate.backend
    apart = [np.abs(images[name].astype(int) - image) for name, image in drawn.items()]
    found = {
        "device": asdict(Device.here()),
        "runtime": runtime,
        "drawn_otherwise": float(np.mean([(difference > 0).mean() for difference in apart])),
        "drawn_apart": max(int(difference.max()) for difference in apart),
        "pages": pages,
    }
    print(json.dumps(found))


def draw(count: int) -> dict[str, NDArray[np.uint8]]:
    """So many of the demo's pages, and the first frames of its clip, (H, W, 3) uint8 BGR, by name."""
    seed, spec = CLIP
    clip = draw_clip(seed, frames=CLIP_FRAMES, size_px=CLIP_SIZE_PX, spec=spec)
    pages = {name: draw_scene(number, spec=spec).image for name, (number, spec) in list(PAGES.items())[:count]}
    return pages | {f"frame {number}": scene.image for number, scene in enumerate(clip)}


def read(image: NDArray[np.uint8], recognizer: Recognizer, *, name: str) -> dict[str, Any]:
    """Lines and digits of a page."""
    page = read_page(image, recognizer, profile=LIVE if name.startswith("frame") else STILL)
    digits = [(each.digit, each.box_xywh_px, each.confidence) for each in page.readings]
    return {"lines": page.lines, "digits": digits}


if __name__ == "__main__":
    main()
