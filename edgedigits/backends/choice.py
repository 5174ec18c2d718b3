"""Which way of running a bundle comes first here: what was measured on this device, else on one of its kind.

``edgedigits benchmark --choose`` measures and keeps a choice in the user's cache folder, by the digests of the bundle's
files; an export writes into the manifest what it measured on its own processor.
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
    if (chosen := chosen_ways(bundle).get(network)) is not None:
        return sorted(found, key=lambda way: (way.backend, way.format) != chosen)
    kind = processor_kind()
    took_us = {(each.backend, each.format): each.p50_us for each in bundle.measured if each.processor == kind}
    known = [took_us[way.backend, way.format] for way in found if (way.backend, way.format) in took_us]
    if network != "naming" or not known:
        return found
    limit_us = NEARLY * min(known)
    first = next(way for way in found if took_us.get((way.backend, way.format), limit_us + 1) <= limit_us)
    return sorted(found, key=lambda way: way is not first)


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
