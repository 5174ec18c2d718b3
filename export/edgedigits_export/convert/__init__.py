"""From a network to model files: one module per format, the images that calibrate, what a file says of itself."""
