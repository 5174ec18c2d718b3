import importlib.util
import json
import sys
import types
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from edgedigits.bundle import default_bundle
from edgedigits.cli import app
from edgedigits.errors import BundleError, MissingExtraError
from edgedigits.graphs import Graph, Operator, Quantisation, Tensor, read_graph

MACS = 26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 3 * 3 * 64 * 9 * 64 + 576 * 64 + 64 * 10
WEIGHTS = 93_322
NEEDS = {"model_int8.tflite": "ai_edge_litert", "model_float32.tflite": "ai_edge_litert", "model_float32.onnx": "onnx"}


def shipped(name):
    """A file of the shipped bundle, where the library that reads it is installed."""
    if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    return default_bundle() / name


def run(*arguments):
    return CliRunner().invoke(app, ["inspect", *map(str, arguments)], env={"COLUMNS": "120"})


def tensor(name, *shape, constant=False):
    return Tensor(name, shape, "float32", constant=constant)


@pytest.mark.parametrize("name", ["model_int8.tflite", "model_float32.tflite", "model_float32.onnx", "model.npz"])
def test_every_file_has_the_2_794_240_multiply_accumulates_of_the_documented_network(name):
    graph = read_graph(shipped(name))
    assert graph.macs == MACS == 2_794_240
    assert [graph.tensors[place].name for place in (*graph.inputs, *graph.outputs)] == ["image", "probabilities"]


@pytest.mark.parametrize(
    ("name", "peak"),
    [
        ("model_int8.tflite", 26 * 26 * 32 + 13 * 13 * 32),
        ("model_float32.tflite", 4 * (26 * 26 * 32 + 13 * 13 * 32)),
        ("model.npz", 4 * (26 * 26 * 32 + 13 * 13 * 32)),
        ("model_float32.onnx", 4 * 2 * 26 * 26 * 32),  # an activation of its own, before and after
    ],
)
def test_the_peak_of_activations_is_where_the_largest_two_meet(name, peak):
    graph = read_graph(shipped(name))
    assert graph.peak_activation_bytes == peak == max(graph.activation_bytes())


def test_weights_are_counted_in_bytes():
    assert read_graph(shipped("model.npz")).weight_bytes == 4 * WEIGHTS
    biases = 32 + 64 + 64 + 64 + 10
    shape_of_flatten = 8
    int8 = read_graph(shipped("model_int8.tflite")).weight_bytes
    assert int8 == WEIGHTS - biases + 4 * biases + shape_of_flatten


def test_quantisation_is_read_for_the_whole_tensor_and_for_each_channel():
    graph = read_graph(shipped("model_int8.tflite"))
    source = graph.tensors[graph.inputs[0]].quantisation
    assert source.scales == (pytest.approx(1 / 255, rel=1e-6),)
    assert (source.zero_points, source.axis) == ((-128,), None)
    kernel = graph.tensors[graph.operators[0].inputs[1]]
    assert kernel.shape == (32, 3, 3, 1)
    assert len(kernel.quantisation.scales) == 32
    assert kernel.quantisation.axis == 0
    assert str(kernel.quantisation).startswith("32 scales ")


def test_what_is_read_later_stays_alive():
    tensors = (tensor("a", 10), tensor("w", 5, constant=True), tensor("b", 20), tensor("c", 30), tensor("d", 40))
    steps = (Operator("one", (0, 1), (2,)), Operator("two", (2,), (3,)), Operator("three", (0, 3), (4,)))
    graph = Graph(tensors, steps, (0,), (4,))
    assert graph.activation_bytes() == (4 * 30, 4 * 60, 4 * 80)
    assert replace(graph, operators=(*steps[:2], Operator("three", (3,), (4,)))).activation_bytes() == (120, 200, 280)
    assert graph.weight_bytes == 20


def test_what_is_worked_out_from_weights_alone_is_no_activation():
    tensors = (tensor("a", 10), tensor("w", 5, constant=True), tensor("dequantised", 1000), tensor("b", 20))
    steps = (Operator("DEQUANTIZE", (1,), (2,)), Operator("CONV_2D", (0, 2), (3,)))
    assert Graph(tensors, steps, (0,), (3,)).peak_activation_bytes == 4 * 30


def test_zero_points_that_differ_are_shown():
    assert str(Quantisation((0.5, 0.25), (0, 3), 1)) == "2 scales 0.25 to 0.5 along axis 1, zero points [0, 3]"


def test_the_command_shows_a_file_to_people():
    result = run(shipped("model_int8.tflite"))
    assert result.exit_code == 0, result.output
    for text in (
        "2,230,272",
        "FULLY_CONNECTED",
        "1x26x26x32",
        "27,040 bytes of activations at most",
        "zero point -128",
    ):
        assert text in result.stdout


def test_the_command_shows_a_file_to_programs():
    content = json.loads(run(shipped("model.npz"), "--json").stdout)
    assert (content["macs"], content["weight_bytes"]) == (MACS, 4 * WEIGHTS)
    assert [step["name"] for step in content["operators"]][:2] == ["conv1", "max_pool"]


def test_the_command_shows_every_file_of_a_bundle():
    for name in NEEDS:
        shipped(name)
    result = run()
    assert result.exit_code == 0, result.output
    for name in (*NEEDS, "model.npz"):
        assert name in result.stdout
    files = json.loads(run("--json").stdout)["files"]
    assert {file["macs"] for file in files if "detector" not in file["file"]} == {MACS}
    assert len({file["macs"] for file in files if "detector" in file["file"]}) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.tflite", None, "none.tflite is no file"),
        ("model.txt", b"text", r"what can be read are \.tflite, \.onnx, \.npz and bundles"),
        ("model.tflite", b"no model at all", "is no TFLite file"),
        ("model.tflite", b"", "is no TFLite file"),
        ("model.onnx", b"no model at all", "is no ONNX file"),
        ("model.onnx", b"", "is no ONNX file"),
        ("model.npz", b"no model at all", "holds no weights of the NumPy backend"),
    ],
)
def test_what_is_no_model_is_one_line(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    for suffix, library in ((".tflite", "ai_edge_litert"), (".onnx", "onnx")):
        if name.endswith(suffix) and content is not None:
            pytest.importorskip(library)
    with pytest.raises(BundleError, match=message) as caught:
        read_graph(path)
    assert "\n" not in str(caught.value)
    result = run(path)
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_an_archive_of_something_else_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", **{"conv1/kernel": np.zeros((3, 3)), "conv1/bias": np.zeros(3)})
    with pytest.raises(BundleError, match="holds no weights of the NumPy backend"):
        read_graph(tmp_path / "other.npz")


def test_a_library_that_is_missing_is_named_with_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'edgedigits\[export\]'"):
        read_graph(default_bundle() / "model_float32.onnx")
    result = run("--json")
    assert result.exit_code == 0
    assert "pip install 'edgedigits[export]'" in json.loads(result.stdout)["left_out"]["model_float32.onnx"]


def test_what_other_programs_left_in_a_file_is_shown(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(shipped("model_int8.tflite").read_bytes().partition(b"PK\x03\x04")[0])
    assert read_graph(path).metadata == {}
    with zipfile.ZipFile(path, "a") as entries:
        entries.writestr("labelmap.txt", "zero")
    assert read_graph(path).metadata == {"files": ["labelmap.txt"]}


def test_damaged_metadata_are_refused(tmp_path):
    path = tmp_path / "model.tflite"
    path.write_bytes(shipped("model_int8.tflite").read_bytes().partition(b"PK\x03\x04")[0])
    with zipfile.ZipFile(path, "a") as entries:
        entries.writestr("metadata.json", "{")
    with pytest.raises(BundleError, match=r"the metadata of .* cannot be read"):
        read_graph(path)


def test_a_detector_is_counted_for_a_canvas_of_256_pixels_a_side(detecting_bundle):
    graph = read_graph(detecting_bundle / "detector.npz")
    assert [graph.tensors[place].name for place in (*graph.inputs, *graph.outputs)] == [
        "contrast",
        "heat",
        "box",
        "kind",
    ]
    assert [graph.tensors[place].shape for place in graph.outputs] == [(1, 64, 64, size) for size in (1, 4, 12)]
    assert graph.macs == 72_998_912
    assert sum(step.name == "depthwise" for step in graph.operators) == 11
    assert graph.weight_bytes == 4 * 92_485


def test_a_bundle_lists_its_detector_and_says_for_which_canvas(detecting_bundle):
    result = run(detecting_bundle)
    assert result.exit_code == 0
    assert "72,998,912" in result.output
    assert "counted for 256 x 256 pixels" in result.output
    content = json.loads(run(detecting_bundle, "--json").stdout)
    assert [file["macs"] for file in content["files"]] == [MACS, 72_998_912]


def test_a_detector_with_a_weight_missing_or_of_another_shape_is_refused(detecting_bundle, tmp_path):
    with np.load(detecting_bundle / "detector.npz") as arrays:
        weights = dict(arrays)
    for change in ({"eighth/kernel": np.zeros((3, 3, 7, 64), np.float32)}, {"eighth/bias": None}):
        changed = {name: array for name, array in (weights | change).items() if array is not None}
        np.savez(tmp_path / "detector.npz", **changed)
        with pytest.raises(BundleError, match="holds no weights of the NumPy backend"):
            read_graph(tmp_path / "detector.npz")


def onnx_file(path, nodes, *, source, target, weights=()):
    """Write an ONNX file of these nodes; shapes of its ends, None for one that is not written down."""
    onnx = pytest.importorskip("onnx")
    ends = [onnx.helper.make_tensor_value_info(name, 1, shape) for name, shape in (("image", source), ("said", target))]
    stored = [onnx.numpy_helper.from_array(np.zeros(shape, np.float32), name) for name, shape in weights]
    nodes = [onnx.helper.make_node(*node, domain=domain) for *node, domain in nodes]
    graph = onnx.helper.make_graph(nodes, "graph", ends[:1], ends[1:], stored)
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    onnx.save(onnx.helper.make_model(graph, opset_imports=opsets), path)
    return path


@pytest.mark.parametrize("kind", ["MatMul", "Gemm", "Conv", "QLinearConv", "ConvInteger"])
def test_what_shapes_cannot_be_inferred_is_shown_without_its_cost(tmp_path, kind):
    nodes = [
        ("Own", ["image"], ["a"], "own"),
        (kind, ["a", "b", "", "c"][: 4 if kind == "QLinearConv" else 2], ["d"], "" if kind != "Gemm" else "own"),
        (kind, ["a"], ["e"], "own"),
        ("MatMul", ["d", "w"], ["said"], ""),
    ]
    path = onnx_file(tmp_path / "model.onnx", nodes, source=None, target=None, weights=[("w", (576, 10))])
    graph = read_graph(path)
    assert graph.macs == 0
    assert [step.name for step in graph.operators] == ["Own", kind, kind, "MatMul"]
    result = run(path)
    assert result.exit_code == 0, result.output
    assert "0 multiply-accumulates for one image" in result.stdout


def test_of_a_file_for_ten_images_the_cost_of_one_is_told(tmp_path):
    nodes = [("MatMul", ["image", "w"], ["said"], "")]
    weights = [("w", (784, 10))]
    ten = onnx_file(tmp_path / "ten.onnx", nodes, source=(10, 784), target=(10, 10), weights=weights)
    one = onnx_file(tmp_path / "one.onnx", nodes, source=(1, 784), target=(1, 10), weights=weights)
    open_ = onnx_file(tmp_path / "open.onnx", nodes, source=("N", 784), target=("N", 10), weights=weights)
    assert [(read_graph(path).macs, read_graph(path).batch) for path in (ten, one, open_)] == [
        (7840, 10), (7840, 1), (7840, 1)
    ]  # fmt: skip
    assert "7,840 multiply-accumulates for one image of the 10 that it takes at once" in run(ten).stdout


def test_a_picture_without_a_batch_is_no_batch_of_rows():
    graph = Graph((tensor("image", 28, 28), tensor("said", 1, 10)), (Operator("own", (0,), (1,), 5),), (0,), (1,))
    assert (graph.batch, graph.macs) == (1, 5)


def changed_tflite(path, change):
    """Write the shipped int8 file after ``change`` was called with its content."""
    content = shipped("model_int8.tflite").read_bytes()
    schema = pytest.importorskip("ai_edge_litert.schema_py_generated")
    flatbuffers = pytest.importorskip("flatbuffers")
    model = schema.ModelT.InitFromPackedBuf(content, 0)
    change(model)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path


def test_tensors_without_names_get_their_numbers(tmp_path):
    def nameless(model):
        model.signatureDefs = None
        for each in model.subgraphs[0].tensors:
            each.name = None

    path = changed_tflite(tmp_path / "model.tflite", nameless)
    graph = read_graph(path)
    assert graph.tensors[graph.inputs[0]].name == f"tensor {graph.inputs[0]}"
    assert graph.macs == MACS
    assert run(path).exit_code == 0


def test_of_several_graphs_the_first_is_shown_and_the_others_are_counted(tmp_path):
    path = changed_tflite(tmp_path / "model.tflite", lambda model: model.subgraphs.append(model.subgraphs[0]))
    assert (read_graph(path).macs, read_graph(path).further) == (MACS, 1)
    assert "1 further graphs, of conditions or loops, are not shown" in run(path).stdout


def test_an_operator_or_a_type_that_is_newer_than_the_schema_is_shown_by_its_number(tmp_path):
    def newer(model):
        model.operatorCodes[0].builtinCode = 9999
        model.subgraphs[0].tensors[-1].type = 99

    graph = read_graph(changed_tflite(tmp_path / "model.tflite", newer))
    assert "operator 9999" in [step.name for step in graph.operators]
    assert graph.tensors[-1].dtype == "type 99"


class Interpreter:
    """What tflite-runtime tells of a file with one dense layer, as its release 2.14 does."""

    def __init__(self, model_path, num_threads):
        assert num_threads == 1
        if not Path(model_path).read_bytes():
            raise ValueError("Model provided has model identifier '    ', should be 'TFL3'")

    def get_tensor_details(self):
        plain = {"scales": np.zeros(0), "zero_points": np.zeros(0, int), "quantized_dimension": 0}
        each = {"scales": np.full(10, 0.5), "zero_points": np.zeros(10, int), "quantized_dimension": 0}
        found = [("in:0", (1, 784), np.int8, plain), ("w", (10, 784), np.int8, each), ("", (1, 10), np.float32, plain)]
        return [
            {
                "index": index, "name": name, "shape": np.array(shape), "shape_signature": np.array(shape),
                "dtype": dtype, "quantization_parameters": quantised,
            }
            for index, (name, shape, dtype, quantised) in enumerate(found)
        ]  # fmt: skip

    def get_input_details(self):
        return [{"index": 0}]

    def get_output_details(self):
        return [{"index": 2}]

    def _get_ops_details(self):
        return [{"op_name": "FULLY_CONNECTED", "inputs": np.array([0, 1, -1]), "outputs": np.array([2])}]

    def _get_full_signature_list(self):
        return {"serving_default": {"inputs": {"image": 0}, "outputs": {"said": 2}}}


@pytest.fixture
def tflite_runtime_alone(monkeypatch):
    """No schema of TFLite, and a tflite-runtime that works."""
    monkeypatch.setitem(sys.modules, "ai_edge_litert.schema_py_generated", None)
    monkeypatch.setitem(sys.modules, "tflite_runtime", types.ModuleType("tflite_runtime"))
    module = types.ModuleType("tflite_runtime.interpreter")
    module.Interpreter = Interpreter
    monkeypatch.setitem(sys.modules, "tflite_runtime.interpreter", module)
    monkeypatch.setattr(np, "__version__", "1.26.4")


def test_where_there_is_tflite_runtime_alone_it_tells_what_is_in_a_file(tflite_runtime_alone, tmp_path):
    (tmp_path / "model.tflite").write_bytes(b"\0\0\0\0TFL3model")
    graph = read_graph(tmp_path / "model.tflite")
    assert graph.operators == (Operator("FULLY_CONNECTED", (0, 1), (2,), 7840),)
    assert [each.name for each in graph.tensors] == ["image", "w", "said"]
    assert [each.constant for each in graph.tensors] == [False, True, False]
    assert len(graph.tensors[1].quantisation.scales) == 10
    (tmp_path / "empty.tflite").touch()
    with pytest.raises(BundleError, match="no TFLite file: bytes 5 to 8 are b'', expected b'TFL3'"):
        read_graph(tmp_path / "empty.tflite")


def test_without_a_runtime_the_cure_is_that_of_the_better_one(monkeypatch):
    for name in ("ai_edge_litert.schema_py_generated", "tflite_runtime.interpreter"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"ai_edge_litert.*headless"):
        read_graph(default_bundle() / "model_int8.tflite")
