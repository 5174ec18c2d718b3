"""What the tests of verification ask."""

from typer.testing import CliRunner

from edgedigits.bundle import Bundle
from edgedigits.cli import app
from edgedigits.verify.bundle import check_digests, verify_bundle

# What the small bundle holds.
FILES = ("README.md", "SHA256SUMS", "golden.npz", "judge.npz", "manifest.json", "model.npz", "notes/report.md")


def run(*arguments):
    return CliRunner().invoke(app, ["verify", *map(str, arguments)])


def wrong(folder):
    """What failed, by subject and check."""
    return {(check.subject, check.check) for check in verify_bundle(folder).checks if check.passed is False}


def verify_digests(folder):
    """The checks of a folder's digests alone: quick enough to be made many times."""
    return check_digests(folder, Bundle.read(folder).digests())
