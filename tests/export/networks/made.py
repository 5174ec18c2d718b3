"""Networks as others save them, made of the tiny one of the tests."""

import json

import h5py
import keras
import numpy as np
from keras import layers
from onnx import TensorProto, helper, numpy_helper

INITIALIZERS = {
    "kernel_initializer": {"class_name": "GlorotUniform", "config": {"seed": None}},
    "bias_initializer": {"class_name": "Zeros", "config": {}},
}


def narrow():
    """Layers that hand on what lies in 0..1, and spoil all beyond: a network of seconds reads other pixels as well."""
    twice, folded = layers.Conv2D(2, 1, activation="relu"), layers.Conv2D(1, 1, use_bias=False)
    twice.build((None, 28, 28, 1))
    folded.build((None, 28, 28, 2))
    twice.set_weights([np.ones((1, 1, 1, 2)), np.array([0, -1])])
    folded.set_weights([np.array([1, -2]).reshape(1, 1, 2, 1)])
    return [twice, folded]


def around(model, *, source=(28, 28, 1), before=(), head=None):
    """The network with layers in front of it, which reads pixels in 0..1 only.

    Its last layer is replaced by ``head`` with the same weights, if that is given.
    """
    image = keras.Input(**({"shape": source} if isinstance(source, tuple) else source))
    x = image
    for layer in (*before, *narrow()):
        x = layer(x)
    for layer in model.layers[: -1 if head else None]:
        x = layer(x)
    if head is None:
        return keras.Model(image, x)
    made = keras.Model(image, head(x))
    head.set_weights(model.layers[-1].get_weights())
    return made


def keras2_layer(layer, *, first):
    """A layer's configuration as Keras 2.10 wrote it."""
    kind, config = type(layer).__name__, layer.get_config()
    inside = {"name": layer.name, "trainable": True, "dtype": "float32"}
    if kind == "Conv2D":
        inside |= {"filters": config["filters"], "kernel_size": [3, 3], "strides": [1, 1], "padding": "valid"}
        inside |= {"data_format": "channels_last", "dilation_rate": [1, 1], "groups": 1}
    elif kind == "MaxPooling2D":
        inside |= {"pool_size": [2, 2], "padding": "valid", "strides": [2, 2], "data_format": "channels_last"}
    elif kind == "Dense":
        inside |= {"units": config["units"]}
    else:
        inside |= {"data_format": "channels_last"}
    if kind in ("Conv2D", "Dense"):
        inside |= {"activation": config["activation"], "use_bias": True, **INITIALIZERS}
    if first:
        inside |= {"batch_input_shape": [None, 28, 28, 1]}
    return {"class_name": kind, "config": inside}


def write_keras2(path, model):
    """Write an .h5 file as ``model.save`` of Keras 2.10 did."""
    source = {"batch_input_shape": [None, 28, 28, 1], "dtype": "float32", "sparse": False, "ragged": False}
    entries = [{"class_name": "InputLayer", "config": source | {"name": "conv2d_input"}}]
    entries += [keras2_layer(layer, first=index == 0) for index, layer in enumerate(model.layers)]
    config = {"class_name": "Sequential", "config": {"name": "sequential", "layers": entries}}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = "2.10.0", "tensorflow"
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["training_config"] = json.dumps({"loss": "sparse_categorical_crossentropy", "metrics": []})
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
        weights.attrs["keras_version"], weights.attrs["backend"] = "2.10.0", "tensorflow"
        for layer in model.layers:
            group, arrays = weights.create_group(layer.name), layer.get_weights()
            names = [f"{layer.name}/{part}:0" for part in ("kernel", "bias")][: len(arrays)]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, array in zip(names, arrays, strict=True):
                group.create_dataset(name, data=array)


def torch_like(model):
    """An ONNX model as PyTorch exports it: channels first, an open batch, dense weights transposed, logits."""
    arrays, nodes, last = {}, [], "input"

    def step(kind, *names, **attributes):
        nonlocal last
        name = f"/{kind}_{len(nodes)}"
        nodes.append(helper.make_node(kind, [last, *names], [name], **attributes))
        last = name

    for layer in model.layers:
        weights = layer.get_weights()
        if weights:
            kernel, bias = weights
            if isinstance(layer, layers.Conv2D):
                kernel = kernel.transpose(3, 2, 0, 1)
            elif len(kernel) == 576:  # flattened with channels first
                kernel = kernel.reshape(3, 3, 64, 64).transpose(3, 2, 0, 1).reshape(64, 576)
            else:
                kernel = kernel.T
            names = f"{layer.name}.weight", f"{layer.name}.bias"
            arrays |= dict(zip(names, (kernel, bias), strict=True))
            if isinstance(layer, layers.Conv2D):
                step("Conv", *names, kernel_shape=[3, 3], strides=[1, 1], pads=[0, 0, 0, 0], group=1)
            else:
                step("Gemm", *names, transB=1)
            if layer.name != "dense2":
                step("Relu")
        elif isinstance(layer, layers.MaxPooling2D):
            step("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
        else:
            step("Flatten")
    tensors = [numpy_helper.from_array(np.ascontiguousarray(array), name) for name, array in arrays.items()]
    graph = helper.make_graph(
        nodes,
        "main_graph",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", 1, 28, 28])],
        [helper.make_tensor_value_info(last, TensorProto.FLOAT, ["batch", 10])],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
