"""Where the page is served: the address, the socket on it, the link that is printed, and its QR code."""

from __future__ import annotations

import errno
import io
import ipaddress
import re
import secrets
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from edgedigits.errors import DisplayError, require

HOST, PORT = "127.0.0.1", 8080
# The kernel gives up an answer that nobody takes for this long, and its viewer is forgotten.
STALL_MS = 15_000
# What the kernel holds back for a slow viewer: a few pictures, no more, so that what it sees is not old.
SEND_BYTES = 128 * 1024
WAITING = 64
# Addresses for documentation, which nothing answers at: sends nothing, says which way out would be taken.
ELSEWHERE = {socket.AF_INET: ("192.0.2.1", 9), socket.AF_INET6: ("2001:db8::1", 9)}
TOKEN_FORM = re.compile(r"[A-Za-z0-9_~.-]{16,200}")
TOKEN_BYTES = 16
CURE = f"give an address of this machine to --listen, or {HOST}:{PORT}"


@dataclass(frozen=True, slots=True)
class Address:
    """A host, by name or number, and a port; 0 for any that is free."""

    host: str = HOST
    port: int = PORT

    @classmethod
    def parse(cls, text: str) -> Self:
        """Of ``HOST:PORT``, ``HOST``, ``PORT``, ``:PORT``; IPv6 addresses in brackets.

        Raises:
            ValueError: it is none of these.

        """
        place = f":{text}" if text.isascii() and text.isdecimal() else text
        try:
            parts = urlsplit(f"//{place}")
            host, port = parts.hostname or HOST, PORT if parts.port is None else parts.port
        except ValueError:
            parts = None
        if not (parts and text.strip(":") and parts.netloc == place and "@" not in place):
            raise ValueError(f"{text!r} is no address to listen on; expected HOST:PORT, for instance 0.0.0.0:{PORT}")
        return cls(host, port)

    def __str__(self) -> str:
        return f"{in_url(self.host)}:{self.port}"


def in_url(host: str) -> str:
    """The host as it stands in a link."""
    return f"[{host}]" if ":" in host else host


def open_socket(address: Address) -> socket.socket:
    """Listen at an address.

    Raises:
        DisplayError: it is taken, is none of this machine, or may not be used.

    """
    try:
        family, _, _, _, place = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise DisplayError(f"{address.host} is the name of no machine; {CURE}") from None
    try:
        listening = socket.create_server(
            place[:2], family=family, backlog=WAITING, dualstack_ipv6=place[0] == "::" and socket.has_dualstack_ipv6()
        )
    except OSError as error:
        raise DisplayError(why_not(address, error)) from None
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, STALL_MS)
    return listening


def why_not(address: Address, error: OSError) -> str:
    """What keeps an address from being listened on, and what to do."""
    if error.errno == errno.EADDRINUSE:
        other = Address(address.host, address.port + 1 if address.port < 65535 else 0)
        return f"port {address.port} of {address.host} is taken by another program; choose another: --listen {other}"
    if error.errno in {errno.EACCES, errno.EPERM}:
        other = Address(address.host)
        return f"port {address.port} is for root alone; choose one from 1024 on: --listen {other}"
    if error.errno == errno.EADDRNOTAVAIL:
        return f"{address.host} is no address of this machine; {CURE}"
    return f"{address} cannot be listened on ({error.strerror}); {CURE}"


def is_loopback(listening: socket.socket) -> bool:
    """Whether only this machine reaches it."""
    return ipaddress.ip_address(listening.getsockname()[0].partition("%")[0]).is_loopback


def reached_as(listening: socket.socket) -> Address:
    """The address by which others reach it: that of this machine in its network where it listens on all."""
    host, port = listening.getsockname()[:2]
    if not ipaddress.ip_address(host.partition("%")[0]).is_unspecified:
        return Address(host, port)
    for family in (socket.AF_INET, socket.AF_INET6)[listening.family == socket.AF_INET6 and not is_dual(listening) :]:
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            try:
                way.connect(ELSEWHERE[family])
            except OSError:  # no network
                continue
            return Address(way.getsockname()[0], port)
    return Address(socket.gethostname(), port)


def is_dual(listening: socket.socket) -> bool:
    """Whether an IPv6 socket is reached by IPv4 too."""
    return not listening.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)


def make_token() -> str:
    """A token that nobody guesses, fit for a link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def check_token(token: str) -> str:
    """Return a token that a person has chosen.

    Raises:
        DisplayError: it is too short, or does not fit into a link.

    """
    if not TOKEN_FORM.fullmatch(token):
        raise DisplayError(
            f"the token has {len(token)} characters; expected 16 to 200 of A-Z a-z 0-9 - _ . ~, "
            "or none, and one is made at every start"
        )
    return token


def qr_code(link: str) -> str:
    """A link as lines of half blocks for a dark terminal, light on dark, with a margin; phones read both ways round.

    Raises:
        MissingExtraError: the extra ``web`` is not installed.

    """
    code, lines = require("segno", extra="web").make(link, error="l", micro=False), io.StringIO()
    code.terminal(lines, border=2, compact=True)
    return lines.getvalue().rstrip("\n")
