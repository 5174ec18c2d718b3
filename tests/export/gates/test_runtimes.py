from dataclasses import replace

import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits_export.formats import FORMATS
from edgedigits_export.gates.findings import require_passed
from edgedigits_export.gates.runtimes import BYTES, FLOAT, STEP, check_spread, check_twin, logit_steps
from edgedigits_export.proof import compared

# Steps of logits as large as those of networks that were trained without and with smoothed labels.
SCALES = (0.26, 0.04)


@pytest.fixture
def int8(exported):
    """The proof of the int8 file before runtimes were compared, and its answers."""
    proof = next(proof for proof in exported.proofs if proof.format == "int8")
    return replace(proof, findings=()), proof.answers


def moved(answers, steps):
    changed = answers.copy()
    changed[3, 4] += np.float32(steps * STEP)
    return changed


def stored(logits, scale):
    """What an int8 file says whose logits (N, 10) are in steps: multiples of 1/256, at most 255 of them."""
    powers = np.exp(logits * scale)
    shares = powers / powers.sum(axis=1, keepdims=True)
    return (np.minimum(np.rint(256 * shares), 255) / 256).astype(np.float32)


@pytest.fixture(params=SCALES)
def runtimes(request):
    """Answers of litert, and of a runtime whose logits move against each other by a number of steps; the logits' scale.

    Of 500 images, some are sure and some are not.
    """
    rng, scale = np.random.default_rng(0), request.param
    logits = np.rint(rng.normal(0, 3, (500, 10)) / scale)

    def move(steps, images=slice(None)):
        changed = logits.copy()
        changed[images] += np.where(np.arange(10) % 2, steps, -steps)
        return {"litert": stored(logits, scale), "tflite-runtime": stored(changed, scale)}

    return move, logits, scale


def test_runtimes_of_the_same_kernels_may_differ_by_a_step_and_no_more(int8):
    _, answers = int8
    for steps, passed in ((0, True), (1, True), (2, False)):
        pair = {"litert-builtin": answers, "tflite-runtime": moved(answers, steps)}
        (finding,) = check_spread(pair, BYTES, logit_scale=0.04)
        assert finding.passed == passed
        assert finding.measured == f"{steps} steps of 1/256"
        assert finding.limit == "at most 1 of 1/256"


def test_logits_in_xnnpack_may_differ_by_two_steps_however_much_that_moves_a_probability(runtimes):
    move, _, scale = runtimes
    for steps in (0, 1, 2):
        (finding,) = check_spread(move(steps), BYTES, logit_scale=scale)
        assert finding.passed, str(finding)
    assert np.abs(np.subtract(*move(1).values())).max() > 2 * STEP
    assert finding.limit == "logits at most 2"
    assert "steps of 1/256, logits by " in finding.measured


def test_a_runtime_whose_logits_are_three_steps_off_on_one_image_it_is_unsure_of_fails(runtimes):
    move, logits, scale = runtimes
    unsure = np.abs(stored(logits, scale).max(axis=1) - 0.5).argmin()
    (finding,) = check_spread(move(3, unsure), BYTES, logit_scale=scale)
    assert not finding.passed
    assert finding.cause.endswith("a network of many layers, whose roundings add up")
    assert 2 < logit_steps(*move(3, unsure).values(), scale=scale) <= 3


@pytest.mark.parametrize("scale", SCALES)
def test_a_runtime_that_is_less_sure_of_what_the_others_are_sure_of_fails(scale):
    sure, less = (np.full((2, 10), (256 - best) / 256 / 9, np.float32) for best in (255, 240))
    sure[:, 3], less[:, 3] = 255 / 256, [255 / 256, 240 / 256]
    (finding,) = check_spread({"litert": sure, "tflite-runtime": less}, BYTES, logit_scale=scale)
    assert not finding.passed
    assert finding.measured.startswith("15 steps of 1/256, logits by ")


def test_answers_within_a_step_need_no_other_logits():
    low = np.arange(255, dtype=np.float32)[:, None] * np.float32(STEP)
    assert logit_steps(low, low + np.float32(STEP), scale=0.04) == 0
    assert logit_steps(low, low + np.float32(2 * STEP), scale=0.04) > 0.1


@pytest.mark.parametrize("wrong", [np.nan, 2.0, -1.0])
def test_a_runtime_of_other_kernels_whose_answers_are_no_probabilities_fails(runtimes, wrong):
    move, _, scale = runtimes
    pair = move(0)
    pair["tflite-runtime"][7, 7] = wrong
    (finding,) = check_spread(pair, BYTES, logit_scale=scale)
    assert not finding.passed


def test_a_file_that_quantises_no_logits_is_compared_by_its_probabilities(int8):
    _, answers = int8
    for steps, passed in ((1, True), (2, False)):
        pair = {"litert": answers, "tflite-runtime": moved(answers, steps)}
        (finding,) = check_spread(pair, BYTES, logit_scale=None)
        assert finding.passed == passed


def test_float_runtimes_may_differ_by_rounding_only(int8):
    _, answers = int8
    changed = answers.copy()
    changed[0, 0] += 2e-5
    (finding,) = check_spread({"litert": answers, "litert-builtin": changed}, FLOAT, logit_scale=None)
    assert not finding.passed


def test_a_runtime_that_answers_nan_fails(int8):
    _, answers = int8
    changed = answers.copy()
    changed[0, 0] = np.nan
    for runtime in ("litert-builtin", "litert"):
        pair = {runtime: answers, "tflite-runtime": changed}
        assert not any(finding.passed for finding in check_spread(pair, BYTES, logit_scale=0.04))


def test_one_runtime_alone_is_not_compared(int8):
    assert not list(check_spread({"litert": int8[1]}, BYTES, logit_scale=0.04))


def test_a_runtime_that_disagrees_with_another_fails_the_file_and_both_are_named(int8):
    proof, answers = int8
    found = {"int8": {"litert-builtin": answers, "tflite-runtime": moved(answers, 2)}}
    with pytest.raises(ParityError, match="FAILED litert-builtin and tflite-runtime apart 2 steps of 1/256"):
        require_passed(compared(proof, found, FORMATS["int8"]).findings, subject="int8")


def test_a_file_must_equal_its_twin_as_two_runtimes_on_one_file(int8):
    _, answers = int8
    own = {"litert": answers, "litert-builtin": answers}
    twin = {"litert": answers, "litert-builtin": moved(answers, 2)}
    findings = {
        finding.check: (finding.passed, finding.limit)
        for finding in check_twin(own, twin, name="int8", logit_scale=10.0)
    }
    assert findings == {
        "litert and int8 in litert apart": (True, "at most 1 of 1/256"),
        "litert and int8 in litert-builtin apart": (True, "logits at most 2"),
        "litert-builtin and int8 in litert apart": (True, "logits at most 2"),
        "litert-builtin and int8 in litert-builtin apart": (False, "at most 1 of 1/256"),
    }


def test_the_c_code_must_equal_the_int8_file_in_tflites_kernels_but_for_one_step_of_logits(runtimes):
    move, _, scale = runtimes
    for steps, passed in ((1, True), (2, False)):
        twin, own = move(steps).values()
        (finding,) = check_twin({"numpy-int8": own}, {"litert-builtin": twin}, name="int8", logit_scale=scale)
        assert (finding.check, finding.passed) == ("numpy-int8 and int8 in litert-builtin apart", passed)


def test_the_scale_of_the_logits_is_read_from_the_file(exported):
    found = {proof.format: proof.contents.logit_scale for proof in exported.proofs}
    assert 0.001 < found["int8"] < 1
    assert {scale for name, scale in found.items() if name != "int8"} == {None}
