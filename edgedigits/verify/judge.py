"""Does a bundle's judge let a page be read?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.bundle import JUDGE
from edgedigits.errors import BackendError, BundleError, MissingExtraError, require
from edgedigits.recognizer import Recognizer
from edgedigits.verify.checks import Check, brief

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from edgedigits.bundle import Bundle

# So many golden patches stand on the page, in rows of eight, each twice its size with space around it.
DIGITS, IN_ROW, SCALE, CELL_PX = 32, 8, 2, 72
# Of the digits that the network names right on its own. The shipped bundle reads all of these; with its trees' leaves
# negated 1 in 31. Trees that look at other columns than they were fitted on are refused before.
LEAST = 0.75


def check_judge(bundle: Bundle, damaged: set[str], *, on_step: Callable[[str], None]) -> Iterator[Check]:
    """Load the bundle's judge and read a page of golden patches with it.

    Args:
        bundle: whose judge; one without gives no check.
        damaged: files whose digests are wrong.
        on_step: told what begins.

    """
    if bundle.judge_sha256 is None or JUDGE in damaged:
        return
    on_step("the judge")
    try:
        require("edgedigits_camera.digits.judge", extra="headless").Judge.of(bundle.judge)
    except MissingExtraError as error:
        yield _page(f"not read: {brief(error)}", passed=None)
    except BundleError as error:
        yield _page(str(error), passed=False)
    else:
        whole = bundle.detector is not None and not damaged & set(bundle.digests())
        yield check_page(bundle) if whole else _page("not asked: no detector, or damaged files", passed=None)


def check_page(bundle: Bundle) -> Check:
    """Read the page; compare with what the network says of each patch by itself."""
    reader: Any = require("edgedigits_camera.reader", extra="headless")
    try:
        patches, labels = bundle.golden["patches"][:DIGITS], bundle.golden["labels"][:DIGITS]
        with Recognizer.load(bundle.folder) as recognizer:
            named = int(np.sum(recognizer.probabilities(patches).argmax(axis=1) == labels))
            page = reader.read_page(golden_page(patches), recognizer)
    except (BackendError, BundleError) as error:  # it is another check that says what is wrong with another file
        return _page(f"not read: {brief(error)}", passed=None)
    right = {cell for cell, digit in map(placed, page.readings) if cell < len(labels) and digit == labels[cell]}
    found = f"{len(right)} of {len(labels)} digits read on a page, {named} named one by one"
    return _page(f"{found} (at least {LEAST:.0%} of them)", passed=len(right) >= LEAST * named > 0)


def golden_page(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Patches (N, 28, 28) uint8 in rows on white paper, (H, W) uint8."""
    rows = -(-len(patches) // IN_ROW)
    page = np.full((rows * CELL_PX, IN_ROW * CELL_PX), 255, np.uint8)
    for number, patch in enumerate(patches):
        digit = 255 - np.kron(patch, np.ones((SCALE, SCALE), np.uint8))
        top, left = (CELL_PX * place + (CELL_PX - len(digit)) // 2 for place in divmod(number, IN_ROW))
        page[top : top + len(digit), left : left + len(digit)] = digit
    return page


def placed(reading: Any) -> tuple[int, int]:
    """The number of the cell in which the middle of a reading lies, and its digit."""
    x, y, width, height = reading.box_xywh_px
    return int(y + height / 2) // CELL_PX * IN_ROW + int(x + width / 2) // CELL_PX, reading.digit


def _page(found: str, *, passed: bool | None) -> Check:
    return Check(JUDGE, "page", found, passed=passed)
