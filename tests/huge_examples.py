"""The examples that are there to be large: tests that compute or print every node of every example leave them out."""

HUGE = frozenset({"thousand-layers", "wide-layers", "million-nodes"})

IMAGES = frozenset({"cifar10", "cifar10-trained", "digits-conv"})
"""Those that read images: their layers have tests of their own, and too many nodes to print them all."""
