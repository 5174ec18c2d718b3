"""Digits into lines of text, in reading order."""
