"""``edgedigits recognize`` over many pictures: in several processes, into a file, killed and gone on with."""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.cli import app
from edgedigits.strokes import draw_digit

pytest.importorskip("cv2", reason="neither the extra `camera` nor `headless` is installed")
Image = pytest.importorskip("PIL.Image", reason="neither the extra `camera` nor `headless` is installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder of nine pictures of a digit and one that is damaged."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(10):
        page = np.full((120, 120), 225, np.uint8)
        ink = draw_digit(number, rng=np.random.default_rng(20), height_px=60, pen_px=6)
        page[30 : 30 + ink.shape[0], 40 : 40 + ink.shape[1]] -= (0.8 * ink).astype(np.uint8)
        Image.fromarray(page).save(folder / f"{number}.png")
    (folder / "6.png").write_bytes((folder / "6.png").read_bytes()[:-700])
    return folder


@pytest.fixture(scope="module")
def alone(folder):
    """What one process prints as JSON."""
    return recognize(folder, "--json").stdout


def recognize(*arguments):
    return CliRunner().invoke(app, ["recognize", *map(str, arguments)])


def started(*arguments):
    """The command as a process that leads a group, as in a terminal."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    line = [sys.executable, "-m", "edgedigits", "recognize", *map(str, arguments)]
    return subprocess.Popen(line, env=environment, stdout=-1, stderr=-1, text=True, process_group=0)


@pytest.mark.parametrize("form", [["--json"], ["--csv", "--top", "2"], ["--rotate", "auto"], []], ids=" ".join)
def test_two_processes_print_what_one_does(folder, form):
    alone, together = recognize(folder, *form), recognize(folder, *form, "--jobs", "2")
    assert alone.stdout.count("\n") >= 9
    assert (together.stdout, together.stderr, together.exit_code) == (alone.stdout, alone.stderr, 1)


def test_what_is_given_by_a_relative_name_is_called_by_it(folder, monkeypatch):
    monkeypatch.chdir(folder)
    given = ["6.png", "gone.png", "./1.png", "--json"]
    alone, together = recognize(*given), recognize(*given, "--jobs", "2")
    assert [answer["source"] for answer in map(json.loads, alone.stdout.splitlines())] == ["6.png", "gone.png", "1.png"]
    assert "edgedigits: gone.png does not exist" in alone.stderr.splitlines()
    assert (together.stdout, together.stderr) == (alone.stdout, alone.stderr)


def test_copies_are_saved_by_two_processes_as_by_one(folder, tmp_path):
    for name, jobs in (("one", 1), ("two", 2)):
        recognize(folder, "--jobs", jobs, "--save", tmp_path / name)
    one, two = ({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert len(one) == 9


def test_the_file_holds_what_json_prints_and_nothing_is_printed(folder, alone, tmp_path):
    out = tmp_path / "new" / "readings.jsonl"
    result = recognize(folder, "--out", out)
    assert (result.stdout, result.exit_code) == ("", 1)
    assert result.stderr.splitlines() == [f"edgedigits: {json.loads(alone.splitlines()[6])['error']}"]
    assert out.read_text() == alone


@pytest.mark.parametrize("stood", ["", "{}\n", "mine"])
@pytest.mark.parametrize("what", ["--out", "--jobs=2"])
def test_a_file_that_is_there_is_not_written_to(folder, tmp_path, stood, what):
    out = tmp_path / "readings.jsonl"
    out.write_text(stood)
    result = recognize(folder, what, *([out] if what == "--out" else ["--out", out]))
    assert (result.exit_code, out.read_text()) == (1, stood)
    assert result.stderr.startswith(f"edgedigits: {out} is there already; --resume goes on with")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("stood", "line"),
    [("mine", 1), ("{}\n", 1), ('{"version": 1, "source": "a.png"}\nmine\n', 2), ('{"version": 1, "source": []}\n', 1)],
)
def test_a_file_of_another_kind_is_not_gone_on_with(folder, tmp_path, stood, line):
    out = tmp_path / "readings.jsonl"
    out.write_text(stood)
    result = recognize(folder, "--out", out, "--resume")
    assert (result.exit_code, out.read_text()) == (1, stood)
    assert result.stderr.startswith(f"edgedigits: {out} was not written by `edgedigits recognize --out` (line {line});")


@pytest.mark.parametrize("stood", [0, 7, 300, 1000, 100_000], ids=lambda stood: f"{stood} bytes")
def test_what_a_killed_run_left_is_gone_on_with_to_the_same_end(folder, alone, tmp_path, stood):
    out = tmp_path / "readings.jsonl"
    out.write_text(alone[:stood])
    result = recognize(folder, "--out", out, "--resume", "--quiet")
    assert out.read_text() == alone
    assert result.exit_code == 1
    lines = alone[:stood].count("\n")
    assert len(result.stderr.splitlines()) == (lines <= 6)
    noted = recognize(folder, "--out", out, "--resume").stderr
    assert noted == f"{out}: goes on after 10 pictures, 1 of which could not be read\n"


def test_a_picture_that_is_named_twice_is_told_twice_by_a_run_that_goes_on(folder, tmp_path):
    out, twice = tmp_path / "readings.jsonl", [folder / "1.png", folder / "2.png", folder / "1.png"]
    whole = recognize(*twice, "--json").stdout
    out.write_text(whole[: whole.index("\n") + 1])
    assert recognize(*twice, "--out", out, "--resume").exit_code == 0
    assert out.read_text() == whole


def test_only_one_run_writes_to_a_file(folder, tmp_path):
    fcntl = pytest.importorskip("fcntl")
    out = tmp_path / "readings.jsonl"
    with out.open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        result = recognize(folder, "--out", out, "--resume")
    assert (result.exit_code, out.read_text()) == (1, "")
    assert result.stderr == f"edgedigits: another run writes to {out}; wait for it, or choose another name\n"


def test_a_disk_that_is_full_is_one_line_and_the_run_can_be_gone_on_with(folder, alone, tmp_path):
    out, before = tmp_path / "readings.jsonl", resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, before[1]))
        result = recognize(folder, "--out", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert result.exit_code == 1
    assert result.stderr.startswith(f"edgedigits: {out} cannot be written (file too large); free space")
    assert len(read(out)) == 500
    recognize(folder, "--out", out, "--resume")
    assert read(out) == alone


def test_a_device_is_no_file_to_write_to(folder, tmp_path):
    for name, kind in (("/dev/null", "device or pipe"), ("/dev/full", "device or pipe"), (tmp_path, "folder")):
        result = recognize(folder, "--out", name, "--resume")
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"edgedigits: {name} is no file, but a {kind}; choose another name\n"


@pytest.mark.parametrize(
    "given",
    [
        ["--out", "x", "--csv"],
        ["--jobs", "2", "--cluster", "tcp://[::1]:1"],
        ["--jobs", "2", "-"],
        ["--out", "x", "--resume", "--save", "y"],
        ["--resume"],
        ["--jobs", "0"],
    ],
    ids=" ".join,
)
def test_what_makes_no_sense_together_is_a_usage_error(folder, given):
    result = recognize(folder / "1.png", *given)
    assert (result.exit_code, result.stdout) == (2, "")


def test_a_run_that_is_killed_leaves_whole_lines_and_no_worker(folder, alone, tmp_path):
    names = [name for _ in range(9) for name in sorted(folder.iterdir())]
    process = started(*names, "--jobs", "2", "--out", tmp_path / "readings.jsonl")
    while not (stood := read(tmp_path / "readings.jsonl")).count("\n") > 3:
        assert process.poll() is None
    pids = children(process.pid)
    process.kill()
    process.communicate()
    assert len(pids) == 2
    assert (9 * alone).startswith(stood)
    while any(map(is_working, pids)):
        pass
    assert recognize(*names, "--jobs", "2", "--out", tmp_path / "readings.jsonl", "--resume").exit_code == 1
    assert read(tmp_path / "readings.jsonl") == 9 * alone


def test_ctrl_c_ends_all_at_once_and_without_a_word_of_python(folder, alone):
    process = started(*(40 * sorted(folder.iterdir())), "--jobs", "2", "--json")
    first = process.stdout.readline()
    pids = children(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    out, said = process.communicate()
    assert process.returncode == 130
    assert "Traceback" not in said
    assert (40 * alone).startswith(first + out)
    assert (first + out).endswith("\n")
    assert len(pids) == 2
    assert not any(map(is_working, pids))


@pytest.mark.slow
def test_a_cluster_prints_what_one_process_does(folder, alone, monkeypatch):
    distributed = pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.chdir(folder.parent)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        monkeypatch.chdir(folder)
        result = recognize(folder, "--json", "--cluster", cluster.scheduler_address)
        by_name = recognize("1.png", "--json", "--cluster", cluster.scheduler_address)
    assert (result.stdout, result.exit_code) == (alone, 1)
    assert by_name.stdout == recognize("1.png", "--json").stdout


def test_a_cluster_that_is_not_there_and_an_engine_that_is_not_installed_are_one_line_each(folder, monkeypatch):
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr("edgedigits_camera.many.cluster.PATIENCE_S", 1)
    result = recognize(folder, "--cluster", "tcp://127.0.0.1:1")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("edgedigits: no scheduler answers at tcp://127.0.0.1:1; start one with `dask")
    monkeypatch.setitem(sys.modules, "distributed", None)
    result = recognize(folder, "--cluster", "tcp://127.0.0.1:1")
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (1, "", 1)
    assert "pip install 'edgedigits[cluster]'" in result.stderr


def read(path):
    return path.read_text() if path.exists() else ""


def children(pid):
    """Numbers of the processes that a process's threads have started."""
    listed = Path("/proc", str(pid), "task").glob("*/children")
    return [int(child) for path in listed for child in path.read_text().split()]


def is_working(pid):
    """Whether a process is there, and not only waits to be taken note of."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
