"""What a sentence without a cue of its own shows: whose words go on, who is introduced."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.speakers import Phrases

# Verbs and rules by which a sentence can tell that somebody has a view without telling it.
_LEADING = frozenset(
    "think thinks thought believe believes prefer prefers preferred call calls called see sees agree agrees agreed "
    "disagree disagrees disagreed differ argue arguing argued".split()
)
_LEADING_RULES = frozenset({"position", "holds", "to_name", "possessive_noun"})
_LEAD_WORDS = 18
# What a view on the subject would have to name one of.
_MATTER = re.compile(
    r"(?i)\b(?:shell|missile|troop|soldier|weapon|arms|rocket|treat(?:y|ies)|pact|alliance|all(?:y|ies)|sanction|war\b|tech"
    r"|satellite|nuclear|deal|partner|friend|axis|summit|visit|talks|drone|submarine|worker|fuel|oil\b|supply|supplies"
    r"|transfer|threat|danger|violat|condemn|bloc\b|dialogue|diploma|neighbou?r|lorr|shipment|trade|capitals|regime"
    r"|govern|policy|security|peninsula|parade|patron|bomb|deter)"
)


def without_leads(document: Document, found: list[Attribution]) -> list[Attribution]:
    """The attributions without those that only lead up to what the same speaker goes on to say.

    "Quill, a historian, thinks outsiders have it wrong. “People forget …,” she says." Who so speaks is introduced.
    """
    kept = []
    for i, attribution in enumerate(found):
        after = found[i + 1] if i + 1 < len(found) else None
        if _leads(document, attribution, after):
            document.named += [attribution.speaker] if attribution.speaker.kind == "name" else []
        else:
            kept.append(attribution)
    if len(kept) < len(found):
        document.named.sort(key=lambda speaker: speaker.start)
    return kept


def _leads(document: Document, attribution: Attribution, after: Attribution | None) -> bool:
    speaker = attribution.speaker
    pronoun = speaker.kind == "pronoun" and attribution.rule == "possessive_noun"
    if attribution.direct or not (pronoun or speaker.kind == "name"):
        return False
    if attribution.rule not in _LEADING_RULES and attribution.cue not in _LEADING:
        return False
    text = document.text
    begin, stop = speaker.phrase if speaker.phrase[1] else (speaker.start, speaker.end)
    said = text[attribution.start : begin] + text[stop : attribution.end]
    if len(said.split()) > _LEAD_WORDS or _MATTER.search(said):
        return False
    if any(not begin <= m.start < stop for m in document.mentions_in(attribution.start, attribution.end)):
        return False
    rest = text[attribution.end : attribution.end + 3]
    if "\n" in rest:
        return False
    if rest.strip()[:1] in ("“", '"', "‘"):
        return True
    if after is None or after.start > attribution.end + 3:
        return False
    return after.speaker.kind == "pronoun" or (after.speaker.name or "-").split()[-1] in speaker.name.split()


# "He adds a warning.", "Town sees it differently.", "Not everyone agrees; X is less sure."
_VIEW = re.compile(
    r"\b(?:adds?|offers?|offered|has|had|gives?|gave|makes?|made|draws?|drew|sounds?|sounded|takes?|took|raises?|raised)"
    r" (?:a|an|another|one|two|this|the same|his own|her own|their own) (?:[\w-]+ ){0,2}"
    r"(?:warnings?|caveats?|caution|points?|explanation|theory|answer|line|view|prediction|suggestions?|proposals?"
    r"|lessons?|parallel|reading|argument|objections?|complaint|fear|worry|advice|doubts?)(?: \w+){0,6}\.$"
    r"|\b(?:disagree[sd]?|demur(?:s|red)?|begs? to differ|sees? (?:it|things|the matter) differently"
    r"|(?:is|are|was|were|remains?|remained) (?:much |far |rather |a little |even )?(?:less|more|not so|not as"
    r"|unconvinced|unimpressed|sceptical|skeptical|blunter|cautious|gloomier|optimistic|pessimistic)\b[^.]{0,30})\.$"
)


class FollowUps(Phrases):
    """Signs in one unit that it goes on with, or points back to, the speech around it."""

    def bare(self) -> bool:
        """Whether the unit is a cue without content: "Kim said on Tuesday."."""
        codes = self.codes
        if "Q" in codes or "h" in codes or ":" in codes:
            return False
        last = max(codes.rfind("V"), codes.rfind("I"))
        return (
            last >= 0
            and re.fullmatch(r"(?:(?:G|pd?[tnqlDNOTs]+|d?[tn]+|a|l)*)\.?", codes[last + 1 :]) is not None
            and len(codes) < 25
        )

    def refers_back(self) -> bool:
        """Whether the unit only says who said what stands before it: "X made this assessment at a meeting."."""
        return re.search(r"VdK", self.codes) is not None and "h" not in self.codes and "Q" not in self.codes

    def points_back(self) -> bool:
        """Whether the unit says whose words the unquoted sentence before it was: "That is the contention of X."."""
        return (
            re.match(r"a?(?:[dh]|P)[ax]*e(?:da?[lq]*K|a?V)p|[abc]*[lab](?:[VI]|[xm][NDTOdP])", self.codes) is not None
            and self.words[0] in ("that", "this", "such", "it", "so", "or", "at")
            and "Q" not in self.codes
            and len(self.codes) < 30
            and not (self.words[0] in ("or", "at") and "so" not in self.words[:3] and "least" not in self.words[:3])
        )

    def announces_view(self) -> bool:
        """Whether the unit only says that its subject has something to say, as the next one tells."""
        if "Q" in self.codes or "h" in self.codes or ":" in self.codes or len(self.codes) > 30:
            return False
        return _VIEW.search(self.document.text, self.unit.start, self.unit.end) is not None

    def present(self, subject: Speaker) -> bool:
        """Whether the unit says in the present tense what its subject holds: "is less sure", "puts numbers on"."""
        codes, words = self.codes, self.words
        if len(codes) < 10 and "Q" not in codes:
            return False
        after = max(subject.end, subject.phrase[1])
        i = next((i for i, start in enumerate(self.starts) if start >= after), len(codes))
        i += re.match(r"[,)]?[ak]*", codes[i:]).end()
        if i >= len(words):
            return False
        word = words[i]
        return word in ("is", "has", "would") or (codes[i] in "lV" and word.endswith("s") and not word.endswith("ss"))

    def quoted_pronoun(self) -> Speaker | None:
        """The "he" or "she" of a unit that quotes without a verb of speech: "He gives it “one year, maybe less”."."""
        quoted = any(not q.scare for q in self.document.quotations_in(self.unit.start, self.unit.end))
        advises = re.match(r"Pa?ma?l", self.codes) and "would" in self.words[1:3]
        if not (quoted or advises):
            return None
        forms = (
            {"he": "he", "she": "she"}
            if advises
            else {"he": "he", "him": "he", "his": "he", "she": "she", "her": "she"}
        )
        for i, word in enumerate(self.words):
            if word in forms:
                if re.search(r"[NTG]", self.codes[:i]):
                    return None
                return Speaker("pronoun", self.starts[i], self.ends[i], forms[word])
        return None

    def introduced(self) -> Speaker | None:
        """The person who is the subject of a unit without a cue."""
        first = self._first_subject(len(self.codes))
        if first and first[1].kind == "name" and first[0] == 0:
            speaker = first[1]
            if speaker.name.split()[-1].casefold() in vocabulary.DEMONYMS:
                return None  # "Ukrainian forces started …"
            mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
            if (mention and mention.kind and mention.kind != "person") or not self._verb_follows(speaker):
                return None
            return speaker if " " in speaker.name or speaker.role or mention else None
        return None
