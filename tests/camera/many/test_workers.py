"""Processes that answer calls: each call has its answer or its error, whatever becomes of the process."""

import os
from concurrent.futures import CancelledError
from pathlib import Path

import pytest

from edgedigits_camera.many.workers import DiedError, Workers

# Ends the process the first time, and answers the second; run by `eval` in the worker.
ONCE = "__import__('os').kill(__import__('os').getpid(), 9) if open({0!r}, 'a').write('x') and {1} else 'answer'"


def dies_until(path, times):
    """An expression at which the process dies until it was tried a number of times."""
    return ONCE.format(str(path), f"__import__('os').path.getsize({str(path)!r}) < {times}")


def is_running(pid):
    return Path(f"/proc/{pid}").exists()


def test_calls_are_answered_by_processes_of_their_own():
    with Workers(2) as workers:
        pids = {workers.submit(os.getpid).result() for _ in range(3)}
        assert [workers.submit(divmod, n, 7).result() for n in range(20)] == [divmod(n, 7) for n in range(20)]
    assert pids
    assert os.getpid() not in pids
    assert not any(map(is_running, pids))


@pytest.mark.parametrize("raised", [ValueError("seven"), OSError(28, "seven"), EOFError("seven")], ids=repr)
def test_what_a_call_raises_is_raised_and_its_process_goes_on(raised):
    thrower = "(_ for _ in ()).throw(__import__('builtins').{}{})"
    with Workers(1) as workers:
        before = workers.submit(os.getpid).result()
        call = workers.submit(eval, thrower.format(type(raised).__name__, (*raised.args, "")[:2]))
        with pytest.raises(type(raised), match="seven"):
            call.result()
        assert workers.submit(os.getpid).result() == before


def test_a_call_at_which_a_process_dies_is_tried_once_more(tmp_path):
    with Workers(1) as workers:
        assert workers.submit(eval, dies_until(tmp_path / "tries", 2)).result() == "answer"


def test_a_call_at_which_two_processes_die_is_the_only_one_lost(tmp_path):
    with Workers(2) as workers:
        calls = [workers.submit(eval, "6 * 7") for _ in range(10)]
        fatal = workers.submit(eval, dies_until(tmp_path / "tries", 99))
        calls += [workers.submit(eval, "6 * 7") for _ in range(10)]
        with pytest.raises(DiedError, match="SIGKILL"):
            fatal.result()
        assert [call.result() for call in calls] == [42] * 20
    assert (tmp_path / "tries").read_text() == "xx"


def test_processes_that_died_keep_no_files_open(tmp_path):
    def files():
        return sum(1 for _ in Path("/proc/self/fd").iterdir())

    with Workers(1) as workers:
        workers.submit(os.getpid).result()
        before = files()
        for number in range(5):
            with pytest.raises(DiedError):
                workers.submit(eval, dies_until(tmp_path / str(number), 99)).result()
        assert workers.submit(eval, "6 * 7").result() == 42
        assert files() <= before


def test_what_a_call_prints_is_no_answer(capfd):
    with Workers(1) as workers:
        assert workers.submit(os.write, 1, b"noise\n").result() == 6
        assert workers.submit(os.read, 0, 1).result() == b""
    assert capfd.readouterr() == ("", "noise\n")


def test_leaving_in_the_middle_ends_what_is_under_way():
    with pytest.raises(KeyboardInterrupt), Workers(1) as workers:  # noqa: PT012
        pid = workers.submit(os.getpid).result()
        endless = workers.submit(eval, "__import__('threading').Event().wait()")
        raise KeyboardInterrupt
    assert not is_running(pid)
    with pytest.raises((DiedError, CancelledError)):
        endless.result()
