"""Russian, by stage.

`morphology` and `words` hold what is known of words, `lexicon` codes them, `tokens` reads a sentence into codes,
`speakers` finds who is named in it, `verbs` and `indirect` where it speaks, `reader` what it attributes to whom.
`follow_ups` goes on over a text, `transcripts` knows interviews, and `language` gives all of it the interface of the
shared stages.
"""

from pipelines.coding.russian.language import Russian, make

__all__ = ["Russian", "make"]
