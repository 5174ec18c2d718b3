"""Fits the judge that tells digits from other ink, on drawn scenes; MNIST's training digits stand in some of them."""

from edgedigits_export.judging.fit import Figures, FittedJudge, fit_judge
from edgedigits_export.judging.placing import put_into, swap

__all__ = ["Figures", "FittedJudge", "fit_judge", "put_into", "swap"]
