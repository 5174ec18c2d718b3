"""What goes wrong in conversions, done on purpose: each must fail, and be called by its name."""

import numpy as np
import pytest
import tensorflow as tf

from edgedigits.training.model import build_model
from edgedigits_export.convert import onnx, tflite
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.formats import FORMATS
from edgedigits_export.gates.causes import channels_first_rows
from edgedigits_export.networks.network import Network
from edgedigits_export.proof import look, prove, prove_all

NCHW = "a layout with channels first (NCHW) in place of channels last (NHWC)"


def changed(network, change):
    """The network after ``change`` was called with its arrays of weights."""
    model, weights = build_model(), [array.copy() for array in network.model.get_weights()]
    change(weights)
    model.set_weights(weights)
    return Network(model, recipe=network.recipe, seed=network.seed)


@pytest.fixture
def failed(questions, tmp_path):
    """Failed findings of a file with some content, by the name of the check."""

    def ask(content, name):
        path = tmp_path / FORMATS[name].file
        path.write_bytes(content)
        proof = prove(path, name=name, format=FORMATS[name], questions=questions)
        return {finding.check: finding for finding in proof.findings if not finding.passed}

    return ask


def divide_again(weights):
    weights[0] /= 255


def take_bytes(weights):
    weights[0] *= 255


def take_dark_ink(weights):
    weights[1] += weights[0].sum(axis=(0, 1, 2))
    weights[0] *= -1


def swap_rows_and_columns(weights):
    for index in (0, 2, 4):
        weights[index] = weights[index].transpose(1, 0, 2, 3)
    weights[6] = weights[6].reshape(3, 3, 64, 64).transpose(1, 0, 2, 3).reshape(576, 64)


def flatten_channels_first(weights):
    weights[6][channels_first_rows()] = weights[6].copy()


@pytest.mark.parametrize(
    ("mistake", "cause"),
    [
        (divide_again, "pixels divided by 255 twice"),
        (take_bytes, "pixels in 0..255 given to a network that takes 0..1"),
        (take_dark_ink, "black ink on white given to a network that takes white on black"),
        (swap_rows_and_columns, "rows and columns swapped"),
        (flatten_channels_first, NCHW),
    ],
)
@pytest.mark.parametrize("name", ["npz", "float32"])
def test_a_well_known_mistake_fails_and_is_named(trained, failed, mistake, cause, name):
    content = FORMATS[name].convert(changed(trained.network, mistake), Calibration(trained.data, 50))
    found = failed(content, name)
    runtime = {"npz": "numpy", "float32": "litert"}[name]
    assert found[f"{runtime} largest difference"].cause == cause


def test_an_input_with_channels_first_fails_and_is_named(trained, failed):
    holder, infer = trained.network.traced()
    source = tf.TensorSpec((1, 1, 28, 28), tf.float32, name="image")
    turned = tf.function(lambda image: infer(tf.transpose(image, (0, 2, 3, 1))), input_signature=[source])
    content = tf.lite.TFLiteConverter.from_concrete_functions([turned.get_concrete_function()], holder).convert()
    assert failed(content, "float32")["shapes"].cause == NCHW


def test_an_operator_that_stayed_float_in_the_int8_file_fails_and_is_named(trained, failed):
    holder, infer = trained.network.traced()
    source = infer.input_signature[0]
    # A sine is not quantised: it stays float32 between a DEQUANTIZE and a QUANTIZE.
    bent = tf.function(lambda image: {"probabilities": tf.sin(infer(image)["probabilities"])}, input_signature=[source])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([bent.get_concrete_function()], holder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image] for image in Calibration(trained.data, 50).images())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8, tf.lite.OpsSet.TFLITE_BUILTINS]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    found = failed(converter.convert(), "int8")["operators in other types"]
    assert "SIN in float32" in found.measured
    assert found.limit == "must be none outside of int32, int8"


@pytest.mark.parametrize("ends", ["int8", "uint8", "int16"])
@pytest.mark.parametrize(("factor", "cause"), [(255, "0..255"), (0, "blank")])
def test_a_wrong_calibration_fails_in_every_integer_format(trained, tmp_path, ends, factor, cause):
    name = {"int16": "int16x8"}.get(ends, ends)
    images = (image * np.float32(factor) for image in Calibration(trained.data, 20).images())
    path = tmp_path / FORMATS[name].file
    path.write_bytes(tflite.quantised(trained.network, images, ends=ends))
    found = {finding.check: finding for finding in look(name, (path,), format=FORMATS[name]).findings}
    assert cause in found["input scale"].cause


@pytest.mark.parametrize("factor", [255, 0])
def test_a_wrong_calibration_of_the_onnx_file_fails(trained, failed, factor):
    images = (image * np.float32(factor) for image in Calibration(trained.data, 20).images())
    found = failed(onnx.int8(trained.network, images), "onnx-int8")
    assert "onnxruntime agreement" in found


@pytest.mark.parametrize("name", ["float32", "int8", "onnx", "npz"])
def test_a_truncated_file_fails_before_it_is_run(exported, failed, name):
    content = (exported.bundle.folder / FORMATS[name].file).read_bytes()
    found = failed(content[: len(content) // 2], name)
    assert found["file"].cause == "a truncated or swapped file"


@pytest.mark.parametrize(
    ("made", "named", "check"),
    [
        ("float32", "int8", "types"),
        ("float32", "int8", "size"),
        ("int8", "float32", "types"),
        ("onnx", "float32", "file"),
        ("float32", "onnx", "file"),
        ("npz", "onnx", "file"),
        ("onnx", "npz", "file"),
        ("onnx", "onnx-int8", "operators in other types"),
    ],
)
def test_a_file_in_another_ones_place_fails(exported, failed, made, named, check):
    content = (exported.bundle.folder / FORMATS[made].file).read_bytes()
    assert check in failed(content, named)


def test_every_format_passes_its_gate_and_its_notes_say_what_it_costs(trained, questions, tmp_path):
    names = ("float32", "float16", "dynamic", "int8", "uint8", "int16x8", "onnx", "onnx-int8")
    calibration, files = Calibration(trained.data, 100), {}
    for name in names:
        files[name] = (tmp_path / FORMATS[name].file,)
        files[name][0].write_bytes(FORMATS[name].convert(trained.network, calibration))
    proofs = {proof.format: proof for proof in prove_all(files, formats=FORMATS, questions=questions)}
    assert not [str(proof) for proof in proofs.values() if not proof.passed]
    assert "slower than int8" in proofs["int16x8"].notes[0]
    assert "times as slow here as float32" in proofs["int16x8"].notes[1]
    assert any("int8 in litert apart" in finding.check for finding in proofs["uint8"].findings)
