"""Does a bundle's judge let the digits of a page be read, and nothing else?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from edgedigits.bundle import JUDGE
from edgedigits.errors import BackendError, BundleError, MissingExtraError, require
from edgedigits.recognizer import Recognizer
from edgedigits.strokes import drawn_outliers
from edgedigits.verify.checks import Check, brief

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from edgedigits.bundle import Bundle

# On the page: 32 golden patches, and below them signs that are no digit, in rows of eight, each twice its size with
# space around it.
DIGITS, SIGNS, IN_ROW, SCALE, CELL_PX = 32, 32, 8, 2, 72
SIGNS_SEED = 1
# Of the digits that the network names right on its own. The shipped bundle reads all of these; with its trees' leaves
# negated 1 in 31. Trees that look at other columns than they were fitted on are refused before.
LEAST = 0.75
# Of the signs that the detector takes for digits. The shipped judge lets 4 of 22 pass; one that says yes, all.
MOST_SIGNS = 0.5


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
        require("edgedigits_camera.text.print", extra="headless").Print.of(bundle.judge)
    except MissingExtraError as error:
        yield _page(f"not read: {brief(error)}", passed=None)
    except BundleError as error:
        yield _page(str(error), passed=False)
    else:
        whole = bundle.detector is not None and not damaged & set(bundle.digests())
        yield check_page(bundle) if whole else _page("not asked: no detector, or damaged files", passed=None)


def check_page(bundle: Bundle) -> Check:
    """Read the page; compare with what the network says of each patch by itself, and with what is no digit."""
    reader: Any = require("edgedigits_camera.reader", extra="headless")
    try:
        patches, labels = bundle.golden["patches"][:DIGITS], bundle.golden["labels"][:DIGITS]
        page = golden_page(np.concatenate([patches, drawn_outliers(SIGNS, seed=SIGNS_SEED)]))
        with Recognizer.load(bundle.folder) as recognizer:
            named = int(np.sum(recognizer.probabilities(patches).argmax(axis=1) == labels))
            found = reader.find_digits(page, recognizer)
    except (BackendError, BundleError) as error:  # it is another check that says what is wrong with another file
        return _page(f"not read: {brief(error)}", passed=None)
    cells, digits = cells_of(found.candidates.found.boxes_px), found.probabilities.argmax(axis=1)
    read = dict(zip(cells[found.chosen].tolist(), digits.tolist(), strict=True))
    right = sum(read.get(cell) == label for cell, label in enumerate(labels.tolist()))
    signs, taken = ({cell for cell in some if cell >= len(labels)} for some in (cells.tolist(), read))
    said = (
        f"{right} of {len(labels)} digits read on a page, {named} named one by one (at least {LEAST:.0%} of them); "
        f"{len(taken)} of {len(signs)} signs read as digits (at most {MOST_SIGNS:.0%})"
    )
    return _page(said, passed=right >= LEAST * named > 0 and len(taken) <= MOST_SIGNS * len(signs))


def golden_page(patches: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Patches (N, 28, 28) uint8 in rows on white paper, (H, W) uint8."""
    rows = -(-len(patches) // IN_ROW)
    page = np.full((rows * CELL_PX, IN_ROW * CELL_PX), 255, np.uint8)
    for number, patch in enumerate(patches):
        digit = 255 - np.kron(patch, np.ones((SCALE, SCALE), np.uint8))
        top, left = (CELL_PX * place + (CELL_PX - len(digit)) // 2 for place in divmod(number, IN_ROW))
        page[top : top + len(digit), left : left + len(digit)] = digit
    return page


def cells_of(boxes_px: NDArray[np.float64]) -> NDArray[np.int64]:
    """Numbers (N,) of the cells in which the middles of boxes (N, 4) lie."""
    x, y = (boxes_px[:, :2] + boxes_px[:, 2:] / 2).astype(np.int64).T // CELL_PX
    return y * IN_ROW + x


def _page(found: str, *, passed: bool | None) -> Check:
    return Check(JUDGE, "page", found, passed=passed)
