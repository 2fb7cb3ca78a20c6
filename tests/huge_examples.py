"""The examples that are there to be large: tests that compute or print every node of every example leave them out."""

HUGE = frozenset({"thousand-layers", "wide-layers", "million-nodes"})
