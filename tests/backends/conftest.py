"""The shipped bundle, and copies of it to be changed."""

import shutil

import pytest

from edgedigits.bundle import Bundle, default_bundle


@pytest.fixture(scope="session")
def shipped():
    """The shipped bundle."""
    return Bundle.load(default_bundle())


@pytest.fixture
def copied(tmp_path):
    """Folder with a copy of the shipped bundle."""
    return shutil.copytree(default_bundle(), tmp_path / "bundle")
