"""Do a bundle's files answer its golden patches as they did when they were proven?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from edgedigits.apart.answers import measure
from edgedigits.backends.form import form_of
from edgedigits.backends.selection import Candidate, candidates, tolerance
from edgedigits.bundle import GOLDEN, Bundle
from edgedigits.errors import BackendError, BundleError, MissingExtraError, ParityError, SlowError
from edgedigits.graphs import READERS, read_graph
from edgedigits.verify.checks import Check, brief
from edgedigits.verify.steps import HALF, STEP, WIDE_LIMIT, XNNPACK_LOGIT_STEPS, logit_steps

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from edgedigits.bundle import Artifact

# How the folder for microcontrollers is asked.
C = Candidate("numpy-int8", "c")
# Where the first of two digits is no more than this ahead, a step either way of both may change their places.
CLOSE = 2 * STEP


@dataclass(frozen=True, slots=True)
class Limit:
    """How far answers may lie from the recorded ones: by a probability, or by steps of logits of a known scale."""

    probability: float
    logit_scale: float | None = None
    close: float = 0.0
    """A digit that was recorded as less likely by no more may be the answer instead."""

    def check(self, answers: NDArray[np.float32], known: NDArray[np.float32]) -> tuple[str, bool]:
        """What was found in answers (N, 10), and whether it is right; NaN is not."""
        said, gap = answers.argmax(axis=1), known.max(axis=1)
        gap = gap - known[np.arange(len(known)), said]
        same = int(np.sum((said == known.argmax(axis=1)) | ((self.close > 0) & (gap <= self.close))))
        difference = float(np.abs(answers - known).max())
        found = f"{same} of {len(known)} the same, difference {difference:.2g}"
        if self.logit_scale is None:
            return f"{found} (at most {self.probability:.2g})", same == len(known) and difference <= self.probability
        moved = logit_steps(answers, known, scale=self.logit_scale)
        right = same == len(known) and moved <= XNNPACK_LOGIT_STEPS
        return f"{found}, logits by {moved:.1f} of their steps (at most {XNNPACK_LOGIT_STEPS})", right


def runs_of(bundle: Bundle) -> list[Candidate]:
    """Every runtime that could answer; C is computed in NumPy, since what a bundle brings is never compiled here."""
    have = {artifact.format for artifact in bundle.artifacts}
    found = list(candidates(bundle)) if have != {C.format} else []
    return [*found, C] if C.format in have else found


def check_answers(bundle: Bundle, candidate: Candidate) -> Check:
    """Have a file answer the golden patches in a runtime; compare with the answers that it gave when it was proven."""
    artifact = bundle.artifact(candidate.format)
    path = bundle.folder / artifact.path
    try:
        known = bundle.golden[candidate.format]
        answers = measure(path, bundle.golden["patches"], backend=candidate.backend)
    except BackendError as error:  # not installed, too old for this file, or broken itself
        return answers_check(candidate, f"not here: {brief(error)}", passed=None)
    except (BundleError, ParityError) as error:
        return answers_check(candidate, str(error), passed=False, slow=isinstance(error, SlowError))
    except KeyError as error:
        return answers_check(candidate, f"{GOLDEN} holds no {error}", passed=False)
    found, passed = limit_of(artifact, path).check(answers, known)
    return answers_check(candidate, found, passed=passed)


def limit_of(artifact: Artifact, path: Path) -> Limit:
    """How far answers of a file may lie from the recorded ones, whichever processor or runtime gives them.

    Kernels of another processor round otherwise, as those of another runtime do: a logit may be some steps off, and
    moves an unsure answer by many of its steps. By how many, the scale of the logits tells, which is read from the
    file; where it cannot be read here, the limit is that of the probe. C computes in whole numbers alone, which are the
    same everywhere.
    """
    if artifact.format == C.format:
        return Limit(HALF)
    if artifact.format == "int16x8":
        return Limit(WIDE_LIMIT)
    stepped = artifact.output.scale is not None
    scale = logit_scale_of(path) if stepped else None
    return Limit(tolerance(artifact.format), scale, close=CLOSE if stepped else 0.0)


def logit_scale_of(path: Path) -> float | None:
    """Scale of a file's quantised logits; None where it has none or cannot be read here."""
    if path.suffix not in READERS:
        return None
    try:
        graph, given = read_graph(path), path.suffix == ".tflite" and form_of(path).softmax
    except (BundleError, MissingExtraError):
        return None
    return graph.tensors[graph.outputs[0]].spec.scale if given else graph.logit_scale


def answers_check(candidate: Candidate, found: str, *, passed: bool | None, slow: bool = False) -> Check:
    """What came of asking a file in a runtime."""
    return Check(f"{candidate.format} in {candidate.backend}", "answers", found, passed=passed, slow=slow)
