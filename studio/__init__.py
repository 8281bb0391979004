"""Netwright: draw a neural network, train it in the background, watch it learn.

This package imports nothing, so that every part of it stays as light as it is by itself.
"""

__version__ = "0.1.0"
