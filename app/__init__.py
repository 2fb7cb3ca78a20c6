"""Vitrine: the value held at every node of a neural network, with the arithmetic that produced it."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("vitrine")
except PackageNotFoundError:  # run from a directory where the package is not installed
    __version__ = "0+unknown"
