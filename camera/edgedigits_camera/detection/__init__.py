"""Where digits stand in a picture: pyramid, contrast, detector network, non-maximum suppression."""
