import re

import numpy as np
import pytest

from edgedigits.errors import ParityError
from edgedigits.training.model import build_model
from edgedigits_export.convert import npz
from edgedigits_export.formats import FORMATS
from edgedigits_export.networks.network import Network
from edgedigits_export.proof import prove


def with_weights(network, change):
    """The network with its list of weights changed."""
    model = build_model()
    model.set_weights(change([weights.copy() for weights in network.model.get_weights()]))
    return Network(model, recipe=network.recipe, seed=network.seed)


def proof_of(content, tmp_path, questions, name):
    path = tmp_path / FORMATS[name].file
    path.write_bytes(content)
    return prove(path, name=name, format=FORMATS[name], questions=questions)


def test_every_file_of_the_export_passes_in_every_runtime_that_is_here(exported):
    runtimes = {proof.format: {report.backend for report in proof.reports} for proof in exported.proofs}
    assert all(proof.passed for proof in exported.proofs)
    assert runtimes["npz"] == {"numpy"}
    assert "onnxruntime" in runtimes["onnx"]
    assert runtimes["float32"]
    assert runtimes["int8"] == runtimes["float32"] >= {"litert", "litert-builtin"}


@pytest.mark.parametrize("name", ["float32", "onnx", "npz", "int8", "uint8", "float16", "dynamic", "onnx-int8"])
def test_changed_weights_fail_in_every_format(trained, questions, tmp_path, name):
    def disturb(weights):
        weights[4] += np.random.default_rng(0).normal(0, 0.3, weights[4].shape).astype(np.float32)
        return weights

    content = FORMATS[name].convert(with_weights(trained.network, disturb), calibration_of(trained))
    proof = proof_of(content, tmp_path, questions, name)
    assert not proof.passed
    with pytest.raises(ParityError, match=f"^{name}: .*FAILED [a-z]+ agreement .* % \\(at least"):
        proof.artifact(tmp_path)


def test_the_slightest_change_of_one_weight_fails_the_exact_gate(trained, questions, tmp_path):
    def nudge(weights):
        weights[-1][3] += 1e-3
        return weights

    content = npz.float32(with_weights(trained.network, nudge))
    proof = proof_of(content, tmp_path, questions, "npz")
    assert proof.reports[0].agreement == 1
    assert [finding.check for finding in proof.findings if not finding.passed] == ["numpy largest difference"]


def test_outputs_in_another_order_fail_and_name_the_cause(trained, questions, tmp_path):
    def permute(weights):
        weights[-2], weights[-1] = np.roll(weights[-2], 1, axis=1), np.roll(weights[-1], 1)
        return weights

    content = npz.float32(with_weights(trained.network, permute))
    order = ", ".join(f"{digit} called {(digit + 1) % 10}" for digit in range(10))
    found = str(proof_of(content, tmp_path, questions, "npz"))
    assert (
        f"FAILED numpy order of labels {order} (must be as trained), likely labels in another order ({order})" in found
    )


def test_the_file_of_another_network_fails(questions, tmp_path, trained):
    content = npz.float32(Network(build_model(), recipe="none", seed=0))
    assert not proof_of(content, tmp_path, questions, "npz").passed


def test_a_runtime_that_crashes_is_a_failed_check(exported, questions, tmp_path, monkeypatch):
    package = tmp_path / "ai_edge_litert"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "interpreter.py").write_text("import os\nclass Interpreter:\n    def __init__(self, **_): os.abort()\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = exported.bundle.folder / FORMATS["float32"].file
    proof = prove(path, name="float32", format=FORMATS["float32"], questions=questions)
    assert re.search(r"FAILED litert run litert ended with SIGABRT.*, likely .*a crash of its own", str(proof))


def test_a_file_that_no_runtime_here_can_run_does_not_pass(exported, questions, tmp_path, monkeypatch):
    for package in ("ai_edge_litert", "tflite_runtime"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise ImportError('gone')\n")
    monkeypatch.syspath_prepend(tmp_path)
    path = exported.bundle.folder / FORMATS["float32"].file
    proof = prove(path, name="float32", format=FORMATS["float32"], questions=questions)
    assert "FAILED runtimes none answered" in str(proof)
    assert "litert run not here: ai_edge_litert.interpreter cannot be imported (gone)" in str(proof)


def calibration_of(trained):
    from edgedigits_export.convert.calibration import Calibration

    return Calibration(trained.data, 50)
