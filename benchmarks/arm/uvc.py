"""``edgedigits camera`` on a webcam that goes and comes back, in an emulated machine with the kernel's own drivers.

    python -m benchmarks.arm.uvc [--out benchmarks/results/uvc.json]

Ten times it is pulled out and plugged in over another page, once under another number; it stalls, and sends broken
frames; then the command is ended with SIGTERM. All times are those of the emulated machine, which is some twenty times
slower than this one. Nothing is installed: see ``install``.
"""

from __future__ import annotations

import argparse
import json
import socketserver
import sys
import threading
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from benchmarks.arm.install import built, install
from benchmarks.arm.machine import HOST, boot
from benchmarks.arm.systems import PI_64
from benchmarks.arm.webcam import Webcam
from edgedigits.files import write_json
from edgedigits_camera.demo import drawn_lines
from edgedigits_camera.scene import Scene, SceneSpec, draw_scene

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from benchmarks.arm.descriptors import Size

SEEDS = (1, 3, 7, 8)
VARIANTS = 8
NOISE = 1.0
"""Grey levels: no two frames of a sensor are the same, and a camera that sends the same is taken to be stuck."""
QUALITY = 85
SPEC = SceneSpec(pen="marker", layout="line", digit_px=150)
SIZE_PX = (1280, 720)
MOST_S = 2.0
"""From SIGTERM to the end."""


class Table:
    """What lies under the webcam, and who handles it."""

    def __init__(self, scenes: list[Scene]) -> None:
        self._scenes = cycle(scenes)
        self._scene = scenes[0]
        self._frames: dict[tuple[int, str, Size], list[bytes]] = {}
        self.webcam = Webcam(self.picture)

    def picture(self, kind: str, size: Size, number: int) -> bytes:
        """A frame of the page that lies there."""
        key = (id(self._scene), kind, size)
        if key not in self._frames:
            self._frames[key] = variants(self._scene.image, kind, size)
        return self._frames[key][number % VARIANTS]

    def do(self, word: str) -> Any:
        """Handle the webcam; the answer is what the job wants to know."""
        if word == "turn":
            self._scene = next(self._scenes)
            return drawn_lines(self._scene)
        if word == "unplug":
            self.webcam.unplug()
        elif word in ("stall", "resume"):
            self.webcam.stalled = word == "stall"
        elif word in ("corrupt", "whole"):
            self.webcam.corrupt = word == "corrupt"
        log = self.webcam.log
        return {"sent": log.frames, "sent_corrupted": log.corrupted, "granted": sorted(set(log.granted))}


def variants(image: NDArray[np.uint8], kind: str, size: Size) -> list[bytes]:
    """Frames of one picture (H, W, 3) uint8 BGR, each with other noise."""
    random = np.random.default_rng(0)
    resized = cv2.resize(image, (size.width_px, size.height_px), interpolation=cv2.INTER_AREA)
    noisy = (resized + random.normal(0, NOISE, (VARIANTS, *resized.shape))).clip(0, 255).astype(np.uint8)
    if kind == "YUYV":
        return [cv2.cvtColor(each, cv2.COLOR_BGR2YUV_YUY2).tobytes() for each in noisy]
    return [cv2.imencode(".jpg", each, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes() for each in noisy]


class Handler(socketserver.StreamRequestHandler):
    """One word a connection, answered in JSON."""

    def __init__(self, *arguments: Any, table: Table) -> None:
        self._table = table
        super().__init__(*arguments)

    def handle(self) -> None:
        """Do what the job asks for."""
        said = self._table.do(self.rfile.readline().decode().strip())
        self.wfile.write(json.dumps(said).encode() + b"\n")


def run() -> dict[str, Any]:
    """Boot, go through the job, and return its steps by name."""
    table = Table([draw_scene(seed, spec=SPEC, size_px=SIZE_PX) for seed in SEEDS])
    steps: dict[str, Any] = {"returned": []}
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(Handler, table=table)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for line in boot("uvc_job.py", [HOST, str(table.webcam.port), str(server.server_address[1])]):
            print(line, flush=True)
            if line.startswith("{"):
                found = json.loads(line)
                step = found.pop("step")
                steps[step] = [*steps[step], found] if step == "returned" else found
        server.shutdown()
    return steps


def main() -> int:
    """Run, write, print each figure with its limit; 1 where one is not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/uvc.json"))
    options = parser.parse_args()
    install(PI_64, built())
    steps = run()
    write_json(options.out, {"machine": f"qemu 7.2, {PI_64.cpu}, two cores"} | steps)
    found = figures(steps)
    for name, figure in found.items():
        print(f"{name}: {figure.found} ({figure.limit})")
    return 0 if all(figure.good for figure in found.values()) else 1


class Figure(NamedTuple):
    """What was found, what is to be, and whether it is."""

    found: Any
    limit: Any
    good: bool


def figures(steps: dict[str, Any]) -> dict[str, Figure]:
    """What is to be held, by name."""
    returned, ended = steps["returned"], steps["ended"]
    exact = {
        "granted": (steps["corrupted"]["granted"], ["MJPG 1280x720 at 30"]),
        "returns": (len(returned), 10),
        "returns under another number": (sum(step["node"] != "/dev/video0" for step in returned), 1),
        "frames that were cut, and recorded": (ended["recorded_cut"], 0),
        "read otherwise among broken frames": (len(steps["corrupted"]["otherwise_read"]), 0),
        "exit code": (ended["code"], 0),
        "recording whole": (ended["recording_whole"], True),
    }
    took = Figure(ended["took_s"], f"at most {MOST_S:g}", good=ended["took_s"] <= MOST_S)
    return {name: Figure(*pair, good=pair[0] == pair[1]) for name, pair in exact.items()} | {"seconds to end": took}


if __name__ == "__main__":
    sys.exit(main())
