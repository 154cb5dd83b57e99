"""Cues of speech: verbs, participles, "according to", nouns of speech and colons, each with its speaker."""

from __future__ import annotations

import re

from pipelines.coding.document import Speaker
from pipelines.coding.english import verbs
from pipelines.coding.english import words as vocabulary
from pipelines.coding.english.speakers import Phrases
from pipelines.coding.languages import Cue

_SAID_BY_ITSELF = frozenset(
    "advice message remedy prescription diagnosis prognosis answer worry fear hunch guess bet point conclusion verdict "
    "view argument suspicion complaint question reply rebuttal proposal recommendation warning prediction forecast "
    "assessment thesis contention belief formula calculation explanation retort hope concern".split()
)
_NAMING = frozenset("describe call term label dub brand denounce portray characterize deem condemn".split())
_OBJECTS = {"him": "he", "her": "she", "them": "they"}
_REDUCED = frozenset("say think believe know report suspect understand consider estimate expect deem".split())
_VIEWS = frozenset(
    "view opinion words assessment estimation estimate reading judgment judgement belief telling eyes account phrase "
    "phrasing formulation interpretation analysis calculation reasoning book reckoning count arithmetic "
    "thinking mind".split()
)


class Cues(Phrases):
    """The cues of one unit."""

    def cues(self) -> list[Cue]:
        """Every cue of speech in the unit, by place."""
        codes, words = self.codes, self.words
        found: list[Cue] = []
        subject: Speaker | None = None  # of the last finite verb of speech
        asked = codes.find(",") if words and words[0] in ("asked", "pressed", "questioned") else -1
        for i, code in enumerate(codes):
            cue = None
            if i < asked:
                continue
            if code == "V":
                cue = self._verb(i, subject)
            elif code == "I":
                cue = self._participle(i, subject)
            elif code == "l" and words[i] == "according" and i + 1 < len(words) and words[i + 1] == "to":
                cue = self._according(i)
            elif code == ":":
                cue = self._colon(i, found)
            elif code == "K":
                cue = self._noun(i)
            elif code in "la" and words[i] in vocabulary.HELD:
                cue = self._holds(i)
            elif code == "p" and words[i] in ("to", "for"):
                if i <= 1 + (codes[:1] == "a"):
                    cue = self._opening_to(i)
                if (
                    not cue
                    and words[i] == "to"
                    and not verbs.SEEM.isdisjoint(words[max(i - 6, 0) : i])
                    and codes[i + 1 : i + 2] == "N"
                ):
                    speaker = self._right(i + 1)
                    cue = Cue(i, 0, speaker, "seems to", "seems_to", True) if speaker else None
            elif code == "p" and words[i] in ("by", "from", "of"):
                cue = self._material(i)
            if cue:
                found.append(cue)
                subject = cue.speaker
        if not found and "Q" in codes and (cue := self._manner()):
            found.append(cue)
        return found

    def _manner(self) -> Cue | None:
        """ "“…,” laughs X": whatever verb stands between a quotation that ends with a comma and a name."""
        codes, words = self.codes, self.words
        for i, code in enumerate(codes):
            if code != "Q" or self.document.text[self.ends[i] - 2 : self.ends[i] - 1] not in (",", "?", "!"):
                continue
            rest = codes[i + 1 :]
            if re.match(r"a?l(?:[qDTO]*N|d?[lqD]*T)", rest):
                v = i + 1 + (rest[0] == "a")
                speaker = self._right(v + 1)
            elif named := re.match(r"(?:P|[qDTO]*N+|d[lqD]*T)(?=a?l(?:a?[,.;pt]|$))", rest):
                v = i + 1 + named.end() + (rest[named.end()] == "a")
                speaker = self.noun_phrase(i + 1, i + 1 + named.end())
            else:
                continue
            if speaker and words[v].endswith(("s", "ed")) and len(words[v]) > 3:
                return Cue(v, i + 1, speaker, words[v], "manner_verb", False)
        return None

    def _verb(self, v: int, subject: Speaker | None) -> Cue | None:
        codes, words = self.codes, self.words
        word = words[v]
        verb = verbs.SPEECH[word]
        if not self._completed(v, verb):
            return None
        j = len(re.sub(r"(?:p?d?[tn]+,?(?=$)|[axk])*$", "", codes[:v]))
        if j < v and codes[v - 1] == "," and codes[j - 1 : j] not in ("", ","):
            j = v  # "The report, released on May 29, said": the date belongs to what stands between the commas
        skipped = codes[j:v]
        if verb in _REDUCED and word.endswith(("ed", "id", "ght", "wn", "ood")) and words[v + 1 : v + 2] == ["to"]:
            return None  # "the specialists now thought to be in the North"
        negated = "k" in skipped
        if negated and verb not in verbs.THINK and verb not in ("deny", "exclude", "rule"):
            return None
        before = codes[j - 1] if j else ""
        if before == "e" and word in vocabulary.HELD and words[v + 1 : v + 2] in (["that"], ["about"], ["by"], ["of"]):
            region = self._left(j - 1)
            person = region and region[1].kind in ("name", "group") and self._kind_of(region[1]) in ("", "person")
            if region and (person or words[v + 1] == "that"):
                return Cue(v, region[0], region[1], word, "holds", True, "believe")
        if before == "e" or "e" in skipped:
            if verb in ("quote", "cite") and re.match(r"(?:p[dDNTOqls]+)?bI", codes[v + 1 :]):
                region = self._left(j - 1)
                if region:
                    return Cue(v, region[0], region[1], word, "quoted_as_saying", True, verb)
            if (
                ("K" in codes[:j] or words[0] in ("this", "that", "it"))
                and words[v + 1 : v + 2] == ["by"]
                and (spoken := self._right(v + 2))
            ):
                return Cue(v, v, spoken, word, "passive_by", True, verb)
            return None
        if before == "m" and (
            words[v - 1] in ("rather", "like") or (words[j - 1] == "would" and verb in ("prefer", "argue", "add"))
        ):
            region = self._left(j - 1)
            return Cue(v, region[0], region[1], word, "subject_verb", True, verb) if region else None
        if before == "m" and (said := re.search(r"Q[,.]?e[adl]*h?(?=[DNTOdqlPG])", codes[:j])):
            subject = self._left(j - 1)  # "“…,” was all that X would say"
            if subject and subject[0] <= said.end():
                return Cue(v, v, subject[1], word, "was_all", False, verb)
        if before == "m" or (before == "p" and words[j - 1] == "to"):
            if before == "p" and j >= 2 and words[j - 2] in ("on", "continued", "goes", "continues") and subject:
                return Cue(v, j, subject, word, "coordinated", True, verb, again=True)
            if (
                before == "p"
                and not subject
                and verb in verbs.PLAIN | {"praise", "hail", "criticize", "criticise", "dismiss", "blame"}
                and not verbs.LEADS_TO_SPEECH.isdisjoint(words[max(j - 14, 0) : j - 1])
                and (first := self._first_subject(j - 1))
            ):
                return Cue(v, first[0], first[1], word, "infinitive", True, verb)
            return None
        if verb in ("quote", "cite") and (inner := self._quoted_inner(v)):
            outer = self._left(j)
            return Cue(
                v, outer[0] if outer else v, inner, word, "quoted_source", True, verb, outer[1] if outer else None
            )
        inverted = before in ("Q", ",", "") or (before == "." and j == v)
        if inverted and verb not in ("cite", "quote"):
            spoken = self._right(v + 1) if verb not in verbs.NEVER_INVERTED else None
            if spoken and spoken.kind == "pronoun" and before == ",":
                spoken = None
            # "…," said X: the speech stands before the cue, and nothing between comma and cue is a subject
            if spoken and (before == "Q" or before == "" or self._starts_name(v + 1)):
                left = self._interposed(j) if before == "," and codes[: j - 1].rstrip(",") else None
                opens = left is not None and re.search(r"Q[,.]?$", codes[: left[0]]) is not None
                if left is None or ("Q" in codes[:j] and not opens):
                    return Cue(v, v, spoken, word, "verb_subject", False, verb)
        if before == "c" or (before == "b" and words[j - 1] in ("but", "while", "though", "although", "yet", "nor")):
            if subject:
                return Cue(v, j, subject, word, "coordinated", True, verb, again=True)
            first = self._first_subject(v)
            return Cue(v, first[0], first[1], word, "coordinated", True, verb) if first else None
        if (
            before == "w"
            and (verb not in verbs.PLAIN | verbs.THINK or verb == "write")
            and not re.match(r"[^,;.]*[hQ]", codes[v + 1 :])
            and words[v + 1 : v + 2] != ["to"]
        ):
            return None  # "a former lawmaker who advises the opposition"
        region = self._left(j)
        if region is None:
            return None
        asks = self._word_before(region[1])
        if asks in ("what", "how", "why"):
            if asks == "how" and verb in ("put", "describe", "see", "sum", "term", "phrase"):
                return Cue(v, region[0], region[1], word, "how_x_put_it", False, verb)
            if asks == "what" and verb in _NAMING and re.search(r"Q[ae]*e$", codes[: max(region[0] - 1, 0)]):
                return Cue(v, region[0], region[1], word, "what_x_called", False, verb)  # "“…” is what X calls it"
            quoted = re.match(r"[^,;.Q]{0,8}Q", codes[v + 1 :])
            if region[1].kind in ("name", "role") and quoted and verb in _NAMING:
                return Cue(v, region[0] - 1, region[1], word, "what_x_called", True, verb)
            return None
        if region[1].kind == "group" and codes[v + 1 : v + 2] in ("m", "e", "x") and re.search(r"l+G$", codes[:j]):
            group = self.noun_phrase(j - 1, j)  # "a meeting analysts say could lead to …"
            return Cue(v, region[0], group, word, "subject_verb", True, verb) if group else None
        forward = not (
            codes[: region[0]].endswith((",", "Q")) and "Q" in codes[: region[0]] and not self._content_after(v)
        )
        return Cue(v, region[0], region[1], word, "subject_verb", forward, verb)

    def _word_before(self, speaker: Speaker) -> str:
        start = speaker.phrase[0] or speaker.start
        i = next((i for i, place in enumerate(self.starts) if place >= start), 0)
        while i and self.codes[i - 1] in "dql":
            if self.words[i - 1] in ("what", "how", "why"):
                break
            i -= 1
        return self.words[i - 1] if i else ""

    def _content_after(self, v: int) -> bool:
        return re.match(r"(?:G|[pa]?d?[tnNDOTqls]+)*[.,]?$", self.codes[v + 1 :]) is None

    def _completed(self, v: int, verb: str) -> bool:
        """Whether the words that the verb needs to be one of speech follow it."""
        needs = verbs.NEEDS.get(verb)
        if verb == "say" and self.words[v + 1 : v + 2] in (["nothing"], ["little"], ["next"], ["much"], ["so"]):
            return False
        if verb in ("argue", "disagree", "differ") and self.words[v + 1 : v + 2] in (["over"], ["about"], ["on"]):
            return "Q" in self.codes[v:]  # that they argue is not what they say
        if verb in ("think", "believe", "say") and self.words[v + 1 : v + 2] in (["not"], ["otherwise"], ["so"]):
            return False  # "X thinks not."
        if needs is None:
            return verb != "call" or self._calls(v)
        window = self.words[v + 1 : v + 6]
        if self.codes[v - 1 : v] == "Q" and "Q" in self.codes[:v]:
            return True  # "…?" asked X
        if v and self.codes[v - 1] == "," and verb in verbs.INVERTED and self._starts_name(v + 1):
            return True  # "Not so fast, counters X"
        if verb in ("refuse", "decline"):
            return len(window) > 1 and window[0] == "to" and window[1] in verbs.RULED_OUT
        if verb == "see" and v >= 2 and self.words[v - 1] == "rather":
            return True
        if verb == "see" and self.words[v] == "saw" and "as" not in self.words[v + 1 : v + 16]:
            quoted = "Q" in self.codes[v + 1 : v + 7]
            if not quoted and not (window and window[0] in ("no", "little", "signs", "evidence", "in")):
                return False
        if verb in ("respond", "react"):
            return bool(window) and (
                window[0] in needs or ("by" in self.words[v + 1 : v + 12] and "I" in self.codes[v:])
            )
        if verb in ("issue", "release", "make") and not vocabulary.MERE_TEXTS.isdisjoint(window):
            return re.search(r"[hQ:I]", self.codes[v + 1 :]) is not None  # a statement that something, not a statement
        if verb == "put" and re.search(r"^[^,;:.QhwbVIm]{1,16}$", self.codes[v + 1 : v + 17].split("n")[0]):
            numbered = [i for i in range(v + 2, min(v + 17, len(self.words))) if self.words[i] == "at"]
            if numbered and "n" in self.codes[numbered[0] : numbered[0] + 6]:
                return True  # "puts the dead at 300"
        if verb == "go":
            return window[:1] == ["on"] and (self.codes[v + 2 : v + 3] in tuple(",.Q:h") or "to" in window[1:2])
        if verb == "see" and self.words[v] == "sees":
            return True
        if verb in verbs.INTERPOSED and self._interposes(v):
            return True
        if verb == "want":
            window = self.words[v + 1 : v + 10]
            return "to" in window and "," not in window[: window.index("to")]
        if verb in ("view", "regard", "portray", "present", "frame", "interpret", "consider", "cast"):
            return bool(needs & set(self.words[v + 1 : v + 14]))
        if verb in (
            "point",
            "continue",
            "want",
            "put",
            "hold",
            "feel",
            "find",
            "know",
            "speak",
            "rule",
            "play",
            "hope",
            "fear",
        ):
            return bool(window) and (
                window[0] in needs or (verb in ("hold", "point", "put") and bool(needs & set(window)))
            )
        return bool(needs & set(window))

    def _calls(self, v: int) -> bool:
        """Whether "call" is speech: not "called off", "called a meeting", "called to discuss"."""
        after = self.words[v + 1 : v + 5]
        if not after or after[0] in ("in", "off", "up", "itself", "to", "to-order"):
            return False
        return after[0] not in ("a", "an", "the", "snap", "another") or vocabulary.CALLED.isdisjoint(after)

    def _interposes(self, v: int) -> bool:
        """Whether a verb ends a clause of speech between commas: "the deal, he reckons, …", "…, Quill finds."."""
        after = re.match(r"(?:p?d?[tn]+|a)*[,.;]", self.codes[v + 1 :])
        return after is not None and re.search(r"[,Q][^,;.]{1,12}$", self.codes[:v]) is not None

    def _follows(self, v: int, wanted: tuple[str, ...]) -> bool:
        return self.words[v + 1 : v + 2] and self.words[v + 1] in wanted

    def _participle(self, i: int, subject: Speaker | None) -> Cue | None:
        codes, words = self.codes, self.words
        verb = verbs.SPEECH[words[i]]
        if not self._completed(i, verb):
            return None
        before = codes[i - 1] if i else ""
        if verb in ("cite", "quote"):
            inner = self._right(i + 1)
            if inner and (inner.kind == "group" or inner.name.casefold() in vocabulary.DEMONYMS):
                return None  # unnamed sources: whoever cites them speaks
            if inner:
                return Cue(i, i, inner, words[i], "citing", bool(codes[i + 1 :].strip(".NDTOqlsdpG,")), verb, subject)
            return None
        stripped = len(re.sub(r"[axk]*$", "", codes[:i]))
        if stripped and codes[stripped - 1] == "e":
            if verb not in verbs.PLAIN:
                return None
            region = self._left(stripped - 1)
            return Cue(i, region[0], region[1], words[i], "subject_verb", True, verb) if region else None
        if (
            before in "NTD"
            and before
            and (match := re.search(r"p([dDNTOqls]*[NTD])$", codes[:i]))
            and words[match.start()] == "with"
        ):
            speaker = self.noun_phrase(match.start() + 1, i)
            return Cue(i, match.start(), speaker, words[i], "with_participle", True, verb) if speaker else None
        if before in (",", "Q", "c", "-") or (before == "a" and i > 1 and codes[i - 2] in ",Q"):
            if subject:
                return Cue(i, i, subject, words[i], "participle", True, verb, again=True)
            first = self._first_subject(i)
            if first and first[1].kind == "name" and " " not in first[1].name and first[1].name not in self.known:
                first = first if self.document.mentions_in(first[1].start, first[1].end) else None
            return Cue(i, first[0], first[1], words[i], "participle", True, verb) if first else None
        return None

    def _holds(self, i: int) -> Cue | None:
        """ "Beijing is wary that …", "Lankov is doubtful of …": a position told by an adjective."""
        codes, words = self.codes, self.words
        if i + 1 >= len(words) or words[i + 1] not in ("that", "about", "of", "whether", "if", "over"):
            return None
        j = len(re.sub(r"[ak]*$", "", codes[:i]))
        if codes[j - 1 : j] != "e" or (words[i + 1] != "that" and words[j - 1] not in ("is", "are", "'s", "'re")):
            return None
        region = self._left(j - 1)
        if region is None or region[1].kind == "pronoun":
            return None
        if words[i + 1] != "that" and self._kind_of(region[1]) not in ("", "person"):
            return None
        return Cue(i, region[0], region[1], words[i], "holds", True, "believe")

    def _kind_of(self, speaker: Speaker) -> str:
        """The kind of the listed actor that the speaker's name is, else ""."""
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        return mention.kind if mention else ""

    def _material(self, i: int) -> Cue | None:
        """ "Imagery published by X shows …", "reports from X suggested …": whose text or finding says it."""
        codes, words = self.codes, self.words
        region = max(codes.rfind(c, 0, i) for c in ",;:.Q()-hwb") + 1
        if vocabulary.MATERIAL.isdisjoint(words[region:i]):
            return None
        match = re.match(r"d?[lqDnNTOGs]*[NTODG](?=(?:,[^,;:.Q]*,)?[ax]*(.))", codes[i + 1 :])
        if not match:
            return None
        verb = re.match(r"(?:,[^,;:.Q]*,)?[ax]*", codes[i + 1 + match.end() :])
        v = i + 1 + match.end() + verb.end()
        if words[v] not in vocabulary.SHOW or words[v] in verbs.SPEECH:
            return None
        speaker = self.noun_phrase(i + 1, i + 1 + match.end())
        return Cue(v, region, speaker, words[v], "material_by", True, "show") if speaker else None

    def _author(self, i: int) -> Speaker | None:
        """Whose the "imagery published by X", the "analysis of the images by X" from token i on is."""
        codes, words = self.codes, self.words
        end = re.match(r"[^,;:.Q()]*", codes[i:]).end() + i
        head = re.match(r"[^p]*", codes[i:end]).end() + i
        if vocabulary.MATERIAL.isdisjoint(words[i:head]):
            return None
        for j in range(end - 1, head - 1, -1):
            if codes[j] == "p" and words[j] in ("by", "from", "of"):
                match = re.match(r"d?[lqDnNTOGs]*[NTOG]", codes[j + 1 : end])
                speaker = self.noun_phrase(j + 1, j + 1 + match.end()) if match else None
                if speaker and (words[j] != "of" or speaker.kind == "name"):
                    return speaker
        return None

    def _according(self, i: int) -> Cue | None:
        after = self.words[i + 2] if i + 2 < len(self.words) else ""
        if after in _OBJECTS and self.codes[i + 3 : i + 4] in (",", ".", ""):
            speaker = Speaker("pronoun", self.starts[i + 2], self.ends[i + 2], _OBJECTS[after])
        else:
            speaker = self._author(i + 2) or self._right(i + 2)
        if not speaker:
            return None
        forward = i < 2 or self.codes[i - 1] in ".;"
        return Cue(i, i, speaker, "according to", "according_to", forward)

    def _opening_to(self, i: int) -> Cue | None:
        """ "To Patrick Cronin, chair of …, “…”": a name between "to" and a comma at the beginning."""
        codes = self.codes
        match = re.match(r"[DTOq]*(?:N+|P)(?:,|(?=[dhl]))", codes[i + 1 :])
        medium = re.match(r"d?[lqD]*N,", codes[i + 1 :])
        if medium and self._kind(i + medium.end() - 1) == "medium":
            end = i + medium.end()
            speaker = self.noun_phrase(i + 1, end)
            return Cue(i, i, speaker, self.words[i], "to_name", True) if speaker else None
        phrase = re.match(r"([DTOqN]*N)(?=p)p[dDTOqlN]*[NO](?:[pc][dDTOqlN]*[NO]){0,3}(?=[,d])", codes[i + 1 :])
        if not match and not phrase:
            return None
        end = i + 1 + (phrase.end(1) if phrase else len(match.group().rstrip(",")))
        speaker = self.noun_phrase(i + 1, end)
        if (
            not speaker
            or speaker.kind != "name"
            or not (self._mention_ending(end) is None or "Q" in codes or codes[end] == "d" or phrase)
        ):
            return None
        if not phrase:
            unlisted = self._mention_ending(end) is None and re.match(r",(?:w|d?[lqDN]*T)", codes[end:])
            if self.words[i] == "for" and not unlisted and not re.search(r"e|Q|h", codes[end:]):
                return None
        return Cue(i, i, self._with_apposition(speaker, end), self.words[i], "to_name", True)

    def _colon(self, i: int, found: list[Cue]) -> Cue | None:
        codes = self.codes
        if found or i + 1 >= len(codes) or (codes[i + 1] != "Q" and i > 6):
            return None
        region = re.search(r"[^,;:.Q()\-]*$", codes[:i]).group()
        first = i - len(region)
        if codes[i + 1] == "Q":
            trailing = re.search(r"(?:[NDTOqls]*N|[dDTOqlN]*[TOG])$", region)
            before = first + trailing.start() - 1 if trailing else -1
            governed = before >= 0 and codes[before] == "p" and self.words[before] not in ("by", "from")
            if not trailing or governed:  # "X is sceptical: “…”", "X had a word for Putin: “…”"
                subject = self._first_subject(i)
                if subject and subject[1].kind in ("name", "group") and self._verb_follows(subject[1]):
                    return Cue(i, subject[0], subject[1], ":", "colon", True)
            if trailing and not governed:
                speaker = self.noun_phrase(i - len(trailing.group()), i)
                return Cue(i, first, speaker, ":", "colon", True) if speaker else None
            return None
        if first == 0 and len(self.document.text) < 300 and not (codes[0] == "D" and re.search(r"[VI]", codes[i:])):
            speaker = self.noun_phrase(0, i)
            named = speaker and speaker.kind == "name" and (" " in speaker.name or self._mention_ending(i) is not None)
            return Cue(i, 0, speaker, ":", "colon", True) if named else None
        return None

    def _noun(self, i: int) -> Cue | None:
        """ "the opinion of X that …", "in X's view, …", "a statement by X: …"."""
        codes, words = self.codes, self.words
        noun = words[i]
        after = words[i + 1] if i + 1 < len(words) else ""
        if noun in _VIEWS:
            stop = i - 2 if words[i - 2 : i] == ["point", "of"] else i
            match = re.search(r"p(d?[DNTOqlG]*[NDOTG]s|d)[l]*$", codes[:stop])
            if match and words[match.start()] in ("in", "by", "from"):
                first = match.start() + 1
                if match.group(1) == "d" and words[first] in ("his", "her", "their", "its"):
                    here = Speaker(
                        "pronoun",
                        self.starts[first],
                        self.ends[first],
                        {"his": "he", "her": "she", "their": "they", "its": "it"}[words[first]],
                    )
                    return Cue(i, match.start(), here, f"in {words[first]} {noun}", "in_view", True)
                if match.group(1) != "d" and (speaker := self.noun_phrase(first, match.end(1) - 1)):
                    return Cue(i, match.start(), speaker, f"in … {noun}", "in_view", True)
        if (
            after in ("of", "by", "from")
            and (speaker := self._right(i + 2))
            and speaker.kind in ("name", "role", "group")
        ):
            rest = codes[i + 2 :]
            opening = i >= 2 and codes[i - 1] == "d" and words[i - 2] in ("in", "by")
            if opening and i > 2 and not re.search(r"h|:", rest):  # "…," in the words of X
                return Cue(i, 0, speaker, f"{noun} {after}", "in_the_words_of", False)
            if opening or re.search(r"h|:Q|:", rest) or codes[max(i - 3, 0) : i].count("e"):
                # the statement must say what was said: "that …", a colon, a quotation
                return Cue(i, max(i - 2, 0), speaker, f"{noun} {after}", "noun_of", True)
        if (
            (verb := re.match(r"(?:p[dDNTOlqs]+)?[he:]", codes[i + 1 :]))
            and (match := re.search(r"(d?[DNTOqlG]*[NDOTG])s[lq]*$", codes[:i]))
            and (noun in _SAID_BY_ITSELF or verb.group() in "he")
        ):
            speaker = self.noun_phrase(match.start(1), match.end(1))
            if speaker and speaker.kind != "group":
                return Cue(i, match.start(1), speaker, noun, "possessive_noun", True)
        if (
            noun in _SAID_BY_ITSELF
            and i <= 3
            and words[0] in ("his", "her")
            and re.match(r"(?:p[dDNTOlqs]+)?[he:]", codes[i + 1 :])
        ):
            here = Speaker("pronoun", self.starts[0], self.ends[0], "he" if words[0] == "his" else "she")
            return Cue(i, 0, here, f"{words[0]} {noun}", "possessive_noun", True)
        return None

    def _quoted_inner(self, v: int) -> Speaker | None:
        """ "TASS quoted Peskov as saying": who stands between the verb and "as"."""
        if self.words[v + 1 : v + 2] and self.words[v + 1] in _OBJECTS and "as" in self.words[v + 2 : v + 5]:
            return Speaker("pronoun", self.starts[v + 1], self.ends[v + 1], _OBJECTS[self.words[v + 1]])
        match = re.match(r"([dDNTOqls,G]*?[NDTOG])(?:[^b]{0,6})b", self.codes[v + 1 :])
        if match and self.words[v + match.end()] == "as":
            return self.noun_phrase(v + 1, v + 1 + match.end(1))
        return None
