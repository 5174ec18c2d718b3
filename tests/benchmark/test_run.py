"""The benchmark: counts and shape of what it reports, never seconds."""

import json
import shutil
import sys
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from edgedigits.backends.choice import chosen_ways
from edgedigits.benchmark.fastest import fastest_ways
from edgedigits.benchmark.plan import Plan
from edgedigits.benchmark.process import environment_of, run_apart
from edgedigits.benchmark.results import load
from edgedigits.benchmark.run import run_benchmark
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.cli import app
from edgedigits.errors import BackendError, WriteError
from edgedigits.files import sha256

pytestmark = pytest.mark.slow
PATH = {"network": "npz in numpy", "detector": "npz in numpy", "width_px": 640, "height_px": 480, "frames": 2}
SAID = PATH | {"digits": 3.0, "stages_ms": {"capture": [1.0, 3.0], "find": [5.0, 7.0], "draw": [10.0, 20.0]}}
SHORT = Plan(time_s=1)


@pytest.fixture(autouse=True)
def camera(tmp_path, monkeypatch):
    """A camera's path that is measured at once."""
    (tmp_path / "camera_of_the_tests.py").write_text(f"import json; print(json.dumps({SAID}))")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("edgedigits.benchmark.camera.CHILD", "camera_of_the_tests")


def child(code, **named):
    return run_apart([sys.executable, "-c", code], **{"threads": 1, "limit_s": 60, **named})


def run(*arguments):
    return CliRunner().invoke(app, ["benchmark", *map(str, arguments)])


def test_each_case_is_measured_in_a_process_of_its_own_and_summed_up(detecting_bundle):
    told = []
    results = run_benchmark(Bundle.load(detecting_bundle), SHORT, on_step=lambda *step: told.append(step))
    assert {step for step, *_ in told} >= {"measure npz in numpy", "measure detector npz in numpy"}
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    naming, detector = results.cases
    assert (naming.network, naming.backend, naming.format, naming.threads) == ("naming", "numpy", "npz", 1)
    assert naming.runs > detector.runs > 0
    told = [each for each in (naming.p50_us, naming.p90_us, naming.p99_us) if each is not None]
    assert 0 < told[0] <= told[-1]
    assert (naming.p99_us is None) == (naming.runs < 100)
    assert naming.interval_us["p50"][0] <= naming.p50_us <= naming.interval_us["p50"][1]
    assert naming.per_s == pytest.approx(1e6 / naming.mean_us, rel=0.01)
    assert naming.sha256 == sha256(detecting_bundle / "model.npz")


def test_the_stages_of_the_camera_are_told_and_drawing_comes_after_the_answer(detecting_bundle):
    camera = run_benchmark(Bundle.load(detecting_bundle), SHORT).camera
    assert [(stage.name, stage.mean_ms) for stage in camera.stages] == [("capture", 2.0), ("find", 6.0), ("draw", 15.0)]
    assert camera.frame_to_answer.mean_ms == pytest.approx(8.0)


def test_a_camera_that_fails_is_one_line_and_the_rest_goes_on(detecting_bundle, monkeypatch):
    monkeypatch.setattr("edgedigits.benchmark.camera.CHILD", "no_such_module")
    results = run_benchmark(Bundle.load(detecting_bundle), SHORT)
    assert results.camera is None
    reasons = {failure.what: failure.reason for failure in results.failures}
    assert "No module named no_such_module" in reasons["the camera's path"]
    assert results.cases


def test_without_opencv_there_is_no_camera_and_the_cure_is_told(detecting_bundle, monkeypatch):
    monkeypatch.setattr("edgedigits.benchmark.camera.is_installed", lambda _: False)
    results = run_benchmark(Bundle.load(detecting_bundle), SHORT)
    reasons = {failure.what: failure.reason for failure in results.failures}
    assert "pip install 'edgedigits[headless]'" in reasons["the camera's path"]


def test_the_number_of_threads_reaches_a_runtime_that_reads_the_environment():
    assert child("import os, json; print(json.dumps(os.environ['OPENBLAS_NUM_THREADS']))", threads=3) == "3"
    assert environment_of(2)["OMP_NUM_THREADS"] == "2"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os.abort()", "crashed with SIGABRT"),
        ("import sys; sys.exit('noise\\nno such operator')", "no such operator"),
        ("raise SystemExit(3)", "ended with exit code 3"),
    ],
)
def test_a_process_that_fails_says_why_in_one_line(code, reason):
    with pytest.raises(BackendError) as raised:
        child(code)
    assert str(raised.value) == reason


def test_a_process_that_hangs_is_ended():
    with pytest.raises(BackendError, match="did not end within 1 s"):
        child("import time; time.sleep(600)", limit_s=1)


def test_wrong_answers_are_not_timed_and_without_any_other_that_is_the_error(random_bundle, falsified, tmp_path):
    folder = shutil.copytree(random_bundle, tmp_path / "bundle")
    falsified(folder, "golden.npz", "npz", lambda known: known[:, ::-1])
    with pytest.raises(BackendError, match=r"nothing could be measured: .*npz in numpy: answers differ"):
        run_benchmark(Bundle.load(folder), SHORT)


def test_a_detector_that_gives_wrong_maps_is_not_timed_and_the_rest_is(detecting_bundle, falsified, tmp_path):
    folder = shutil.copytree(detecting_bundle, tmp_path / "bundle")
    falsified(folder, "detector_golden.npz", "npz/0", lambda known: known + 1)
    results = run_benchmark(Bundle.load(folder), SHORT)
    assert [case.network for case in results.cases] == ["naming"]
    reasons = {failure.what: failure.reason for failure in results.failures}
    assert "maps differ by 1" in reasons["detector npz in numpy"]


def test_a_runtime_that_ends_its_process_is_a_line_and_the_rest_goes_on(tmp_path, monkeypatch):
    folder = shutil.copytree(default_bundle(), tmp_path / "bundle")
    whole = Bundle.read(folder)
    replace(whole, artifacts=(whole.artifact("onnx"), whole.artifact("npz")), detector=None).save()
    (tmp_path / "onnxruntime.py").write_text("import os; os.abort()")
    monkeypatch.syspath_prepend(tmp_path)
    results = run_benchmark(Bundle.load(folder), SHORT)
    reasons = {failure.what: failure.reason for failure in results.failures}
    assert reasons["onnx in onnxruntime"] == "crashed with SIGABRT"
    assert "npz" in {case.format for case in results.cases}


def test_a_meters_file_that_holds_no_readings_is_refused_before_time_is_spent(random_bundle, tmp_path):
    (tmp_path / "power.csv").write_text("a photo")
    result = run(random_bundle, "--power", tmp_path / "power.csv")
    assert result.exit_code == 1
    assert "holds no power readings" in result.stderr
    assert "measure" not in result.stderr


def test_an_unknown_backend_is_refused(random_bundle):
    with pytest.raises(BackendError, match="unknown backend 'abacus'"):
        run_benchmark(Bundle.load(random_bundle), replace(SHORT, backend="abacus"))


def test_the_command_prints_tables(random_bundle):
    result = run(random_bundle, "--time", 1)
    assert result.exit_code == 0
    for word in (
        "one digit named",
        "p50",
        "95 % interval",
        "npz",
        "answers were checked",
        "not measured: the camera's",
    ):
        assert word in result.output


def test_the_command_prints_and_saves_json(random_bundle, tmp_path):
    out = tmp_path / "latency.json"
    result = run(random_bundle, "--time", 1, "--threads", 1, "--threads", 2, "--json", "--out", out)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == json.loads(out.read_text(encoding="utf-8"))
    assert [case.threads for case in load(out).cases] == [1, 2]


def test_the_fastest_is_chosen_and_said(random_bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert chosen_ways(Bundle.read(random_bundle)) == {}
    result = run(random_bundle, "--time", 1, "--choose")
    assert "auto takes npz in numpy (naming) here from now on" in result.stderr
    assert chosen_ways(Bundle.read(random_bundle)) == {"naming": ("numpy", "npz")}


def test_of_the_detector_no_quantised_file_is_chosen_and_all_in_the_least_number_of_threads(measured):
    fast = {case.key: replace(case, p50_us=1.0) for case in measured.cases if case.format == "int8"}
    more = replace(measured.cases[-1], network="naming", threads=2, p50_us=0.1)
    results = replace(measured, cases=(*(fast.get(case.key, case) for case in measured.cases), more))
    ways = fastest_ways(results)
    assert (ways["naming"].format, ways["naming"].threads) == ("int8", 1)
    assert ways["detector"].format in {"float32", "onnx", "npz"}


def test_a_bundle_that_is_none_is_one_line(tmp_path):
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "no manifest.json" in result.stderr


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
    result = run(random_bundle, "--out", out)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert content is None or out.read_bytes() == content


def test_a_reader_who_leaves_costs_no_file(random_bundle, tmp_path, monkeypatch):
    def left(*_):
        raise BrokenPipeError

    monkeypatch.setattr("edgedigits.cli.benchmark_tables.print_results", left)
    out, page = tmp_path / "latency.json", tmp_path / "latency.html"
    assert run(random_bundle, "--time", 1, "--out", out, "--html", page).exit_code == 0
    assert json.loads(out.read_text())["cases"]
    assert page.stat().st_size


def test_what_was_measured_is_printed_even_if_it_cannot_be_written(random_bundle, tmp_path, monkeypatch):
    def full(*_):
        raise WriteError("the disk is full")

    monkeypatch.setattr("edgedigits.files.write_text", full)
    result = run(random_bundle, "--time", 1, "--out", tmp_path / "latency.json")
    assert result.exit_code == 1
    assert "one digit named" in result.stdout
    assert "the disk is full" in result.stderr


def test_an_earlier_benchmark_is_replaced_and_progress_is_told_without_a_terminal(random_bundle, tmp_path):
    out, moments = tmp_path / "latency.json", []
    for _ in range(2):
        result = run(random_bundle, "--time", 1, "--out", out)
        assert result.exit_code == 0
        assert "measure the camera's path" in result.stderr
        moments.append(out.stat().st_ino)
    assert moments[0] != moments[1]
