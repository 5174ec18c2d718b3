"""Dask's workers as an executor: https://distributed.dask.org/. It starts calls of workers that died on others."""

from __future__ import annotations

import contextlib
import logging
import sys
from typing import TYPE_CHECKING

from edgedigits.errors import EngineError, require
from edgedigits_camera.many.workers import DiedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor

PATIENCE_S = 10
WORKERS = "`dask worker ADDRESS --nthreads 1`"
log = logging.getLogger(__name__)


@contextlib.contextmanager
def on_cluster(address: str) -> Iterator[Executor]:
    """Yield an executor that runs calls on the workers of a scheduler.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        EngineError: there is none.
        MissingExtraError: Dask is not installed.

    """
    distributed = require("distributed", extra="cluster")
    try:
        client = distributed.Client(address, timeout=PATIENCE_S, set_as_default=False)
    except (OSError, ValueError) as error:
        cure = f"start one with `dask scheduler`, and workers with {WORKERS}"
        raise EngineError(f"no scheduler answers at {address}; {cure}") from error
    if not client.nthreads():
        log.warning("no worker is at %s yet, and nothing is read until one is; start it with %s", address, WORKERS)
    with client, client.get_executor() as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)
            raise


def is_closed(executor: Executor) -> bool:
    """Whether an executor is Dask's, and no scheduler answers any more."""
    client = getattr(executor, "_client", None)
    return client is not None and client.status == "closed"


def killed() -> type[Exception]:
    """What Dask raises where several workers died over one call; of no use where it was not imported."""
    distributed = sys.modules.get("distributed")
    return distributed.KilledWorker if distributed else DiedError
