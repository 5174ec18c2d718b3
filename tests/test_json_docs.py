"""docs/json.md describes every field that programs get, and none else."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.strokes import draw_digit

Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")
pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

DOCS = (Path(__file__).parent.parent / "docs/json.md").read_text(encoding="utf-8").split("## Measurements")[0]


@pytest.fixture
def printed(tmp_path):
    """What both commands print of a page of one digit, of several pages, and of none."""
    page = np.full((120, 120), 225, np.uint8)
    ink = draw_digit(4, rng=np.random.default_rng(20), height_px=60, pen_px=6)
    page[30 : 30 + ink.shape[0], 40 : 40 + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
    image = Image.fromarray(page)
    image.save(tmp_path / "page.png")
    image.save(tmp_path / "pages.tif", save_all=True, append_images=[image])

    def printed(*arguments, form="--json"):
        result = CliRunner().invoke(app, [*arguments, form])
        return [json.loads(line) for line in result.stdout.splitlines()]

    names = [str(tmp_path / name) for name in ("page.png", "pages.tif", "gone.png")]
    pictures = printed("recognize", *names, "--rotate", "0", "--top", "2")
    pictures += printed("recognize", names[0], "--rotate", "auto")
    camera = ("camera", "--source", names[0], "--display", "none")
    return pictures + printed(*camera, form="--json=frames") + printed(*camera)


def fields_of(found):
    """Names of all fields, those of digits as they stand in the document."""
    names = {f"digits[].{name}" for digit in found.get("digits", []) for name in digit}
    return names | set(found)


def test_every_field_is_described_and_none_else(printed):
    rows = [line.split("|")[1] for line in DOCS.splitlines() if line.startswith("| `")]
    described = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert set().union(*map(fields_of, printed)) == described


def test_they_mean_what_is_said(printed):
    assert all(next(iter(found)) == "version" and found["version"] == 1 for found in printed)
    page, pages, gone, *_ = printed
    assert [digit["line"] for digit in page["digits"]] == [1]
    assert (page["lines"], pages["pages"], set(gone)) == (["4"], 2, {"version", "source", "error"})
