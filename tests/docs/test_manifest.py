"""docs/manifest.md has every key of the shipped manifest, and none that is not there."""

import json
import re
from pathlib import Path

import pytest

from edgedigits.bundle import default_bundle

DOCS = (Path(__file__).resolve().parents[2] / "docs/manifest.md").read_text(encoding="utf-8")
KEYS = set(re.findall(r"^\| `([^`]+)` \|", DOCS.partition("## `manifest.json`")[2], flags=re.MULTILINE))
# Maps whose names are of files, libraries or figures.
OPEN = {path[:-2] for path in KEYS if path.endswith(".*")}


def keys_of(value, path=""):
    """Paths of all that is in a manifest, as the page writes them."""
    if path in OPEN:
        return {f"{path}.*"}
    if isinstance(value, dict):
        return set().union(*(keys_of(each, f"{path}.{name}".lstrip(".")) for name, each in value.items()))
    if isinstance(value, list):
        return set().union(*(keys_of(each, f"{path}[]") for each in value))
    return {path}


@pytest.fixture
def manifest():
    return json.loads((default_bundle() / "manifest.json").read_text(encoding="utf-8"))


def test_every_key_is_described_and_none_else(manifest):
    assert keys_of(manifest) == KEYS


def test_a_new_key_would_be_missed(manifest):
    manifest["artifacts"][3]["input"]["zero_points"] = [1]
    assert keys_of(manifest) - KEYS == {"artifacts[].input.zero_points[]"}
