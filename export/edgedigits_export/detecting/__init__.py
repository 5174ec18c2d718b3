"""The detector: network, crops, training, export."""
