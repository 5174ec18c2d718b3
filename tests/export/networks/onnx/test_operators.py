"""Every operator that can be rebuilt, held against onnxruntime."""

import numpy as np
import onnx
import onnxruntime
import pytest
import tensorflow as tf
from onnx import TensorProto, helper, numpy_helper

from edgedigits.errors import ExportError
from edgedigits_export.networks.foreign import frozen
from edgedigits_export.networks.onnx.network import OPERATORS, OnnxNetwork

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.normal(size=(3, 1, 28, 28)).astype(np.float32)


def floats(*shape):
    """Weights of this shape."""
    return RANDOM.normal(size=shape).astype(np.float32)


# Four channels to work on, as (N, 4, 26, 26).
FOUR = ("Conv", {}, floats(4, 1, 3, 3))
FLAT = ("Flatten", {})


def step(kind, *inputs, **attributes):
    """An operator, its further inputs as arrays, and its attributes."""
    return kind, attributes, *inputs


def norm(channels):
    """BatchNormalization with factors, addends, means and variances of its own."""
    return step("BatchNormalization", *(floats(channels) for _ in range(3)), floats(channels) ** 2)


def whole(*numbers):
    """Sizes or axes as an input."""
    return np.array(numbers, np.int64)


def written(path, steps, *, opset=17, source=("N", 1, 28, 28)):
    """A file with one operator behind the other."""
    nodes, tensors, last = [], [], "image"
    for number, (kind, attributes, *inputs) in enumerate(steps):
        names = [f"w{number}_{place}" for place in range(len(inputs))]
        tensors += [numpy_helper.from_array(np.asarray(array), name) for name, array in zip(names, inputs, strict=True)]
        nodes.append(helper.make_node(kind, [last, *names], [f"out{number}"], **attributes))
        last = f"out{number}"
    ends = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("image", source), (last, None))
    )
    graph = helper.make_graph(nodes, "operators", *([end] for end in ends), tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8), path)
    return path


def originals(path, images):
    """What onnxruntime answers."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    return session.run(None, {"image": images})[0]


CASES = {
    "Abs": [step("Abs")],
    "Add of channels": [FOUR, step("Add", floats(4, 1, 1))],
    "Add of a number": [FOUR, step("Add", np.float32(2))],
    "AveragePool": [FOUR, step("AveragePool", kernel_shape=[2, 2], strides=[2, 2])],
    "AveragePool of what lies inside": [step("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])],
    "AveragePool with its margin": [
        step("AveragePool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
    ],
    "AveragePool to the edge": [step("AveragePool", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)],
    "BatchNormalization": [FOUR, norm(4)],
    "BatchNormalization of a row": [
        FLAT,
        step("BatchNormalization", *(floats(784) for _ in range(3)), floats(784) ** 2),
    ],
    "BatchNormalization alone": [
        step("Relu"),
        step("BatchNormalization", *(floats(1) for _ in range(3)), floats(1) ** 2),
    ],
    "Cast": [step("Cast", to=TensorProto.DOUBLE), step("Cast", to=TensorProto.FLOAT)],
    "Clip": [step("Clip", np.float32(-0.5), np.float32(0.5))],
    "Clip to 6": [step("Clip", np.float32(0), np.float32(6))],
    "Conv with a margin": [FOUR, step("Conv", floats(2, 4, 3, 3), floats(2), pads=[1, 1, 1, 1])],
    "Conv with an uneven margin": [FOUR, step("Conv", floats(2, 4, 3, 3), pads=[0, 1, 2, 0])],
    "Conv in strides": [FOUR, step("Conv", floats(2, 4, 5, 5), strides=[2, 2], pads=[2, 2, 2, 2])],
    "Conv to the same size": [step("Conv", floats(2, 1, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])],
    "Conv to the same size from below": [step("Conv", floats(2, 1, 3, 3), auto_pad="SAME_LOWER", strides=[2, 2])],
    "Conv without a margin": [step("Conv", floats(2, 1, 3, 3), auto_pad="VALID")],
    "Conv with holes": [step("Conv", floats(2, 1, 3, 3), dilations=[2, 2], pads=[2, 2, 2, 2])],
    "Conv of each channel": [FOUR, step("Conv", floats(8, 1, 3, 3), group=4, pads=[1, 1, 1, 1], strides=[2, 2])],
    "Conv in groups": [FOUR, step("Conv", floats(6, 2, 3, 3), floats(6), group=2)],
    "Div": [step("Div", np.float32(3))],
    "Dropout": [step("Dropout")],
    "Elu": [step("Elu")],
    "Elu of another slope": [step("Elu", alpha=0.5)],
    "Erf": [step("Erf")],
    "Exp": [step("Exp")],
    "Flatten": [FOUR, FLAT],
    "Gather": [FOUR, step("Gather", np.array([2, 0], np.int64), axis=1)],
    "Gelu": [step("Gelu")],
    "Gelu by tanh": [step("Gelu", approximate="tanh")],
    "Gemm": [FLAT, step("Gemm", floats(784, 10), floats(10))],
    "Gemm turned": [FLAT, step("Gemm", floats(10, 784), floats(10), transB=1, alpha=0.5, beta=2.0)],
    "GlobalAveragePool": [FOUR, step("GlobalAveragePool"), FLAT],
    "GlobalMaxPool": [FOUR, step("GlobalMaxPool"), FLAT],
    "HardSigmoid": [step("HardSigmoid")],
    "HardSwish": [step("HardSwish")],
    "Identity": [step("Identity")],
    "LRN": [FOUR, step("LRN", size=3, alpha=0.5, beta=0.75, bias=2.0)],
    "LeakyRelu": [step("LeakyRelu", alpha=0.2)],
    "Log": [step("Exp"), step("Log")],
    "LogSoftmax": [FLAT, step("LogSoftmax", axis=1)],
    "MatMul": [FLAT, step("MatMul", floats(784, 10))],
    "Max": [step("Max", np.float32(0.1))],
    "MaxPool": [FOUR, step("MaxPool", kernel_shape=[2, 2], strides=[2, 2])],
    "MaxPool with a margin": [step("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])],
    "MaxPool with a wide margin": [step("MaxPool", kernel_shape=[5, 5], strides=[3, 3], pads=[2, 2, 2, 2])],
    "MaxPool to the edge": [FOUR, step("MaxPool", kernel_shape=[3, 3], strides=[3, 3], ceil_mode=1)],
    "MaxPool to the same size": [step("MaxPool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")],
    "Min": [step("Min", np.float32(0.1))],
    "Mish": [step("Mish")],
    "Mul of channels": [FOUR, step("Mul", floats(1, 4, 1, 1))],
    "Neg": [step("Neg")],
    "PRelu": [FOUR, step("PRelu", floats(4, 1, 1))],
    "Pad": [FOUR, step("Pad", whole(0, 0, 1, 2, 0, 0, 3, 4), np.float32(0.5))],
    "Pad by reflection": [FOUR, step("Pad", whole(0, 0, 1, 2, 0, 0, 3, 4), mode="reflect")],
    "Pow": [step("Abs"), step("Pow", np.float32(2))],
    "Reciprocal": [step("Exp"), step("Reciprocal")],
    "ReduceMax": [FOUR, step("ReduceMax", axes=[1], keepdims=0)],
    "ReduceMean": [FOUR, step("ReduceMean", axes=[2, 3], keepdims=1), FLAT],
    "ReduceMean without": [FOUR, step("ReduceMean", axes=[-1, -2], keepdims=0)],
    "ReduceSum": [FOUR, step("ReduceSum", whole(2, 3))],
    "Relu": [step("Relu")],
    "Reshape": [FOUR, step("Reshape", whole(0, -1))],
    "Reshape to one": [FOUR, step("Reshape", whole(1, 4 * 26 * 26))],
    "Selu": [step("Selu")],
    "Sigmoid": [step("Sigmoid")],
    "Slice": [FOUR, step("Slice", whole(1, 2), whole(3, -2), whole(1, 3), whole(1, 2))],
    "Softmax": [FLAT, step("Softmax")],
    "Softmax of channels": [FOUR, step("Softmax", axis=1)],
    "Softplus": [step("Softplus")],
    "Softsign": [step("Softsign")],
    "Sqrt": [step("Abs"), step("Sqrt")],
    "Squeeze": [step("GlobalAveragePool"), step("Squeeze", whole(2, 3))],
    "Sub": [step("Sub", np.float32(0.1307))],
    "Sum": [step("Sum", np.float32(1), np.float32(2))],
    "Tanh": [step("Tanh")],
    "Transpose": [FOUR, step("Transpose", perm=[0, 2, 3, 1])],
    "Transpose of the middle": [FOUR, step("Transpose", perm=[0, 2, 1, 3])],
    "Unsqueeze": [FLAT, step("Unsqueeze", whole(1, -1))],
}
OLDER = {
    "BatchNormalization 7": (7, CASES["BatchNormalization"]),
    "Clip 6": (6, [step("Clip", min=-0.5, max=0.5)]),
    "Dropout 7": (7, [step("Dropout", ratio=0.5)]),
    "Pad 2": (10, [step("Pad", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.5)]),
    "ReduceMean 18": (18, [step("ReduceMean", whole(2, 3))]),
    "Slice 1": (9, [step("Slice", starts=[2], ends=[20], axes=[2])]),
    "Softmax 11": (11, [FLAT, step("Softmax")]),
    "Squeeze 1": (11, [step("GlobalAveragePool"), step("Squeeze", axes=[2, 3])]),
    "Unsqueeze 1": (11, [FLAT, step("Unsqueeze", axes=[1])]),
    "HardSwish 22": (22, [step("HardSwish")]),
}


@pytest.mark.parametrize("batch", [None, 1])
@pytest.mark.parametrize("name", [*CASES, *OLDER])
def test_an_operator_gives_what_onnxruntime_gives(tmp_path, name, batch):
    opset, steps = OLDER.get(name) or (20 if "Gelu" in name else 18 if name == "Mish" else 17, CASES.get(name))
    path = written(tmp_path / "operator.onnx", steps, opset=opset)
    infer = frozen(OnnxNetwork(path), (batch, 1, 28, 28))
    expected = originals(path, IMAGES[:1])
    answers = np.asarray(infer(tf.constant(IMAGES[:batch]))[0])[:1]
    assert answers.shape == expected.shape
    assert np.abs(answers - expected).max() < 1e-4 * max(1, np.abs(expected).max())


def test_every_operator_is_tried():
    tried = {kind for steps in CASES.values() for kind, *_ in steps}
    # Tried with branches, below.
    assert set(OPERATORS) - tried == {"Concat", "Split"}


def test_branches_are_joined_whatever_their_layout(tmp_path):
    path = written(tmp_path / "branches.onnx", [FOUR, step("Relu"), step("Relu"), FLAT])
    model = onnx.load(path)
    nodes = model.graph.node
    nodes[2].CopyFrom(helper.make_node("Concat", ["out0", "out1", "out0"], ["out2"], axis=1))
    nodes[1].CopyFrom(helper.make_node("Transpose", ["turned"], ["out1"], perm=[0, 1, 3, 2]))
    nodes.insert(1, helper.make_node("Transpose", ["out0"], ["turned"], perm=[0, 1, 3, 2]))
    onnx.save(model, path)
    assert np.allclose(
        frozen(OnnxNetwork(path), (None, 1, 28, 28))(tf.constant(IMAGES))[0], originals(path, IMAGES), atol=1e-4
    )


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([step("MaxPool", kernel_shape=[2, 2], dilations=[2, 2])], "MaxPool with dilations, which cannot be rebuilt"),
        ([step("Pad", whole(0, 0, 1, 1, 0, 0, 1, 1), mode="edge")], "Pad with edge"),
        ([step("ReduceMean", keepdims=0)], "ReduceMean over all images"),
        ([step("Slice", whole(-1), whole(-30), whole(3), whole(-1))], "a Slice that goes backwards"),
    ],
)
def test_what_no_operator_of_tensorflow_does_is_refused(tmp_path, steps, message):
    path = written(tmp_path / "operator.onnx", steps)
    with pytest.raises(ExportError, match=message):
        frozen(OnnxNetwork(path), (1, 1, 28, 28))


def test_unknown_operators_are_refused_by_name(tmp_path):
    path = written(tmp_path / "operator.onnx", [step("Sin"), step("Cos")])
    with pytest.raises(ExportError, match=r"holds Cos, Sin; the operators that can be rebuilt are Abs, Add, "):
        OnnxNetwork(path)


def test_a_quantised_network_is_told_to_come_as_it_was_before(tmp_path):
    steps = [step(f"{kind}Linear", np.float32(0.1), np.int8(0)) for kind in ("Quantize", "Dequantize")]
    path = written(tmp_path / "operator.onnx", steps)
    with pytest.raises(
        ExportError, match="is quantised; export the network as it was before; it holds DequantizeLinear, Q"
    ):
        OnnxNetwork(path)


def test_what_unpacks_to_gigabytes_is_refused_before_it_is(tmp_path):
    steps = [step("Reshape", whole(1, 1, 784, 1)), step("Expand", whole(1, 30_000, 784, 28))]
    with pytest.raises(ExportError, match=r"unpacks to 2,634 MB, at most 1,000 MB are read"):
        OnnxNetwork(written(tmp_path / "large.onnx", steps))
