"""Which formats an export makes: names, profiles, or what every export has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from edgedigits.errors import ExportError
from edgedigits_export.convert import tflite
from edgedigits_export.formats import EIGHT_BIT_FORMATS, FORMATS, OVERHEAD, PARAMETERS
from edgedigits_export.gates.limits import Margins, Wishes, fitted, fitted_spread
from edgedigits_export.gates.structure import check_range, check_unchanged
from edgedigits_export.wanted import DOCUMENTED_ONLY, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from edgedigits_export.formats import Format
    from edgedigits_export.gates.findings import Finding
    from edgedigits_export.gates.structure import Contents
    from edgedigits_export.networks.network import Network
    from edgedigits_export.networks.taken import TakenNetwork

# Of a network that others drew up: enough for any that fits the patches, and still a limit.
MANY_OPERATORS = 1000


def chosen(wanted: str | None = None, *, quantize: bool = False, documented: bool = True) -> dict[str, Format]:
    """Formats in the order of the table, asked for as :func:`edgedigits_export.wanted.names_of` has it.

    Raises:
        ExportError: there is no such format or profile.

    """
    return {name: FORMATS[name] for name in names_of(wanted, quantize=quantize, documented=documented)}


def formats_for(network: Network, formats: Mapping[str, Format]) -> dict[str, Format]:
    """Formats with room for this network.

    Raises:
        ExportError: one of them is for the documented network only.

    """
    if network.documented or not network.original:
        return dict(formats)
    if refused := [name for name in formats if name in DOCUMENTED_ONLY]:
        raise ExportError(
            f"{' and '.join(refused)} can be written for the documented network only, and this is another one; "
            f"choose from {', '.join(name for name in FORMATS if name not in DOCUMENTED_ONLY)}"
        )
    scale = sum(weight.size for weight in network.model.get_weights()) / PARAMETERS
    return {
        name: replace(
            made,
            layout=made.layout and replace(made.layout, max_operators=MANY_OPERATORS),
            max_bytes=OVERHEAD + round(max(scale, 1) * made.max_bytes),
        )
        for name, made in formats.items()
    }


def as_taken(network: TakenNetwork) -> dict[str, Format]:
    """The format of a file that is taken as it is: its network must be there byte by byte, and take all pixels."""

    def contents(path: Path) -> Contents:
        return replace(tflite.contents(path), logit_scale=network.logit_scale)

    def unchanged(path: Path) -> Iterator[Finding]:
        yield check_unchanged(path.read_bytes(), network.content)
        yield check_range(contents(path).input, network.form)

    made = FORMATS[network.format]
    return {
        network.format: replace(
            made,
            convert=lambda _network, _calibration: network.content,
            contents=contents,
            layout=None,
            max_bytes=len(network.content) + OVERHEAD,
            original=network.format,
            twin=None,
            note="",
            further_checks=unchanged,
        )
    }


def check_kind_wanted(kind: str, wanted: str | None, *, quantize: bool, path: Path) -> list[str]:
    """Formats that were asked for and that a converted file of this kind cannot become.

    Raises:
        ExportError: they are all that was asked for.

    """
    names = list(chosen(wanted, quantize=quantize)) if wanted else [kind, *(["int8"] if quantize else [])]
    if kind not in names:
        raise ExportError(
            f"{path} is converted already, as {kind}, and is taken as it is; leave --formats out, or export the "
            "network that it was made from"
        )
    return [name for name in names if name != kind]


def with_limits(
    formats: Mapping[str, Format], *, documented: bool, reference: NDArray[np.float32], wishes: Wishes
) -> dict[str, Format]:
    """Formats with the limits that a network's own answers (N, 10) to the test set explain, and those that were set.

    The documented network keeps its own.
    """
    margins = Margins.of(reference)
    return {
        name: _wished(made if documented else _fitted(made, margins), wishes if name in EIGHT_BIT_FORMATS else Wishes())
        for name, made in formats.items()
    }


def _fitted(made: Format, margins: Margins) -> Format:
    spread = fitted_spread(made.spread, margins, noise=made.tolerance.noise)
    return replace(made, tolerance=fitted(made.tolerance, margins), spread=spread)


def _wished(made: Format, wishes: Wishes) -> Format:
    wished = wishes.over(made.tolerance)
    return made if wished == made.tolerance else replace(made, tolerance=wished, own=made.tolerance)
