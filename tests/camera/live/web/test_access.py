"""Who may look: token, host, origin."""

import hmac
import socket
from urllib.parse import urlsplit

import pytest

from edgedigits_camera.live.web import Address, Web
from edgedigits_camera.live.web.app import FILES

TOKEN = "right-right-right-right"  # noqa: S105 -- of the test alone
FREE = Address("127.0.0.1", 0)
PATHS = [*FILES, "/reading", "/events", "/stream.mjpg", "/frame.jpg", "/explain.jpg", "/healthz", "/metrics", "/none"]


def port_of(web):
    return urlsplit(web.link).port


@pytest.fixture(scope="module")
def guarded():
    with Web(FREE, token=TOKEN, names=["camera.example"]) as web:
        yield web


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_told_without_a_token(path, guarded, body_of):
    assert body_of(guarded, path) == (401, b"A token is needed. The program prints the link that holds it.\n")


@pytest.mark.parametrize("token", [TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "", "%00", "%C3%A4" * 12, "x" * 2000])
def test_a_wrong_token_is_refused(token, guarded, body_of):
    status, body = body_of(guarded, f"/reading?token={token}")
    assert status == 401
    assert b"token" in body
    assert TOKEN.encode() not in body


def test_the_right_token_is_taken_in_three_ways(guarded, body_of):
    assert body_of(guarded, f"/reading?token={TOKEN}")[0] == 200
    assert body_of(guarded, "/reading", Authorization=f"Bearer {TOKEN}")[0] == 200
    assert body_of(guarded, "/reading", Cookie=f"edgedigits_{port_of(guarded)}={TOKEN}")[0] == 200


@pytest.mark.parametrize("header", ["Basic right", "Bearer", "Bearer wrong-wrong-wrong-wrong", "\u00e4"])
def test_other_credentials_are_not(header, guarded, body_of):
    assert body_of(guarded, "/reading", Authorization=header.encode("latin-1"))[0] == 401


def test_the_link_leaves_the_token_in_a_cookie_and_not_in_the_address_bar(guarded, asked):
    with asked(guarded, f"/?token={TOKEN}&x=1") as answer:
        assert answer.status == 303
        assert answer.headers["Location"] == "./?x=1"
        cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=lax"} <= set(cookie.split("; "))
    with asked(guarded, "/", Cookie=cookie.split(";")[0]) as answer:
        assert answer.status == 200


def test_tokens_are_compared_in_constant_time(guarded, body_of, monkeypatch):
    compared = []

    def compare(one, other):
        compared.append((one, other))
        return real(one, other)

    real = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert body_of(guarded, "/reading?token=wrong")[0] == 401
    assert compared == [(b"wrong", TOKEN.encode())]


def test_a_browser_gets_a_page_that_asks(guarded, asked):
    with asked(guarded, "/?token=wrong", Accept="text/html,*/*") as answer:
        body = answer.read().decode()
        assert answer.status == 401
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "That token is wrong." in body
    assert '<input name="token" type="password"' in body
    assert "{word}" not in body


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:9", "localhost:9", "LOCALHOST", "[::1]:80", "192.168.1.7", "camera.example:443"]
)
def test_a_name_of_this_machine_is_served(host, guarded, body_of):
    assert body_of(guarded, f"/reading?token={TOKEN}", Host=host)[0] == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "[", "x y"])
def test_another_host_is_refused(host, guarded, body_of):
    status, body = body_of(guarded, f"/reading?token={TOKEN}", Host=host)
    assert status in {400, 403}
    assert status == 400 or body == b"this machine has no such name; see --listen-as\n"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"},
    ],
)
def test_another_origin_is_refused(headers, guarded, body_of):
    assert body_of(guarded, f"/frame.jpg?token={TOKEN}", **headers) == (403, b"pages of other origins may not look\n")


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"},
        {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"},
    ],
)
def test_the_page_itself_and_a_link_that_is_followed_are_served(headers, guarded, body_of):
    assert body_of(guarded, f"/reading?token={TOKEN}", **headers)[0] == 200


def test_the_own_origin_is_served(guarded, body_of):
    origin = guarded.link.split("/?")[0]
    assert body_of(guarded, f"/reading?token={TOKEN}", Origin=origin)[0] == 200


@pytest.mark.parametrize("path", ["/reading", f"/reading?token={TOKEN}", f"/none?token={TOKEN}"])
def test_every_answer_keeps_others_out(path, guarded, asked):
    with asked(guarded, path) as answer:
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_nothing_can_be_written(method, guarded, asked):
    with asked(guarded, f"/reading?token={TOKEN}", method=method) as answer:
        assert answer.status == 405


def test_a_request_without_end_is_refused(guarded):
    with socket.create_connection(("127.0.0.1", port_of(guarded)), timeout=10) as connection:
        connection.sendall(b"GET /" + b"x" * 100_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
