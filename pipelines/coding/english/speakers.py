"""Who speaks: names with their titles, offices, groups and pronouns, read from the codes around a cue."""

from __future__ import annotations

import re

from pipelines.coding.document import Speaker
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.tokens import Tokens

_SEVERAL = frozenset("some many most others several both".split())
_INDEFINITE = frozenset("a an one another some".split())
# "for the Foreign Ministry", "of the committee and the party": what a title takes along, as codes.
_OF = re.compile(r"(?:p(?:d?[lqDnNTOGs]*[NTOGDl])(?:cd?[lqDNTO]*[NTOD])?)+")
_FULL_TITLE = re.compile(r" (?:of|for|on|against) (?:the )?[A-Z][\w-]+(?:(?: and)? [A-Z][\w-]+)*")
_GAVE_NAME = re.compile(
    r"(?:gave (?:his|her) (?:\w+ )?name (?:only )?as"
    r"|identified (?:\w+ )?(?:only )?(?:as|by \w+ (?:sur|family |last )?name,?)"
    r"|asked to be (?:called|identified)(?: only)?(?: by \w+ \w+,?| as)?) (?P<name>(?:M(?:r|s|rs)\.? )?[A-Z][\w-]+)"
)


class Phrases(Tokens):
    """Noun phrases of one unit, read as speakers."""

    def _starts_name(self, i: int) -> bool:
        return re.match(r"[a]?(?:d?[lqDns]*[NTOGD]|P)", self.codes[i:]) is not None

    def _left(self, j: int) -> tuple[int, Speaker] | None:
        """The subject that ends before token j, and where its clause begins."""
        codes = self.codes
        if not j:
            return None
        last = codes[j - 1]
        if last in ",)-":
            return self._interposed(j)
        if joint := re.search(r"d?[lqDN]*[TGO]p(?:d?[DN]+,)+d?[DN]*,?cd?[DN]+(?:p?[tn]+)?$", codes[:j]):
            stop = len(joint.group().rstrip("tn").rstrip("p")) + joint.start()
            whole = self.document.text[self.starts[joint.start()] : self.ends[stop - 1]]
            whole = re.sub(r"^(?:the|The)\s+", "", whole)
            end = self.ends[stop - 1]
            return joint.start(), Speaker("group", end - len(whole), end, whole, whole)
        if last == "w":
            k = j - 1 - (j >= 2 and codes[j - 2] == ",")
            region = self._region(k)
            speaker = self.noun_phrase(region, k) or (self._trailing(region, k))
            said_of = "who which" if self._is_body(k) else "who"
            return (region, speaker) if speaker and self.words[j - 1] in said_of.split() else None
        region = self._region(j)
        speaker = self.noun_phrase(region, j)
        if not speaker and codes[region : region + 1] == "p" and codes[region - 1 : region] == ",":
            return self._interposed(region)  # "Andrii Sybiha, the minister, on X called …"
        if (not speaker or speaker.kind == "role") and (subject := self._with_relative(j)):
            return subject
        return (region, speaker) if speaker else None

    def _with_relative(self, j: int) -> tuple[int, Speaker] | None:
        """The subject whose relative clause, without commas, ends before token j: "one official who asked … told"."""
        match = re.search(r"(?:^|[,;:.Qbc\-])(d?[lqDnNTOs]*[GTON])(?:w|(?<=[GTO])h)[^,;:.Q]{2,}$", self.codes[:j])
        if not match:
            return None
        speaker = self.noun_phrase(match.start(1), match.end(1))
        return (match.start(1), speaker) if speaker and speaker.kind != "pronoun" else None

    def _is_body(self, j: int) -> bool:
        """Whether the word before token j names a state, an organisation or a medium."""
        return j > 0 and (self._kind(j - 1) in ("state", "organisation", "medium") or self.words[j - 1] == "west")

    def _region(self, j: int) -> int:
        return max(self.codes.rfind(c, 0, j) for c in ",;:.Q()-hwbVIm") + 1

    def _interposed(self, j: int) -> tuple[int, Speaker] | None:
        """The subject before an apposition, a relative clause or a parenthesis that ends before token j."""
        codes = self.codes
        end = j - 1
        fallback: tuple[int, Speaker] | None = None
        for _ in range(5):
            begin = max(codes.rfind(c, 0, end) for c in ",;:.Q()-") + 1
            segment = codes[begin:end]
            closes = begin > 0 and codes[begin - 1] in ",(-"
            stop = begin + segment.index("w") if "w" in segment[1:] else end
            segment = codes[begin:stop]
            speaker = None
            if segment and (segment[0] not in "pwIb" or self.words[begin] in ("but", "yet", "so")):
                lead = re.match(r"[cab]*", segment).end()
                speaker = self._trailing(begin + lead, stop) or (
                    self.noun_phrase(begin + lead, stop)
                    if segment[lead : lead + 1] in ("d", "P", "G", "T", "D", "N") and "V" not in segment
                    else None
                )
            if (
                end == j - 1
                and re.fullmatch(r"d?[qlTD]*N+", segment)
                and closes
                and re.search(r"[TO](?:p[^,;:.Q]*)?$", codes[: begin - 1])
            ):
                region = self._region(begin - 1)
                if codes[region : region + 1] not in ("p", "") or region == begin - 1:
                    named = self._named(begin, begin + re.search(r"N+$", segment).start(), end)
                    title = self.document.text[self.starts[region] : self.ends[begin - 2]]
                    title = re.sub(r"^(?:[Tt]he|[Aa]n?)\s+", "", title)
                    return region, named._replace(role=f"{title} {named.role}".strip())
            if speaker and end < j - 1:
                interposed = codes[end + 1 : j - 1]
                if not re.match(r"[^Ph]", interposed) or re.search(r"(?:^|,)[^w,][^,]*[emx]", interposed):
                    speaker = None
            if speaker and end < j - 1:
                clause = self.document.text[self.starts[end] : self.ends[j - 1]]
                if speaker.kind != "name" and (given := _GAVE_NAME.search(clause)):
                    at = self.starts[end] + given.start("name")
                    role = speaker.role or speaker.name
                    return begin, Speaker("name", at, at + len(given["name"]), given["name"], role)
                if speaker.kind == "name":
                    return begin, self._with_apposition(speaker, end + 1)
                fallback = (begin, speaker)
            if not closes:
                break
            end = begin - 1
        return fallback

    def _trailing(self, begin: int, end: int) -> Speaker | None:
        """The name with which a region ends, unless a preposition governs it."""
        match = re.search(r"([NDTOqls]*)(N+|D)$", self.codes[begin:end])
        if not match:
            return None
        first = begin + match.start()
        governed = (first > begin and self.codes[first - 1] == "p") or (
            first - 1 > begin and self.codes[first - 1] == "d" and self.codes[first - 2] == "p"
        )
        if governed and "T" not in match.group(1):
            return None
        return self.noun_phrase(first, end)

    def _mention_ending(self, end: int) -> int | None:
        """The first token of the listed name that ends with token end-1."""
        if end < 1:
            return None
        for mention in self.document.mentions_in(max(self.starts[end - 1] - 60, 0), self.ends[end - 1]):
            if mention.end == self.ends[end - 1]:
                return next((i for i in range(end - 1, -1, -1) if self.starts[i] <= mention.start), None)
        return None

    def _right(self, i: int) -> Speaker | None:
        """The noun phrase that begins at token i, with its apposition."""
        codes = self.codes
        start = i + re.match(r"a?", codes[i:]).end()
        match = re.match(r"P|d?[lqDnNTOGs]*[NTOGD]", codes[start:])
        if not match:
            return None
        end = start + match.end()
        # "spokesman for the Foreign Ministry": the head takes its prepositional phrases along
        speaker = self.noun_phrase(start, end)
        if speaker and speaker.kind in ("role", "group"):
            if phrase := _OF.match(codes, end):
                end = phrase.end()
                speaker = self.noun_phrase(start, end) or speaker
            if apposed := re.match(r",(N+)(?=[,.;:)\-]|$)", codes[end:]):
                name = self._named(end + 1, end + 1, end + apposed.end())
                return name._replace(role=speaker.role, affiliation=speaker.affiliation)
        return self._with_apposition(speaker, end) if speaker else None

    def _first_subject(self, before: int) -> tuple[int, Speaker] | None:
        """The subject with which the sentence begins, for verbs that share it."""
        codes = self.codes
        begin = 0
        for part in re.split(r"[,;:Q()\-]", codes[:before]):
            lead = re.match(r"(?:[cab]|p?d?[ln]*[tn]+a?)*", part).end()
            labels = codes[begin + len(part) : begin + len(part) + 1] == ":" and begin + len(part) + 1 < before
            if labels and re.fullmatch(r"D|N+", part):
                pass  # "China: the spokesman …"
            elif lead < len(part) and part[lead] not in "pI":
                match = re.match(r"P|d?[lqDnNTOGs]*[NTOGD]", part[lead:])
                if match:
                    end = begin + lead + match.end()
                    speaker = self.noun_phrase(begin + lead, end)
                    if speaker and speaker.kind in ("role", "group") and (phrase := _OF.match(codes, end)):
                        end = phrase.end()
                        speaker = self.noun_phrase(begin + lead, end) or speaker
                    if speaker:
                        return begin, self._with_apposition(speaker, end)
            begin += len(part) + 1
        return None

    def _verb_follows(self, speaker: Speaker) -> bool:
        """Whether the name is a subject: what comes next is neither a preposition nor the end of the clause."""
        for i, start in enumerate(self.starts):
            if start >= speaker.end:
                return self.codes[i] not in "s.;"
        return False

    def noun_phrase(self, begin: int, end: int) -> Speaker | None:
        """Reads tokens [begin, end) as a speaker: a name with its titles, an office, a group or a pronoun."""
        codes, words = self.codes, self.words
        begin += re.match(r"(?:[acb]|[dn]?t+(?=[aDNdTOqlPG]))*", codes[begin:end]).end()
        region = codes[begin:end]
        if not region:
            return None
        if region[-1] == "P":
            return Speaker("pronoun", self.starts[end - 1], self.ends[end - 1], words[end - 1])
        if region[0] == "p":  # an adverbial before the subject: "On Monday Kim", "In Seoul President Yoon"
            match = re.search(r"(?<=[tnDK])(?:[qDTO]*)N+$|P$", region[1:])
            mention = self._mention_ending(end)
            if match:
                begin += 1 + match.start()
            elif mention is not None and mention > begin + 1 and codes[mention - 1] in "OTNDlK":
                begin = mention
            elif end - begin > 3 and (split := re.search(r"(?<=[OTlNK])(d[lDNTOqs]*[TOG])$", region[1:])):
                begin += 1 + split.start()
            else:
                return None
            region = codes[begin:end]
        name = re.search(r"N[Nn]*$", region)
        mention = self._mention_ending(end)
        if mention is not None and mention >= begin:
            first = mention
        elif name:
            first = begin + name.start()
        else:
            first = -1
        if first >= 0:
            lead = codes[begin:first]
            governed = re.search(r"p[dlqDNOGsnc]*$", lead)
            if mention is not None and codes[first] == "T":
                governed = None if not lead.endswith(("p", "pd")) else governed
                if not governed:
                    start, stop = self.starts[first], self.ends[end - 1]
                    role = self.document.text[start:stop]
                    return Speaker("role", start, stop, role, role)
            if mention is not None and lead[-1:] in ("N", "O", "D") and self._kind(first) == "person":
                governed = None  # "of the Democratic Party Park Kwang On"
            if governed and re.search(r"T(?:pd?[DO])$", lead) and name and len(name.group()) >= 2 and begin <= first:
                governed = None  # "DPRK Ambassador to Moscow Sin Hong Chol"
            if not governed:
                return self._named(begin, first, end)
            tail = lead[governed.start() :]
            if name and len(name.group()) >= 2 and re.search(r"[OT]$", tail) and mention is not None:
                return self._named(begin, first, end)  # "of the Democratic Party Park Kwang On"
        if (
            words[begin] in ("one", "some", "many", "most", "two", "several")
            and words[begin + 1 : begin + 2] == ["of"]
            and end - begin >= 3
        ):
            whole = self.document.text[self.starts[begin] : self.ends[end - 1]]
            return Speaker("group", self.starts[begin], self.ends[end - 1], whole, whole)
        head = re.match(r"[^p]*", region).group()
        if (head[-1:] == "K" or words[begin + len(head) - 1] in vocabulary.MATERIAL) and words[
            begin + len(head) : begin + len(head) + 1
        ] in (["by"], ["from"]):
            return self.noun_phrase(begin + len(head) + 1, end)  # "a joint statement by the foreign ministers"
        loose = head.rstrip("lan")
        if len(loose) < len(head) and loose[-1:] in ("N", "D") and "l" in head[len(loose) :]:
            return None  # "the treaty that Kim signed in Pyongyang": a verb follows the name
        head = loose
        if not head:
            return None
        last = begin + len(head) - 1
        if (
            head[-1] in "TOG"
            or (head == "d" == region[:2].rstrip("p") and words[begin] in _SEVERAL)
            or (head[-1] == "D")
        ):
            return self._titled(begin, last + 1, end)
        if head[-1] == "N" and begin + len(head) < end:
            first = begin + re.search(r"[ND]*N$", head).start()
            return self._named(begin, first, last + 1)
        return None

    def _kind(self, token: int) -> str:
        """The kind of the listed actor that a token names."""
        mention = next(iter(self.document.mentions_in(self.starts[token], self.ends[token])), None)
        return mention.kind if mention else ""

    def _named(self, begin: int, first: int, end: int) -> Speaker:
        text = self.document.text
        start, stop = self.starts[first], self.ends[end - 1]
        title = text[self.starts[begin] : self.ends[first - 1]] if first > begin else ""
        title = re.sub(r"^(?:the|an?|The|An?)\s+|.*\band(?: the)?$", "", title).strip()
        affiliation = ""
        if title and (cut := re.search(r"^(.*?)(?:[’']s?)\s+(\S.*)$", title)):
            affiliation, title = cut.group(1), cut.group(2)
        return Speaker("name", start, stop, text[start:stop], title, affiliation, (self.starts[begin], stop))

    def _titled(self, begin: int, last: int, end: int) -> Speaker | None:
        """An office, an organisation or a group by its common noun: "the foreign minister", "some experts"."""
        text, codes, words = self.document.text, self.codes, self.words
        head = words[last - 1]
        code = codes[last - 1]
        first = begin
        while first < last - 1 and codes[first] in "dac":
            first += 1
        whole = self.starts[begin]
        indefinite = words[begin] in _INDEFINITE
        start, stop = self.starts[first], self.ends[last - 1]
        role = text[start:stop]
        rest = text[self.starts[last] : self.ends[end - 1]] if last < end else ""
        if code == "D":
            return Speaker("name", start, stop, role)
        if (
            code == "O"
            and text[self.starts[last - 1]].isupper()
            and (full := _FULL_TITLE.match(text, stop, self.ends[end - 1]))
        ):
            stop = full.end()  # "the Institute for American Studies of …"
            role = text[start:stop]
            rest = text[stop : self.ends[end - 1]].strip()
        if code == "G" or codes[begin:last] == "d":
            return Speaker("group", whole, stop, role, role, rest)
        if words[begin] in ("this", "our") and head in (
            "newspaper",
            "paper",
            "magazine",
            "publication",
            "outlet",
            "daily",
        ):
            return Speaker("outlet", start, stop, role, role)
        affiliation = re.sub(r"^(?:of|for|at|from|in|with)\s+(?:the\s+)?", "", rest)
        placed = re.match(r"(?:posted|based|stationed|living|serving|in)\b", rest) is not None  # where, not of what
        if (
            code == "T"
            and indefinite
            and (head in vocabulary.UNNAMED or not affiliation)
            and not self._body(begin, last if placed else end)
        ):
            return Speaker("group", whole, stop, role, role, affiliation)
        return Speaker("role", whole, self.ends[end - 1], role, role, affiliation, (whole, self.ends[end - 1]))

    def _body(self, begin: int, end: int) -> bool:
        """Whether the phrase names a listed organisation."""
        mentions = self.document.mentions_in(self.starts[begin], self.ends[end - 1])
        return any(not m.office for m in mentions) or "O" in self.codes[begin:end]

    def _with_apposition(self, speaker: Speaker, at: int) -> Speaker:
        """Takes role and affiliation from the apposition behind a name: ", a professor at Kookmin University,"."""
        codes = self.codes
        if speaker.kind != "name" or at >= len(codes):
            return speaker
        if relative := re.match(r",w[^,;:.Q()]*", codes[at:]):
            stop = self.ends[at + relative.end() - 1]
            return speaker._replace(phrase=(speaker.phrase[0] or speaker.start, stop))
        if codes[at] in ",(":
            at += 1
        match = re.match(r"[dlqDNOTsn]*T[^,;:.Q()hwV]*", codes[at:])
        if not match:
            return speaker
        text = self.document.text[self.starts[at] : self.ends[at + match.end() - 1]]
        role, _, affiliation = re.sub(r"^(?:the|an?)\s+", "", text).partition(" at ")
        if not affiliation:
            role, _, affiliation = role.partition(" of ")
        if not affiliation:
            role, _, affiliation = role.partition(" for ")
        affiliation = re.sub(r"^the\s+", "", affiliation).strip() or speaker.affiliation
        last = at + match.end()
        if relative := re.match(r",?w[^,;:.Q()]*", codes[last:]):
            last += relative.end()
        phrase = (speaker.phrase[0] or speaker.start, self.ends[last - 1])
        return speaker._replace(role=f"{speaker.role} {role}".strip(), affiliation=affiliation, phrase=phrase)
