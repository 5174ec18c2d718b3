import base64
import io
import json
from dataclasses import asdict, replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from edgedigits.training.runs import recorded
from edgedigits_export.analysis.confidence import measure_rejection
from edgedigits_export.analysis.differences import differences_of
from edgedigits_export.convert import tflite
from edgedigits_export.convert.calibration import Calibration
from edgedigits_export.gates.findings import Finding
from edgedigits_export.recalibration import Tried
from edgedigits_export.reporting import Evidence, layers_of, others_of, write_reports
from edgedigits_export.reporting.charts import log_ticks

VOID = {"meta", "img", "br"}
NAME = "<own> & | set"


@pytest.fixture(scope="module")
def evidence(trained, questions, exported):
    """What the reports of the tiny network are made from, with another set and measured latencies that are equal."""
    calibration = Calibration(trained.data, 100)
    proofs = [
        replace(
            proof,
            path=exported.bundle.folder / proof.path.name,
            reports=tuple(replace(report, p50_us=50.0) for report in proof.reports),
            notes=(),  # which runtime is slow here is another matter
        )
        for proof in exported.proofs
    ]
    return Evidence(
        bundle=exported.bundle,
        proofs=proofs,
        questions=questions,
        calibration=calibration,
        rejection=measure_rejection(trained.network.answers, trained.data, min_confidence=0.5),
        layers=layers_of(proofs, float32=lambda: tflite.float32(trained.network), calibration=calibration),
        others=others_of(trained.network, proofs, also={NAME: trained.data.test[:40]}),
        recipe=recorded(trained.run)["recipe"],
    )


def written(evidence, folder):
    """Name to text, of all report files."""
    write_reports(replace(evidence, bundle=replace(evidence.bundle, folder=folder)))
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


@pytest.fixture(scope="module")
def reports(evidence, tmp_path_factory):
    return written(evidence, tmp_path_factory.mktemp("reports"))


def with_changed(evidence, *, format, image):
    """The same, but the file in this format gives image the probabilities of the next digit."""

    def change(proof):
        answers = proof.answers.copy()
        answers[image] = np.roll(answers[image], 1)
        return replace(proof, answers=answers)

    proofs = [change(proof) if proof.format == format else proof for proof in evidence.proofs]
    return replace(evidence, proofs=proofs)


class Page(HTMLParser):
    """Elements with their attributes, and texts, of a page whose elements are closed in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.texts = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, text):
        self.texts.append(text)


def test_an_export_writes_four_report_files(reports, exported):
    assert set(reports) == {"README.md", "report.html", "report.json", "report.md"}
    assert set(reports) < {path.name for path in exported.bundle.folder.iterdir()}


def test_the_page_needs_nothing_but_itself(reports):
    page = Page(reports["report.html"])
    assert len(reports["report.html"]) < 600_000
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "base"}
    assert "@import" not in reports["report.html"]
    for tag, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "srcset", "data"):
            assert attributes.get(name, "#").startswith(("#", "data:image/png;base64,")), (tag, attributes)


def test_the_charts_have_identifiers_of_their_own_and_the_colour_of_the_text(reports):
    page = Page(reports["report.html"])
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names)) > 10
    assert sum(tag == "svg" for tag, _ in page.elements) == 3
    assert "#0a0b0c" not in reports["report.html"]
    assert "currentColor" in reports["report.html"]


def test_page_and_text_have_the_same_sections_and_figures(reports, evidence):
    titles = [line[3:] for line in reports["report.md"].splitlines() if line.startswith("## ")]
    assert [f">{title}</h2>" in reports["report.html"] for title in titles] == [True] * len(titles)
    assert titles[:3] == ["Measured", "Other images", "Differences from Keras"]
    for proof in evidence.proofs:
        for report in proof.reports:
            assert f"{report.max_difference:.1e}" in reports["report.md"]
            assert f"{report.max_difference:.1e}" in reports["report.html"]
    for layer in evidence.layers["int8"]:
        assert f"| {layer.name} |" in reports["report.md"]
        assert f"{layer.signal_db:.1f}" in reports["report.html"]


def test_a_name_is_text_in_every_form(reports):
    assert "<own>" not in reports["report.html"]
    assert "&lt;own&gt; &amp; | set" in reports["report.html"]
    assert r"| <own> & \| set |" in reports["report.md"]


def test_other_sets_are_measured_for_every_format(reports, evidence, trained):
    (other,) = evidence.others
    expected = np.mean(
        trained.network.answers(trained.data.test.images[:40]).argmax(axis=1) == trained.data.test.labels[:40]
    )
    assert (other.images, other.keras) == (40, expected)
    assert set(other.formats) == {proof.format for proof in evidence.proofs}
    assert other.formats["float32"] == expected
    (wrong,) = others_of(
        trained.network,
        evidence.proofs[:1],
        also={"wrong": replace(trained.data.test, labels=(trained.data.test.labels + 1) % 10)},
    )
    assert wrong.keras < 0.1
    assert set(wrong.formats.values()) == {wrong.keras}


def test_an_image_that_changed_its_answer_is_shown_as_it_is(evidence, tmp_path):
    changed = with_changed(evidence, format="int8", image=7)
    texts = written(changed, tmp_path)
    split, reference = evidence.questions.test, evidence.questions.reference[7]
    (one,) = next(
        each.changed for each in differences_of(changed.proofs, questions=changed.questions) if each.format == "int8"
    )
    assert (one.image, one.label, one.keras) == (7, split.labels[7], reference.argmax())
    assert one.file == (one.keras + 1) % 10
    assert one.keras_probability == reference.max()
    (picture,) = [attributes for tag, attributes in Page(texts["report.html"]).elements if tag == "img"]
    shown = Image.open(io.BytesIO(base64.b64decode(picture["src"].partition(",")[2])))
    assert np.array_equal(np.asarray(shown), split.images[7])
    assert f"| int8 | 7 | {one.label} | {one.keras} |" in texts["report.md"]
    assert "None, in any format." not in texts["report.md"]


def test_where_no_image_changed_its_answer_the_report_says_so(reports):
    assert "None, in any format." in reports["report.md"]
    assert "<img" not in reports["report.html"]


def test_every_image_is_counted_in_the_distribution_of_differences(evidence):
    found = {each.format: each for each in differences_of(evidence.proofs, questions=evidence.questions)}
    for each in found.values():
        assert sum(each.counts) == len(evidence.questions.test)
        assert each.median <= each.p99 <= each.largest
    assert found["float32"].largest < 1e-5 < found["int8"].median
    spoilt = with_changed(evidence, format="float32", image=3)
    largest = next(each.largest for each in differences_of(spoilt.proofs, questions=evidence.questions))
    assert largest > 0.3


def test_the_report_for_programs_has_every_figure(reports, evidence):
    def refuse(constant):
        raise AssertionError(constant)

    content = json.loads(reports["report.json"], parse_constant=refuse)
    assert content["rejection"]["temperature"] == evidence.rejection.temperature
    assert len(content["rejection"]["signs"]) == 7
    assert len(content["layers"]["int8"]) == 9
    assert content["others"][0]["formats"].keys() == {proof.format for proof in evidence.proofs}
    assert content["recipe"]["name"] == "fast"
    counts = {each["format"]: each["counts"] for each in content["differences"]["formats"]}
    assert len(counts["int8"]) == len(content["differences"]["edges"]) - 1


def test_the_same_evidence_gives_the_same_bytes(reports, evidence, tmp_path):
    assert written(evidence, tmp_path) == reports


def test_without_quantised_files_and_other_sets_their_sections_are_left_out(evidence, tmp_path):
    proofs = [proof for proof in evidence.proofs if proof.format in ("float32", "npz")]
    assert layers_of(proofs, float32=lambda: pytest.fail("nothing to compare"), calibration=evidence.calibration) == {}
    texts = written(replace(evidence, proofs=proofs, layers={}, others=[]), tmp_path)
    assert "What each layer keeps" not in texts["report.html"]
    assert "Other images" not in texts["report.md"]
    Page(texts["report.html"])


def test_the_model_card_holds_what_was_measured(reports, evidence):
    card = " ".join(reports["README.md"].split())
    for artifact in evidence.bundle.artifacts:
        assert f"| {artifact.format} | `{artifact.path}` | {artifact.size_bytes / 1000:.0f} |" in card
        assert f"{100 * artifact.accuracy:.2f} %" in card
    assert "40 images" in card
    assert "Apache-2.0" in card
    assert f"temperature of {evidence.rejection.temperature:g}" in card
    assert "1,080 images to train, 120 to validate" in card


def test_reports_of_a_network_that_others_trained_claim_nothing_of_its_training(evidence, tmp_path):
    origin = {"file": "theirs.onnx", "file_sha256": "ab12", "takes": "pixels in 0..1", "answers": "probabilities"}
    origin["tried"] = "of 1,000 training digits 98.00 % in 0..1"
    training = evidence.bundle.training | {"recipe": "", "seed": None, "origin": origin}
    theirs = replace(
        evidence, bundle=replace(evidence.bundle, training=training), recipe={}, documented=False, layers={}
    )
    card = written(theirs, tmp_path)["README.md"]
    for claim in ("93,322", "Apache-2.0.", "recipe `", "census"):
        assert (claim in card) == (claim == "Apache-2.0."), claim
    assert "authors'" in card
    assert "`theirs.onnx`, SHA-256 `ab12`" in card
    assert "trained by others" in (tmp_path / "report.md").read_text()


def test_what_was_left_out_comes_first_in_every_form_with_a_converters_own_words(evidence, tmp_path):
    failed, *passed = evidence.proofs
    finding = Finding(
        "litert agreement", "97.10 %", "at least 99.50 %", passed=False, cause="too coarse a quantisation"
    )
    failed = replace(failed, findings=(*failed.findings, finding), trouble="operator <Mine> | is not known")
    texts = written(replace(evidence, proofs=passed, left_out=[failed], layers={}, others=[]), tmp_path)
    said = f"{failed.format} failed: litert agreement 97.10 % (at least 99.50 %), likely too coarse a quantisation."
    assert said in " ".join(texts["report.md"].split())
    assert "```text\noperator <Mine> | is not known\n```" in texts["report.md"]
    titles = [line for line in texts["report.md"].splitlines() if line.startswith("## ")]
    assert titles[:2] == ["## Left out", "## Measured"]
    page = Page(texts["report.html"])
    assert any(said in text for text in page.texts)
    assert "operator <Mine> | is not known" in page.texts
    (left_out,) = json.loads(texts["report.json"])["left_out"]
    assert left_out["said"] == failed.trouble
    assert not left_out["findings"][-1]["passed"]


def test_limits_that_are_not_the_documented_ones_are_told_where_they_come_from(reports, evidence, tmp_path):
    training = evidence.bundle.training | {"limits": {"agreement_percent": 97.5}}
    theirs = replace(evidence, bundle=replace(evidence.bundle, training=training), documented=False, layers={})
    text = " ".join(written(theirs, tmp_path)["report.md"].split())
    assert (
        "what rounding explains at this network's margins. Set by hand for files of eight bits: agreement percent 97.5."
        in text
    )
    assert "what rounding explains" not in reports["report.md"]


def test_calibrations_that_were_tried_have_a_section_and_none_where_none_was(reports, evidence, tmp_path):
    tried = [Tried("int8", 2000, "entropy", 0.9871)]
    texts = written(replace(evidence, tried=tried), tmp_path)
    assert "| int8 | 2,000 | entropy | 98.71 % |" in texts["report.md"]
    assert "98.71 %" in texts["report.html"]
    assert json.loads(texts["report.json"])["calibrations_tried"] == [asdict(tried[0])]
    assert "Calibrations that were tried" not in reports["report.md"]


def test_numbers_stand_at_the_right_and_names_at_the_left(reports):
    head, rule = reports["report.md"].split("## Differences from Keras")[1].strip().splitlines()[2:4]
    assert head.startswith("| format | median |")
    assert rule == "| --- | ---: | ---: | ---: | ---: |"
    rows = reports["report.html"].split('<h2 id="differences">')[1]
    assert "<td>float32</td><td class=number>" in rows


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (20, 220, [20, 50, 100, 200]),
        (21, 48, [30, 40]),
        (23, 53, [30, 40, 50]),
        (0.5, 20_000, [1, 10, 100, 1000, 10_000]),
    ],
)
def test_a_logarithmic_axis_has_a_few_round_numbers(low, high, ticks):
    assert log_ticks(low, high) == pytest.approx(ticks)


def test_times_on_the_first_chart_are_plain_numbers(reports):
    figure = reports["report.html"].split('<h2 id="measured">')[1].split("<figure>")[1].split("</figure>")[0]
    assert {"40", "50", "60", "70"} <= set(Page(figure).texts)
