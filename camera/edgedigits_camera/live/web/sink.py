"""The live camera as a web page: a sink whose server runs in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from edgedigits.errors import DisplayError
from edgedigits_camera.live.web.access import Access, own_names
from edgedigits_camera.live.web.address import (
    Address,
    check_token,
    is_loopback,
    make_token,
    open_socket,
    reached_as,
)
from edgedigits_camera.live.web.app import PAGE, App
from edgedigits_camera.live.web.board import Board
from edgedigits_camera.live.web.explaining import Explaining
from edgedigits_camera.live.web.metrics import Metrics

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence

    from edgedigits_camera.live.frames import SourceState
    from edgedigits_camera.live.seen import Seen
    from edgedigits_camera.live.web.explaining import Explain

MOST_CONNECTIONS = 64
# A connection is closed when nothing was asked on it for this long.
IDLE_S = 10
# Time at the end for what is still being answered; then the connections are cut.
END_S = 1
JOIN_S = 1.8


class Web:
    """A sink that serves what is seen as a web page, while it is entered.

    Args:
        address: where; others than this machine reach only what is not a loopback address, and need the token there.
        token: what viewers must bring; made where none is given and others reach the address.
        names: further names by which it is reached, such as that of a proxy.
        explain: draws every stage of reading a frame (H, W, 3) uint8 BGR; called beside the loop, so with a recognizer
            of its own. None: the page has no such button.

    Raises:
        DisplayError: on entering, where the address cannot be listened on; at once, where the token is no good one.

    """

    def __init__(
        self,
        address: Address | None = None,
        *,
        token: str | None = None,
        names: Sequence[str] = (),
        explain: Explain | None = None,
    ) -> None:
        self._address = address or Address()
        self._names = own_names() | {name.lower() for name in (*names, self._address.host)}
        self._explaining = Explaining(explain) if explain else None
        self._board, self._metrics = Board(), Metrics()
        self.app = App(self._board, self._metrics, self._explaining)
        self.token = check_token(token) if token else None
        self.link = ""
        """What to open in a browser, with the token; known on entering."""
        self._server: uvicorn.Server
        self._thread: threading.Thread

    def __enter__(self) -> Self:
        listening = open_socket(self._address)
        if not (self.token or is_loopback(listening)):
            self.token = make_token()
        reached = reached_as(listening)
        self.link = f"http://{reached}/" + (f"?token={self.token}" if self.token else "")
        self._server = uvicorn.Server(self._config(reached))
        began = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(listening, began), name="web", daemon=True)
        self._thread.start()
        began.wait()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.should_exit = True
        self._board.close()
        self._thread.join(JOIN_S)
        if self._explaining:
            self._explaining.wait(0.1)

    def show(self, seen: Seen) -> bool:
        """Put a frame up for the viewers; it takes microseconds, whoever they are."""
        self._check()
        self._metrics.count(seen)
        self._board.put(seen)
        return True

    def wait(self, state: SourceState) -> bool:
        """Tell the viewers that no frames come."""
        self._check()
        self._board.put_state(state)
        return True

    def _check(self) -> None:
        if not self._thread.is_alive():
            raise DisplayError("the web page's server has ended by itself; start again")

    def _config(self, reached: Address) -> uvicorn.Config:
        guarded = Access(
            self.app.starlette,
            token=self.token,
            names=frozenset(self._names | {reached.host}),
            cookie=f"edgedigits_{reached.port}",
            refusal=(PAGE / "refusal.html").read_text("utf-8"),
        )
        return uvicorn.Config(
            guarded,
            http=Impatient,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=MOST_CONNECTIONS,
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=END_S,
        )

    def _run(self, listening: socket.socket, began: threading.Event) -> None:
        try:
            asyncio.run(self._serve(listening, began))
        finally:
            began.set()

    async def _serve(self, listening: socket.socket, began: threading.Event) -> None:
        self._board.open()
        began.set()
        await self._server.serve(sockets=[listening])
        for connection in list(self._server.server_state.connections):
            connection.transport.abort()  # a viewer that takes nothing would keep it open
        await asyncio.sleep(0)


class Impatient(H11Protocol):
    """HTTP on one connection, which is closed where nobody asks for anything."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        super().connection_made(transport)
        self.loop.call_later(IDLE_S, self._look, self.cycle)

    def _look(self, before: object) -> None:
        """Close where nothing was asked since the last look, and nothing is being answered."""
        if self.transport.is_closing():
            return
        if self.cycle is before and (self.cycle is None or self.cycle.response_complete):
            self.transport.abort()
        else:
            self.loop.call_later(IDLE_S, self._look, self.cycle)
