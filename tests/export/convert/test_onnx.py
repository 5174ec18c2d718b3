import onnx
import pytest

from edgedigits.errors import ExportError
from edgedigits_export.convert import onnx as exporter
from edgedigits_export.convert.calibration import Calibration


@pytest.fixture(scope="module")
def model(exported):
    return onnx.load(exported.bundle.folder / "model_float32.onnx")


def test_names_follow_the_order_of_the_nodes(model):
    assert [node.name for node in model.graph.node] == [
        f"{node.op_type.lower()}_{number}" for number, node in enumerate(model.graph.node)
    ]
    made = {"image", *(tensor.name for tensor in model.graph.initializer)}
    for node in model.graph.node:
        assert set(node.input) <= made
        made.update(node.output)
    assert "probabilities" in made


def test_opset_and_checker(model):
    assert next(opset.version for opset in model.opset_import if not opset.domain) == 17
    onnx.checker.check_model(model, full_check=True)


def test_no_operator_of_a_dynamic_batch_is_left(model):
    assert not {node.op_type for node in model.graph.node} & {"Shape", "Gather", "Slice", "Concat"}


def test_the_bytes_repeat(trained):
    assert exporter.float32(trained.network) == exporter.float32(trained.network)
    first, second = (exporter.int8(trained.network, Calibration(trained.data, 20).images()) for _ in range(2))
    assert first == second


def test_the_quantised_file_computes_every_layer_with_weights_in_int8(trained, tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(exporter.int8(trained.network, Calibration(trained.data, 20).images()))
    contents = exporter.contents(path)
    assert [step.name for step in contents.steps if step.types] == ["Conv", "Conv", "Conv", "Gemm", "Gemm"]
    assert {kind for step in contents.steps for kind in step.types} == {"int8", "int32"}
    assert contents.steps[-1].name == "Softmax"


def test_a_layer_that_was_left_in_float_is_seen(exported):
    contents = exporter.contents(exported.bundle.folder / "model_float32.onnx")
    assert {kind for step in contents.steps for kind in step.types} == {"float32"}


def test_what_is_no_onnx_file_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"model\.onnx is no ONNX file"):
        exporter.contents(path)


def test_a_bias_that_came_as_a_row_is_made_flat_and_nothing_else():
    tensors = [
        onnx.helper.make_tensor(name, 1, dims, [0.0] * 4)
        for name, dims in (("b", [1, 4]), ("w", [1, 4]), ("c", [2, 2]))
    ]
    nodes = [onnx.helper.make_node("Gemm", ["x", "w", name], [f"y{name}"]) for name in "bc"]
    model = onnx.helper.make_model(onnx.helper.make_graph(nodes, "g", [], [], tensors))
    exporter.flatten_biases(model)
    assert {tensor.name: list(tensor.dims) for tensor in model.graph.initializer} == {
        "b": [4],
        "w": [1, 4],
        "c": [2, 2],
    }
