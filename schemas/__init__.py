"""Records, codebook, actors, outlets, index templates: data and types.

Touches neither network nor disk beyond its own data files.
"""
