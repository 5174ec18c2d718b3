"""Take the pictures of the live camera that stand in README and docs/: ``python -m benchmarks.screenshots``.

The page needs the extras ``camera`` and ``web``, the group ``browser``, and a Chromium; the window Xvfb.
"""

from __future__ import annotations

import argparse
import io
import itertools
import os
import shutil
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from edgedigits.recognizer import Recognizer
from edgedigits_camera.explain import explain
from edgedigits_camera.live.drawn import SIZE_PX, Drawn
from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_clip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DOCS = Path(__file__).parents[1] / "docs"
SPEC, SEED, FRAMES = SceneSpec(pen="marker", light="gradient", layout="lines", digit_px=58), 56, 20
SHOTS = {
    "web-phone.webp": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
    "web-desktop.webp": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}
QUALITY, CLIP_QUALITY = 70, 45
CLIP_S, CLIP_FRAMES_PER_S = 4.0, 5
SCREEN = "1024x768x24"
SETTLED_S = 1.0
"""From the first picture in the window until it shows them as they come."""
LIMIT_S = 120.0


def page() -> None:
    """Read a drawn page, show it in a browser, and take the pictures of that."""
    recognizer, other = Recognizer.load(), Recognizer.load()
    web = Web(Address("127.0.0.1", 0), explain=lambda image: explain(image, other, profile=LIVE)[0])
    over = threading.Event()
    with web, sync_playwright() as playwright:
        web.wait(SourceState("demo"))
        feeding = threading.Thread(target=feed, args=[web, recognizer, over])
        feeding.start()
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            for name, options in SHOTS.items():
                take(browser, web.link, DOCS / name, options)
        finally:
            over.set()
            feeding.join()
            browser.close()


def feed(web: Web, recognizer: Recognizer, over: threading.Event) -> None:
    """The drawn page through the live loop, back and forth."""
    images = [scene.image for scene in draw_clip(SEED, frames=FRAMES, spec=SPEC)]
    back_and_forth = itertools.cycle(images + images[::-1])
    source = Drawn("demo", lambda: itertools.takewhile(lambda _: not over.is_set(), back_and_forth), realtime=True)
    run(source, Look(partial(read_page, recognizer=recognizer, profile=LIVE), kind=source.kind), [web], tally=Tally())


def take(browser: Browser, link: str, path: Path, options: Mapping[str, object]) -> None:
    """A picture of the page when all is there."""
    page = browser.new_page(**options)
    page.set_default_timeout(1000 * LIMIT_S)
    page.goto(link)
    page.locator("#digits canvas[data-pixels]:not([data-pixels=''])").nth(3).wait_for()
    page.wait_for_timeout(3000)
    Image.open(io.BytesIO(page.screenshot())).save(path, quality=QUALITY, method=6)
    page.close()


def window() -> None:
    """The window on a screen of its own, which shows the demo, as a clip of a few seconds."""
    with TemporaryDirectory() as folder, screen(Path(folder)) as name:
        command = [sys.executable, "-m", "edgedigits", "camera", "demo", "--display", "window", "--quiet"]
        with subprocess.Popen(command, env=os.environ | {"DISPLAY": name}) as camera:
            try:
                wait_for_window(Path(folder), camera)
                time.sleep(SETTLED_S)
                shots = list(filmed(Path(folder)))
            finally:
                camera.terminate()
    first, *others = shots
    first.save(
        DOCS / "window.webp",
        save_all=True,
        append_images=others,
        duration=1000 // CLIP_FRAMES_PER_S,
        loop=0,
        quality=CLIP_QUALITY,
        method=6,
    )


@contextmanager
def screen(folder: Path) -> Iterator[str]:
    """DISPLAY of an X server without a monitor, which keeps what is on the screen in a folder."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nocursor", "-nolisten", "tcp"]
    with subprocess.Popen([*command, "-fbdir", str(folder)], pass_fds=[writing], stderr=subprocess.DEVNULL) as server:
        os.close(writing)
        with os.fdopen(reading) as number:
            name = f":{number.readline().strip()}"
        try:
            yield name
        finally:
            server.terminate()


def wait_for_window(folder: Path, camera: subprocess.Popen[bytes]) -> None:
    """Wait until anything is on the screen.

    Raises:
        SystemExit: the camera has ended, or nothing comes.

    """
    end_s = time.monotonic() + LIMIT_S
    while on_screen(folder).getbbox() is None:
        if camera.poll() is not None or time.monotonic() > end_s:
            raise SystemExit("no window came")
        time.sleep(0.1)


def filmed(folder: Path) -> Iterator[Image.Image]:
    """What is on the screen, again and again."""
    begin_s = time.monotonic()
    for number in range(round(CLIP_S * CLIP_FRAMES_PER_S)):
        time.sleep(max(0.0, begin_s + number / CLIP_FRAMES_PER_S - time.monotonic()))
        yield on_screen(folder)


def on_screen(folder: Path) -> Image.Image:
    """What is in the upper left of the screen, where the window is: from a dump as xwd(1) writes it."""
    dump = (folder / "Xvfb_screen0").read_bytes()
    head = struct.unpack(">20I", dump[:80])
    size, width, height, row_bytes, colours = head[0], head[4], head[5], head[12], head[19]
    whole = Image.frombuffer("RGB", (width, height), dump[size + 12 * colours :], "raw", "BGRX", row_bytes, 1)
    return whole.crop((0, 0, *SIZE_PX))


PICTURES = {"page": page, "window": window}


def main() -> None:
    """Take those that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", choices=PICTURES, default=[], help="all by default")
    for what in parser.parse_args().only or PICTURES:
        PICTURES[what]()


if __name__ == "__main__":
    main()
