"""Readings and events for an MQTT broker, which may be away: the loop never waits for it.

Below the topic: ``reading`` (on every change of the lines), ``source`` (whether frames come), ``availability`` (online,
or offline, which the broker itself says when this program dies), all three kept by the broker; and ``event``.
"""

from __future__ import annotations

import json
import ssl
import sys
import threading
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from edgedigits.errors import MissingExtraError, require
from edgedigits_camera.live import discovery
from edgedigits_camera.live.broker import CA_FILE, PASSWORD, USER
from edgedigits_camera.live.objects import event_object, reading_object

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from edgedigits_camera.live.broker import Broker
    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Event, Seen

AVAILABILITY, READING, SOURCE, EVENT = "availability", "reading", "source", "event"
# Events that wait for a broker that is away, and such that it has not confirmed; then the oldest, or the new, are lost.
MOST_WAITING, MOST_UNCONFIRMED = 100, 300
KEEPALIVE_S = 30
CONNECT_S = 5.0
RETRY_S = (1, 30)
END_S = 0.7


class Mqtt:
    """Publishes while it is entered; see the module."""

    def __init__(self, broker: Broker, *, note: Callable[[str], None], prefix: str = discovery.PREFIX) -> None:
        """Prepare; nothing is asked yet.

        Args:
            broker: which, and how.
            note: is told, in a line each, that the broker is away or refuses, and that it is back.
            prefix: of the topics where Home Assistant looks.

        Raises:
            MissingExtraError: paho-mqtt is not installed, or is older than 2.

        """
        client = require("paho.mqtt.client", extra="mqtt")
        if not hasattr(client, "CallbackAPIVersion"):
            raise MissingExtraError("paho-mqtt here is older than 2; install it with: pip install 'edgedigits[mqtt]'")
        self._broker, self._note = broker, note
        self._announcements = discovery.announcements(broker.topic, prefix=prefix)
        self._kept: dict[str, str] = {}  # by topic, what the broker is to keep
        self._lines: tuple[str, ...] | None = None
        self._source: tuple[bool, str] | None = None
        self._waiting: deque[str] = deque()
        self._lost = 0
        self._away = ""  # what was said of the broker last, empty while it is there
        self._full = client.MQTT_ERR_QUEUE_SIZE
        self._client = client.Client(client.CallbackAPIVersion.VERSION2)
        self._prepare()

    def _prepare(self) -> None:
        client = self._client
        client.max_queued_messages_set(MOST_UNCONFIRMED)
        client.reconnect_delay_set(*RETRY_S)
        client.connect_timeout = CONNECT_S
        client.will_set(self._topic(AVAILABILITY), "offline", qos=1, retain=True)
        if self._broker.user:
            client.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            client.tls_set_context(self._broker.tls)
        client.on_connect, client.on_connect_fail = self._on_connect, self._on_connect_fail
        client.on_disconnect = self._on_disconnect

    def __enter__(self) -> Self:
        """Begin to look for the broker, and go on until the end."""
        self._client.connect_async(self._broker.host, self._broker.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._client.is_connected():
            last = self._client.publish(self._topic(AVAILABILITY), "offline", qos=1, retain=True)
            with suppress(RuntimeError, ValueError):
                last.wait_for_publish(END_S)
        self._away = self._away or "we left"
        self._client.disconnect()
        # It may be in the middle of connecting to a host that does not answer.
        stop = threading.Thread(target=self._client.loop_stop, daemon=True)
        stop.start()
        stop.join(END_S)

    def show(self, seen: Seen) -> bool:
        """Publish what changed; True, since a broker never has had enough."""
        self._tell_source(waiting=False, title="", reason="")
        if seen.steady.lines != self._lines:
            self._lines = seen.steady.lines
            self._keep(READING, {"text": " | ".join(self._lines), "at": now(), **reading_object(seen)})
        for event in seen.events:
            self._tell(event)
        self._send_waiting()
        return True

    def wait(self, state: SourceState) -> bool:
        """Publish that the source sends nothing, once for each reason."""
        self._tell_source(waiting=state.waiting_s is not None, title=state.title, reason=state.reason)
        return True

    def _tell_source(self, *, waiting: bool, title: str, reason: str) -> None:
        if (waiting, reason) != self._source:
            self._source = (waiting, reason)
            self._keep(SOURCE, {"waiting": waiting, "title": title, "reason": reason, "at": now()})

    def _tell(self, event: Event) -> None:
        content = event_object(event)
        self._waiting.append(json.dumps({"event_type": content.pop("kind"), "at": now(), **content}))
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popleft()
            self._lost += 1

    def _send_waiting(self) -> None:
        with suppress(IndexError):  # all are sent, perhaps by the other thread
            while self._client.is_connected():
                sent = self._client.publish(self._topic(EVENT), self._waiting.popleft(), qos=1)
                self._lost += sent.rc == self._full

    def _keep(self, name: str, content: Mapping[str, Any]) -> None:
        self._kept[self._topic(name)] = json.dumps(content)
        if self._client.is_connected():
            self._client.publish(self._topic(name), json.dumps(content), retain=True)

    def _topic(self, name: str) -> str:
        return f"{self._broker.topic}/{name}"

    # What follows runs in the client's thread, and tells of each absence once.

    def _on_connect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            self._say_away(f"refuses ({str(reason).lower()}); are {USER} and {PASSWORD} right?")
            return
        lost, self._lost = self._lost, 0
        if self._away:
            self._note(f"{self._broker} is there again" + (f"; {lost} events were lost" if lost else ""))
        self._away = ""
        for topic, content in self._announcements.items():
            self._client.publish(topic, json.dumps(content), retain=True)
        self._client.publish(self._topic(AVAILABILITY), "online", retain=True)
        for topic, text in self._kept.copy().items():
            self._client.publish(topic, text, retain=True)
        self._send_waiting()

    def _on_connect_fail(self, _client: Any, _data: Any) -> None:
        self._say_away(why_not(sys.exception()))

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        self._say_away(f"is gone ({str(reason).lower()})")

    def _say_away(self, what: str) -> None:
        if not self._away:
            self._away = what
            self._note(f"{self._broker} {what}; reading goes on, and the broker is asked again")


def why_not(error: BaseException | None) -> str:
    """Say what stood between us and the broker."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({error.verify_message}); {CA_FILE} names another authority"
    if isinstance(error, ssl.SSLError):
        return "does not speak TLS at this port, or not with us"
    return f"is not there ({' '.join(str(getattr(error, 'strerror', None) or error).split()).lower()})"


def now() -> str:
    """The time of the day, UTC, in ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
