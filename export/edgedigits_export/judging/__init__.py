"""Fits the judge that tells digits from other ink, on drawn scenes; MNIST's training digits stand in some of them."""

from edgedigits_export.judging.fit import FittedJudge, fit_judge, put_into

__all__ = ["FittedJudge", "fit_judge", "put_into"]
