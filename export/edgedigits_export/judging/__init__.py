"""Fits the judge that tells digits from other ink, on drawn scenes; MNIST's training digits stand in some of them."""
