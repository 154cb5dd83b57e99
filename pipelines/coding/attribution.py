"""Attribution: from what the wording shows to statements of a workable size, each with one speaker."""

from __future__ import annotations

import re
from bisect import bisect_left

from pipelines.coding.document import Attribution, Document, Quotation, Speaker

LONGEST = 780  # characters of one statement
_WORDS_CARRIED = 4  # a quotation without a cue is speech of the last speaker from this many words


def carry_on(document: Document) -> None:
    """Gives the quotations that no attribution covers to the speaker before them.

    A quotation without a cue of its own goes on with the speech before it when it stands in the same paragraph, when
    it is carried over from the paragraph before, or when it fills the start of the paragraph after the attributed one.
    Adds attributions with the speaker "omitted" and the rules `quotation_carried` and `quotation_follows`.
    """
    known = sorted(document.attributions, key=lambda a: a.start)
    named = sorted(speaker.start for speaker in document.named)
    added: list[Attribution] = []
    last_paragraph = -2
    position = 0
    for quotation in document.quotations:
        while position < len(known) and known[position].start <= quotation.start:
            last_paragraph = document.sentences[document.sentence_at(known[position].end - 1)].paragraph
            position += 1
        if any(a.start < quotation.end and quotation.start < a.end for a in known[max(position - 3, 0) : position + 2]):
            continue
        if quotation.scare or len(document.text[quotation.start : quotation.end].split()) < _WORDS_CARRIED:
            continue
        paragraph = document.sentences[document.sentence_at(quotation.start)].paragraph
        begin = document.paragraphs[paragraph][0]
        opens = quotation.start - begin <= 1
        introduced = bisect_left(named, quotation.start) > bisect_left(named, begin)
        goes_on = paragraph == last_paragraph or (paragraph == last_paragraph + 1 and (opens or quotation.carried))
        if not (goes_on or introduced):
            continue
        start, end = whole_sentences(document, quotation)
        if added and added[-1].end >= end:
            continue
        here = Speaker("omitted", quotation.start, quotation.start)
        rule = "quotation_carried" if quotation.carried else "quotation_follows"
        added.append(Attribution(start, end, here, "", rule, direct=True))
        last_paragraph = paragraph
    if added:
        document.attributions = sorted([*known, *added], key=lambda a: (a.start, a.end))


def own_voice(document: Document) -> None:
    """Gives the sentences of an editorial that no attribution covers to the medium."""
    _give(document, Speaker("outlet", 0, 0), 0, "editorial")


def own_words(document: Document, issuer: Speaker, begin: int) -> None:
    """Gives the sentences of a statement from an offset on to whoever issued it, and takes what announces it away.

    Only where hardly any of them is attributed to somebody else: a report on a statement attributes most.
    """
    after = [a for a in document.attributions if a.start >= begin]
    sentences = [sentence for sentence in document.sentences if sentence.start >= begin]
    if len(after) * 3 > len(sentences):
        return
    document.attributions = after
    _give(document, issuer, begin, "own_statement")


def behind_dateline(document: Document, dateline: re.Pattern[str]) -> int:
    """The offset of the first paragraph that is no dateline; of the last one where all are."""
    return next(
        (start for start, end in document.paragraphs[:-1] if not dateline.match(document.text[start:end])),
        document.paragraphs[-1][0],
    )


def _give(document: Document, speaker: Speaker, begin: int, rule: str) -> None:
    taken = [(a.start, a.end) for a in document.attributions]
    added: list[Attribution] = []
    for sentence in document.sentences:
        if sentence.start < begin or any(start < sentence.end and sentence.start < end for start, end in taken):
            continue
        here = speaker._replace(start=sentence.start, end=sentence.start) if speaker.kind == "outlet" else speaker
        added.append(Attribution(sentence.start, sentence.end, here, "", rule))
    document.attributions = sorted([*document.attributions, *added], key=lambda a: (a.start, a.end))


def whole_sentences(document: Document, quotation: Quotation) -> tuple[int, int]:
    """The stretch of the sentences that the quotation touches."""
    first = document.sentences[max(document.sentence_at(quotation.start), 0)]
    last = document.sentences[max(document.sentence_at(max(quotation.end - 1, quotation.start)), 0)]
    return min(first.start, quotation.start), max(last.end, quotation.end)


def pieces(document: Document, start: int, end: int) -> list[tuple[int, int]]:
    """Cuts [start, end) at sentence ends into pieces of at most LONGEST characters."""
    if end - start <= LONGEST:
        return [(start, end)]
    found: list[tuple[int, int]] = []
    begin = start
    reached = start
    for sentence in document.sentences[max(document.sentence_at(start), 0) :]:
        if sentence.start >= end:
            break
        stop = min(sentence.end, end)
        if stop - begin > LONGEST and reached > begin:
            found.append((begin, reached))
            begin = max(sentence.start, reached)
        reached = stop
        while reached - begin > LONGEST:
            cut = document.text.rfind(" ", begin + LONGEST // 2, begin + LONGEST)
            cut = cut if cut > 0 else begin + LONGEST
            found.append((begin, cut))
            begin = cut
    if reached > begin:
        found.append((begin, reached))
    return [_trimmed(document.text, a, b) for a, b in found]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end - 1 and text[start].isspace():
        start += 1
    while end > start + 1 and text[end - 1].isspace():
        end -= 1
    return start, end
