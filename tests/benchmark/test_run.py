"""The benchmark: counts and shape of what it reports, never seconds."""

import json
import shutil
import sys
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.backends import Candidate
from edgedigits.benchmark.run import Failure, run_apart, run_benchmark
from edgedigits.bundle import Bundle
from edgedigits.cli import app
from edgedigits.errors import BackendError, WriteError
from edgedigits.files import sha256

pytestmark = pytest.mark.slow

CANDIDATE = Candidate("numpy", "npz")


def child(code):
    return run_apart([sys.executable, "-c", code], CANDIDATE, threads=1)


def test_each_artifact_is_measured_in_a_process_of_its_own(random_bundle):
    started = []
    result = run_benchmark(Bundle.load(random_bundle), runs=10, on_start=started.append)
    assert started == [CANDIDATE]
    (report,) = result.reports
    assert (report.backend, report.format, report.runs) == ("numpy", "npz", 10)
    assert result.bundle == "random"
    assert result.failures == ()


def test_the_number_of_threads_reaches_a_runtime_that_reads_the_environment():
    code = "import os, sys; sys.exit(os.environ['OPENBLAS_NUM_THREADS'] + ' threads')"
    assert run_apart([sys.executable, "-c", code], CANDIDATE, threads=3) == Failure("numpy", "npz", "3 threads")


def test_a_runtime_that_crashes_is_one_row():
    assert child("import os; os.abort()") == Failure("numpy", "npz", "crashed with SIGABRT")


def test_a_runtime_that_raises_is_one_row_with_its_last_line():
    assert child("import sys; sys.exit('noise\\nno such operator')") == Failure("numpy", "npz", "no such operator")


def test_a_runtime_that_says_nothing_is_one_row_with_its_exit_code():
    assert child("raise SystemExit(3)") == Failure("numpy", "npz", "ended with exit code 3")


def test_wrong_answers_are_not_timed(random_bundle, tmp_path):
    for path in random_bundle.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    with np.load(tmp_path / "golden.npz") as arrays:
        golden = dict(arrays)
    golden["npz"] = golden["npz"][:, ::-1]
    np.savez(tmp_path / "golden.npz", **golden)
    replace(Bundle.load(random_bundle), folder=tmp_path, golden_sha256=sha256(tmp_path / "golden.npz")).save()
    with pytest.raises(BackendError, match="nothing could be measured: numpy npz: answers differ"):
        run_benchmark(Bundle.load(tmp_path), runs=2)


def test_an_unknown_backend_is_refused(random_bundle):
    with pytest.raises(BackendError, match="unknown backend 'abacus'"):
        run_benchmark(Bundle.load(random_bundle), backend="abacus")


def test_the_command_prints_a_table(random_bundle):
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--runs", "5"])
    assert result.exit_code == 0
    for word in ("p50 us", "p90 us", "p99 us", "start ms", "npz", "5 single images each"):
        assert word in result.output


def test_the_command_prints_and_saves_json(random_bundle, tmp_path):
    out = tmp_path / "latency.json"
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--runs", "5", "--json", "--out", str(out)])
    assert result.exit_code == 0
    saved = json.loads(out.read_text(encoding="utf-8"))
    assert json.loads(result.stdout) == saved
    assert saved["reports"][0]["runs"] == 5
    assert set(saved["device"]) == {"model", "machine", "cores", "system", "python", "versions"}


def test_a_bundle_that_is_none_is_one_line(tmp_path):
    result = CliRunner().invoke(app, ["benchmark", str(tmp_path)])
    assert result.exit_code == 1
    assert "no manifest.json" in result.stderr


def test_the_detector_is_measured_too(detecting_bundle):
    result = run_benchmark(Bundle.load(detecting_bundle), runs=5)
    (report,) = result.detector_reports
    assert (report.backend, report.format, report.runs) == ("numpy", "npz", 5)
    printed = CliRunner().invoke(app, ["benchmark", str(detecting_bundle), "--runs", "5"])
    assert "detector, one canvas of a 640 x 480 frame" in printed.output
    assert "5 canvases each, after 3" in printed.output


def test_a_detector_that_gives_wrong_maps_is_not_timed_and_the_patches_are(detecting_bundle, tmp_path):
    folder = shutil.copytree(detecting_bundle, tmp_path / "bundle")
    with np.load(folder / "detector_golden.npz") as arrays:
        known = dict(arrays)
    known["npz/0"] = known["npz/0"] + 1
    np.savez(folder / "detector_golden.npz", **known)
    bundle = Bundle.read(folder)
    detector = replace(bundle.detector, golden_sha256=sha256(folder / "detector_golden.npz"))
    replace(bundle, detector=detector).save()
    result = run_benchmark(Bundle.load(folder), runs=2)
    assert (len(result.reports), result.detector_reports) == (1, ())
    assert "maps differ by 1" in result.detector_failures[0].reason


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a photo", "exists and holds no benchmark"),
        (b"[1]", "exists and holds no benchmark"),
        (None, "is a directory"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_measured(
    random_bundle, tmp_path, monkeypatch, content, message
):
    monkeypatch.setattr("edgedigits.benchmark.run.run_benchmark", lambda *_, **__: pytest.fail("it was measured"))
    out = tmp_path / "out"
    out.mkdir() if content is None else out.write_bytes(content)
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--out", str(out)])
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert content is None or out.read_bytes() == content


def test_what_was_measured_is_printed_even_if_it_cannot_be_written(random_bundle, tmp_path, monkeypatch):
    def full(*_):
        raise WriteError("the disk is full")

    monkeypatch.setattr("edgedigits.files.write_json", full)
    out = tmp_path / "latency.json"
    result = CliRunner().invoke(app, ["benchmark", str(random_bundle), "--runs", "5", "--out", str(out)])
    assert result.exit_code == 1
    assert "p50 us" in result.stdout
    assert "the disk is full" in result.stderr


def test_an_earlier_benchmark_is_replaced_and_progress_is_told_without_a_terminal(random_bundle, tmp_path):
    out = tmp_path / "latency.json"
    for runs in ("5", "6"):
        arguments = ["benchmark", str(random_bundle), "--runs", runs, "--out", str(out)]
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 0
        assert "measure npz in numpy" in result.stderr
    assert json.loads(out.read_text())["reports"][0]["runs"] == 6
