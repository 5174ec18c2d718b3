"""The shipped bundle is read with the same file on every processor."""

import shutil
import sys
from dataclasses import replace

from benchmarks import unmeasured
from edgedigits.bundle import Bundle, default_bundle
from edgedigits.bundle.bundle import Measured


def test_what_was_fastest_is_gone_and_the_rest_stays(tmp_path, monkeypatch):
    shutil.copytree(default_bundle(), tmp_path / "bundle")
    shipped = Bundle.read(tmp_path / "bundle")
    replace(shipped, measured=(Measured("x86_64", "litert", "dynamic", 28.0),)).save()
    monkeypatch.setattr(sys, "argv", ["unmeasured", str(tmp_path / "bundle")])
    unmeasured.main()
    assert Bundle.load(tmp_path / "bundle") == shipped


def test_the_shipped_bundle_prefers_no_processor():
    assert Bundle.read(default_bundle()).measured == ()
