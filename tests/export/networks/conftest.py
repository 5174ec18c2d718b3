"""Files of networks that want their digits otherwise than the tiny one of the tests."""

import pytest

from tests.export.networks.made import around


@pytest.fixture
def saved(trained, tmp_path):
    """Saves the tiny network with something around it; gives the path."""

    def save(**parts):
        path = tmp_path / "other.keras"
        around(trained.network.model, **parts).save(path)
        return path

    return save
