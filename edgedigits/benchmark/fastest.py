"""What was fastest, to be chosen from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.backends.selection import QUANTISED
from edgedigits.benchmark.case import Network

if TYPE_CHECKING:
    from edgedigits.benchmark.results import Measured, Results


def fastest_ways(results: Results) -> dict[str, Measured]:
    """The case with the least median for each network, in the least number of threads.

    Of the detector only files whose boxes are those of the trained network: quantised ones find less.
    """
    least = min(case.threads for case in results.cases)
    ways: dict[str, Measured] = {}
    for network in Network:
        found = [case for case in results.named(network) if case.threads == least]
        exact = [case for case in found if network == Network.NAMING or case.format not in QUANTISED]
        if exact:
            ways[network.value] = exact[0]
    return ways
