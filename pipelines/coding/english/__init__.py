"""English: how English-language news marks who speaks.

A sentence becomes a string of codes, one letter for each word (a name, a title, a verb of speech, a quotation …), so
that the grammar of attribution can be read by regular expressions over few letters instead of a parser.

`sentences` cuts, `tokens` gives the codes, `speakers` reads noun phrases, `indirect` finds the cues of speech,
`reader` settles them, `follow_ups` and `transcripts` find speech without a cue, `names` tells what names and titles
mean; `verbs` and `words` are the lists they go by.
"""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.english import sentences
from pipelines.coding.english.follow_ups import without_leads
from pipelines.coding.english.names import Names, full_names, in_full, issuer
from pipelines.coding.english.reader import Reader, quoted
from pipelines.coding.english.sentences import Unit, units
from pipelines.coding.english.transcripts import Labels, announces, excerpt, own_statement
from pipelines.coding.languages import Language


class English(Names):
    sentence_end = sentences.END

    def goes_on(self, text: str, begin: int, match: re.Match[str]) -> bool:
        return sentences.goes_on(text, begin, match)

    def attributions(self, document: Document) -> list[Attribution]:
        found: list[Attribution] = []
        # the unit before; is it nothing but a quotation; has it one; is it attributed
        before: tuple[Unit, bool, bool, bool] | None = None
        known: set[str] = set()  # words of the names of those who have spoken or been introduced
        names = full_names(document.text)
        labels = Labels(document)
        statement: Speaker | None = None  # whose statement the paragraphs after "… the following statement:" are
        viewed: tuple[int, Speaker] | None = None  # who has a view that the next unit tells, and in which paragraph
        announced = 0  # where the sentence ends that says so
        for unit in units(document):
            reader = Reader(document, unit, known)
            if labels.asks(unit.paragraph):
                continue
            made = [
                in_full(a._replace(speaker=issuer(document, a.speaker)), names, document.text)
                for a in reader.attributions()
            ]
            if spoken := excerpt(document, unit):
                made = [spoken]
            if all(a.speaker.kind == "pronoun" and a.speaker.name in ("we", "i") for a in made):
                made = []  # the author's or the medium's "we", which is whose the text is
            if (label := labels.speaker(unit.paragraph)) and not any(_of_another(document, a) for a in made):
                start = max(unit.start, labels.begins(unit.paragraph))
                made = [Attribution(start, unit.end, label, ":", "label", True)] if start < unit.end else []
            elif not made and statement:
                made = [Attribution(unit.start, unit.end, statement, ":", "following_statement")]
            elif made and announces(document, unit):
                statement = made[-1].speaker
                announced = unit.end
                made = []
            if (
                made
                and before
                and before[0].paragraph == unit.paragraph
                and ((before[1] and reader.bare()) or (before[2] and reader.refers_back()))
            ):
                made[0] = made[0]._replace(start=before[0].start, direct=True)
            if not made and found and (pronoun := reader.quoted_pronoun()):
                made = [Attribution(unit.start, unit.end, pronoun, "", "pronoun_quote", True)]
            if not made and (introduced := reader.introduced()):
                document.named.append(introduced)
                if reader.present(introduced):
                    made = [
                        Attribution(
                            unit.start, unit.end, introduced, "", "position", quoted(document, unit.start, unit.end)
                        )
                    ]
            if not made and viewed and viewed[0] == unit.paragraph and "V" not in reader.codes:
                made = [Attribution(unit.start, unit.end, viewed[1], "", "announced_view")]
            viewed = None
            if reader.announces_view() and (who := made[-1].speaker if made else reader.introduced()):
                viewed = (unit.paragraph, who)
            if (
                made
                and before
                and not before[1]
                and not before[3]
                and before[0].paragraph == unit.paragraph
                and reader.points_back()
            ):
                made = [made[0]._replace(start=before[0].start)]
            for speaker in [a.speaker for a in made] + document.named[-1:]:
                if speaker.kind == "name":
                    known.update(speaker.name.split())
            found += made
            quotes = not made and "Q" in reader.codes
            before = (unit, quotes and set(reader.codes) <= set("Q.,"), quotes, bool(made))
        found = without_leads(document, found)
        return found + own_statement(document, found, announced, self.role_key)

    def editorial(self, title: str, text: str) -> bool:
        return (
            re.match(
                r"\s*[\[(]?(?:(?:lead(?:ing)? )?editorial|our (?:view|take|opinion|position)|leader\b|leading article"
                r"|(?:the )?[\w ]{2,40}(?:[’']s)? (?:view|editorial|opinion) ?[:|–—-]|the [\w ]{2,40} view\b"
                r"|from the editors?"
                r"|kcna commentary|rodong sinmun)",
                title,
                re.IGNORECASE,
            )
            is not None
            or re.search(r"[|–—-] ?editorial\]?\s*$|\(editorial\)", title, re.IGNORECASE) is not None
            or re.search(r"(?:\A|\n)\W{0,4}(?:by )?the editorial board\W{0,3}(?:\n|\Z)", text, re.IGNORECASE)
            is not None
        )

    def headline(self, document: Document) -> list[Attribution]:
        text = document.text
        match = re.match(r"\s*([^:“\"]{2,70}?):\s+(?=\S)", text)
        if match:
            reader = Reader(document, Unit(match.start(1), match.end(1), 0))
            speaker = None if re.search(r"[exmVI]", reader.codes) else reader.noun_phrase(0, len(reader.codes))
            if speaker:
                end = len(text.rstrip())
                return [Attribution(match.start(1), end, speaker, ":", "headline_colon", quoted(document, 0, end))]
        match = re.search(r"(?:[:,]|\s[-–—|])\s+([^,:]{2,60})\s*$", text)
        if match and match.start() > 15:
            reader = Reader(document, Unit(match.start(1), match.end(1), 0))
            speaker = reader.noun_phrase(0, len(reader.codes))
            whole = speaker is not None and max(speaker.end, speaker.phrase[1]) >= match.end(1) - 1
            if whole and not reader.cues():
                return [
                    Attribution(
                        0, match.end(1), speaker, match.group()[0], "headline_trailing", quoted(document, 0, len(text))
                    )
                ]
        return []


def _of_another(document: Document, attribution: Attribution) -> bool:
    """Whether somebody whom a labelled speaker quotes speaks: a person or body by name, not "they" or a state."""
    speaker = attribution.speaker
    if attribution.direct or speaker.kind == "role":
        return True
    mention = next(iter(document.mentions_in(speaker.start, speaker.end)), None)
    return speaker.kind == "name" and (mention is None or mention.kind != "state")


def make() -> Language:
    return English()
