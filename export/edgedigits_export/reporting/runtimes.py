"""Code for the model card: how each runtime is asked, without edgedigits; a test runs every block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits.backends.form import form_of
from edgedigits.bundle import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from edgedigits.backends.form import Form
    from edgedigits.bundle import Bundle

IMAGE = "image = patch[None, :, :, None] / 255  # (1, 28, 28, 1) in 0..1"
SOFTMAX = """
powers = np.exp(probabilities - probabilities.max())  # it gives logits
probabilities = powers / powers.sum()"""
PATCH = f"""\
patch = np.load("{GOLDEN}")["patches"][0]  # (28, 28) uint8: white ink, 255, on black, 0"""
TFLITE = f"""\
import numpy as np
from ai_edge_litert.interpreter import Interpreter  # or from tflite_runtime.interpreter

{PATCH}
interpreter = Interpreter("FILE")
interpreter.allocate_tensors()
source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
scale, zero_point = source["quantization"]
{IMAGE}
stored = np.rint(image / scale + zero_point) if scale else image  # int8: patch - 128
interpreter.set_tensor(source["index"], stored.astype(source["dtype"]))
interpreter.invoke()
answer = interpreter.get_tensor(target["index"])[0].astype(np.float32)
scale, zero_point = target["quantization"]
probabilities = (answer - zero_point) * scale if scale else answer"""
ONNX = f"""\
import numpy as np
import onnxruntime

{PATCH}
options = onnxruntime.SessionOptions()
options.add_session_config_entry("session.x64quantprecision", "1")
session = onnxruntime.InferenceSession("FILE", options, providers=["CPUExecutionProvider"])
image = patch[None, :, :, None].astype(np.float32) / 255  # (1, 28, 28, 1) in 0..1
probabilities = session.run(None, {{session.get_inputs()[0].name: image}})[0][0]"""
OPENCV = f"""\
import cv2
import numpy as np

{PATCH}
network = cv2.dnn.readNetFromONNX("FILE")
network.setInput(patch[None, :, :, None].astype(np.float32) / 255)  # (1, 28, 28, 1) in 0..1
probabilities = network.forward()[0]"""
NUMPY = f"""\
import numpy as np

{PATCH}
weights = np.load("FILE")
x = patch[:, :, None].astype(np.float32) / 255  # (28, 28, 1) in 0..1
for name in ("conv1", "conv2", "conv3"):
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(0, 1))
    x = np.einsum("hwcij,ijco->hwo", windows, weights[f"{{name}}/kernel"]) + weights[f"{{name}}/bias"]
    if name != "conv3":  # ReLU later: the largest of four comes first, which is the same
        x = x[: len(x) // 2 * 2, : len(x) // 2 * 2].reshape(len(x) // 2, 2, len(x) // 2, 2, -1).max(axis=(1, 3))
    x = np.maximum(x, 0)
x = np.maximum(x.ravel() @ weights["dense1/kernel"] + weights["dense1/bias"], 0)
x = x @ weights["dense2/kernel"] + weights["dense2/bias"]
probabilities = np.exp(x - x.max()) / np.exp(x - x.max()).sum()"""
# Formats that a runtime reads, the one to show first, and its code.
RUNTIMES = {
    "LiteRT or tflite-runtime": (("int8", "float32", "dynamic", "float16", "uint8", "int16x8"), TFLITE),
    "onnxruntime": (("onnx", "onnx-int8"), ONNX),
    "OpenCV's dnn module": (("onnx",), OPENCV),
    "NumPy alone": (("npz",), NUMPY),
}


def blocks(bundle: Bundle) -> Iterator[tuple[str, str]]:
    """Each runtime that reads a file of this bundle, and its code."""
    paths = {artifact.format: artifact.path for artifact in bundle.artifacts}
    taken = form_taken(bundle)
    for runtime, (formats, code) in RUNTIMES.items():
        path = next((paths[name] for name in formats if name in paths), None)
        if path is not None:
            yield runtime, (as_meant(code, taken) if taken else code).replace("FILE", path)


def as_meant(code: str, form: Form) -> str:
    """Code for a TFLite file that is taken as it is, with the shape, pixels and answers of its own."""
    code = code.replace(IMAGE, f'image = ({form.formula("patch")}).reshape(source["shape"])')
    return code + SOFTMAX if form.softmax else code


def form_taken(bundle: Bundle) -> Form | None:
    """What the file of a bundle takes and gives that was taken as it is; None of other bundles."""
    if "taken" not in bundle.training.get("origin", {}):
        return None
    return form_of(bundle.folder / bundle.artifacts[0].path)


def rules(bundle: Bundle) -> list[str]:
    """What goes wrong most often, one sentence or two each."""
    formats = {artifact.format for artifact in bundle.artifacts}
    told = ["Give one patch at a time: the batch of every TFLite and ONNX file is one."]
    if taken := form_taken(bundle):
        told.append(
            f"Of each pixel, it takes `{taken.formula()}`, in the shape of its input, stored as its scale says."
        )
        return told
    told.append("Divide the pixels by 255, once. Given 0..255, a network is wrong more often, and sure of it.")
    if formats & {"int8", "uint8", "int16x8", "c"}:
        told.append(
            "Quantised files take and give integers, by the scale and zero point that they hold: stored = value / "
            "scale + zero point, rounded. For uint8 that is the pixel, for int8 the pixel less 128, taken in wider "
            "integers: `patch.astype(np.int8)` is another picture."
        )
    if "onnx-int8" in formats:
        told.append(
            "`onnx-int8` on x86: a processor without VNNI adds up products of eight bits in sixteen, which overflow, "
            "and answers are wrong. Open the session with `session.x64quantprecision`, as below."
        )
    return told
