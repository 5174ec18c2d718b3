"""Which drawn patches go into a bundle as known answers."""

# Enough for every digit in several hands; all of them take a device a few milliseconds.
GOLDEN_PATCHES = 64
GOLDEN_SEED = 20_250
