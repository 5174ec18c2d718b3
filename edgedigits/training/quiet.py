"""TensorFlow without its greeting."""

from __future__ import annotations

import os
from typing import Any

from edgedigits.errors import require
from edgedigits.silence import silence

VARIABLE = "TF_CPP_MIN_LOG_LEVEL"


def import_tensorflow() -> Any:
    """Import TensorFlow without the page about its build, unless the user's TF_CPP_MIN_LOG_LEVEL asks for it.

    Raises:
        MissingExtraError: it is not installed.

    """
    if VARIABLE in os.environ:
        return require("tensorflow", extra="train")
    os.environ[VARIABLE] = "3"
    # What is logged while the library loads (tensorflow/tensorflow#100442) obeys no variable.
    with silence():
        return require("tensorflow", extra="train")
