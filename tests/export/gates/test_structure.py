from dataclasses import replace

import pytest

from edgedigits.errors import ContentsError
from edgedigits.tensors import TensorSpec
from edgedigits_export.gates.findings import Stage, require_passed
from edgedigits_export.gates.structure import Contents, Layout, Operator, check_contents, check_size


def step(name, *types):
    return Operator(name, frozenset(types))


FLOAT = Contents(
    (step("CONV_2D", "float32"), step("SOFTMAX", "float32")),
    TensorSpec("image", (1, 28, 28, 1), "float32"),
    TensorSpec("probabilities", (1, 10), "float32"),
)
INT8 = replace(
    FLOAT,
    steps=(step("CONV_2D", "int8", "int32"), step("SOFTMAX", "int8")),
    input=TensorSpec("image", (1, 28, 28, 1), "int8", 1 / 255, -128),
    output=TensorSpec("probabilities", (1, 10), "int8", 1 / 256, -128),
)
LAYOUTS = {
    "float32": Layout("float32", 2, frozenset({"float32"})),
    "int8": Layout("int8", 2, frozenset({"int8", "int32"})),
}


def failures(contents, layout="float32"):
    findings = check_contents(contents, LAYOUTS[layout])
    return {finding.check: finding for finding in findings if not finding.passed}


def test_what_is_right_passes():
    assert not failures(FLOAT)
    assert not failures(INT8, "int8")


def test_names_are_checked_first_then_shapes_then_types():
    stages = [finding.stage for finding in check_contents(INT8, LAYOUTS["int8"])]
    assert stages == sorted(stages, key=list(Stage).index)
    assert stages[:3] == [Stage.NAMES, Stage.SHAPES, Stage.TYPES]


@pytest.mark.parametrize(
    ("sabotaged", "check"),
    [
        (replace(FLOAT, input=replace(FLOAT.input, name="serving_default_x:0")), "names"),
        (replace(FLOAT, output=replace(FLOAT.output, name="Identity")), "names"),
        (replace(FLOAT, input=replace(FLOAT.input, shape=(-1, 28, 28, 1))), "shapes"),
        (replace(FLOAT, input=replace(FLOAT.input, shape=(1, 1, 28, 28))), "shapes"),
        (replace(FLOAT, output=replace(FLOAT.output, shape=(1, 11))), "shapes"),
        (replace(FLOAT, output=INT8.output), "types"),
        (replace(FLOAT, steps=(step("CONV_2D"), step("SHAPE"))), "operators of a dynamic batch"),
        (replace(FLOAT, steps=(step("QUANTIZE"), *FLOAT.steps)), "operators"),
        (replace(FLOAT, steps=(step("CONV_2D", "int8"),)), "operators in other types"),
    ],
)
def test_each_deviation_fails_its_own_check_with_a_typed_error(sabotaged, check):
    assert set(failures(sabotaged)) == {check}
    with pytest.raises(ContentsError, match=f"FAILED {check} .* \\(.*\\), likely "):
        require_passed(check_contents(sabotaged, LAYOUTS["float32"]), subject="float32")


@pytest.mark.parametrize(
    ("shape", "cause"),
    [((1, 1, 28, 28), "NCHW"), ((-1, 28, 28, 1), "an open batch"), ((1, 32, 32, 3), "another network")],
)
def test_a_wrong_shape_names_the_likely_cause(shape, cause):
    sabotaged = replace(FLOAT, input=replace(FLOAT.input, shape=shape))
    assert cause in failures(sabotaged)["shapes"].cause


def test_an_operator_that_is_not_int8_in_the_int8_file_is_named_with_its_type():
    sabotaged = replace(INT8, steps=(step("CONV_2D", "int8"), step("SOFTMAX", "float32")))
    found = failures(sabotaged, "int8")["operators in other types"]
    assert found.measured == "SOFTMAX in float32"
    assert found.limit == "must be none outside of int32, int8"


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


def test_a_file_larger_than_its_budget_fails():
    assert check_size(1000, max_bytes=1000).passed
    assert str(check_size(1001, max_bytes=1000)).startswith("FAILED size 1,001 bytes (at most 1,000 bytes), likely ")
