"""Measuring in a fresh process: no runtime disturbs another, each start is a real one, a crash costs one row."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from edgedigits.apart.child import THREAD_VARIABLES
from edgedigits.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def command_of(module: str, *arguments: str) -> list[str]:
    """What runs a module of ours; -P keeps the current folder out of its path."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment_of(threads: int) -> Mapping[str, str]:
    """It finds edgedigits where this process did, installed or not, and has so many threads for linear algebra."""
    path = os.pathsep.join(filter(None, sys.path))
    return os.environ | dict.fromkeys(THREAD_VARIABLES, str(threads)) | {"PYTHONPATH": path}


def run_apart(command: Sequence[str], *, threads: int, limit_s: float) -> dict[str, Any]:
    """What a command says in its last line, as JSON.

    Raises:
        BackendError: it failed, crashed or hung; says why in one line.

    """
    try:
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env=environment_of(threads), timeout=limit_s
        )
    except subprocess.TimeoutExpired as error:
        raise BackendError(f"did not end within {limit_s:.0f} s") from error
    if result.returncode:
        raise BackendError(reason(result.returncode, result.stderr))
    found: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    return found


def reason(code: int, stderr: str) -> str:
    """Why a process failed, in one line."""
    if code < 0:
        return f"crashed with {signal.Signals(-code).name}"
    lines = [line for line in stderr.splitlines() if line.strip()]
    return lines[-1][:200] if lines else f"ended with exit code {code}"
