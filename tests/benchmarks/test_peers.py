"""What stands side by side is measured alike, and a peer that is missing costs a line."""

import json
import sys
from functools import partial

import cv2
import numpy as np
import pytest

from benchmarks.peers import export, inference, reading, scale, side, startup, textbook
from edgedigits.recognizer import Recognizer
from edgedigits_camera.scene import SceneSpec, draw_scene

# Of so many bytes, all written to.
HEAVY = "held = b'x' * {}; print(len(held))"


@pytest.fixture
def results(tmp_path, monkeypatch):
    monkeypatch.setattr(side, "RESULTS", tmp_path)
    return tmp_path


def test_a_process_is_weighed_without_the_one_that_starts_it():
    held = np.ones(300_000_000, np.uint8)
    light, heavy = (side.weighed([sys.executable, "-c", HEAVY.format(size)]) for size in (1, 100_000_000))
    assert (light.printed, held.size) == ("1\n", 300_000_000)
    assert min(light.wall_s, light.processor_s) > 0
    assert light.peak_mb < 50
    assert 90 < heavy.peak_mb - light.peak_mb < 120


def test_peers_that_are_missing_or_fail_are_a_line_each_and_the_rest_goes_on(capsys):
    opened = side.present(
        {
            "none": partial(side.weighed, ["no-such-program"]),
            "failing": partial(side.weighed, [sys.executable, "-c", "raise ValueError('seven')"]),
            "absent": partial(__import__, "no_such_module"),
            "here": lambda: 7,
        }
    )
    assert opened == {"here": 7}
    none, failing, absent = capsys.readouterr().err.splitlines()
    assert none == "none: left out (no-such-program is not installed)"
    assert failing.startswith("failing: left out (python")
    assert failing.endswith("ended with 1: ValueError: seven)")
    assert absent == "absent: left out (No module named 'no_such_module')"


def test_calls_are_timed_in_turns_after_one_round_that_does_not_count():
    order = []
    seconds = side.timed_in_turns({name: partial(order.append, name) for name in "ab"}, rounds=2)
    assert "".join(order) == "ab" + "aabb" * 2
    assert {name: len(each) for name, each in seconds.items()} == {"a": 2, "b": 2}
    (many,) = side.timed_in_turns({"c": partial(order.append, "c")}, rounds=1, least_s=0.01)["c"]
    assert order.count("c") > 20
    assert many > 0


def test_results_are_kept_with_the_machine_and_a_plot(results):
    pytest.importorskip("matplotlib", reason="the extra `export` is not installed")
    side.keep("speed", {"figure": 7}, bars={"edgedigits": 1.0, "peer": 20.0}, axis="seconds", log=True)
    kept = json.loads((results / "speed.json").read_text())
    assert kept["figure"] == 7
    assert {"model", "cores", "versions", "load_average"} <= set(kept["device"])
    assert cv2.imread(str(results / "speed.png")).shape[1] == 800


@pytest.mark.parametrize("name", ["litert, int8", "litert, float32", "onnxruntime, float32", "opencv, float32"])
def test_bare_calls_answer_as_the_bundle_says(name):
    golden = Recognizer.load().bundle.golden
    (call,) = side.present({name: partial(inference.PEERS[name], golden["patches"][:8])}).values() or [None]
    if call is None:
        pytest.skip(f"what runs {name} is not installed")
    answers = np.array(call()).reshape(8, 10)
    assert (answers.argmax(axis=1) == golden["npz"][:8].argmax(axis=1)).all()


def test_batches_of_every_size_are_measured_and_the_limit_of_the_machine_too(monkeypatch):
    monkeypatch.setattr(inference, "PEERS", {"edgedigits classify, int8": inference.classify})
    result = inference.measure(rounds=1, batches=(1, 2))
    assert {batch: set(took) for batch, took in result["edgedigits classify, int8"].items()} == {
        "1": {"median", "p25", "p75"},
        "2": {"median", "p25", "p75"},
    }
    assert 0 < inference.limit_us() < 10_000


def test_the_textbook_reads_a_clean_page_and_no_more():
    spec = SceneSpec(layout="line", digit_px=60.0, tilt=0.0, strength=0.0, pen="marker")
    scene = draw_scene(3, spec=spec, size_px=(640, 240))
    with Recognizer.load() as recognizer:
        said = textbook.read(scene.image, recognizer)
    assert sorted(said) == sorted(digit.digit for digit in scene.digits)
    assert not textbook.plausible(300, 40, 240)
    assert textbook.plausible(30, 40, 240)


def test_every_peer_reads_the_same_pictures(tmp_path, monkeypatch):
    monkeypatch.delenv("EDGEDIGITS_CASES", raising=False)
    reading.draw(tmp_path, scenes=2)
    drawn = reading.pictures(tmp_path)["drawn"]
    monkeypatch.setitem(reading.PEERS, "perfect", lambda: lambda path: reading.digits_of(f"no. {drawn[path]}"))
    monkeypatch.setitem(reading.PEERS, "silent", lambda: lambda _: [])
    perfect, silent = (reading.read_all(name, tmp_path)["drawn"] for name in ("perfect", "silent"))
    assert (perfect["bags"], perfect["read"], perfect["precision"]) == (2, 1.0, 1.0)
    assert (silent["bags"], silent["read"], silent["reported"]) == (2, 0.0, 0)


def test_photos_come_from_the_folders_that_are_named(tmp_path, monkeypatch):
    reading.draw(tmp_path, scenes=1)
    (tmp_path / "labels.csv").write_text("file,digits,rows,note\na.jpg,4711,1,\n")
    monkeypatch.setenv("EDGEDIGITS_CASES", str(tmp_path))
    assert reading.pictures(tmp_path)["photos"] == {tmp_path / "a.jpg": "4711"}


def test_processes_are_compared_from_start_to_end(monkeypatch):
    monkeypatch.setattr(startup, "COMMANDS", {"a": [sys.executable, "-c", ""], "gone": ["no-such-program"]})
    result = startup.measure(rounds=2)
    assert list(result) == ["a"]
    assert min(result["a"][clock]["median"] for clock in ("wall_s", "processor_s")) > 0
    assert 5 < result["a"]["peak_mb"] < 50


@pytest.mark.slow
def test_one_and_two_processes_read_the_same_pages(tmp_path):
    scale.draw(tmp_path, pages=10)
    result = scale.measure(tmp_path, pages=10)
    assert list(result) == ["1", "2"]
    assert all(one["pages_per_s"] > 0 and one["all_mb"] > 50 for one in result.values())


@pytest.mark.parametrize(
    ("step", "name"),
    [("convert int8", "int8"), ("prove onnx-int8 in onnxruntime", "onnx-int8"), ("write the reports", "reports")],
)
def test_a_step_of_an_export_belongs_to_its_format(step, name):
    assert export.format_in(step, {"int8", "onnx", "onnx-int8"}) == name


@pytest.mark.slow
def test_bare_converters_convert_our_network(monkeypatch):
    pytest.importorskip("tensorflow", reason="the extra `export` is not installed")
    monkeypatch.setattr(export, "BARE", {"shape": "print(model.output_shape)\nassert model.count_params() == 93_322"})
    assert export.bare("shape") > 0


@pytest.mark.slow
def test_trainings_see_the_same_images_and_their_times_are_compared(monkeypatch):
    training = pytest.importorskip("benchmarks.peers.training")
    data_of = pytest.importorskip("edgedigits.training.data", reason="the extra `train` is not installed")
    rng = np.random.default_rng(1)
    split = data_of.Split(rng.integers(0, 256, (256, 28, 28)).astype(np.uint8), np.arange(256, dtype=np.uint8) % 10)
    monkeypatch.setattr(training, "FIT_SEEDS", 1)
    result = training.measure(data_of.Mnist(split, split, split, "", "noise"), epochs=2)
    assert [len(result["fast"]), len(result["fit"]), len(result["fit"][0])] == [3, 1, 2]
    assert result["fit_s"] is None  # noise is not learnt
    assert result["whole_s"] == pytest.approx(sum(row["s"] for row in result["fit"][0]))
    assert result["whole_over_fast"] == pytest.approx(result["whole_s"] / result["fast_s"], abs=0.01)


def test_the_time_of_model_fit_is_the_median_of_when_its_seeds_get_there():
    training = pytest.importorskip("benchmarks.peers.training")
    rows = [[{"s": 10.0, "accuracy": 0.98}, {"s": each, "accuracy": 0.991}] for each in (2.0, 5.0, 7.0)]
    fast = [{"s": 2.0, "accuracy": 0.9904}] * 3
    result = training.compared(fast, {"epoch_s": 1.0}, rows)
    assert (result["fit_s"], result["fit_over_fast"]) == (15.0, 7.5)
    assert (result["whole_s"], result["fit_epoch_s"], result["notebook_over_fit_epoch"]) == (12.0, 2.0, 0.5)
    assert training.compared(fast, {"epoch_s": 1.0}, [*rows, [{"s": 1.0, "accuracy": 0.98}]])["fit_s"] is None
