"""What the detector says of each cell of four by four pixels: its channels, and how a box is written in them."""

from __future__ import annotations

# Pixels of a level for one cell.
STRIDE_PX = 4
# Channels: logit of "the middle of a digit is here"; middle of the box less the middle of the cell, in cells; logarithm
# of width and height less that of UNIT_PX; logits of "its ink is light" and "a machine printed it"; of the digits.
HEAT, X, Y, WIDTH, HEIGHT, LIGHT, PRINTED = range(7)
DIGITS = slice(7, 17)
CHANNELS = 17
UNIT_PX = 16.0
# A digit belongs to the level of the pyramid in which it is so high; a factor of two, and some to spare.
LEAST_PX, MOST_PX = 13.0, 30.0
# Wide digits count as higher than they are: this share of their width.
WIDE = 0.6
