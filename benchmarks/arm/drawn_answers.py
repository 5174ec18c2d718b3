"""Reads the demo's drawn pages and prints, as JSON, what their pixels are and what was read in each.

Runs on the emulated device and here: what it prints is to be the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

import cv2

from edgedigits.machine import Device
from edgedigits.recognizer import Recognizer
from edgedigits_camera.demo import CLIP, CLIP_SIZE_PX, PAGES
from edgedigits_camera.profiles import LIVE, STILL
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import draw_clip, draw_scene

CLIP_FRAMES = 3


def main() -> None:
    """Draw, read, print."""
    cv2.setNumThreads(1)
    seed, spec = CLIP
    scenes = {name: draw_scene(number, spec=spec) for name, (number, spec) in PAGES.items()}
    frames = enumerate(draw_clip(seed, frames=CLIP_FRAMES, size_px=CLIP_SIZE_PX, spec=spec))
    scenes |= {f"frame {number}": scene for number, scene in frames}
    with Recognizer.load() as recognizer:
        found: dict[str, Any] = {
            "device": asdict(Device.here()),
            "runtime": recognizer.opened.candidate.backend,
            "pages": {},
        }
        for name, scene in scenes.items():
            page = read_page(scene.image, recognizer, profile=LIVE if name.startswith("frame") else STILL)
            found["pages"][name] = {
                "pixels_sha256": hashlib.sha256(scene.image.tobytes()).hexdigest(),
                "lines": page.lines,
                "digits": [(each.digit, each.box_xywh_px, each.confidence) for each in page.readings],
            }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
