"""What an export left out, and what it tried, as sections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgedigits_export.reporting.sections import Section, Table, percent

if TYPE_CHECKING:
    from edgedigits_export.reporting.evidence import Evidence


def left_out(evidence: Evidence) -> Section:
    """Files that failed: what did first, then every number."""
    rows = [
        (
            proof.format,
            finding.check,
            finding.measured,
            finding.limit,
            "" if finding.passed else finding.cause or "failed",
        )
        for proof in evidence.left_out
        for finding in sorted(proof.findings, key=lambda finding: finding.passed)
    ]
    said = [(proof.format, proof.trouble) for proof in evidence.left_out if proof.trouble]
    return Section(
        "left_out",
        "Left out",
        "; ".join(f"{proof.format} failed: {proof.failure}" for proof in evidence.left_out) + ". No such file is here.",
        [Table(("format", "check", "measured", "limit", "likely"), rows)],
        code=said,
        language="text",
    )


def limits(evidence: Evidence) -> str:
    """Where limits come from that are not those of the documented network; nothing where they are."""
    told = "" if evidence.documented else "They are what rounding explains at this network's margins. "
    if by_hand := evidence.bundle.training.get("limits"):
        named = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in by_hand.items())
        told += f"Set by hand for files of eight bits: {named}. "
    return told


def calibrations(evidence: Evidence) -> Section:
    """Calibrations that were tried for files that failed."""
    rows = [(each.format, f"{each.images:,}", each.method, percent(each.agreement)) for each in evidence.tried]
    return Section(
        "calibrations",
        "Calibrations that were tried",
        "A file failed, and was made with other calibration images and ranges. *Agreement* is the share of the "
        "validation images for which file and Keras name the same digit. The best went through the gate, once; the "
        "notes above say which is here.",
        [Table(("format", "images", "ranges by", "agreement"), rows)],
    )
