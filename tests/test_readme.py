"""README and docs/files.md say what is so."""

import json
import re
from pathlib import Path

import pytest

from edgedigits.bundle import Bundle
from edgedigits.cli.commands import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
FILES = (ROOT / "docs/files.md").read_text(encoding="utf-8")
LATENCY = json.loads((ROOT / "benchmarks/results/latency.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_named(command):
    assert re.search(rf"(edgedigits|make) {command}\b", README)


@pytest.mark.parametrize(
    "artifact", Bundle.load(ROOT / "models/mnist-cnn").artifacts, ids=lambda artifact: artifact.format
)
def test_every_file_has_a_row_with_its_size_accuracy_and_measured_latency(artifact):
    row = next(line for line in FILES.splitlines() if line.startswith(f"| `{artifact.format}` |"))
    assert f"{artifact.size_bytes / 1000:.0f} kB" in row
    assert f"{artifact.accuracy:.2%}".replace("%", " %") in row
    cases = [case for case in LATENCY["cases"] if (case["network"], case["format"]) == ("naming", artifact.format)]
    p50s = [case["p50_us"] for case in cases]
    # What runs without a runtime, on a microcontroller, is not timed here.
    assert bool(p50s) == (artifact.format != "c")
    assert not p50s or f"{min(p50s):.0f} µs" in row
