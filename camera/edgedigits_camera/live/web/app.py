"""The page's addresses and what each answers."""

from __future__ import annotations

import time
from importlib.resources import files
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from edgedigits.errors import EdgeDigitsError
from edgedigits.machine import temperature_c
from edgedigits_camera.live.web.explaining import BusyError
from edgedigits_camera.live.web.objects import compact, reading_of
from edgedigits_camera.live.web.patches import Patches
from edgedigits_camera.live.web.pictures import Pictures
from edgedigits_camera.live.web.streams import (
    BOUNDARY,
    Stream,
    TooManyError,
    Viewers,
    event_parts,
    last_number,
    picture_parts,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

    from edgedigits_camera.live.web.board import Board, Shown
    from edgedigits_camera.live.web.explaining import Explaining
    from edgedigits_camera.live.web.metrics import Metrics

PAGE = files("edgedigits_camera.live.web") / "page"
FILES = {
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/picture.js": ("picture.js", "text/javascript"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
}
# A source that has sent nothing for this long is not well, whatever it says.
STALE_S = 10.0
TEMPERATURE_S = 5.0
KINDS = STREAM, EVENTS = "stream", "events"


class App:
    """What is served of a board, in one event loop; nothing of it is made before it is asked for."""

    def __init__(self, board: Board, metrics: Metrics, explaining: Explaining | None = None) -> None:
        self.board, self.metrics, self._explaining = board, metrics, explaining
        self.pictures, self.viewers = Pictures(), Viewers()
        self._patches = Patches()
        self._temperature: tuple[float, float | None] | None = None
        self._reading: tuple[int, str] = (-1, "")
        answers = {
            "/events": self.events,
            "/reading": self.reading,
            "/stream.mjpg": self.stream,
            "/frame.jpg": self.frame,
            "/explain.jpg": self.explain,
            "/healthz": self.health,
            "/metrics": self.figures,
        }
        routes = [Route(path, answer, methods=["GET"]) for path, answer in answers.items()]
        routes += [Route(path, self.file, methods=["GET"]) for path in FILES]
        self.starlette = Starlette(
            routes=routes, exception_handlers={TooManyError: too_many, BusyError: busy, EdgeDigitsError: failed}
        )

    async def file(self, request: Request) -> Response:
        """A file of the page."""
        name, media_type = FILES[request.url.path]
        return Response((PAGE / name).read_bytes(), media_type=media_type)

    async def events(self, request: Request) -> Response | Stream:
        """Readings, events and patches as they come."""
        self.viewers.check(EVENTS)
        after = last_number(self.board.run, request.headers.get("last-event-id", ""))
        parts = event_parts(self.board, self._patches, self._reading_text, after=after)
        return self._streamed(request, parts, "text/event-stream", EVENTS)

    async def stream(self, request: Request) -> Response | Stream:
        """Pictures as they come."""
        self.viewers.check(STREAM)
        parts = picture_parts(self.board, self.pictures, boxes=request.query_params.get("boxes") != "0")
        return self._streamed(request, parts, f"multipart/x-mixed-replace; boundary={BOUNDARY}", STREAM)

    def _streamed(self, request: Request, parts: AsyncIterator[bytes], media_type: str, kind: str) -> Response | Stream:
        if request.method == "HEAD":
            return Response(media_type=media_type)
        return Stream(parts, media_type=media_type, viewers=self.viewers, kind=kind)

    async def reading(self, _request: Request) -> Response:
        """The newest reading."""
        return Response(self._reading_text(self.board.now) + "\n", media_type="application/json")

    async def frame(self, request: Request) -> Response:
        """The newest picture."""
        if not (seen := self.board.now.seen):
            return no_frame()
        boxes = request.query_params.get("boxes") != "0"
        return Response(self.pictures.of(seen, boxes=boxes).jpeg, media_type="image/jpeg")

    async def explain(self, _request: Request) -> Response:
        """Every stage of reading the newest frame."""
        if not self._explaining:
            return PlainTextResponse("this program explains nothing\n", 404)
        if not (seen := self.board.now.seen):
            return no_frame()
        return Response(await self._explaining.jpeg(seen.frame.image), media_type="image/jpeg")

    async def health(self, _request: Request) -> Response:
        """Whether frames come and are read."""
        state, well = self.board.now.state, self._is_well()
        words = "ok" if well else str(state) if state.waiting_s is not None else "no new frame"
        return JSONResponse({"status": words, "reason": "" if well else state.reason}, 200 if well else 503)

    async def figures(self, _request: Request) -> Response:
        """What was counted and measured."""
        text = self.metrics.text(
            self.board.now.state,
            up=self._is_well(),
            temperature_c=self._temperature_c(),
            viewers={kind: self.viewers.count[kind] for kind in KINDS},
            pictures=self.pictures.made,
        )
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    def _is_well(self) -> bool:
        now = self.board.now
        return now.seen is not None and now.state.waiting_s is None and time.monotonic() - now.seen_s < STALE_S

    def _reading_text(self, shown: Shown) -> str:
        """One text for all viewers of the same moment."""
        if self._reading[0] != shown.number:
            reading = reading_of(shown, temperature_c=self._temperature_c())
            self._reading = shown.number, compact(reading | {"explains": self._explaining is not None})
        return self._reading[1]

    def _temperature_c(self) -> float | None:
        if not self._temperature or time.monotonic() - self._temperature[0] > TEMPERATURE_S:
            self._temperature = time.monotonic(), temperature_c()
        return self._temperature[1]


def no_frame() -> Response:
    """The answer before the first frame."""
    return PlainTextResponse("no frame has come yet\n", 503, {"Retry-After": "1"})


async def too_many(_request: Request, _error: Exception) -> Response:
    """The answer to one viewer too many."""
    return PlainTextResponse("too many viewers; close another page first\n", 503, {"Retry-After": "5"})


async def busy(_request: Request, _error: Exception) -> Response:
    """The answer while another picture is drawn."""
    return PlainTextResponse("another frame is being explained\n", 429, {"Retry-After": "1"})


async def failed(_request: Request, error: Exception) -> Response:
    """The answer where one of our errors says what is wrong."""
    return PlainTextResponse(f"{error}\n", 503)
