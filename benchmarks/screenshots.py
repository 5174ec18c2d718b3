"""Take the pictures of the web page that stand in docs/: ``python -m benchmarks.screenshots``.

Needs the extras ``headless`` and ``web``, the group ``browser``, and a Chromium.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from edgedigits.recognizer import Recognizer
from edgedigits_camera.explain import explain
from edgedigits_camera.live.drawn import Drawn
from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.look import Look
from edgedigits_camera.live.loop import Tally, run
from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.profiles import LIVE
from edgedigits_camera.reader import read_page
from edgedigits_camera.scene import SceneSpec, draw_clip

DOCS = Path(__file__).parents[1] / "docs"
SPEC, SEED, FRAMES = SceneSpec(pen="marker", light="gradient", layout="lines", digit_px=58), 51, 20
SHOTS = {
    "web-phone.jpg": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "device_scale_factor": 2},
    "web-desktop.jpg": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}


def main() -> None:
    """Read a drawn page, show it, and take the pictures."""
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


def take(browser: Browser, link: str, path: Path, options: dict[str, object]) -> None:
    """A picture of the page when all is there."""
    page = browser.new_page(**options)
    page.set_default_timeout(120_000)
    page.goto(link)
    page.locator("#digits canvas[data-pixels]:not([data-pixels=''])").nth(3).wait_for()
    page.wait_for_timeout(3000)
    page.screenshot(path=path, type="jpeg", quality=85)
    page.close()


if __name__ == "__main__":
    main()
