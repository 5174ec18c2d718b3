"""Limits that come from a network: rounding passes at its margins, a broken file does not, and no file has a say."""

from dataclasses import replace

import numpy as np
import pytest

from edgedigits_export.formats import DYNAMIC, EIGHT_BITS, EXACT, FORMATS, HALF, WIDE
from edgedigits_export.gates.limits import Margins, Wishes, fitted, fitted_spread
from edgedigits_export.gates.parity import compare
from edgedigits_export.gates.runtimes import BYTES, FLOAT
from edgedigits_export.selection import with_limits

IMAGES = 5000


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(scope="module")
def unsure():
    """Logits of a network that leads by little on many images, and labels as often its choice as it is sure of that."""
    rng = np.random.default_rng(3)
    logits = rng.normal(0, 4, (IMAGES, 10))
    labels = (softmax(logits).cumsum(axis=1) > rng.random((IMAGES, 1))).argmax(axis=1)
    return logits, labels.astype(np.uint8)


def report_of(logits, labels, noisy, tolerance):
    return compare(softmax(noisy), softmax(logits), labels=labels, backend="litert", tolerance=tolerance)


def noise_of(share, logits, seed):
    centred = logits - logits.mean(axis=1, keepdims=True)
    # The noise of a difference of two is what is spoken of.
    return np.random.default_rng(seed).normal(0, share * centred.std() / np.sqrt(2), logits.shape)


@pytest.mark.parametrize("tolerance", [HALF, DYNAMIC, EIGHT_BITS, WIDE])
@pytest.mark.parametrize("seed", range(10, 15))
def test_noise_that_a_format_may_have_passes_and_four_times_as_much_does_not(unsure, tolerance, seed):
    logits, labels = unsure
    limits = fitted(tolerance, Margins.of(softmax(logits)))
    noise = noise_of(tolerance.noise, logits, seed)
    report_of(logits, labels, logits + noise, limits).check()
    failed = [each for each in report_of(logits, labels, logits + 4 * noise, limits).findings() if not each.passed]
    assert "litert agreement" in {finding.check for finding in failed}


def test_the_documented_limits_would_refuse_what_this_network_cannot_avoid(unsure):
    logits, labels = unsure
    noisy = logits + noise_of(EIGHT_BITS.noise, logits, 1)
    assert not all(finding.passed for finding in report_of(logits, labels, noisy, EIGHT_BITS).findings())


def test_a_file_that_changes_sure_answers_fails_although_it_changes_as_few(unsure):
    logits, labels = unsure
    limits = fitted(EIGHT_BITS, Margins.of(softmax(logits)))
    most_lost = round(limits.max_accuracy_loss * IMAGES)
    right = np.flatnonzero(logits.argmax(axis=1) == labels)
    for count, passed in ((most_lost, True), (most_lost + 1, False)):
        broken = logits.copy()
        broken[right[:count]] = np.roll(broken[right[:count]], 1, axis=1)
        findings = report_of(logits, labels, broken, limits).findings()
        assert next(each for each in findings if each.check == "litert accuracy").passed == passed
        assert next(each for each in findings if each.check == "litert agreement").passed


def test_the_surer_a_network_is_the_narrower_are_its_limits_but_never_narrower_than_the_documented_ones(unsure):
    logits, _ = unsure
    sure = logits + 40 * np.eye(10)[logits.argmax(axis=1)]
    found = [fitted(EIGHT_BITS, Margins.of(softmax(each))).min_agreement for each in (logits, sure)]
    assert found[0] < found[1] == EIGHT_BITS.min_agreement


def test_margins_do_not_hang_on_how_logits_are_shifted_nor_on_probabilities_that_are_none(unsure):
    logits, _ = unsure
    first, shifted = Margins.of(softmax(logits)), Margins.of(softmax(logits + 7))
    assert first.spread == pytest.approx(shifted.spread, rel=1e-4)
    assert first.spread == pytest.approx((logits - logits.mean(axis=1, keepdims=True)).std(), rel=1e-3)
    certain = Margins.of(np.eye(10, dtype=np.float32))
    assert np.isfinite(certain.margin).all()
    assert certain.changed(0.03) == 0
    assert Margins.of(np.full((4, 10), 0.1, np.float32)).changed(0.03) == 0


def test_the_documented_network_keeps_its_limits_and_another_gets_its_own(unsure):
    reference = softmax(unsure[0])
    assert with_limits(FORMATS, documented=True, reference=reference, wishes=Wishes()) == FORMATS
    others = with_limits(FORMATS, documented=False, reference=reference, wishes=Wishes())
    assert others["int8"].tolerance == fitted(EIGHT_BITS, Margins.of(reference))
    assert others["int8"].own is None
    assert others["float32"].tolerance.max_difference < 1e-4
    assert others["float32"].spread == fitted_spread(FLOAT, Margins.of(reference), noise=EXACT.noise)
    assert others["int8"].spread == replace(BYTES, deep=True)


def test_limits_that_a_user_set_hold_for_eight_bits_alone_and_the_formats_own_are_kept_beside_them(unsure):
    reference = softmax(unsure[0])
    wishes = Wishes(accuracy_loss=0.02, agreement=0.9)
    wished = with_limits(FORMATS, documented=True, reference=reference, wishes=wishes)
    assert (wished["int8"].tolerance.min_agreement, wished["int8"].tolerance.max_accuracy_loss) == (0.9, 0.02)
    assert wished["int8"].own == EIGHT_BITS
    assert wished["float32"] == FORMATS["float32"]
    narrower = with_limits(FORMATS, documented=True, reference=reference, wishes=Wishes(agreement=1.0))
    assert narrower["onnx-int8"].tolerance == replace(EIGHT_BITS, min_agreement=1.0)
    assert wishes.as_dict() == {"agreement_percent": 90.0, "int8_drop_points": 2.0}
