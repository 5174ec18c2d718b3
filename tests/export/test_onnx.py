import onnx
import pytest

from edgedigits.errors import ExportError
from edgedigits_export import onnx as exporter


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


def test_the_bytes_repeat(trained, exported):
    assert exporter.float32(trained.network) == (exported.bundle.folder / "model_float32.onnx").read_bytes()


def test_what_is_no_onnx_file_is_refused(tmp_path):
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(ExportError, match=r"model\.onnx is no ONNX file"):
        exporter.contents(path)
