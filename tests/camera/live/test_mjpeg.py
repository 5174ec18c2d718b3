"""MJPEG over HTTP: cut pictures are dropped, the newest counts, and whatever is wrong is said in one line."""

import base64
import hashlib
import socket
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import cv2
import numpy as np
import pytest

from edgedigits.errors import SourceError
from edgedigits_camera.live.capture import Captured
from edgedigits_camera.live.mjpeg import open_http

USER, PASSWORD = "me", "s3cret/:@"
CREDENTIALS = "me:s3cret%2F%3A%40"


def page(level, size_px=(64, 48)):
    """A picture whose level tells which it is, with something in its middle."""
    image = np.full((size_px[1], size_px[0], 3), level, np.uint8)
    image[20:28, 20:28] = 255 - level
    return image


def jpeg(level):
    return cv2.imencode(".jpg", page(level))[1].tobytes()


class Camera(BaseHTTPRequestHandler):
    """A network camera; the path says how it answers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        getattr(self, "on_" + self.path.strip("/").partition("?")[0])()
        self.close_connection = True

    def log_message(self, *message):
        pass

    def head(self, status=200, kind="multipart/x-mixed-replace; boundary=f", **headers):
        self.send_response(status)
        for name, value in {"Content-Type": kind, **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def send(self, data):
        self.wfile.write(data)
        self.wfile.flush()

    def part(self, data, *, length=True):
        announced = b"Content-Length: %d\r\n" % len(data) if length else b""
        self.send(b"--f\r\nContent-Type: image/jpeg\r\n" + announced + b"\r\n" + data + b"\r\n")

    def wait(self):
        self.server.over.wait(20)

    def on_whole(self):
        self.head()
        for level in (10, 20, 30):
            self.part(jpeg(level), length=level != 20)
            self.wait_for_next()
        self.wait()

    def wait_for_next(self):
        self.server.next.acquire(timeout=5)

    def on_chunked(self):
        self.head(Transfer_Encoding="chunked")
        data = b"--f\r\n\r\n" + jpeg(10)
        for begin in range(0, len(data), 100):
            self.send(b"%x\r\n" % len(data[begin : begin + 100]) + data[begin : begin + 100] + b"\r\n")
        self.wait()

    def on_cut(self):
        self.head()
        for number in range(20):
            whole = jpeg(5 * number)
            self.part(whole if number % 2 else whole[: len(whole) * 2 // 3])
            self.wait_for_next()

    def on_burst(self):
        self.head()
        for level in range(100):
            self.part(jpeg(level))
        self.server.sent.set()
        self.wait()

    def on_silent(self):
        self.head()
        self.wait()

    def on_mute(self):
        self.wait()

    def on_zeros(self):
        self.head()
        while not self.server.over.wait(0.02):
            self.part(bytes(500))

    def on_ends(self):
        self.head()
        self.part(jpeg(10))

    def on_breaks(self):
        self.head(Transfer_Encoding="chunked")
        self.send(b"ffff\r\n--f\r\n\r\n" + jpeg(10))

    def on_html(self):
        self.head(kind="text/html; charset=utf-8")

    def on_picture(self):
        self.head(kind="image/jpeg")

    def on_other(self):
        self.head(kind="video/mp4")

    def on_401(self):
        self.head(401)

    def on_403(self):
        self.head(403)

    def on_404(self):
        self.head(404)

    def on_500(self):
        self.head(500)

    def on_basic(self):
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers["Authorization"] == expected:
            self.on_ends()
        else:
            self.head(401, WWW_Authenticate='Basic realm="camera"')

    def on_digest(self):
        given = urllib_digest(self.headers["Authorization"] or "")
        if given and given["response"] == expected_digest(given):
            self.on_ends()
        else:
            self.head(401, WWW_Authenticate='Digest realm="camera", nonce="n", qop="auth"')

    def on_moved(self):
        self.head(302, Location="/whole")

    def on_circle(self):
        self.head(302, Location="/circle")

    def on_to_file(self):
        self.head(302, Location="file:///etc/passwd")

    def on_to_ftp(self):
        self.head(302, Location="ftp://127.0.0.1/x")

    def on_elsewhere(self):
        self.head(302, Location=f"http://localhost:{self.server.server_port}/tells")

    def on_tells(self):
        self.server.told = self.headers["Authorization"]
        self.head(401, WWW_Authenticate='Basic realm="camera"')


def urllib_digest(header):
    kind, _, rest = header.partition(" ")
    pairs = (item.strip().partition("=") for item in rest.split(","))
    return {name: value.strip('"') for name, _, value in pairs} if kind == "Digest" else {}


def expected_digest(given):
    def digest(text):
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    who, what = digest(f"{USER}:camera:{PASSWORD}"), digest(f"GET:{given['uri']}")
    return digest(":".join((who, "n", given["nc"], given["cnonce"], "auth", what)))


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Camera)
    server.daemon_threads = True
    server.over, server.next, server.sent, server.told = threading.Event(), threading.Semaphore(0), threading.Event(), 0
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    server.private = server.url.replace("://", f"://{CREDENTIALS}@")
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def patience(hasty):
    return replace(hasty, open_s=10.0, stall_s=10.0)


@pytest.fixture
def opened(server, patience):
    """Open a path of the server; all is released at the end."""
    devices = []

    def opened(path, *, url=None, **limits):
        devices.append(open_http((url or server.url) + path, patience=replace(patience, **limits)))
        return devices[-1]

    yield opened
    for device in devices:
        device.release()


def level_of(image):
    return round(float(image[0, 0, 0]))


def refusal(url, patience):
    with pytest.raises(SourceError) as refused:
        open_http(url, patience=patience)
    message = str(refused.value)
    assert "\n" not in message
    assert "s3cret" not in message
    return message


@pytest.mark.parametrize("path", ["/whole", "/moved"])
def test_pictures_come_one_after_the_other_each_as_soon_as_it_is_there(path, opened, server):
    device = opened(path)
    for level in (10, 20, 30):
        assert level_of(device.read()) == pytest.approx(level, abs=2)
        assert device.sent.jpeg == jpeg(level)
        server.next.release()


def test_a_chunked_answer_is_read(opened):
    assert level_of(opened("/chunked").read()) == pytest.approx(10, abs=2)


def test_of_cut_pictures_none_is_shown_and_their_numbers_are_missing(opened, server):
    device, seen = opened("/cut"), []

    def read_all():
        while True:
            server.next.release()
            server.next.release()
            if (image := device.read()) is not None:
                seen.append((level_of(image), device.sent.index))

    with pytest.raises(SourceError, match="ended"):
        read_all()
    assert len(seen) > 3
    assert {index % 2 for _, index in seen} == {1}
    assert all(level == pytest.approx(5 * index, abs=2) for level, index in seen)


def test_pictures_that_wait_give_way_to_the_newest(opened, server):
    device = opened("/burst")
    assert server.sent.wait(10)
    time.sleep(0.3)
    assert level_of(device.read()) == pytest.approx(99, abs=2)
    assert device.sent.index == 99


def test_the_time_of_a_picture_is_that_of_its_last_byte_not_of_its_decoding(opened, server):
    device = opened("/burst")
    assert server.sent.wait(10)
    time.sleep(0.5)
    before_s = time.monotonic()
    device.read()
    assert before_s - device.sent.time_s > 0.2


def test_captured_reads_it_as_it_reads_cameras(server, hasty):
    url = server.url + "/ends"
    with Captured(lambda: open_http(url, patience=hasty), title=url, live=True, patience=hasty) as source:
        frames = iter(source)
        assert level_of(next(frames).image) == pytest.approx(10, abs=2)
        with pytest.raises(SourceError, match="/ends ended"):
            next(frames)


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/silent", "sent nothing for 0.3 s"),
        ("/zeros", "sent bytes, but no picture, for 0.3 s"),
    ],
)
def test_a_stream_that_stalls_is_one_line_in_time(path, line, opened):
    device = opened(path, stall_s=0.3)
    with pytest.raises(SourceError, match=line):
        device.read()


@pytest.mark.parametrize(("path", "line"), [("/ends", "/ends ended"), ("/breaks", "/breaks broke off")])
def test_a_stream_that_ends_gives_its_last_picture_and_one_line(path, line, opened):
    device = opened(path)
    assert level_of(device.read()) == pytest.approx(10, abs=2)
    with pytest.raises(SourceError, match=line):
        device.read()


def test_what_is_released_while_it_waits_leaves_no_thread(opened, server):
    before = threading.active_count()
    device = opened("/silent")
    device.release()
    assert threading.active_count() <= before + 1  # the server's own
    assert not device._thread.is_alive()


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("/html", "answers with text/html, not with video; open it in a browser"),
        ("/picture", "that is one picture and no stream"),
        ("/401", r"wants a user and a password \(401\)"),
        ("/403", r"does not let this be seen \(403 Forbidden\)"),
        ("/404", r"has nothing at this path; check what comes after the host \(404 Not Found\)"),
        ("/500", r"refuses \(500 Internal Server Error\)"),
        ("/circle", "refuses"),
        ("/to_file", "refuses"),
        ("/to_ftp", "unknown url type: ftp"),
    ],
)
def test_each_refusal_is_told_apart(path, line, server, patience):
    with pytest.raises(SourceError, match=line):
        open_http(server.url + path, patience=patience)


def test_a_server_that_never_answers_is_one_line_in_time(server, patience):
    assert "did not answer within 0.3 s" in refusal(server.url + "/mute", replace(patience, open_s=0.3))


def test_a_port_where_nobody_listens_a_name_that_nobody_knows_and_no_web_server_are_told_apart(patience):
    with socket.socket() as nobody, socket.create_server(("127.0.0.1", 0)) as other:
        nobody.bind(("127.0.0.1", 0))
        assert "refused the connection" in refusal(f"http://127.0.0.1:{nobody.getsockname()[1]}/", patience)
        assert "names a host that nobody knows" in refusal("http://no-such-host.invalid/", patience)
        threading.Thread(target=greet, args=(other,), daemon=True).start()
        assert "does not answer as a web server does" in refusal(
            f"http://127.0.0.1:{other.getsockname()[1]}/", patience
        )


def greet(listener):
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "http://host:port/", "http://127.0.0.1:99999/", "http://a b/"]
)
def test_what_is_no_address_is_one_line(url, patience):
    refusal(url, patience)


def test_https_where_http_is_spoken_says_so(server, patience):
    assert "does not speak TLS" in refusal(server.url.replace("http:", "https:") + "/whole", patience)


@pytest.mark.parametrize("path", ["/basic", "/digest"])
def test_user_and_password_of_the_address_are_given_to_who_asks(path, opened, server):
    device = opened(path, url=server.private)
    assert level_of(device.read()) == pytest.approx(10, abs=2)
    assert "s3cret" not in device.title


@pytest.mark.parametrize("path", ["/basic", "/digest", "/401"])
def test_a_wrong_password_is_told_from_a_missing_one(path, server, patience):
    wrong = server.url.replace("://", "://me:s3cret-not@")
    assert "refuses the user or password" in refusal(wrong + path, patience)
    assert "wants a user and a password" in refusal(server.url + path, patience)


def test_the_password_does_not_follow_to_another_host(server, patience):
    refusal(server.private + "/elsewhere", patience)
    assert server.told is None


def test_video_of_other_kinds_is_left_to_ffmpeg(server, patience):
    assert "what answers is no video" in refusal(server.url + "/other", replace(patience, open_s=2.0))
