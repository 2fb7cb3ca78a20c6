"""The numerical core: network documents, activations, layers, forward, explanation and gradients.

Imports NumPy and the standard library only, reads no files, and keeps no state that changes.
"""
