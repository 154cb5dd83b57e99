"""Russian, by stage.

`morphology` and `words` hold what is known of words, `lexicon` codes them, `sentences` reads a sentence into codes,
`speakers` finds who is named in it, `cues` where it speaks, `reader` what it attributes to whom, `articles` follows
that over a text, and `language` gives all of it the interface of the shared stages.
"""

from pipelines.coding.russian.language import Russian, make

__all__ = ["Russian", "make"]
