"""Readings at a real Mosquitto, which is away, comes, goes, refuses and encrypts."""

import json
import os
import queue
import shutil
import socket
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from edgedigits.errors import MissingExtraError
from edgedigits_camera.live import broker as broker_module
from edgedigits_camera.live import mqtt
from edgedigits_camera.live.broker import CA_FILE, PASSWORD, USER, Broker
from edgedigits_camera.live.frames import Frame, SourceState
from edgedigits_camera.live.mqtt import Mqtt
from edgedigits_camera.live.objects import event_object, reading_object
from edgedigits_camera.live.seen import Event, EventKind, Seen, Steady, Tracked
from edgedigits_camera.reader import Page

pytestmark = pytest.mark.slow

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
SOON_S = 30.0

paho = pytest.importorskip("paho.mqtt.client", reason="paho-mqtt is not installed: MQTT is left out")
needs_mosquitto = pytest.mark.skipif(not MOSQUITTO, reason="mosquitto is not installed: MQTT is left out")
needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="openssl is not installed: MQTT over TLS is left out"
)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mosquitto:
    """The broker on a port of loopback, with a configuration of its own."""

    def __init__(self, folder, *lines):
        self.port, self.process = free_port(), None
        self.configuration = folder / "mosquitto.conf"
        anonymous = [] if any("password_file" in line for line in lines) else ["allow_anonymous true"]
        user = ["user root"] if os.geteuid() == 0 else []
        lines = [f"listener {self.port} 127.0.0.1", "persistence false", *user, *anonymous, *lines]
        self.configuration.write_text("\n".join(lines) + "\n")

    def start(self):
        self.process = subprocess.Popen([MOSQUITTO, "-c", self.configuration], stderr=subprocess.PIPE)
        end_s = time.monotonic() + SOON_S
        while time.monotonic() < end_s:
            assert self.process.poll() is None, self.process.stderr.read().decode()
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return self
        raise TimeoutError("mosquitto did not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.communicate()
            self.process = None


class Listener:
    """A client that sees everything that is published."""

    def __init__(self, port):
        self.messages = queue.Queue()
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2)
        self.client.on_connect = lambda client, *_: client.subscribe("#", qos=1)
        subscribed = threading.Event()
        self.client.on_subscribe = lambda *_: subscribed.set()
        self.client.on_message = lambda _client, _data, message: self.messages.put(message)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        assert subscribed.wait(SOON_S)

    def next(self, topic):
        """Text of the next message of this topic; those of others are passed over."""
        while True:
            message = self.messages.get(timeout=SOON_S)
            if message.topic == topic:
                return message.payload.decode()

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@pytest.fixture
def mosquitto(tmp_path):
    """Start a broker with these lines in its configuration."""
    brokers = []

    def mosquitto(*lines, start=True):
        brokers.append(Mosquitto(tmp_path, *lines))
        return brokers[-1].start() if start else brokers[-1]

    yield mosquitto
    for broker in brokers:
        broker.stop()


@pytest.fixture
def listen():
    """See what a broker gets."""
    listeners = []

    def listen(broker):
        listeners.append(Listener(broker.port))
        return listeners[-1]

    yield listen
    for listener in listeners:
        listener.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(mqtt, "RETRY_S", (1, 1))


def address(broker, scheme="mqtt", host="127.0.0.1", **environment):
    return Broker.parse(f"{scheme}://{host}:{broker.port}/test/cam", environment=environment, node="pi")


def seen(*lines, events=(), index=0):
    digits = [
        Tracked(number, int(sign), 0.9, (10 * number, 5, 8, 12), (0.1,) * 10, line, 1.0)
        for line, text in enumerate(lines)
        for number, sign in enumerate(text)
    ]
    frame = Frame(np.zeros((48, 64, 3), np.uint8), 2.0, index)
    return Seen(frame, Page((), tuple(lines)), Steady(tuple(digits), tuple(lines)), tuple(events), 1.0, 2.0, 30.0)


def event(number, kind=EventKind.APPEARED):
    return Event(kind, number, number % 10, 0.9, (1, 2, 3, 4), str(number), 2.0)


class Notes(list):
    """What was said; a line can be waited for."""

    def wait_for(self, words):
        end_s = time.monotonic() + SOON_S
        while time.monotonic() < end_s:
            if any(words in line for line in self):
                return
            time.sleep(0.02)
        raise TimeoutError(f"{words!r} was not said, but {self}")


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def publishing(notes):
    """Enter a sink for a broker; it is left at the end."""
    entered = []

    def publishing(broker):
        sink = Mqtt(broker, note=notes.append)
        entered.append(sink)
        return sink.__enter__()

    yield publishing
    for sink in entered:
        sink.__exit__()


@needs_mosquitto
def test_readings_and_events_are_published_once_for_each_change(mosquitto, listen, publishing):
    broker = mosquitto()
    listener, sink = listen(broker), publishing(address(broker))
    assert listener.next("test/cam/availability") == "online"
    for index in range(20):
        assert sink.show(seen("47", "11", events=[event(4)] if index == 0 else (), index=index))
    assert sink.show(seen("48", index=20))
    first, second = (json.loads(listener.next("test/cam/reading")) for _ in range(2))
    assert (first["text"], first["lines"], first["index"]) == ("47 | 11", ["47", "11"], 0)
    assert [digit["digit"] for digit in first["digits"]] == [4, 7, 1, 1]
    assert (second["text"], second["index"]) == ("48", 20)
    assert first["at"].endswith("+00:00")


@needs_mosquitto
def test_events_say_what_happened_in_the_form_of_home_assistant(mosquitto, listen, publishing):
    broker = mosquitto()
    listener, sink = listen(broker), publishing(address(broker))
    listener.next("test/cam/availability")
    sink.show(seen("3", events=[event(3), event(5, EventKind.GONE)]))
    first, second = (json.loads(listener.next("test/cam/event")) for _ in range(2))
    assert (first["event_type"], first["digit"], first["box"]) == ("appeared", 3, [1, 2, 3, 4])
    assert second["event_type"] == "gone"
    config = json.loads(listen(broker).next("homeassistant/event/test_cam/digit/config"))
    assert {first["event_type"], second["event_type"]} <= {*config["event_types"]}


@needs_mosquitto
def test_who_comes_later_finds_what_the_broker_kept(mosquitto, listen, publishing):
    broker = mosquitto()
    early, sink = listen(broker), publishing(address(broker))
    early.next("test/cam/availability")
    sink.show(seen("12"))
    sink.wait(SourceState("camera 0", waiting_s=3.0, reason="unplugged"))
    early.next("test/cam/reading")
    while not json.loads(early.next("test/cam/source"))["waiting"]:
        pass
    assert json.loads(listen(broker).next("test/cam/reading"))["text"] == "12"
    assert json.loads(listen(broker).next("test/cam/source"))["reason"] == "unplugged"
    assert listen(broker).next("test/cam/availability") == "online"
    assert json.loads(listen(broker).next("homeassistant/sensor/test_cam/reading/config"))["name"] == "Reading"


@needs_mosquitto
def test_leaving_says_offline(mosquitto, listen, notes):
    broker = mosquitto()
    listener = listen(broker)
    with Mqtt(address(broker), note=notes.append):
        assert listener.next("test/cam/availability") == "online"
    assert listener.next("test/cam/availability") == "offline"
    assert notes == []


KILLED = """
    import os, sys, time
    from edgedigits_camera.live.broker import Broker
    from edgedigits_camera.live.mqtt import Mqtt
    with Mqtt(Broker.parse(sys.argv[1], environment={}, node="pi"), note=print):
        time.sleep(60)
"""


@needs_mosquitto
def test_a_program_that_is_killed_is_offline_by_its_last_will(mosquitto, listen):
    broker = mosquitto()
    listener = listen(broker)
    url, paths = f"mqtt://127.0.0.1:{broker.port}/test/cam", os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), url]
    with subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths}) as program:
        assert listener.next("test/cam/availability") == "online"
        program.kill()
    assert listener.next("test/cam/availability") == "offline"


@needs_mosquitto
def test_a_broker_that_is_away_at_the_start_gets_the_newest_reading_and_the_events_when_it_comes(
    mosquitto, listen, publishing, notes
):
    broker = mosquitto(start=False)
    sink = publishing(address(broker))
    notes.wait_for("is not there (connection refused); reading goes on")
    for number in range(5):
        sink.show(seen(str(number), events=[event(number)]))
    broker.start()
    listener = listen(broker)
    notes.wait_for("is there again")
    assert json.loads(listener.next("test/cam/reading"))["text"] == "4"
    assert json.loads(listener.next("test/cam/event"))["track"] in range(5)
    assert len(notes) == 2


@needs_mosquitto
def test_a_broker_that_restarts_is_found_again_with_all_that_it_kept(mosquitto, listen, publishing, notes):
    broker = mosquitto()
    before, sink = listen(broker), publishing(address(broker))
    before.next("test/cam/availability")
    sink.show(seen("1"))
    before.close()
    broker.stop()
    notes.wait_for("is gone")
    sink.show(seen("2"))
    broker.start()
    notes.wait_for("is there again")
    assert json.loads(listen(broker).next("test/cam/reading"))["text"] == "2"
    assert listen(broker).next("test/cam/availability") == "online"
    assert len(notes) == 2


@needs_mosquitto
def test_of_the_events_of_a_long_absence_the_newest_are_kept_and_the_others_counted(
    mosquitto, listen, publishing, notes
):
    broker = mosquitto()
    listener, sink = listen(broker), publishing(address(broker))
    listener.next("test/cam/availability")
    broker.stop()
    notes.wait_for("is gone")
    for number in range(mqtt.MOST_WAITING + 7):
        sink.show(seen("1", events=[event(number)]))
    assert len(sink._waiting) == mqtt.MOST_WAITING
    broker.start()
    notes.wait_for("is there again; 7 events were lost")


@needs_mosquitto
def test_a_broker_that_refuses_is_one_line_without_the_password(mosquitto, publishing, notes, tmp_path, listen):
    passwords = tmp_path / "passwords"
    passwords.touch(mode=0o600)
    subprocess.run([shutil.which("mosquitto_passwd"), "-b", passwords, "me", "right"], check=True, capture_output=True)
    broker = mosquitto(f"password_file {passwords}")
    sink = publishing(address(broker, **{USER: "me", PASSWORD: "s3cret"}))
    notes.wait_for(f"are {USER} and {PASSWORD} right?")
    time.sleep(2.5)
    assert len(notes) == 1
    assert "refuses (" in notes[0]
    assert "s3cret" not in notes[0]
    assert sink.show(seen("1"))
    right = publishing(address(broker, **{USER: "me", PASSWORD: "right"}))
    end_s = time.monotonic() + SOON_S
    while not right._client.is_connected() and time.monotonic() < end_s:
        time.sleep(0.05)
    assert right._client.is_connected()


@needs_mosquitto
@needs_openssl
def test_over_tls_the_broker_must_prove_who_it_is(mosquitto, publishing, notes, tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -keyout {key} -out {certificate}"
    subprocess.run([*command.split(), "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    broker = mosquitto(f"certfile {certificate}", f"keyfile {key}")
    publishing(address(broker, "mqtts", "localhost"))
    notes.wait_for(f"has a certificate that is not trusted (self-signed certificate); {CA_FILE} names another")
    publishing(address(broker, "mqtts", **{CA_FILE: str(certificate)}))
    notes.wait_for("has a certificate that is not trusted (IP address mismatch")
    trusting = publishing(address(broker, "mqtts", "localhost", **{CA_FILE: str(certificate)}))
    end_s = time.monotonic() + SOON_S
    while not trusting._client.is_connected() and time.monotonic() < end_s:
        time.sleep(0.05)
    assert trusting._client.is_connected()


@needs_mosquitto
def test_tls_where_none_is_spoken_is_one_line(mosquitto, publishing, notes):
    publishing(address(mosquitto(), "mqtts"))
    notes.wait_for("reading goes on")
    assert len(notes) == 1


def test_a_broker_that_takes_connections_and_is_silent_holds_nobody_up(notes):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker = Broker("127.0.0.1", silent.getsockname()[1], "test/cam")
        with Mqtt(broker, note=notes.append) as sink:
            times_s = []
            for number in range(200):
                before_s = time.monotonic()
                sink.show(seen(str(number), events=[event(number)]))
                times_s.append(time.monotonic() - before_s)
            leaves_s = time.monotonic()
        assert time.monotonic() - leaves_s < 2 * mqtt.END_S + 2
    assert sorted(times_s)[100] < 0.01
    assert len(sink._waiting) <= mqtt.MOST_WAITING


def test_the_documentation_has_every_field_topic_and_variable():
    text = (Path(__file__).parents[3] / "docs/mqtt.md").read_text(encoding="utf-8")
    variables = {name for name in vars(broker_module).values() if str(name).startswith("EDGEDIGITS_")}
    fields = {*reading_object(seen("1")), *reading_object(seen("1"))["digits"][0], "text", "at", "waiting", "reason"}
    fields |= {*event_object(event(1))} - {"kind"} | {"event_type", "title"}
    assert {name for name in variables if f"`{name}`" not in text} == set()
    assert {name for name in fields if f'"{name}":' not in text} == set()
    topics = (mqtt.READING, mqtt.EVENT, mqtt.SOURCE, mqtt.AVAILABILITY)
    assert [name for name in topics if f"`TOPIC/{name}`" not in text] == []
    assert len(variables) == 6


def test_an_old_paho_is_one_line(monkeypatch):
    monkeypatch.delattr(paho, "CallbackAPIVersion")
    with pytest.raises(MissingExtraError, match=r"older than 2; install it with: pip install 'edgedigits\[mqtt\]'"):
        Mqtt(Broker("hub", 1883, "test"), note=print)
