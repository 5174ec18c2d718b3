"""Handwritten digits, from a trained network to a device with a camera."""

__version__ = "0.1.0"
