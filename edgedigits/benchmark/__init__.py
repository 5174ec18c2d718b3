"""How fast a bundle is on this device: ``edgedigits benchmark``."""
