"""The report files of a bundle."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from edgedigits.files import write_json, write_text
from edgedigits_export.analysis.differences import EDGES, differences_of
from edgedigits_export.reporting.card import as_card
from edgedigits_export.reporting.detector import as_object
from edgedigits_export.reporting.detector import detector as detector_section
from edgedigits_export.reporting.markdown import as_markdown
from edgedigits_export.reporting.page import as_page
from edgedigits_export.reporting.provenance import provenance
from edgedigits_export.reporting.results import introduction, results

if TYPE_CHECKING:
    from edgedigits_export.reporting.evidence import Evidence

REPORT_JSON, REPORT_MD, REPORT_HTML, CARD = "report.json", "report.md", "report.html", "README.md"


def write_reports(evidence: Evidence) -> None:
    """Write all reports into the bundle's folder; without dates: but for the latencies, they repeat byte by byte."""
    folder, title = evidence.bundle.folder, f"Export report: {evidence.bundle.name}"
    sections = (*results(evidence), detector_section(evidence.bundle), *provenance(evidence))
    write_json(folder / REPORT_JSON, as_json(evidence))
    write_text(folder / REPORT_MD, as_markdown(title, introduction(evidence), sections))
    write_text(folder / REPORT_HTML, as_page(title, introduction(evidence), sections, evidence=evidence))
    write_text(folder / CARD, as_card(evidence))


def as_json(evidence: Evidence) -> dict[str, Any]:
    """Every measured number with its limit."""
    bundle, calibration = evidence.bundle, evidence.calibration
    differences = differences_of(evidence.proofs, questions=evidence.questions)
    return {
        "name": bundle.name,
        "training": bundle.training,
        "recipe": dict(evidence.recipe),
        "calibration": {"images": calibration.count, "seed": calibration.seed, "split": "training"}
        if evidence.questions.original
        else None,
        "made_with": bundle.made_with,
        "formats": [
            {
                "format": proof.format,
                "file": bundle.artifact(proof.format).path,
                "operators": proof.contents.operators if proof.contents else (),
                "runtimes": [asdict(report) | {"accuracy_change": report.accuracy_change} for report in proof.reports],
                "findings": [asdict(finding) for finding in proof.findings],
                "notes": proof.notes,
            }
            for proof in evidence.proofs
        ],
        "left_out": [
            {
                "format": proof.format,
                "findings": [asdict(finding) for finding in proof.findings],
                "said": proof.trouble,
            }
            for proof in evidence.left_out
        ],
        "calibrations_tried": [asdict(each) for each in evidence.tried],
        "others": [asdict(other) for other in evidence.others],
        "differences": {"edges": EDGES.tolist(), "formats": [asdict(each) for each in differences]},
        "layers": {name: [asdict(layer) for layer in layers] for name, layers in evidence.layers.items()},
        "rejection": asdict(evidence.rejection),
        "detector": as_object(bundle),
    }
