"""What stands in the boxes that the detector found: ink, patches, names, and whether it is a digit at all."""
