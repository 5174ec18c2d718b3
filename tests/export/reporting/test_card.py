"""The model card: what it tells people to run gives the bundle's known answers."""

import re
from dataclasses import replace

import numpy as np
import pytest

from edgedigits_export.reporting.runtimes import RUNTIMES, blocks, rules

MOST_LINES = 15
PATCH = '["patches"][0]'


@pytest.fixture(scope="module")
def card(exported):
    return (exported.bundle.folder / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def inside(exported, monkeypatch):
    """The bundle, whose folder is where code runs."""
    monkeypatch.chdir(exported.bundle.folder)
    return exported.bundle


def code_of(card):
    """The card's blocks: what is said above each, and its lines."""
    return dict(re.findall(r"([^\n]+)\n\n```python\n(.*?)\n```", card, re.DOTALL))


def format_of(bundle, code):
    """The format of the file that a block of code opens."""
    (found,) = [artifact.format for artifact in bundle.artifacts if f'"{artifact.path}"' in code]
    return found


def probabilities(code):
    names = {}
    exec(code, names)  # noqa: S102 - what the card tells people to run
    return names["probabilities"]


def differs(bundle, code):
    """How far the answers of a block of code are from those that the bundle knows, asked about several patches."""
    known = bundle.golden[format_of(bundle, code)]
    assert PATCH in code
    return max(
        np.abs(probabilities(code.replace(PATCH, f'["patches"][{patch}]')) - known[patch]).max()
        for patch in range(0, len(known), 4)
    )


def test_the_card_has_short_code_for_every_runtime(card):
    assert set(RUNTIMES) < {caption.removesuffix(":") for caption in code_of(card)}
    for caption, code in code_of(card).items():
        assert len(code.splitlines()) <= MOST_LINES, caption


def test_the_code_for_edgedigits_loads_the_bundle(card, inside):
    names = {"patches": inside.golden["patches"]}
    exec(code_of(card)["In this folder, with edgedigits:"], names)  # noqa: S102
    assert len(names["readings"]) == len(inside.golden["patches"])


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_the_code_for_a_runtime_gives_the_known_answers(card, inside, runtime):
    if runtime.startswith("OpenCV"):
        pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
    code = code_of(card)[f"{runtime}:"]
    assert differs(inside, code) < 1e-5


@pytest.mark.parametrize("runtime", ["LiteRT or tflite-runtime", "onnxruntime", "NumPy alone"])
def test_pixels_that_are_not_divided_give_other_answers(card, inside, runtime):
    assert differs(inside, code_of(card)[f"{runtime}:"].replace("/ 255", "/ 1")) > 1e-3


def test_the_code_for_litert_serves_every_tflite_file(card, inside):
    code = code_of(card)["LiteRT or tflite-runtime:"]
    for artifact in inside.artifacts:
        if artifact.path.endswith(".tflite"):
            assert differs(inside, re.sub(r'"model_\w+\.tflite"', f'"{artifact.path}"', code)) < 1e-5


def test_what_goes_wrong_most_often_is_said_where_it_can(exported):
    said = " ".join(rules(exported.bundle))
    for word in ("by 255, once", "the batch of every", "the pixel less 128"):
        assert word in said
    assert "x64quantprecision" not in said
    wide = replace(exported.bundle.artifact("onnx"), format="onnx-int8")
    assert "x64quantprecision" in " ".join(rules(replace(exported.bundle, artifacts=(wide,))))


def test_a_bundle_with_one_format_has_the_code_of_its_runtimes(exported):
    alone = replace(exported.bundle, artifacts=(exported.bundle.artifact("onnx"),))
    assert [runtime for runtime, _ in blocks(alone)] == ["onnxruntime", "OpenCV's dnn module"]
    assert "128" not in " ".join(rules(alone))
