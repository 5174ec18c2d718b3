"""On 32-bit systems an index has 32 bits: arrays of indices are ``intp``, not ``int64``, which NumPy refuses there."""

import re
from pathlib import Path

import pytest

CAMERA = Path(__file__).resolve().parents[3] / "camera/edgedigits_camera"
FILES = sorted(path for room in ("text", "digits", "detection", "live") for path in (CAMERA / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_array_is_made_of_64_bits(path):
    assert not re.search(r"np\.int64[,)]", path.read_text(encoding="utf-8"))
