"""A Python with pip in an ordinary environment."""

import pytest

from edgedigits.doctor.pip import Pip


@pytest.fixture
def pip():
    return Pip("/venv/bin/python", source="/src/edgedigits")
