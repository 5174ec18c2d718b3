"""Who may look: hosts, origins and the token, checked before anything else; and what every answer says about itself."""

from __future__ import annotations

import hmac
import ipaddress
import logging
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER = logging.getLogger(__name__)
COOKIE_AGE_S = 30 * 24 * 3600
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer: nothing from elsewhere, nothing for elsewhere, nothing kept."""
REFUSAL = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'"
"""Content policy of the page for those without a token: it is alone, so its style is in it."""


@dataclass(frozen=True, slots=True)
class Access:
    """An application behind its checks.

    Attributes:
        app: what is guarded.
        token: what viewers must bring; None where everybody who reaches the address may look.
        names: what the machine may be called besides numbers: a name that others point at it is none of these, so that
            a foreign page cannot read it through the browser of somebody who can.
        cookie: name of the cookie that holds the token.
        refusal: page for those who bring no token; ``{word}`` in it says what was wrong.

    """

    app: ASGIApp
    token: str | None
    names: frozenset[str]
    cookie: str
    refusal: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say why not."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http":
            return
        answer = self.refuse(scope) or self.app
        try:
            await answer(scope, receive, send_guarded)
        except Exception:
            LOGGER.exception("an answer of the page failed: %s", scope["path"])
            raise

    def refuse(self, scope: Scope) -> Response | None:
        """The answer to those who may not look, or who come with the token in the link; None for all others."""
        headers = Headers(scope=scope)
        if not self.is_ours(headers.get("host", "")):
            return PlainTextResponse("this machine has no such name; see --listen-as\n", 403)
        if is_foreign(headers):
            return PlainTextResponse("pages of other origins may not look\n", 403)
        return self.ask_token(scope, headers) if self.token else None

    def is_ours(self, host: str) -> bool:
        """Whether a Host header names this machine; the port may be another where a tunnel leads here."""
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        return name.rstrip(".") in self.names or is_number(name)

    def ask_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Look for the token in the link, the Authorization header and the cookie."""
        query = QueryParams(scope["query_string"])
        kind, _, given = headers.get("authorization", "").partition(" ")
        brought = [
            query.get("token"),
            given.strip() if kind.lower() == "bearer" else None,
            cookie_parser(headers.get("cookie", "")).get(self.cookie),
        ]
        if not any(self.is_token(token) for token in brought if token):
            word = "That token is wrong." if any(brought) else "A token is needed."
            return self.refused(word, as_page="text/html" in headers.get("accept", ""))
        if scope["path"] == "/" and "token" in query:
            return self.welcome(query)
        return None

    def is_token(self, token: str) -> bool:
        """Compare in a time that does not depend on where they differ."""
        return hmac.compare_digest(token.encode("utf-8", "replace"), (self.token or "").encode())

    def welcome(self, query: QueryParams) -> Response:
        """Keep the token in a cookie, and take it out of the address bar."""
        rest = urlencode([item for item in query.multi_items() if item[0] != "token"])
        answer = RedirectResponse(f"./?{rest}" if rest else "./", 303)
        answer.set_cookie(self.cookie, self.token or "", max_age=COOKIE_AGE_S, httponly=True, samesite="lax")
        return answer

    def refused(self, word: str, *, as_page: bool) -> Response:
        """Say that the token is missing or wrong."""
        headers = {"WWW-Authenticate": 'Bearer realm="edgedigits"'}
        if as_page:
            headers["Content-Security-Policy"] = REFUSAL
            return Response(self.refusal.replace("{word}", word), 401, headers, "text/html; charset=utf-8")
        return PlainTextResponse(f"{word} The program prints the link that holds it.\n", 401, headers)


def is_foreign(headers: Headers) -> bool:
    """Whether a page of another origin asks. A link that somebody follows is nobody's asking."""
    origin = headers.get("origin")
    if origin is not None and urlsplit_netloc(origin) != headers.get("host"):
        return True
    followed = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return headers.get("sec-fetch-site", "none") not in {"none", "same-origin"} and not followed


def urlsplit_netloc(origin: str) -> str:
    """Host and port of an origin, nothing of one that is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


def is_number(host: str) -> bool:
    """Whether a host is an address in numbers, which nobody can point elsewhere."""
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def own_names() -> frozenset[str]:
    """What this machine is called, by itself and in its network."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, name.partition(".")[0], f"{name.partition('.')[0]}.local"})
