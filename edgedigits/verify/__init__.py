"""Is a bundle whole, and does it answer here as it did when it was proven? ``edgedigits verify``."""
