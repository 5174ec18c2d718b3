import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits_export.formats import EIGHT_BITS, EXACT, FORMATS
from edgedigits_export.gates.parity import compare


@pytest.fixture
def answers():
    """A thousand confident answers, and labels of which 990 are as answered."""
    rng = np.random.default_rng(3)
    labels = rng.integers(0, 10, 1000).astype(np.uint8)
    probabilities = np.full((1000, 10), 0.01, np.float32)
    probabilities[np.arange(1000), labels] = 0.91
    labels[:10] = (labels[:10] + 1) % 10
    return probabilities, labels


def report_of(changed, answers, tolerance=EXACT):
    return compare(changed, answers[0], labels=answers[1], backend="numpy", tolerance=tolerance)


def test_equal_answers_pass(answers):
    report = report_of(answers[0].copy(), answers)
    report.check()
    assert (report.accuracy, report.reference_accuracy, report.agreement, report.max_difference) == (0.99, 0.99, 1, 0)


def test_one_changed_answer_fails_the_exact_gate_with_every_number_beside_its_limit(answers):
    changed = answers[0].copy()
    changed[500] = np.roll(changed[500], 1)
    with pytest.raises(ParityError) as caught:
        report_of(changed, answers).check()
    message = str(caught.value)
    for part in (
        "98.90 %, -0.10 points against Keras (at most 0.00 points lost)",
        "agreement 99.90 % (at least 100.00 %)",
        "largest difference 0.9 (at most 1e-05)",
    ):
        assert f"FAILED numpy {part}" in message or part in message
    assert message.count("FAILED") == 3


def test_a_difference_above_1e_5_fails_although_no_answer_changes(answers):
    changed = answers[0].copy()
    changed[7, 2] += 2e-5
    report = report_of(changed, answers)
    assert report.agreement == 1
    with pytest.raises(ParityError, match="FAILED numpy largest difference 2e-05"):
        report.check()


def test_nan_fails_even_where_any_difference_is_allowed_and_names_the_cause(answers):
    changed = answers[0].copy()
    changed[3] = np.nan
    report = report_of(changed, answers, EIGHT_BITS)
    with pytest.raises(ParityError, match="converter lost the weights"):
        report.check()


def test_a_loss_and_an_agreement_at_their_limits_pass_and_one_image_more_fails(answers):
    many = np.tile(answers[0], (10, 1)), np.tile(answers[1], 10)
    wrong = many[0].copy()
    rows = np.flatnonzero(many[0].argmax(1) == many[1])[:3]
    wrong[rows] = np.roll(wrong[rows], 1, axis=1)
    at_limit = report_of(wrong, many, EIGHT_BITS)
    at_limit.check()
    assert at_limit.accuracy_change == -0.0003
    row = np.flatnonzero(many[0].argmax(1) == many[1])[3]
    wrong[row] = np.roll(wrong[row], 1)
    with pytest.raises(ParityError, match="FAILED numpy accuracy"):
        report_of(wrong, many, EIGHT_BITS).check()


def test_agreement_below_its_limit_fails_although_the_accuracy_rises(answers):
    changed = answers[0].copy()
    changed[:10] = np.eye(10, dtype=np.float32)[answers[1][:10]]
    report = report_of(changed, answers, EIGHT_BITS)
    assert report.accuracy_change == 0.01
    with pytest.raises(ParityError, match=r"FAILED numpy agreement 99\.00 %"):
        report.check()


def test_permuted_labels_fail_and_name_the_cause(answers):
    with pytest.raises(ParityError, match=r"labels in another order \(0 called 1, 1 called 2, .* 9 called 0\)"):
        report_of(np.roll(answers[0], 1, axis=1), answers, EIGHT_BITS).check()


def test_two_labels_exchanged_are_named_and_no_others(answers):
    order = np.array([0, 1, 2, 3, 7, 5, 6, 4, 8, 9])
    findings = report_of(answers[0][:, order], answers, EIGHT_BITS).findings()
    found = next(finding for finding in findings if finding.check == "numpy order of labels")
    assert (found.measured, found.passed) == ("4 called 7, 7 called 4", False)


def test_answers_to_other_images_are_refused(answers):
    with pytest.raises(ValueError, match=r"\(999, 10\)"):
        report_of(answers[0][1:], answers)


def test_limits_are_what_the_documentation_says():
    assert (EXACT.min_agreement, EXACT.max_difference, EXACT.max_accuracy_loss) == (1.0, 1e-5, 0.0)
    limits = {name: (made.tolerance.min_agreement, made.tolerance.max_accuracy_loss) for name, made in FORMATS.items()}
    for name in ("float32", "onnx", "npz"):
        assert FORMATS[name].tolerance == EXACT
    for name in ("int8", "uint8", "onnx-int8"):
        assert limits[name] == (0.9995, 0.0003)
    assert limits["float16"] == (0.9999, 0.0001)
    assert limits["dynamic"] == (0.999, 0.0005)
    assert limits["int16x8"][1] == 0.0002
