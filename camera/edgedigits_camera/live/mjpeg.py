"""MJPEG over HTTP, as network cameras and phones send it: one picture after the other, the newest counts.

FFmpeg would read it too. It fills up pictures that were cut with the one before, and lets half a second of them wait.
"""

from __future__ import annotations

import contextlib
import os
import socket
import ssl
import string
import urllib.request
from functools import partial
from http.client import HTTPException, HTTPResponse, InvalidURL
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit

from edgedigits.errors import SourceError
from edgedigits.version import __version__
from edgedigits_camera.live.devices import open_stream, without_password
from edgedigits_camera.live.stream import CHUNK_BYTES, JpegStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits_camera.live.capture import Device, Patience

MULTIPART = "multipart/x-mixed-replace"
# What servers send that is no video, and what to do about it.
NO_VIDEO = {
    "text/": "open it in a browser and take the address of the picture itself",
    "application/json": "take the address of its video",
    "application/xml": "take the address of its video",
    "image/": "that is one picture and no stream; take the address of its video",
}
STATUS = {
    403: "does not let this be seen",
    404: "has nothing at this path; check what comes after the host",
    503: "is busy; perhaps somebody else watches",
}

FAILURES = {  # the first that fits
    socket.gaierror: "names a host that nobody knows; check the name, and the network",
    ssl.SSLError: "does not speak TLS; try http:// for https://",
    ConnectionRefusedError: "refused the connection: nothing listens at this port; is its server running?",
    InvalidURL: "is no address; expected http://HOST[:PORT]/PATH",
    HTTPException: "does not answer as a web server does; check the port, and http against https",
    ConnectionResetError: "does not answer as a web server does; check the port, and http against https",
}


def open_http(url: str, *, patience: Patience) -> Device:
    """Open what an address of the web names: MJPEG is read here, video of other kinds by FFmpeg.

    Args:
        url: ``http[s]://[USER:PASSWORD@]HOST[:PORT]/PATH``; the password goes to that host alone.
        patience: limits of time.

    Raises:
        SourceError: there is no such host, it refuses, or what it sends is no video.

    """
    title = without_password(url)
    answer = ask(url, timeout_s=patience.open_s)
    kind = answer.headers.get_content_type()
    if kind == MULTIPART:
        connection = socket.socket(fileno=os.dup(answer.fileno()))
        return JpegStream(chunks_of(answer), title=title, stall_s=patience.stall_s, close=partial(end, connection))
    answer.close()
    for begin, cure in NO_VIDEO.items():
        if kind.startswith(begin):
            raise SourceError(f"{title} answers with {kind}, not with video; {cure}")
    return open_stream(url, patience=patience)


def chunks_of(answer: HTTPResponse) -> Iterator[bytes]:
    """Yield the bytes of an answer as they come, and close it at its end."""
    with answer:
        while chunk := answer.read1(CHUNK_BYTES):
            yield chunk


def end(connection: socket.socket) -> None:
    """End what another thread may be waiting for; to close it would not wake that one."""
    with connection, contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def ask(url: str, *, timeout_s: float) -> HTTPResponse:
    """Ask for an address, with its user and password where the server wants them, by redirects if need be.

    Args:
        url: see :func:`open_http`.
        timeout_s: for each step of connecting and answering, and for bytes later on.

    Raises:
        SourceError: what went wrong, in one line without the password.

    """
    title = without_password(url)
    try:
        parts = urlsplit(url)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        address = quote(title, safe=string.punctuation)
        # The opener knows http and https alone.
        request = urllib.request.Request(address, headers={"User-Agent": f"edgedigits/{__version__}"})  # noqa: S310
        return opener(address, user, password).open(request, timeout=timeout_s)
    except HTTPError as error:
        error.close()
        raise SourceError(f"{title} {refusal(error, with_password=bool(user))}") from None
    except URLError as error:
        raise SourceError(f"{title} {failure(error.reason, timeout_s)}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise SourceError(f"{title} {failure(error, timeout_s)}") from None


def opener(address: str, user: str, password: str) -> urllib.request.OpenerDirector:
    """Return what opens http and https, and nothing else that an address or a redirect may name."""
    director = urllib.request.OpenerDirector()
    handlers: list[urllib.request.BaseHandler] = [
        urllib.request.ProxyHandler(),
        urllib.request.UnknownHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ]
    if user:
        known = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        known.add_password(None, address, user, password)
        handlers += [urllib.request.HTTPDigestAuthHandler(known), urllib.request.HTTPBasicAuthHandler(known)]
    for handler in handlers:
        director.add_handler(handler)
    return director


def refusal(error: HTTPError, *, with_password: bool) -> str:
    """Say what a server means by its status."""
    if error.code == 401:
        if with_password:
            return "refuses the user or password of the address (401)"
        return "wants a user and a password (401); write the address as http://USER:PASSWORD@HOST/PATH"
    return f"{STATUS.get(error.code, 'refuses')} ({error.code} {' '.join(str(error.reason).split())[:80]})"


def failure(reason: object, timeout_s: float) -> str:
    """Say why there is no answer at all."""
    if isinstance(reason, TimeoutError):
        return f"did not answer within {timeout_s:g} s; is it switched on, and is this its port?"
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted ({reason.verify_message}); SSL_CERT_FILE=its.pem trusts its own"
    for kind, meaning in FAILURES.items():
        if isinstance(reason, kind):
            return meaning
    said = os.strerror(reason.errno).lower() if isinstance(reason, OSError) and reason.errno else str(reason)
    return f"cannot be opened ({' '.join(said.split())})"
