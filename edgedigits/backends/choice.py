"""Which way of running a bundle comes first here: what was measured on this device, else on one of its kind.

``edgedigits benchmark --choose`` measures and keeps a choice in the user's cache folder, by the digests of the bundle's
files; an export writes into the manifest what it measured on its own processor. Of other kinds it is known here which
of XNNPACK's two ways with int8 weights takes less.
"""

from __future__ import annotations

import hashlib
import json
import platform
from typing import TYPE_CHECKING, Protocol, TypeVar

from edgedigits.errors import WriteError
from edgedigits.files import cache_folder, write_json
from edgedigits.machine import model_name, processor_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from edgedigits.bundle import Bundle

# Files that are nearly as fast as the fastest keep their order: two timings of one thing differ by so much.
NEARLY = 1.1
# Without instructions for products of bytes XNNPACK is slower on int8 activations than on those that it quantises as
# they come (dynamic): 137 and 85 us on an EPYC with AVX2, where float32 takes 85, too; 25 and 2 % more instructions on
# a Raspberry Pi 4 and 3 (benchmarks/results/arm.json). With them int8 takes least.
WITHOUT_BYTE_PRODUCTS = ("x86_64 avx2", "aarch64 asimd")


class Way(Protocol):
    """A runtime and a format."""

    @property
    def backend(self) -> str:
        """Name of the runtime."""

    @property
    def format(self) -> str:
        """Of the file."""


W = TypeVar("W", bound=Way)


def ordered(ways: Iterable[W], bundle: Bundle, *, network: str) -> list[W]:
    """The same, the preferred one first; the others, which follow should it not serve, keep their order."""
    found = list(ways)
    first = chosen_ways(bundle).get(network)
    if first is None and network == "naming":
        first = known_to_be_fast(found, bundle)
    return sorted(found, key=lambda way: (way.backend, way.format) != first)


def known_to_be_fast(ways: Iterable[Way], bundle: Bundle) -> tuple[str, str] | None:
    """Runtime and format that should name digits on this kind of processor; None where nothing is known of it."""
    kind = processor_kind()
    took_us = {(each.backend, each.format): each.p50_us for each in bundle.measured if each.processor == kind}
    known_us = {way: took_us[way] for each in ways if (way := (each.backend, each.format)) in took_us}
    if known_us:
        limit_us = NEARLY * min(known_us.values())
        return next(way for way, us in known_us.items() if us <= limit_us)
    return ("litert", "dynamic") if kind in WITHOUT_BYTE_PRODUCTS else None


def chosen_ways(bundle: Bundle) -> dict[str, tuple[str, str]]:
    """Runtime and format for each network that one was chosen for on this device."""
    try:
        path = choice_path(bundle)
        content = json.loads(path.read_text(encoding="utf-8")) if path else {}
        return {network: (way["backend"], way["format"]) for network, way in content.items()}
    except (
        OSError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
    ):  # none was made, or it is damaged: as good as none
        return {}


def choose(bundle: Bundle, ways: Mapping[str, Way]) -> Path:
    """Keep a way for each network, and tell where.

    Raises:
        WriteError: it cannot be written, or this user has no folder for such.

    """
    path = choice_path(bundle)
    if not path:
        raise WriteError("this user has no home to keep a choice in; name a folder by XDG_CACHE_HOME")
    write_json(path, {network: {"backend": way.backend, "format": way.format} for network, way in ways.items()})
    return path


def choice_path(bundle: Bundle) -> Path | None:
    """Where the choice for this bundle on this device is kept."""
    folder = cache_folder()
    known = (sorted(bundle.digests().items()), platform.machine(), model_name())
    return folder / "chosen" / f"{hashlib.sha256(repr(known).encode()).hexdigest()}.json" if folder else None
