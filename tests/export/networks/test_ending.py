"""A network of others that never answers is ended and told in one line; Ctrl-C is heard, and leaves no process."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import tensorflow as tf

from edgedigits.errors import ExportError
from edgedigits_export.networks.ending import check_ends
from tests.export.networks.test_saved_models import saved

# Loading and asking a network takes less, on a busy machine too; TensorFlow's own time does not count.
SHORT_S = 20


def looping(rounds):
    """Answers after so many rounds of a loop that changes nothing; None for no end."""

    def answer(_, answers):
        def goes_on(count, *_):
            return count >= 0 if rounds is None else count < rounds

        turns = 0 if rounds is None else 1
        return tf.while_loop(goes_on, lambda count, held: (count + turns, held), [tf.constant(0), answers])[1]

    return answer


@pytest.mark.slow
def test_a_loop_that_ends_is_no_hindrance(tmp_path):
    check_ends(saved(tmp_path / "model", looping(1000)), limit_s=SHORT_S)


@pytest.mark.slow
def test_a_loop_that_never_ends_is_ended_and_told_with_the_way_out(tmp_path):
    path = saved(tmp_path / "model", looping(None))
    expected = rf"did not answer one image within {SHORT_S} s and was ended: .* save the network without what loops"
    with pytest.raises(ExportError, match=expected) as caught:
        check_ends(path, limit_s=SHORT_S)
    assert len(str(caught.value)) - len(str(path)) < 250


@pytest.mark.slow
def test_what_cannot_be_loaded_is_left_to_who_tells_it(tmp_path):
    (tmp_path / "model.onnx").write_bytes(b"no network")
    check_ends(tmp_path / "model.onnx")


def test_a_network_that_brings_its_process_down_is_one_line(tmp_path, monkeypatch):
    (tmp_path / "falling.py").write_text("import os; os.abort()")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("edgedigits_export.networks.ending.CHILD", "falling")
    with pytest.raises(ExportError, match=r"model\.onnx cannot be run: its process ended with SIGABRT: without a word"):
        check_ends(tmp_path / "model.onnx")


DEAF = """
import os, signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
with open("pid.part", "w") as file:
    file.write(str(os.getpid()))
os.rename("pid.part", "pid")
time.sleep(600)
"""
WAITS = {
    "a network": "ending.CHILD = 'deaf'; ending.check_ends(Path('model'))",
    "a runtime": "list(child.ask_apart('deaf', ['litert'], [Path('model')], log=Path('log'), timeout_s=600))",
}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux tells whether a process is there")
@pytest.mark.parametrize("wait", WAITS.values(), ids=list(WAITS))
def test_ctrl_c_is_heard_and_ends_the_process_that_does_not_hear_it(tmp_path, wait):
    (tmp_path / "deaf.py").write_text(DEAF)
    code = (
        "import sys; sys.path.insert(0, '.'); from pathlib import Path; from edgedigits.apart import child\n"
        f"from edgedigits_export.networks import ending; {wait}"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path, stderr=subprocess.DEVNULL) as parent:
        while not (tmp_path / "pid").exists() and parent.poll() is None:
            time.sleep(0.05)
        deaf = int((tmp_path / "pid").read_text())
        parent.send_signal(signal.SIGINT)
    assert parent.returncode != 0
    stat = Path(f"/proc/{deaf}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"
