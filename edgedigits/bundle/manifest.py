"""``manifest.json``: read as JSON of a known schema. What it says is checked in ``edgedigits.bundle``."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

from edgedigits.errors import BundleError

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = 1
MANIFEST = "manifest.json"
# Said of a bundle that was given where pictures are expected.
NO_PICTURES = "is a bundle, which holds no pictures; name it with --bundle"


def is_bundle(folder: Path | str) -> bool:
    """Whether a folder has a manifest; of one that may not be looked into it is not known to have one."""
    return os.path.isfile(os.path.join(folder, MANIFEST))  # noqa: PTH113, PTH118  # where pathlib would raise


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the manifest of a bundle's folder holds, without its schema.

    Raises:
        BundleError: there is none, it is no JSON, or of an unknown schema.

    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse)
    except FileNotFoundError:
        raise BundleError(f"no {MANIFEST} in {folder}; name a folder that `edgedigits export` wrote") from None
    except OSError as error:
        raise BundleError(f"{path} cannot be read ({error.strerror}); make it readable, or copy it again") from error
    except (ValueError, RecursionError) as error:
        reason = str(error).partition("; use sys.")[0]  # advice to programmers, on numbers of thousands of digits
        raise BundleError(f"{path} cannot be read as JSON ({reason}); export the bundle again") from error
    schema = content.pop("schema", None) if isinstance(content, dict) else None
    if schema != SCHEMA or type(schema) is not int:
        raise BundleError(f"{path} has schema {schema!r:.40}, this version reads {SCHEMA}; export the bundle again")
    return dict(content)


def _refuse(name: str) -> float:
    """JSON has no NaN and no infinities; Python writes and reads them."""
    raise ValueError(f"{name} is no number")
