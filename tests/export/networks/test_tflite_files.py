"""TFLite files of others, taken as they are. All are made here, from the weights of the tiny network of the tests."""

import json
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from typer.testing import CliRunner

from edgedigits.backends.form import Form, form_of
from edgedigits.bundle import Bundle
from edgedigits.cli import app
from edgedigits.errors import BundleError, ExportError, GateError
from edgedigits.files import sha256
from edgedigits.recognizer import Recognizer
from edgedigits.verify.answers import limit_of
from edgedigits.verify.bundle import verify_bundle
from edgedigits_export.bundling import Settings, export_network
from edgedigits_export.convert.metadata import with_entries
from edgedigits_export.formats import FORMATS
from edgedigits_export.gates.limits import Wishes
from edgedigits_export.networks import tflite_files
from edgedigits_export.networks.bundled import load_bundled
from edgedigits_export.networks.taken import load_taken
from edgedigits_export.networks.tflite_files import opened
from edgedigits_export.pipeline import Request, check
from edgedigits_export.reporting.runtimes import blocks
from edgedigits_export.selection import as_taken
from tests.export.networks.made import around

DARK = Form(std=1 / 255, inverted=True, softmax=True)


def converted(model, images=None, ends=None):
    """Bytes of a TFLite file of a Keras model; with images (N, ...) that it takes, in whole numbers of eight bits."""
    infer = tf.function(lambda image: model(image, training=False))
    concrete = infer.get_concrete_function(tf.TensorSpec((1, *model.input_shape[1:]), tf.float32))
    holder = tf.Module()
    holder.held = [variable.value for variable in model.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([concrete], holder)
    if images is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        converter.representative_dataset = lambda: ([image[None]] for image in images)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
        converter.inference_input_type = converter.inference_output_type = ends or tf.float32
    return converter.convert()


@pytest.fixture(scope="module")
def dark(trained):
    """Networks that want (28, 28) in 0..255, black ink on white, and give logits, by their format."""
    before = [layers.Reshape((28, 28, 1)), layers.Rescaling(-1 / 255, 1)]
    model = around(trained.network.model, source=(28, 28), before=before, head=layers.Dense(10))
    images = 255 - trained.data.train.images[:100].astype(np.float32)
    return {"float32": converted(model), "int8": converted(model, images, tf.int8)}


@pytest.fixture(scope="module", params=["float32", "int8"])
def taken(request, trained, dark, tmp_path_factory):
    """The export of such a file."""
    folder = tmp_path_factory.mktemp("taken")
    path = folder / "theirs.tflite"
    path.write_bytes(dark[request.param])
    network = load_taken(path, data=trained.data)
    also = {"same": trained.data.test}
    settings = Settings(formats=as_taken(network), calibration_images=100, also=also)
    return export_network(network, folder / "bundle", data=trained.data, settings=settings)


def written(folder, content):
    path = folder / "theirs.tflite"
    path.write_bytes(content)
    return path


def test_a_file_is_taken_byte_by_byte_and_says_how_it_wants_its_pixels(taken, dark):
    (artifact,) = taken.bundle.artifacts
    path, network = taken.bundle.folder / artifact.path, dark[artifact.format]
    assert path.read_bytes().startswith(network)
    assert form_of(path) == DARK
    assert artifact.input.shape == (1, 28, 28)
    assert taken.bundle.training["origin"]["takes"] == "pixels in 0..255,inverted"
    assert taken.bundle.training["origin"]["answers"] == "logits, to which a softmax was added"
    assert taken.bundle.training["weights_sha256"] != sha256(path)


def test_its_bundle_reads_what_the_network_read_before_it_was_converted(taken, trained):
    images = trained.data.test.images[:100]
    with Recognizer.load(taken.bundle.folder) as recognizer:
        found = recognizer.probabilities(images)
    apart = np.abs(found - trained.network.answers(images)).max()
    assert apart < (1e-5 if taken.bundle.artifacts[0].format == "float32" else 0.1)


def test_it_is_proven_in_its_runtimes_and_compared_with_nothing(taken):
    (proof,) = taken.proofs
    assert proof.passed
    assert {report.backend for report in proof.reports} >= {"litert", "litert-builtin"}
    checks = {finding.check: finding.measured for finding in proof.findings}
    assert "litert and litert-builtin apart" in checks
    assert checks["litert accuracy"].endswith("not compared: there is no original")
    assert taken.bundle.artifacts[0].parity is None
    assert [other.keras for other in taken.others] == [None]
    for name in ("report.md", "README.md", "report.html"):
        assert "ot compared: there is no original" in (taken.bundle.folder / name).read_text()
    report = json.loads((taken.bundle.folder / "report.json").read_text())
    assert report["formats"][0]["runtimes"][0]["accuracy_change"] is None
    assert report["calibration"] is None


def test_its_bundle_is_verified_and_one_without_its_form_is_found(taken, tmp_path):
    folder = taken.bundle.folder
    assert verify_bundle(folder).passed
    path = folder / taken.bundle.artifacts[0].path
    whole, manifest = path.read_bytes(), (folder / "manifest.json").read_bytes()
    sums = (folder / "SHA256SUMS").read_bytes()
    said = tflite_files.without_zip(whole)
    try:
        path.write_bytes(with_entries(said, {"labels": list("0123456789")}))
        artifact = replace(taken.bundle.artifacts[0], sha256=sha256(path))
        replace(taken.bundle, artifacts=(artifact,)).save()
        failed = {check.check for check in verify_bundle(folder).checks if check.passed is False}
    finally:
        path.write_bytes(whole)
        (folder / "manifest.json").write_bytes(manifest)
        (folder / "SHA256SUMS").write_bytes(sums)
    assert "answers" in failed


def test_answers_in_whole_numbers_are_verified_by_the_steps_of_the_logits_that_it_gives(taken):
    (artifact,) = taken.bundle.artifacts
    scale = limit_of(artifact, taken.bundle.folder / artifact.path).logit_scale
    assert scale == artifact.output.scale
    assert (scale is None) == (artifact.format == "float32")


def test_the_code_in_its_card_gives_the_answers_of_its_bundle(taken, monkeypatch):
    ((_, code),) = blocks(taken.bundle)
    monkeypatch.chdir(taken.bundle.folder)
    variables = {}
    exec(code, variables)  # noqa: S102 - the code is what is tested
    known = taken.bundle.golden[taken.bundle.artifacts[0].format][0]
    assert np.allclose(variables["probabilities"], known, atol=1e-5)


@pytest.mark.parametrize("name", ["float32", "float16", "dynamic", "int8", "uint8", "int16x8"])
def test_the_format_of_a_file_is_found_in_it(trained, tmp_path, name):
    from edgedigits_export.convert.calibration import Calibration

    content = FORMATS[name].convert(trained.network, Calibration(trained.data, 50))
    assert opened(written(tmp_path, content)).format == name


def test_whole_numbers_between_floats_are_int8(trained, tmp_path):
    images = trained.data.train.images[:50, ..., None].astype(np.float32) / 255
    source = opened(written(tmp_path, converted(trained.network.model, images)))
    assert source.format == "int8"
    assert (source.end.operator, source.end.scale) == ("SOFTMAX", pytest.approx(1 / 256))
    assert source.end.logit_scale > source.end.scale


def test_metadata_of_a_file_are_left_behind(dark, tmp_path):
    path = written(tmp_path, with_entries(dark["float32"], {"labels": ["cat"], "form": {"std": 3.0}}))
    assert opened(path).content == dark["float32"]


def test_the_name_of_a_file_may_end_in_capitals(dark, tmp_path):
    (path := tmp_path / "THEIRS.TFLITE").write_bytes(dark["int8"])
    assert Request(source=path, foreign=True, out=tmp_path / "mine").taken


def test_its_bundle_cannot_be_made_anew_and_names_the_way_out(taken):
    expected = r"bundle holds theirs.tflite, taken as it is, .* name that file again, as in --from theirs\.tflite"
    with pytest.raises(ExportError, match=expected):
        load_bundled(taken.bundle.folder)


def test_a_file_that_answers_wrongly_is_refused(trained, tmp_path):
    weights = trained.network.model.get_weights()
    model = around(trained.network.model)
    model.layers[-1].set_weights([np.roll(weights[-2], 1, axis=1), np.roll(weights[-1], 1)])
    try:
        path = written(tmp_path, converted(model))
    finally:
        model.layers[-1].set_weights(weights[-2:])
    with pytest.raises(ExportError, match=r"it reads at most .* its labels are in another order"):
        load_taken(path, data=trained.data)


def test_pixels_that_it_does_not_want_are_refused_although_it_runs(trained, dark, tmp_path):
    path = written(tmp_path, dark["float32"])
    with pytest.raises(ExportError, match=r"it reads at most \d+\.\d\d % in -1\.\.1"):
        load_taken(path, data=trained.data, pixels="-1..1")


@pytest.mark.parametrize("kept", [0, 100, -2000])
def test_a_damaged_file_is_one_line(trained, dark, tmp_path, kept):
    path = written(tmp_path, dark["float32"][:kept])
    with pytest.raises(ExportError) as caught:
        load_taken(path, data=trained.data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (
            {"source": (32, 32, 1)},
            r"takes \(1, 32, 32, 1\) and gives \(1, 10\); a file that is taken as it is must",
        ),
        ({"source": (28, 28, 3)}, r"takes \(1, 28, 28, 3\)"),
        ({"outputs": 11}, r"gives \(1, 11\)"),
        ({"activation": "sigmoid"}, "ten sigmoids, .*; export the network that it was made from"),
    ],
    ids=["another size", "three channels", "eleven classes", "sigmoids"],
)
def test_what_no_table_can_hand_it_is_refused_with_the_way_out(trained, tmp_path, form, message):
    image = layers.Input(form.get("source", (28, 28, 1)))
    last = layers.Dense(form.get("outputs", 10), activation=form.get("activation"))
    model = tf.keras.Model(image, last(layers.Flatten()(image)))
    with pytest.raises(ExportError, match=message):
        load_taken(written(tmp_path, converted(model)), data=trained.data)


def test_a_file_that_takes_gigabytes_to_run_is_refused_unrun(tmp_path, monkeypatch):
    image = layers.Input((28, 28, 1))
    x = layers.GlobalAveragePooling2D()(layers.UpSampling2D(50)(image))
    path = written(tmp_path, converted(tf.keras.Model(image, layers.Dense(10)(x))))
    assert opened(path).format == "float32"
    monkeypatch.setattr(tflite_files, "MOST_BYTES", 2_000_000)
    with pytest.raises(ExportError, match="takes 16 MB to run, at most 2 MB are given"):
        opened(path)


def test_a_changed_file_fails_and_so_does_one_whose_input_cuts_pixels_off(trained, dark, tmp_path):
    network = load_taken(written(tmp_path, dark["int8"]), data=trained.data)
    ((name, row),) = as_taken(network).items()
    changed = bytearray(network.content)
    changed[len(changed) // 2] ^= 1
    other = replace(row, convert=lambda _network, _: bytes(changed))
    with pytest.raises(GateError, match=r"int8 failed: network .* \(must be .* as it came\)"):
        export_network(network, tmp_path / "a", data=trained.data, settings=Settings(formats={name: other}))
    meant_otherwise = replace(network, taken_form=Form(std=0.001, softmax=True))
    settings = Settings(formats=as_taken(meant_otherwise))
    with pytest.raises(GateError, match=r"int8 failed: pixels cut off .* steps"):
        export_network(meant_otherwise, tmp_path / "b", data=trained.data, settings=settings)


def test_another_format_is_refused(dark, tmp_path):
    path = written(tmp_path, dark["int8"])
    request = Request(source=path, foreign=True, out=tmp_path / "bundle")
    check(request)
    check(replace(request, formats="float32,int8"))
    with pytest.raises(ExportError, match="is converted already, as int8, and is taken as it is; leave --formats out"):
        check(replace(request, formats="float32"))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"wishes": Wishes(agreement=0.9)}, "leave --agreement out"),
        ({"wishes": Wishes(accuracy_loss=0.01), "seed": 3}, "leave --int8-drop and --seed out"),
        ({"calibration_images": 100}, "leave --calibration-images out"),
        ({"pixels": "0..255,inverted"}, None),
    ],
)
def test_what_does_nothing_to_a_converted_file_is_refused_by_name(dark, tmp_path, given, named):
    request = Request(source=written(tmp_path, dark["int8"]), foreign=True, out=tmp_path / "bundle", **given)
    if named is None:
        check(request)
        return
    with pytest.raises(ExportError, match=f"nothing is calibrated, and there is no original .*; {named}$"):
        check(request)


def test_the_command_says_that_nothing_was_compared(trained, dark, tmp_path):
    path = written(tmp_path, dark["float32"])
    arguments = ["export", "--from", path, "--out", tmp_path / "out", "--data", trained.data_path]
    result = CliRunner().invoke(app, [*map(str, arguments), "--formats", "float32,int8"])
    assert result.exit_code == 0, result.output
    assert "theirs.tflite takes pixels in 0..255,inverted and gives logits" in result.stdout
    assert "taken as it is, and not compared: there is no original" in result.stdout
    assert "int8 left out: " in result.stdout
    assert Bundle.load(tmp_path / "out").artifacts[0].format == "float32"


@pytest.mark.parametrize("form", [{"std": 0.0}, {"gamma": 2.2}, {"mean": "high"}, 3])
def test_a_form_that_makes_no_sense_is_refused(dark, tmp_path, form):
    path = written(tmp_path, with_entries(dark["float32"], {"labels": [], "form": form}))
    with pytest.raises(BundleError, match="copy the whole bundle again"):
        form_of(path)
