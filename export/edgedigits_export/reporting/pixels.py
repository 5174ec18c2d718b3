"""Patches as PNG inside a page."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def data_url(patch: NDArray[np.uint8]) -> str:
    """A patch (H, W) uint8 as the address of an image."""
    stream = io.BytesIO()
    Image.fromarray(patch).save(stream, format="PNG", optimize=True)
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
