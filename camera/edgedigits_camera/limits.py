"""How large a picture may be: reading keeps below 600 MB, of which decoding gets its share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.errors import PictureError
from edgedigits_camera.pixels import decodes_by_strips

if TYPE_CHECKING:
    from PIL import Image

# In grey it is a byte a pixel, and reading takes about as much again. With more, small devices run out.
MAX_PIXELS = 128_000_000
MOST_BYTES = 512_000_000
# Strips are of whole rows. JPEG and WebP have no longer ones, and at 300 dots per inch this is a sheet of 8 metres.
LONGEST_PX = 100_000
# Bytes that decoders which make several copies take for a pixel, measured, with the one of the grey picture.
COPYING = {"HEIF": 8.0, "AVIF": 10.0, "WEBP": 17.0}
# The same of what Pillow decodes itself; every other mode takes four bytes.
NARROW = {"1": 2.0, "L": 2.0, "P": 2.0, "I;16": 3.0, "I;16B": 3.0, "I;16L": 3.0}


def refuse_huge(stored: Image.Image, *, name: str) -> None:
    """Look at the size of a picture that is opened, before anything is decoded.

    Raises:
        PictureError: there are too many pixels, or too many in a row.

    """
    if (longest := max(stored.size)) > LONGEST_PX:
        raise PictureError(f"{name} is {longest:,} pixels long, at most {LONGEST_PX:,} are read; cut it into pieces")
    pixels, most = stored.width * stored.height, int(min(MAX_PIXELS, MOST_BYTES / bytes_per_pixel(stored)))
    if pixels <= most:
        return
    found, limit = f"{name} has {pixels / 1e6:.0f} megapixels", f"at most {most // 1_000_000} are read"
    if pixels > MAX_PIXELS:
        raise PictureError(f"{found}, {limit}; make it smaller")
    raise PictureError(f"{found}, of this kind of {stored.format} {limit}; make it smaller or save it as a plain JPEG")


def bytes_per_pixel(stored: Image.Image) -> float:
    """What decoding to grey takes at most."""
    if stored.format in COPYING:
        return COPYING[stored.format]
    if stored.format in {"JPEG", "MPO"} and stored.mode in {"L", "RGB"}:
        return max(2.0, 1.0 + coefficient_bytes(stored))
    if decodes_by_strips(stored):
        return 2.0
    return NARROW.get(stored.mode, 5.0)


def coefficient_bytes(stored: Image.Image) -> float:
    """What a progressive JPEG keeps of a pixel until its last scan: two bytes for each coefficient of each colour."""
    if "progressive" not in stored.info:
        return 0.0
    samples = [across * down for _, across, down, _ in stored.layer]  # type: ignore[attr-defined]
    return 2 * sum(samples) / max(samples)
