"""The program's version, in a file that imports nothing: whoever writes it down need not import the public face."""

__version__ = "0.2.0"
