"""A small news web of invented outlets on loopback, for showing the whole line without a network."""
