"""TFLite files of others, taken as they are: asked about real digits in every way that may be meant.

A file is converted already, so nothing is put in front of it or behind it. What its reader must do stands in its
metadata (:class:`edgedigits.backends.form.Form`), and each way is tried as the file that it would make.
"""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from edgedigits.apart.answers import measure
from edgedigits.backends.form import KEY, Form
from edgedigits.errors import BackendError, ExportError, ParityError
from edgedigits_export.convert.metadata import with_entries
from edgedigits_export.given import TFLITE
from edgedigits_export.networks.foreign import origin_of
from edgedigits_export.networks.heads import DIGITS, ROUNDING, heads_of
from edgedigits_export.networks.network import Network
from edgedigits_export.networks.pixels import TRIED, Pixels, parse
from edgedigits_export.networks.probing import Way, choose
from edgedigits_export.networks.tflite_files import WAY_OUT, opened

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from edgedigits.training.data import Mnist
    from edgedigits_export.networks.heads import Head
    from edgedigits_export.networks.probing import Choice
    from edgedigits_export.networks.tflite_files import Source

# The runtime in which ways are tried.
BACKEND = "litert"
LOOKED_AT = 100
# Ways that are left are compared on so many digits: a runtime takes them one by one, the slowest format in 2 ms.
TRIED_ON = 10_000
# Last operators in TFLite's words, and in TensorFlow's.
LAST = {"SOFTMAX": "Softmax", "LOG_SOFTMAX": "LogSoftmax"}
SIGMOIDS = "LOGISTIC"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenNetwork(Network):
    """A file that is taken as it is: there is no original to make others from, or to compare with."""

    content: bytes
    format: str
    taken_form: Form
    logit_scale: float | None

    @property
    def original(self) -> bool:
        """There is none."""
        return False

    @property
    def form(self) -> Form:
        """What it takes and gives."""
        return self.taken_form

    def answers(self, patches: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (N, 10) float32 of patches (N, 28, 28) uint8, by its own runtime."""
        return answers_of(self.content, patches, form=self.taken_form)

    @property
    def weights_sha256(self) -> str:
        """Hexadecimal SHA-256 of all that it holds."""
        return hashlib.sha256(self.content).hexdigest()


def load_taken(path: Path, *, data: Mnist, pixels: str | None = None) -> TakenNetwork:
    """Find out how a file wants its digits.

    Args:
        path: the file.
        data: its training digits show what the network takes and gives.
        pixels: how it wants them, as :func:`edgedigits_export.networks.pixels.parse` reads it; None to find out.

    Raises:
        ExportError: it cannot be run, or takes or gives what no table can hand it; the message says what was found.

    """
    source = opened(path)
    try:
        choice = _chosen(source, data=data, given=parse(pixels) if pixels else None)
    except (BackendError, ParityError) as error:
        raise ExportError(f"{path}: {error}; {WAY_OUT}") from error
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from error
    return TakenNetwork(
        model=None,
        recipe="",
        seed=None,
        documented=False,
        origin=origin_of(path, choice) | {"taken": "as it is"},
        content=source.content,
        format=source.format,
        taken_form=form_for(choice.way.pixels, choice.way.head),
        logit_scale=source.end.logit_scale,
    )


def _chosen(source: Source, *, data: Mnist, given: Pixels | None) -> Choice:
    """How the file wants its digits, and what its numbers are."""
    if source.end.operator == SIGMOIDS:
        raise ExportError(
            "it gives ten sigmoids, each for itself; probabilities are made of what stands before them, and a file "
            f"that is taken as it is keeps its last operator; {WAY_OUT}"
        )
    raw = answers_of(source.content, data.train.images[:LOOKED_AT], form=form_for(given or Pixels()))
    rounding = ROUNDING if source.end.scale is None else DIGITS * source.end.scale
    heads = heads_of(raw, last=LAST.get(source.end.operator, ""), rounding=rounding)
    pixels = dict.fromkeys((*TRIED, given) if given else TRIED)
    return choose(
        [Way(*parts) for parts in product(pixels, [source.frame], heads)],
        lambda way, patches: answers_of(source.content, patches, form=form_for(way.pixels, way.head)),
        digits=data.train[:TRIED_ON],
        given=given,
    )


def form_for(pixels: Pixels, head: Head | None = None) -> Form:
    """What stands in the metadata of a file that is meant so."""
    return Form(pixels.mean, pixels.std, pixels.inverted, softmax=head is not None and head.softmax)


def answers_of(content: bytes, patches: NDArray[np.uint8], *, form: Form) -> NDArray[np.float32]:
    """What a file that is meant so answers (N, 10) to patches (N, 28, 28), in a process of its own.

    Raises:
        BackendError: the runtime cannot load it.
        ParityError: the runtime crashed, hung or raised.

    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"taken{TFLITE}")
        path.write_bytes(with_entries(content, {"labels": (), KEY: asdict(form)}))
        return measure(path, patches, backend=BACKEND)
