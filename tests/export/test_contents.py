from dataclasses import replace

import pytest

from edgedigits.bundle import TensorSpec
from edgedigits_export.contents import Contents, check_contents

FLOAT = Contents(
    ("CONV_2D", "SOFTMAX"),
    TensorSpec("image", (1, 28, 28, 1), "float32"),
    TensorSpec("probabilities", (1, 10), "float32"),
)
INT8 = replace(
    FLOAT,
    input=TensorSpec("image", (1, 28, 28, 1), "int8", 1 / 255, -128),
    output=TensorSpec("probabilities", (1, 10), "int8", 1 / 256, -128),
)


def failures(contents, dtype="float32"):
    findings = check_contents(contents, dtype=dtype, max_operators=2)
    return {finding.check: finding for finding in findings if not finding.passed}


def test_what_is_right_passes():
    assert not failures(FLOAT)
    assert not failures(INT8, "int8")


@pytest.mark.parametrize(
    ("sabotaged", "check"),
    [
        (replace(FLOAT, input=replace(FLOAT.input, name="serving_default_x:0")), "names"),
        (replace(FLOAT, output=replace(FLOAT.output, name="Identity")), "names"),
        (replace(FLOAT, input=replace(FLOAT.input, shape=(-1, 28, 28, 1))), "shapes"),
        (replace(FLOAT, input=replace(FLOAT.input, shape=(1, 1, 28, 28))), "shapes"),
        (replace(FLOAT, output=replace(FLOAT.output, shape=(1, 11))), "shapes"),
        (replace(FLOAT, output=INT8.output), "types"),
        (replace(FLOAT, operators=("CONV_2D", "SHAPE")), "operators of a dynamic batch"),
        (replace(FLOAT, operators=("QUANTIZE", "CONV_2D", "SOFTMAX")), "operators"),
    ],
)
def test_each_deviation_fails_its_own_check(sabotaged, check):
    assert set(failures(sabotaged)) == {check}


@pytest.mark.parametrize(
    ("scale", "zero_point", "cause"),
    [
        (1.0, -128, "0..255"),
        (7.8e-9, -128, "blank"),
        (0.5 / 255, -128, "do not span"),
        (1 / 255, 0, "do not span"),
        (None, None, "blank"),
    ],
)
def test_a_wrong_pixel_scale_fails_and_names_the_likely_cause(scale, zero_point, cause):
    sabotaged = replace(INT8, input=replace(INT8.input, scale=scale, zero_point=zero_point))
    assert cause in failures(sabotaged, "int8")["input scale"].cause
