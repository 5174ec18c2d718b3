"""What an export found: report.json for programs, report.md and report.html for people, README.md as the model card."""

from edgedigits_export.reporting.evidence import Evidence, Other, layers_of, others_of
from edgedigits_export.reporting.write import write_reports

__all__ = ["Evidence", "Other", "layers_of", "others_of", "write_reports"]
