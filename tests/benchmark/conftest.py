"""Results that were measured once, of the shipped bundle."""

from pathlib import Path

import pytest

from edgedigits.benchmark.results import load


@pytest.fixture(scope="session")
def measured_file():
    return Path(__file__).parents[2] / "benchmarks/results/latency.json"


@pytest.fixture(scope="session")
def measured(measured_file):
    return load(measured_file)
