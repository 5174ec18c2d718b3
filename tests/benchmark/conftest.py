"""Results that were measured once, of the shipped bundle; and bundles whose known answers are others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgedigits.benchmark.results import load
from edgedigits.bundle import Bundle
from edgedigits.files import sha256


@pytest.fixture(scope="session")
def measured_file():
    return Path(__file__).parents[2] / "benchmarks/results/latency.json"


@pytest.fixture(scope="session")
def measured(measured_file):
    return load(measured_file)


@pytest.fixture
def falsified():
    """Changes a known answer of the bundle in a folder, and what its manifest says of the archive."""
    return falsify


def falsify(folder, archive, name, change):
    """Change a known answer of the bundle in a folder, and what its manifest says of the archive."""
    with np.load(folder / archive) as arrays:
        known = dict(arrays)
    known[name] = change(known[name])
    np.savez(folder / archive, **known)
    bundle, digest = Bundle.read(folder), sha256(folder / archive)
    if archive == "golden.npz":
        replace(bundle, golden_sha256=digest).save()
    else:
        replace(bundle, detector=replace(bundle.detector, golden_sha256=digest)).save()
