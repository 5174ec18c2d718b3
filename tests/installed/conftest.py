"""What a device has: the package, the extra `headless`, pytest. Nothing here needs more."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")

import cv2
import numpy as np

from edgedigits.strokes import draw_digit

TEXT = "3507"


@pytest.fixture(scope="session")
def drawn():
    """A page (200, 360) uint8 on which 3507 is written, and boxes around its digits."""
    rng, page, boxes = np.random.default_rng(20), np.full((200, 360), 225, np.uint8), []
    for place, digit in enumerate(TEXT):
        ink = draw_digit(int(digit), rng=rng, height_px=60, pen_px=6)
        x = 40 + 75 * place
        page[70 : 70 + ink.shape[0], x : x + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
        boxes.append((x, 70, ink.shape[1], ink.shape[0]))
    return page, boxes


@pytest.fixture(scope="session")
def page_path(drawn, tmp_path_factory):
    """The page, in a folder that has nothing to do with the checkout."""
    page, _ = drawn
    path = tmp_path_factory.mktemp("pictures") / "page.png"
    assert cv2.imwrite(str(path), page)
    return path


@pytest.fixture(scope="session")
def python(page_path):
    """Run Python in the folder of the page, with the packages that this process sees."""
    searched = [path for path in sys.path if path and Path(path).is_dir()]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(searched)}

    def run(*arguments):
        line = [sys.executable, *arguments]
        return subprocess.run(
            line, cwd=page_path.parent, env=environment, capture_output=True, text=True, check=False, timeout=600
        )

    return run
