"""Korean, by stage.

`words` holds what is known of words, `speakers` tells names, offices and subjects, `speech` where somebody speaks,
`reader` what an article attributes to whom, `headlines` the same of a title alone. `language` gives all of it the
interface of the shared stages.
"""

from pipelines.coding.korean.language import Korean, make

__all__ = ["Korean", "make"]
