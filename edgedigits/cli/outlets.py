"""Where live readings go: window, web page, lines, broker, recording, systemd."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING, Any

import typer

from edgedigits.errors import DisplayError, require

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.cli.notes import Notes
    from edgedigits.recognizer import Recognizer
    from edgedigits_camera.live.seen import Sink
    from edgedigits_camera.live.web import Web


class Json(Enum):
    """What a JSON object is written for."""

    EVENTS = auto()
    FRAMES = auto()


@dataclass(slots=True)
class Outlets:
    """What was asked for.

    Attributes:
        window: None for one where it is possible.
        web: whether the web page is served.
        listen: where, as it was written.
        names: further names of that place.
        json: None for text.
        mirror: turns the window's picture.
        record: folder.
        record_bytes: most that it may take.
        mqtt: address of a broker.
        settings: kept with a recording.
        shown: whether a person sees the pictures; known once they are open.

    """

    window: bool | None
    web: bool
    listen: str | None
    names: Sequence[str]
    json: Json | None
    mirror: bool
    record: Path | None
    record_bytes: int
    mqtt: str | None
    settings: dict[str, Any] = field(default_factory=dict)
    shown: bool = False

    def open(self, stack: ExitStack, notes: Notes, *, load: Callable[[], Recognizer]) -> list[Sink]:
        """Open all of them; what is wrong with one is told before a camera is touched.

        Raises:
            EdgeDigitsError: one of them cannot be opened.

        """
        from edgedigits_camera.live.watchdog import Watchdog

        sinks: list[Sink] = [stack.enter_context(Watchdog())]
        explain = Explainer(load, stack)
        sinks += self._web(stack, notes, explain) if self.web else self._window(stack, explain)
        self.shown = len(sinks) > 1
        sinks += self._lines(windowed=self.shown and not self.web)
        sinks += self._mqtt(stack, notes) + self._recording(stack, notes)
        return sinks

    def _window(self, stack: ExitStack, explain: Explainer) -> list[Sink]:
        if self.window is False:
            return []
        from edgedigits_camera.live.window import Window

        try:
            return [stack.enter_context(Window(mirror=self.mirror, explain=explain))]
        except DisplayError:
            if self.window:
                raise
            return []

    def _web(self, stack: ExitStack, notes: Notes, explain: Explainer) -> list[Sink]:
        for module in ("starlette", "uvicorn", "prometheus_client", "segno"):
            require(module, extra="web")
        from edgedigits_camera.live.web import Address, Web, qr_code

        try:
            address = Address.parse(self.listen) if self.listen else Address()
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--listen") from None
        token = os.environ.get("EDGEDIGITS_WEB_TOKEN") or None
        web: Web = stack.enter_context(Web(address, token=token, names=self.names, explain=explain))
        notes.say(f"open {web.link}")
        if web.token and sys.stderr.isatty():
            for line in qr_code(web.link).splitlines():
                notes.say(line)
        return [web]

    def _lines(self, *, windowed: bool) -> list[Sink]:
        from edgedigits_camera.live.sinks import JsonEvents, JsonFrames, TextLines

        if self.json:
            return [JsonFrames(sys.stdout) if self.json is Json.FRAMES else JsonEvents(sys.stdout)]
        return [] if windowed else [TextLines(sys.stdout)]

    def _mqtt(self, stack: ExitStack, notes: Notes) -> list[Sink]:
        if not self.mqtt:
            return []
        from edgedigits_camera.live.broker import Broker
        from edgedigits_camera.live.mqtt import Mqtt

        broker = Broker.parse(self.mqtt, environment=os.environ, node=platform.node())
        return [stack.enter_context(Mqtt(broker, note=notes.say))]

    def _recording(self, stack: ExitStack, notes: Notes) -> list[Sink]:
        if not self.record:
            return []
        from edgedigits_camera.live.recording import Recording

        recording = Recording(self.record, note=notes.say, settings=self.settings, limit_bytes=self.record_bytes)
        return [stack.enter_context(recording)]


class Explainer:
    """Draws every stage of reading a frame, with a recognizer of its own that is loaded when it is first wanted."""

    def __init__(self, load: Callable[[], Recognizer], stack: ExitStack) -> None:
        self._load, self._stack = load, stack
        self._recognizer: Recognizer | None = None

    def __call__(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Draw them for an image (H, W, 3) uint8 BGR."""
        from edgedigits_camera.explain import explain
        from edgedigits_camera.profiles import LIVE

        if self._recognizer is None:
            self._recognizer = self._stack.enter_context(self._load())
        return explain(image, self._recognizer, profile=LIVE)[0]
