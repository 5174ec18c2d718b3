from dataclasses import replace

import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits_export.findings import require_passed
from edgedigits_export.formats import FORMATS
from edgedigits_export.proof import compared
from edgedigits_export.spread import BYTES, FLOAT, STEP, check_spread, check_twin


@pytest.fixture
def int8(exported):
    """The proof of the int8 file before runtimes were compared, and its answers."""
    proof = next(proof for proof in exported.proofs if proof.format == "int8")
    return replace(proof, findings=()), proof.answers


def moved(answers, steps):
    changed = answers.copy()
    changed[3, 4] += np.float32(steps * STEP)
    return changed


def test_runtimes_of_the_same_kernels_may_differ_by_a_step_and_no_more(int8):
    _, answers = int8
    for steps, passed in ((0, True), (1, True), (2, False)):
        pair = {"litert-builtin": answers, "tflite-runtime": moved(answers, steps)}
        (finding,) = check_spread(pair, BYTES)
        assert finding.passed == passed
        assert finding.measured == f"{steps} steps of 1/256"
        assert finding.limit == "at most 1 of 1/256"


def test_runtimes_of_other_kernels_may_differ_by_sixteen_steps_and_no_more(int8):
    _, answers = int8
    for steps, passed in ((16, True), (17, False)):
        (finding,) = check_spread({"litert": answers, "tflite-runtime": moved(answers, steps)}, BYTES)
        assert finding.passed == passed


def test_float_runtimes_may_differ_by_rounding_only(int8):
    _, answers = int8
    changed = answers.copy()
    changed[0, 0] += 2e-5
    (finding,) = check_spread({"litert": answers, "litert-builtin": changed}, FLOAT)
    assert not finding.passed


def test_a_runtime_that_answers_nan_fails(int8):
    _, answers = int8
    changed = answers.copy()
    changed[0, 0] = np.nan
    assert not any(finding.passed for finding in check_spread({"litert": answers, "litert-builtin": changed}, BYTES))


def test_one_runtime_alone_is_not_compared(int8):
    assert not list(check_spread({"litert": int8[1]}, BYTES))


def test_a_runtime_that_disagrees_with_another_fails_the_file_and_both_are_named(int8):
    proof, answers = int8
    found = {"int8": {"litert-builtin": answers, "tflite-runtime": moved(answers, 2)}}
    with pytest.raises(ParityError, match="FAILED litert-builtin and tflite-runtime apart 2 steps of 1/256"):
        require_passed(compared(proof, found, FORMATS["int8"]).findings, subject="int8")


def test_a_file_must_equal_its_twin_on_the_same_kernels(int8):
    _, answers = int8
    own = {"litert": answers, "litert-builtin": answers}
    twin = {"litert": answers, "litert-builtin": moved(answers, 2)}
    findings = {finding.check: finding.passed for finding in check_twin(own, twin, name="int8")}
    assert findings == {
        "litert and int8 in litert apart": True,
        "litert-builtin and int8 in litert-builtin apart": False,
    }


def test_the_c_code_must_equal_the_int8_file_outside_of_xnnpack_within_a_step(int8):
    _, answers = int8
    twin = {"litert": moved(answers, 5), "litert-builtin": answers}
    for steps, passed in ((1, True), (2, False)):
        (finding,) = check_twin({"numpy-int8": moved(answers, steps)}, twin, name="int8")
        assert (finding.check, finding.passed) == ("numpy-int8 and int8 in litert-builtin apart", passed)
