"""Answers to patches: ``classify`` beside the bare call of each runtime and Keras, one by one and in batches.

    python -m benchmarks.peers.inference [--rounds 20]

One thread each, all calls in turns, microseconds of processor time per image. The bare calls get pixels that are scaled
and quantised already, and give what the file answers; ``classify`` takes grey patches and gives calibrated readings.
The limit is 2.79 million multiply-accumulates at the rate of a float32 matrix product on one core; int8 may be below.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.peers.side import keep, present, spread, timed_in_turns
from edgedigits.backends.onnx import open_net, open_session
from edgedigits.backends.tflite import open_litert, stored_pixels
from edgedigits.bundle import default_bundle
from edgedigits.recognizer import Recognizer
from edgedigits.silence import import_tensorflow

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Call = Callable[[NDArray[np.uint8]], object]

BATCHES = (1, 4, 16, 64, 256)
MACS = 2_790_000
# Of a call that takes microseconds, this many are one measurement.
TURN_S = 0.005


def classify(patches: NDArray[np.uint8]) -> Callable[[], object]:
    """Ours: patches to readings."""
    return partial(Recognizer.load(backend="litert", format="int8").classify, patches)


def litert(patches: NDArray[np.uint8], *, file: str) -> Callable[[], object]:
    """Set, invoke, get, image by image: the file has a batch of one."""
    interpreter = open_litert(default_bundle() / file, threads=1)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]["index"]
    images = stored_pixels(source)[patches][..., None]

    def call() -> list[Any]:
        answers = []
        for image in images:
            interpreter.set_tensor(source["index"], image[None])
            interpreter.invoke()
            answers.append(interpreter.get_tensor(target))
        return answers

    return call


def onnxruntime(patches: NDArray[np.uint8], *, file: str) -> Callable[[], object]:
    """Runs of a session, image by image: the file has a batch of one."""
    session, images = open_session(default_bundle() / file, threads=1), as_floats(patches)
    name = session.get_inputs()[0].name
    return lambda: [session.run(None, {name: image[None]}) for image in images]


def opencv(patches: NDArray[np.uint8]) -> Callable[[], object]:
    """OpenCV's dnn, image by image: the only form that it loads."""
    net, images = open_net(default_bundle() / "model_float32.onnx", threads=1), as_floats(patches)

    def call() -> list[Any]:
        answers = []
        for image in images:
            net.setInput(image[None])
            answers.append(net.forward())
        return answers

    return call


def keras(patches: NDArray[np.uint8], *, predict: bool) -> Callable[[], object]:
    """The Keras model of the same weights: ``model.predict``, or the model called as a function."""
    tensorflow = import_tensorflow()
    from edgedigits_export.networks.bundled import load_bundled

    with_threads(tensorflow)
    model, images = load_bundled(default_bundle())[0].model, as_floats(patches)
    return partial(model.predict, images, batch_size=256, verbose=0) if predict else partial(model, images)


def with_threads(tensorflow: Any) -> None:
    """One thread for TensorFlow, which takes that once."""
    try:
        tensorflow.config.threading.set_intra_op_parallelism_threads(1)
        tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        return


PEERS: dict[str, Callable[..., Callable[[], object]]] = {
    "edgedigits classify, int8": classify,
    "litert, int8": partial(litert, file="model_int8.tflite"),
    "litert, float32": partial(litert, file="model_float32.tflite"),
    "onnxruntime, float32": partial(onnxruntime, file="model_float32.onnx"),
    "onnxruntime, int8": partial(onnxruntime, file="model_int8.onnx"),
    "opencv, float32": opencv,
    "keras model(x)": partial(keras, predict=False),
    "keras predict": partial(keras, predict=True),
}


def as_floats(patches: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Patches (N, 28, 28) as the network's input (N, 28, 28, 1) in 0..1."""
    return (patches[..., None] / np.float32(255)).astype(np.float32)


def measure(*, rounds: int, batches: tuple[int, ...] = BATCHES) -> dict[str, dict[str, dict[str, float]]]:
    """Peer -> batch -> microseconds per image."""
    golden = Recognizer.load().bundle.golden["patches"]
    result: dict[str, dict[str, dict[str, float]]] = {}
    for batch in batches:
        patches = np.resize(golden, (batch, 28, 28))
        calls = present({name: partial(begin, patches) for name, begin in PEERS.items()})
        took_s = timed_in_turns(calls, rounds=rounds, least_s=TURN_S)
        for name, seconds in took_s.items():
            result.setdefault(name, {})[str(batch)] = spread(seconds, scale=1e6 / batch)
    return result


def limit_us() -> float:
    """Microseconds of the network's multiply-accumulates, at the best rate of a matrix product of this machine."""
    side = 768
    square = np.ones((side, side), np.float32)
    took_s = timed_in_turns({"product": lambda: square @ square}, rounds=20)["product"]
    return round(1e6 * MACS / (side**3 / min(took_s)), 2)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with threadpool_limits(1):
        limit, result = limit_us(), measure(rounds=options.rounds)
    for name, batches in result.items():
        print(f"{name:26}" + "".join(f"  {batch}: {took['median']:.1f} us" for batch, took in batches.items()))
    bare = result["litert, int8"]["1"]["median"]
    ratio = round(result["edgedigits classify, int8"]["1"]["median"] / bare, 3)
    print(f"classify / bare call: {ratio} (limit 1.15); bare call / limit of the machine: {bare / limit:.2f}")
    content = {"limit_us": limit, "classify_over_bare": ratio, "us_per_image": result}
    bars = {"limit, float32": limit} | {name: batches["1"]["median"] for name, batches in result.items()}
    keep("inference", content, bars=bars, axis="microseconds for one image, one by one", log=True)


if __name__ == "__main__":
    main()
