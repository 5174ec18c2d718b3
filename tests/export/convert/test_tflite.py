import numpy as np
import pytest
import tensorflow as tf

from edgedigits.backends import open_file
from edgedigits.errors import BackendError, ExportError
from edgedigits_export.convert import tflite
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.formats import FORMATS
from edgedigits_export.proof import prove

NINE = (
    *("CONV_2D", "MAX_POOL_2D", "CONV_2D", "MAX_POOL_2D", "CONV_2D"),
    *("RESHAPE", "FULLY_CONNECTED", "FULLY_CONNECTED", "SOFTMAX"),
)


def failed(content, tmp_path, questions, name):
    """Failed findings of a file with this content, by the name of the check."""
    path = tmp_path / FORMATS[name].file
    path.write_bytes(content)
    proof = prove(path, name=name, format=FORMATS[name], questions=questions)
    return {finding.check: finding for finding in proof.findings if not finding.passed}


@pytest.mark.parametrize("name", ["float32", "int8"])
def test_files_hold_nine_operators_and_named_ends_of_a_fixed_batch(exported, name):
    contents = tflite.contents(exported.bundle.folder / FORMATS[name].file)
    assert contents.operators == NINE
    assert (contents.input.name, contents.input.shape) == ("image", (1, 28, 28, 1))
    assert (contents.output.name, contents.output.shape) == ("probabilities", (1, 10))
    assert contents.input.dtype == contents.output.dtype == name


def test_a_stored_int8_is_the_pixel_less_128(exported):
    source = exported.bundle.artifact("int8").input
    assert source.scale == pytest.approx(1 / 255, rel=1e-6)
    assert source.zero_point == -128


def test_a_conversion_with_an_open_batch_fails(trained, questions, tmp_path):
    content = tf.lite.TFLiteConverter.from_keras_model(trained.network.model).convert()
    assert {"names", "shapes", "operators of a dynamic batch", "operators"} <= set(
        failed(content, tmp_path, questions, "float32")
    )


def test_the_route_that_loses_the_weights_without_an_error_fails(trained, questions, tmp_path):
    model = trained.network.model
    source = tf.TensorSpec((1, 28, 28, 1), tf.float32, name="image")
    infer = tf.function(lambda image: {"probabilities": model(image)}, input_signature=[source])
    content = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], model).convert()
    assert len(content) < 20_000
    found = failed(content, tmp_path, questions, "float32")
    if "litert run" in found:  # TensorFlow 2.19 leaves them in variables that nobody sets
        assert "variable" in found["litert run"].measured
        return
    assert "converter lost the weights" in found["litert largest difference"].cause
    assert found["litert largest difference"].measured == "nan"


@pytest.mark.parametrize(("factor", "cause"), [(255, "0..255"), (0, "blank"), (0.5, "do not span")])
def test_a_wrong_calibration_fails_and_names_the_likely_cause(trained, questions, tmp_path, factor, cause):
    images = (image * np.float32(factor) for image in Calibration(trained.data, 50).images())
    found = failed(tflite.quantised(trained.network, images), tmp_path, questions, "int8")
    assert cause in found["input scale"].cause


def test_the_float_file_in_place_of_the_int8_file_fails(exported, questions, tmp_path):
    content = (exported.bundle.folder / FORMATS["float32"].file).read_bytes()
    assert "types" in failed(content, tmp_path, questions, "int8")


def test_a_truncated_file_fails(exported, questions, tmp_path):
    content = (exported.bundle.folder / FORMATS["int8"].file).read_bytes()
    assert failed(content[: len(content) // 2], tmp_path, questions, "int8")


@pytest.mark.parametrize("content", [b"", b"not a model", bytes(1000)])
def test_what_is_no_tflite_file_is_refused(tmp_path, content):
    path = tmp_path / "model.tflite"
    path.write_bytes(content)
    with pytest.raises(ExportError, match=r"model\.tflite is no TFLite file"):
        tflite.contents(path)


def test_a_backend_reads_the_quantisation_of_a_file_that_takes_raw_pixels(trained, exported, tmp_path):
    holder, infer = trained.network.traced()
    converter = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], holder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: ([image] for image in Calibration(trained.data, 100).images())
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.uint8
    path = tmp_path / "model_uint8.tflite"
    path.write_bytes(converter.convert())
    assert tflite.contents(path).input.dtype == "uint8"
    golden = exported.bundle.golden
    answers = open_file(path, backend="litert").predict(golden["patches"])
    assert np.abs(answers - golden["int8"]).max() <= 1.5 / 256


def test_a_backend_refuses_a_file_of_another_shape(tmp_path):
    infer = tf.function(tf.identity, input_signature=[tf.TensorSpec((1, 32, 32, 3), tf.float32)])
    converter = tf.lite.TFLiteConverter.from_concrete_functions([infer.get_concrete_function()], tf.Module())
    (tmp_path / "other.tflite").write_bytes(converter.convert())
    with pytest.raises(BackendError, match=r"takes \(1, 32, 32, 3\), expected \(1, 28, 28, 1\)"):
        open_file(tmp_path / "other.tflite", backend="litert")


@pytest.mark.parametrize(("name", "backend"), [("npz", "numpy"), ("float32", "litert"), ("onnx", "onnxruntime")])
def test_a_float_backend_agrees_with_keras(trained, exported, name, backend):
    patches = exported.bundle.golden["patches"]
    path = exported.bundle.folder / FORMATS[name].file
    answers = open_file(path, backend=backend).predict(patches)
    # Processors add up in different orders; float32 has seven digits.
    assert np.abs(answers - trained.network.answers(patches)).max() <= 1e-5
