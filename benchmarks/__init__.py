"""How fast Vitrine is beside others that do the same work: `make bench`."""
