"""Timing calls, with a backend and a clock of the tests."""

import numpy as np
import pytest

from edgedigits.apart.timing import singles, time_each, time_images


class Recorder:
    """A backend that takes a set time for each image and remembers what it was given."""

    name = "recorder"

    def __init__(self):
        self.now_ns, self.batches = 0, []

    def predict(self, patches):
        self.batches.append(patches)
        self.now_ns += 1000 * len(self.batches)
        return np.full((len(patches), 10), len(self.batches), np.float32)

    def clock_ns(self):
        return self.now_ns


def varied(count=3):
    return np.arange(count, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)


def test_the_warm_up_is_run_and_not_counted():
    backend = Recorder()
    durations_ns = time_images(backend, varied(), runs=5, warm_up=4, clock_ns=backend.clock_ns)
    assert durations_ns.tolist() == [5000, 6000, 7000, 8000, 9000]
    assert len(backend.batches) == 9


def test_images_come_one_by_one_and_never_twice_in_a_row():
    backend = Recorder()
    time_images(backend, varied(), runs=7, warm_up=0, clock_ns=backend.clock_ns)
    assert {batch.shape for batch in backend.batches} == {(1, 28, 28)}
    levels = [int(batch[0, 0, 0]) for batch in backend.batches]
    assert levels == [0, 1, 2, 0, 1, 2, 0]


def test_a_single_image_is_refused():
    with pytest.raises(ValueError, match="at least 2 different patches are needed, got 1"):
        singles(varied(1))


def test_it_ends_when_it_is_enough_and_keeps_the_last_answer_to_each_question():
    backend = Recorder()
    seen = []

    def enough(asked, elapsed_ns):
        seen.append((asked, elapsed_ns))
        return elapsed_ns >= 10_000

    durations_ns, answers = time_each(backend.predict, singles(varied()), enough=enough, clock_ns=backend.clock_ns)
    assert durations_ns.tolist() == [1000, 2000, 3000, 4000]
    assert seen == [(1, 1000), (2, 3000), (3, 6000), (4, 10_000)]
    assert {number: float(answer[0, 0]) for number, answer in answers.items()} == {0: 4.0, 1: 2.0, 2: 3.0}
