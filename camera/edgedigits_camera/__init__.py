"""From a photo or a camera to the digits written in it."""
