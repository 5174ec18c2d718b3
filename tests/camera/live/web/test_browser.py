"""The page in a real Chromium."""

import base64
import json
import os
import shutil
import time

import cv2
import numpy as np
import pytest

from edgedigits_camera.live.frames import SourceState
from edgedigits_camera.live.web import Address, Web

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: the page is not tested in a browser"
)

FREE = Address("127.0.0.1", 0)
# A token is refused with a status, which Chromium tells as an error of its own.
TOKEN = "right-right-right-right"  # noqa: S105 -- of the test alone


@pytest.fixture(scope="module")
def browser():
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("there is no Chromium: the page is not tested in a browser")
    # Its sandbox needs another user than root, or namespaces.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


class Tab:
    """A page, and what its console said."""

    def __init__(self, browser, **options):
        self.page = browser.new_context(**options).new_page()
        self.page.set_default_timeout(60_000)
        self.said = []
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))

    def pixels(self):
        """What the picture shows, (H, W, 3) uint8 BGR."""
        url = self.page.evaluate("document.getElementById('picture').toDataURL()")
        return cv2.imdecode(np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8), cv2.IMREAD_COLOR)

    def until(self, expression):
        """Wait; asked from outside, since the page's own policy lets nobody evaluate text in it."""
        end_s = time.monotonic() + 60
        while not self.page.evaluate(expression):
            assert time.monotonic() < end_s, expression
            self.page.wait_for_timeout(50)

    def text(self, place):
        return self.page.locator(place).inner_text()


@pytest.fixture
def tab(browser):
    tab = Tab(browser)
    yield tab
    tab.page.context.close()


# While a page is loaded, its parts are not there yet.
LINES = "document.getElementById('lines')?.innerText"
STATE = "document.getElementById('state')?.innerText"


def test_the_picture_moves_and_the_digits_appear_as_text(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    assert tab.text("#state") == "drawn pages"
    tab.until("document.querySelectorAll('#digits canvas').length === 2")
    tab.until("!document.getElementById('snapshot').disabled")
    before = tab.pixels()
    assert before.shape == (240, 320, 3)
    end_s = time.monotonic() + 60
    while (tab.pixels() == before).all():  # the clip comes again and again: by chance it is the same frame
        assert time.monotonic() < end_s
        tab.page.wait_for_timeout(50)
    assert tab.said == []


def test_boxes_are_drawn_where_the_digits_are(web, tab, seen_of, tracked):
    web.show(seen_of(np.full((240, 320, 3), 255, np.uint8), [tracked(0, 7, (100, 80, 40, 60))]))
    tab.page.goto(web.link)
    tab.until("!document.getElementById('snapshot').disabled")
    rows, columns = np.nonzero((tab.pixels() < 100).any(axis=2))
    assert (columns.min(), columns.max()) == pytest.approx((96, 144), abs=3)
    assert rows.max() == pytest.approx(144, abs=3)
    assert 50 < rows.min() < 80


def test_each_digit_has_its_patch_and_three_best_guesses(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until("document.querySelectorAll('#digits canvas[data-pixels]:not([data-pixels=\"\"])').length === 2")
    first = tab.page.locator("#digits > li").first
    assert first.locator(".best li").all_inner_texts() == ["9\n60%", "4\n32%", "8\n1%"]
    ink = first.locator("canvas").evaluate("it => Math.max(...it.getContext('2d').getImageData(0, 0, 28, 28).data)")
    assert ink > 200
    assert first.locator("canvas").get_attribute("aria-label") == "Ink of the 9, as the network sees it"


def test_history_stages_and_figures_are_told(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until("document.querySelectorAll('#history li').length === 2")
    assert "8 appeared" in tab.page.locator("#history li").first.inner_text()
    assert [row.split() for row in tab.page.locator("#stages tr").all_inner_texts()] == [["detect", "5.0", "ms"]]
    assert (tab.text("#fps"), tab.text("#latency")) == ("30.0 a second", "12 ms")


def test_a_pause_freezes_the_page_and_costs_nothing(fed, tab, eventually):
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    tab.page.get_by_role("button", name="Pause").click()
    assert eventually(lambda: not any(fed.web.app.viewers.count.values()))
    before = tab.pixels()
    assert tab.text("#state") == "paused"
    tab.page.wait_for_timeout(300)
    assert (tab.pixels() == before).all()
    tab.page.keyboard.press("p")
    assert eventually(lambda: sum(fed.web.app.viewers.count.values()) == 2)
    tab.until(f"{STATE} === 'drawn pages'")
    tab.page.wait_for_timeout(500)
    assert tab.page.locator("#history li").count() == 2  # not told twice
    assert tab.said == []


def test_the_least_confidence_leaves_digits_out(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    tab.page.get_by_label("Least confidence").fill("80")
    tab.until(f"{LINES} === '8'")
    assert tab.page.locator("#digits > li").count() == 1
    tab.page.reload()
    tab.until(f"{LINES} === '8'")


def test_a_snapshot_is_the_picture_with_its_boxes(fed, tab, tmp_path):
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    tab.until("!document.getElementById('snapshot').disabled")
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="Snapshot").click()
    assert download.value.suggested_filename.startswith("edgedigits-2")
    download.value.save_as(tmp_path / "snapshot.png")
    assert cv2.imread(str(tmp_path / "snapshot.png")).shape == (240, 320, 3)


def test_a_frame_is_explained_and_errors_are_told(clip, tab, feeding):
    working = [True]

    def explain(image):
        if not working[0]:
            raise ValueError("not this time")
        return np.vstack([image, image])

    with Web(FREE, explain=explain) as web, feeding(clip, web):
        tab.page.goto(web.link)
        tab.page.get_by_role("button", name="Explain").click()
        tab.until("document.getElementById('explained-picture').naturalHeight === 480")
        assert tab.said == []
        tab.page.keyboard.press("Escape")
        tab.page.locator("#explained").wait_for(state="hidden")
        working[0] = False
        tab.page.keyboard.press("e")
        tab.until("document.getElementById('explained-state').innerText.startsWith('It cannot be drawn')")


def test_without_an_explanation_there_is_no_button(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    assert not tab.page.locator("#explain").is_visible()


def test_all_is_reached_by_the_keyboard_alone(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until("!document.getElementById('snapshot').disabled")
    reached = []
    for _ in range(8):
        tab.page.keyboard.press("Tab")
        reached.append(tab.page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert reached[:7] == ["skip", "pause", "snapshot", "help", "threshold", "digits", "history"]
    for _ in range(6):
        tab.page.keyboard.press("Shift+Tab")
    assert tab.page.evaluate("document.activeElement.id") == "pause"
    tab.page.keyboard.press("Enter")
    tab.until(f"{STATE} === 'paused'")
    tab.page.keyboard.press("?")
    tab.page.get_by_role("dialog", name="Help").wait_for()
    tab.page.get_by_label("Use these keys").uncheck()
    tab.page.keyboard.press("Escape")
    tab.page.keyboard.press("p")
    assert tab.text("#state") == "paused"


def test_a_screen_reader_is_told_digits_one_by_one(fed, tab):
    tab.page.goto(fed.web.link)
    tab.until("document.getElementById('said').textContent === '9 8'")
    assert tab.page.locator("#said").get_attribute("aria-live") == "polite"
    tree = tab.page.locator("body").aria_snapshot()
    assert 'img "Live picture; reads 98"' in tree
    for name in ("Pause", "Snapshot", "Help"):
        assert f'button "{name}"' in tree
    for heading in ("Reads", "Digits", "History"):
        assert f'heading "{heading}" [level=2]' in tree
    assert 'slider "Least confidence": "0"' in tree


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_fit_for_a_phone_in_light_and_dark(fed, browser, scheme):
    tab = Tab(browser, viewport={"width": 360, "height": 740}, color_scheme=scheme, has_touch=True, is_mobile=True)
    tab.page.goto(fed.web.link)
    tab.until(f"{LINES} === '98'")
    assert tab.page.evaluate("document.documentElement.scrollWidth") == 360
    ground = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, ground.removeprefix("rgb(").rstrip(")").split(","))) > 384) == (scheme == "light")
    for button in tab.page.locator("main button:visible").all():
        assert button.bounding_box()["height"] >= 44
    assert tab.said == []
    tab.page.context.close()


def test_a_source_that_is_waited_for_is_told(fed, web, tab):
    tab.page.goto(web.link)
    tab.until(f"{LINES} === '98'")
    fed._over.set()
    fed._thread.join()
    web.wait(SourceState("camera /dev/video0", 12.4, "it was unplugged"))
    tab.until(f"{STATE} === 'waiting for camera /dev/video0, 12 s'")
    assert "it was unplugged" in tab.text("#veil")


def test_a_wrong_token_is_refused_and_the_right_one_stays(clip, tab, feeding):
    with Web(FREE, token=TOKEN) as web, feeding(clip, web):
        address = web.link.split("?")[0]
        assert tab.page.goto(f"{address}?token=wrong-wrong-wrong-wrong").status == 401
        assert "That token is wrong." in tab.text("main")
        tab.page.get_by_label("Token").fill(TOKEN)
        tab.page.get_by_role("button", name="Look").click()
        tab.until(f"{LINES} === '98'")
        assert tab.page.url == address
        tab.said.clear()
        assert tab.page.goto(address).status == 200
        tab.until(f"{LINES} === '98'")
        assert json.loads(tab.page.evaluate("fetch('reading').then(answer => answer.text())"))["lines"] == ["98"]
    assert tab.said == []


def test_another_page_gets_nothing(fed, tab):
    port = fed.web.link.rstrip("/").rpartition(":")[2]
    tab.page.goto(fed.web.link.replace("127.0.0.1", "localhost"))
    refused = f"fetch('http://127.0.0.1:{port}/reading', {{mode: 'no-cors'}}).then(() => 'got', () => 'refused')"
    assert tab.page.evaluate(refused) == "refused"


def test_a_viewer_that_goes_away_is_forgotten(fed, browser, eventually):
    tab = Tab(browser)
    tab.page.goto(fed.web.link)
    assert eventually(lambda: sum(fed.web.app.viewers.count.values()) == 2, within_s=30)
    tab.page.context.close()
    assert eventually(lambda: not any(fed.web.app.viewers.count.values()))


def test_the_page_finds_back_after_the_program_was_started_again(clip, tab, feeding):
    with Web(FREE) as web, feeding(clip, web):
        link = web.link
        tab.page.goto(link)
        tab.until(f"{LINES} === '98'")
    tab.until(f"{STATE} === 'no connection, trying again'")
    with Web(Address("127.0.0.1", int(link.rstrip("/").rpartition(":")[2]))) as web:
        web.wait(SourceState("another source"))
        with feeding(clip, web):
            tab.until(f"{STATE} === 'another source'")
            tab.until("document.querySelectorAll('#history li').length === 4")
