"""Digits in live pictures: sources that come back, tracks over frames, and where readings go."""
