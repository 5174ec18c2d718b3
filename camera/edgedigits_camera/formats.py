"""What kinds of picture files are read, told by their first bytes and never by their names."""

from __future__ import annotations

from PIL import Image, features

from edgedigits.errors import PictureError

# Pillow knows more, some of which start other programs (EPS starts Ghostscript).
FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
EXPECTED = "JPEG, PNG, WebP, TIFF, BMP, GIF, PPM, HEIC or AVIF"
SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".webp", ".tif", ".tiff", ".bmp", ".dib", ".gif"}
    | {".pbm", ".pgm", ".ppm", ".pnm", ".heic", ".heif", ".hif", ".avif"}
)
HEAD_BYTES = 64
AVIF = (b"avif", b"avis")
HEIF = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def formats_of(head: bytes, *, name: str) -> tuple[str, ...]:
    """Pillow's names of the formats that a file with this head may have; what reads HEIC is loaded for HEIC alone.

    Raises:
        PictureError: it is empty; or HEIC or AVIF, and what reads that is not installed.

    """
    if not head:
        raise PictureError(f"{name} is empty; expected {EXPECTED}")
    brands = brands_of(head)
    if any(brand in AVIF for brand in brands):
        if not reads_avif():
            raise PictureError(f"{name} is an AVIF picture; to read it, run: pip install 'pillow>=11.3'")
        return ("AVIF",)
    if any(brand in HEIF for brand in brands):
        register_heif(name=name)
        return ("HEIF",)
    return FORMATS


def brands_of(head: bytes) -> list[bytes]:
    """The brands of an ISO base media file, none for any other; its first box names them."""
    if head[4:8] != b"ftyp":
        return []
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return [head[start : start + 4] for start in (8, *range(16, end - 3, 4))]


def reads_avif() -> bool:
    """Whether this Pillow reads AVIF; before 11.3 none did."""
    Image.init()
    return "AVIF" in Image.OPEN and bool(features.check("avif"))


def register_heif(*, name: str) -> None:
    """Have Pillow read HEIC, by pillow-heif.

    Raises:
        PictureError: it is not installed.

    """
    try:
        import pillow_heif
    except ImportError:
        raise PictureError(f"{name} is a HEIC picture; to read it, run: pip install pillow-heif") from None
    pillow_heif.register_heif_opener()
