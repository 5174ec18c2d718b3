"""Addresses to listen on, the link, and what is said where it cannot be done."""

import errno
import socket

import cv2
import numpy as np
import pytest

from edgedigits.errors import DisplayError
from edgedigits_camera.live.web import Address, Web, qr_code
from edgedigits_camera.live.web.address import make_token, open_socket, why_not

ALL = "0.0.0.0"  # noqa: S104 -- what is tested


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8081", "127.0.0.1", 8081),
        (ALL, ALL, 8080),
        ("8081", "127.0.0.1", 8081),
        (":8081", "127.0.0.1", 8081),
        ("camera.local:0", "camera.local", 0),
        ("[::1]:9000", "::1", 9000),
        ("[::]", "::", 8080),
    ],
)
def test_an_address_is_a_host_and_a_port(text, host, port):
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize("text", ["", ":", "::1", "host:70000", "host:x", "http://host:80", "a@host", "host/x", "[::1"])
def test_what_is_no_address_is_one_clear_line(text):
    with pytest.raises(ValueError, match="is no address to listen on; expected HOST:PORT") as failure:
        Address.parse(text)
    assert repr(text) in str(failure.value)


def test_an_ip6_address_is_in_brackets():
    assert str(Address("::1", 80)) == "[::1]:80"


def test_a_taken_port_is_one_clear_line_with_the_next_port():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(DisplayError) as failure, Web(Address("127.0.0.1", port)):
            pass
    assert str(failure.value) == (
        f"port {port} of 127.0.0.1 is taken by another program; choose another: --listen 127.0.0.1:{port + 1}"
    )


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("203.0.113.9", "203.0.113.9 is no address of this machine"),
        ("no-such-machine.invalid", "no-such-machine.invalid is the name of no machine"),
        ("a" * 70, "is the name of no machine"),
    ],
)
def test_a_host_that_is_not_this_machine_is_one_clear_line(host, words):
    with pytest.raises(DisplayError, match=words) as failure:
        open_socket(Address(host, 0))
    assert "give an address of this machine to --listen" in str(failure.value)
    assert "\n" not in str(failure.value)


def test_a_port_of_root_is_one_clear_line():
    said = why_not(Address(ALL, 80), OSError(errno.EACCES, "Permission denied"))
    assert said == "port 80 is for root alone; choose one from 1024 on: --listen 0.0.0.0:8080"


def test_another_error_keeps_its_words():
    said = why_not(Address("127.0.0.1", 80), OSError(errno.ENOBUFS, "No buffer space available"))
    assert "127.0.0.1:80 cannot be listened on (No buffer space available)" in said


def test_this_machine_alone_needs_no_token():
    with Web(Address("127.0.0.1", 0)) as web:
        assert web.token is None
        assert web.link.startswith("http://127.0.0.1:")
        assert "token" not in web.link


@pytest.mark.parametrize("host", [ALL, "::"])
def test_others_need_a_token_that_is_in_the_link(host):
    try:
        with Web(Address(host, 0)) as web:
            assert len(web.token) >= 22
            assert web.link.endswith(f"/?token={web.token}")
            assert ALL not in web.link
            assert "[::]" not in web.link
    except DisplayError:
        assert host == "::"
        pytest.skip("this machine has no IPv6")


def test_tokens_differ():
    assert make_token() != make_token()


@pytest.mark.parametrize("token", ["short", "with space in the middle", "ä" * 20, "x" * 201])
def test_a_token_that_is_no_good_is_one_clear_line(token):
    with pytest.raises(DisplayError, match="expected 16 to 200 of A-Z") as failure:
        Web(token=token)
    assert token not in str(failure.value)


def test_a_phone_reads_the_qr_code():
    link = "http://192.168.178.100:8080/?token=0bO2m0WZtFZkqQ3pYy1rXw"
    text = qr_code(link)
    # As a dark terminal shows it: a block is light.
    halves = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
    lines = text.split("\n")
    cells = np.array([[halves[sign][half] for sign in line] for line in lines for half in (0, 1)], np.uint8)
    picture = cv2.resize(cells, None, fx=12, fy=12, interpolation=cv2.INTER_NEAREST)
    assert cv2.QRCodeDetector().detectAndDecode(picture)[0] == link
    assert max(map(len, lines)) < 80
    assert len(lines) < 24
