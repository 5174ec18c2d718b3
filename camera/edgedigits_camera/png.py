"""Large PNG files a strip at a time: Pillow takes four bytes for each pixel of colour, and decodes all or nothing.

A strip of rows, as filtered as they are, is a small PNG of its own: with the last row before it on top, which filters
refer to, and with a header for its number of rows. Pillow decodes that.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING, BinaryIO

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Chunks that EXIF data may lie in, and a header of one grey pixel.
TELLING = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
ONE_PIXEL = bytes((0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0))
# How many values a pixel has, by the header's kind of colours.
CHANNELS = {2: 3, 4: 2, 6: 4}
# Compressed bytes that are taken at a time.
PIECE_BYTES = 16_384


def png_strips(stream: BinaryIO, *, rows: int) -> Iterator[Image.Image]:
    """Strips of at most ``rows`` rows of a PNG that is not interlaced and has colours or alpha, 8 or 16 bits each.

    Raises:
        OSError: it is truncated or damaged.

    """
    chunks = chunks_of(stream)
    _, header = next(chunks)
    width, height, depth, colours = struct.unpack_from(">IIBB", header)
    row_bytes = 1 + width * CHANNELS[colours] * depth // 8
    above = b""
    for strip in rows_of((data for kind, data in chunks if kind == b"IDAT"), row_bytes * rows, row_bytes * height):
        count = (len(above) + len(strip)) // row_bytes
        decoded = decoded_strip(header[:4] + count.to_bytes(4, "big") + header[8:], above + strip)
        yield decoded.crop((0, 1, width, count)) if above else decoded
        last = np.asarray(decoded.crop((0, count - 1, width, count)))[
            ..., -CHANNELS[colours] :
        ]  # grey as RGB once only
        # Of 16 bits Pillow keeps the upper 8. Filters treat each byte by itself, so the lower ones may be anything.
        above = b"\0" + np.repeat(last, depth // 8, axis=-1).tobytes()


def png_exif(stream: BinaryIO) -> Image.Exif:
    """The EXIF data of a PNG wherever it lies in it; Pillow would decode all of the picture to look behind it.

    The stream is left where it was.

    Raises:
        OSError: it is truncated or damaged.

    """
    place = stream.tell()
    try:
        said = [part for part in chunks_of(stream) if part[0] in TELLING]
    finally:
        stream.seek(place)
    return made_of((b"IHDR", ONE_PIXEL), *said, (b"IDAT", zlib.compress(bytes(2)))).getexif()


def decoded_strip(header: bytes, rows: bytes) -> Image.Image:
    """Decode filtered rows by Pillow."""
    return made_of((b"IHDR", header), (b"IDAT", zlib.compress(rows, 0)))


def made_of(*chunks: tuple[bytes, bytes]) -> Image.Image:
    """A PNG of these chunks."""
    content = SIGNATURE + b"".join(chunk(*parts) for parts in (*chunks, (b"IEND", b"")))
    return Image.open(io.BytesIO(content), formats=("PNG",))


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk as it is stored."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(data, zlib.crc32(kind)).to_bytes(4, "big")


def chunks_of(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Kind and data of each chunk; image data come in pieces.

    Raises:
        OSError: it is truncated or damaged.

    """
    stream.seek(len(SIGNATURE))
    while len(head := stream.read(8)) == 8:
        left, kind = int.from_bytes(head[:4], "big"), head[4:]
        digest = zlib.crc32(kind)
        piece_bytes = PIECE_BYTES if kind == b"IDAT" else left
        while True:
            data = stream.read(min(left, piece_bytes))
            digest, left = zlib.crc32(data, digest), left - len(data)
            yield kind, data
            if not left or not data:
                break
        if stream.read(4) != digest.to_bytes(4, "big"):
            raise OSError("a chunk is damaged")


def rows_of(pieces: Iterator[bytes], strip_bytes: int, total_bytes: int) -> Iterator[bytes]:
    """What the pieces hold when inflated, in strips of ``strip_bytes``, the last one shorter.

    Raises:
        OSError: there is less, or it is damaged.

    """
    inflate = zlib.decompressobj()
    for start in range(0, total_bytes, strip_bytes):
        strip, wanted = bytearray(), min(strip_bytes, total_bytes - start)
        while len(strip) < wanted:
            data = inflate.unconsumed_tail or next(pieces, b"")
            try:
                made = inflate.decompress(data, wanted - len(strip))  # a thousand bytes of each, were there no limit
            except zlib.error as error:
                raise OSError(str(error)) from error
            if not (data or made):
                raise OSError("image file is truncated")
            strip += made
        yield bytes(strip)
