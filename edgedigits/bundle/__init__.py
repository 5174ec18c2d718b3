"""Bundles: a folder with one network in several formats, its detector, its judge, and what was measured about them.

``bundle`` says what a bundle holds, ``manifest`` and ``arrays`` read it, ``detector`` is the part that finds digits,
``checksums`` and ``metadata`` tie each file to it.
"""

from edgedigits.bundle.bundle import GOLDEN, JUDGE, Artifact, Bundle, Measured, Parity, default_bundle

__all__ = ["GOLDEN", "JUDGE", "Artifact", "Bundle", "Measured", "Parity", "default_bundle"]
