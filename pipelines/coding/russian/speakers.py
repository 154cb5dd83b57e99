"""Noun phrases of one Russian sentence that name who speaks, and whom its pronouns mean."""

from __future__ import annotations

import re

from pipelines.coding.document import Speaker
from pipelines.coding.russian import morphology, words
from pipelines.coding.russian.lexicon import FAMILIES, any_verb, given, lexicon, mention_cases
from pipelines.coding.russian.morphology import ANY_GENDER, NOMINATIVE, PLURAL
from pipelines.coding.russian.tokens import Tokens

_SPOKESMEN = frozenset(("представитель", "представители", "пресс-служба", "пресс-секретарь", "спикер"))


class Speakers(Tokens):
    """Finds speakers among the words of a sentence."""

    # -- noun phrases ----------------------------------------------------------------------------------------------

    def _subject(
        self, begin: int, end: int, numbers: int, genders: int, persons: bool = False, strict: bool = False
    ) -> Speaker | None:
        """The first noun phrase in the nominative in tokens [begin, end) that a verb of that form can have as subject.

        With `strict` a name that may as well be in the genitive ("договор с КНДР") is none.
        """
        codes, tokens = self.codes, self.tokens
        governed = False
        adjective = -1
        fallback = 0  # a name that can be the complement of the noun before it, too
        for i in range(begin, end):
            code, token = codes[i], tokens[i]
            if code == "p":
                governed, adjective = True, -1
                continue
            if code == "q":
                if not governed and adjective < 0 and token.cases & NOMINATIVE:
                    adjective = i
                continue
            if code in "TGOMDNP":
                if governed and token.cases != NOMINATIVE:  # "Об этом Песков": what is only a nominative is free
                    governed = False
                    adjective = -1
                    continue
                if code in "MDN" and i > begin and token.cases & NOMINATIVE and self._complements(begin, i):
                    fallback = fallback or i
                    continue
                if code in "TG" and i > begin and codes[i - 1] == "l" and self._of_noun(i):
                    continue
                fits = (
                    token.cases & NOMINATIVE
                    and token.numbers & numbers
                    and (token.genders & genders or code in "TMDOG")
                )
                if (
                    not fits
                    and numbers == PLURAL
                    and code in "TNMD"
                    and token.cases & NOMINATIVE
                    and self._joined(i, end)
                ):
                    fits = 1
                if not fits and numbers == PLURAL and token.plural_cases & NOMINATIVE:
                    return self._titled(adjective if adjective >= 0 else i, i, end, False, group=True)
                if fits and code == "O" and genders in (1, 2, 4) and not token.genders & genders:
                    fits = 0
                if fits and code == "N" and not self._nominative_run(i):
                    fits = 0
                if fits and persons and code not in "NT":
                    return None
                if fits:
                    speaker = self._phrase(adjective if adjective >= 0 else i, i, end)
                    if speaker and code == "N" and not persons and self._abbreviated(i):
                        later = self._later_person(self._run_end(i, end), end, numbers, genders)
                        if later:
                            return later
                    if speaker and code in "MD" and not persons:
                        later = self._later_person(i + 1, end, numbers, genders)
                        if later and (code == "M" or (genders in (2, 4) and later.kind == "name")):
                            return later
                    if speaker:
                        return speaker
                elif code in "TGON":
                    # an oblique noun that nothing governs: go on
                    adjective = -1
                continue
            if code in "cl" or code == "n":
                governed = False
                if code == "l":
                    adjective = -1
        if fallback and not persons and not strict and self.tokens[fallback].numbers & numbers:
            return self._phrase(fallback, fallback, end)
        return None

    def _complements(self, begin: int, i: int) -> bool:
        """Whether a name that is not inflected depends on the noun before it: "договор России и КНДР"."""
        if not self.tokens[i].cases & morphology.GENITIVE:
            # "между Владивостоком и Раджином": shares the preposition
            return (
                self.codes[i - 1] == "c"
                and i - 2 >= begin
                and self.codes[i - 2] in "MDN"
                and not self.tokens[i - 2].cases & NOMINATIVE
            )
        k = i - 1
        while k > begin and self.codes[k] == "q":
            k -= 1
        if self.codes[k] == "c" and k > begin:
            k -= 1
        if k >= begin and self.codes[k] == "l" and self.codes[i] == "N":
            tag = morphology.parses(self.words[k])[0].tag
            if tag.POS == "NOUN" and tag.animacy == "anim" and tag.case == "nomn":
                return False  # "канадка Сьюзен Хилл"
        return k >= begin and self.codes[k] in "lTOGMDNSK" and k < i

    def _of_noun(self, i: int) -> bool:
        """Whether a title can be the genitive plural that the common noun before it governs: "отправку солдат"."""
        token = self.tokens[i]
        if not token.plural_cases & morphology.GENITIVE and not (
            token.numbers & PLURAL and token.cases & morphology.GENITIVE
        ):
            return False
        reading = morphology.parses(self.words[i - 1])[0].tag
        return reading.POS == "NOUN" and "Geox" not in reading

    def _later_person(self, begin: int, end: int, numbers: int, genders: int) -> Speaker | None:
        """A person in the nominative after a medium: "сообщил ТАСС источник", "заявил РИА Новости сенатор"."""
        governed = False
        adjective = -1
        for i in range(begin, end):
            code, token = self.codes[i], self.tokens[i]
            if code == "p":
                governed = True
            elif code == "q":
                if adjective < 0 and not governed and token.cases & NOMINATIVE:
                    adjective = i
            elif code in "TNGMDOlS":
                if (
                    not governed
                    and code in "TNG"
                    and token.cases & NOMINATIVE
                    and token.numbers & numbers
                    and (token.genders & genders or code != "N")
                ):
                    if code == "N" and self.codes[begin - 1] == "M" and self.words[i].isascii():
                        continue
                    if code == "N" and i == begin and self._acronym(i - 1) and self._run_end(i, end) == i + 1:
                        continue  # "ИА Регнум"
                    return self._phrase(adjective if adjective >= 0 else i, i, end)
                governed = False
                adjective = -1
        return None

    def _after_body(self, i: int, k: int) -> int:
        """Where the person's name begins in a run that a body's name opens: "университета Тонгук Ко Ю Хван"."""
        if (
            k - i > 2
            and i not in self.mentions
            and self.words[i] not in FAMILIES
            and not given(self.words[i])
            and given(self.words[i + 1])
        ):
            return i + 1  # "профессор Йонсей Джон Делури"
        if k - i > 1 and self.codes[i - 1] == "O" and i not in self.mentions:
            if self.words[i] in FAMILIES:
                return i
            for j in range(i + 1, k):
                if j in self.mentions or self.words[j] in FAMILIES:
                    return j
                if any("Name" in p.tag for p in morphology.parses(self.words[j])) and j + 1 < k:
                    return j
        return i

    def _joined(self, i: int, end: int) -> bool:
        """Whether another subject is joined to the one at token i: "Путин и Ким назвали"."""
        for j in range(i + 1, end):
            if self.codes[j] == "c" and self.words[j] == "и":
                return any(self.codes[k] in "TMDNO" and self.tokens[k].cases & NOMINATIVE for k in range(j + 1, end))
        return False

    def _abbreviated(self, i: int) -> bool:
        """Whether a name is in Latin letters or begins with capitals only ("ИА Регнум"): a medium spoken to."""
        word = self.document.text[self.starts[i] : self.ends[i]]
        return i not in self.mentions and (word.isascii() or (len(word) > 1 and word.isupper()))

    def _nominative_run(self, i: int) -> bool:
        """Whether the run of name words that begins at token i can stand in the nominative as a whole."""
        for k in range(i, len(self.tokens)):
            if self.codes[k] != "N":
                break
            if not self.tokens[k].cases & NOMINATIVE:
                return False
        return True

    def _after(self, v: int, numbers: int, genders: int) -> Speaker | None:
        codes = self.codes
        stop = next((k for k in range(v + 1, len(codes)) if codes[k] in ",;:.Q-h(wIVf"), len(codes))
        speaker = self._subject(v + 1, stop, numbers, genders)
        if (
            speaker is None
            and codes[v + 1 : v + 2] == ","
            and (nxt := codes.find(",", v + 2)) > 0
            and "Q" not in codes[v:nxt]
        ):
            after = next((k for k in range(nxt + 1, len(codes)) if codes[k] in ",;:.Q-h(wIV"), len(codes))
            if "V" not in codes[v + 1 : nxt] and "h" not in codes[v + 1 : nxt]:
                speaker = self._subject(nxt + 1, after, numbers, genders)
                stop = after
        if speaker and speaker.kind == "role" and re.match(r",q{0,3}T", codes[stop:]):
            # "высказал кандидат наук, научный сотрудник института Константин Асмолов"
            close = next((k for k in range(stop + 1, len(codes)) if codes[k] in ",;:.Q-h(wIVf"), len(codes))
            named = self._subject(stop + 1, close, numbers, genders)
            if named and named.kind == "name":
                return named
        return self._with_apposition(speaker, stop) if speaker else None

    def _with_apposition(self, speaker: Speaker, at: int) -> Speaker:
        """Takes the role from the apposition behind a name: "Песков, пресс-секретарь президента,"."""
        if speaker.kind != "name" or speaker.role or self.codes[at : at + 1] != ",":
            return speaker
        match = re.match(r"q*T[^,;:.Q()hwV-]*", self.codes[at + 1 :])
        if not match or self.starts[at] > speaker.end + 3:
            return speaker
        role = self._text(at + 1, at + 1 + match.end())
        return speaker._replace(role=role, phrase=(speaker.phrase[0], self.ends[at + match.end()]))

    def _text(self, begin: int, end: int) -> str:
        return self.document.text[self.starts[begin] : self.ends[end - 1]] if end > begin else ""

    def _run_end(self, i: int, end: int) -> int:
        """Where the run of name words that begins at token i ends."""
        k = i + 1
        acronym = self._acronym(i)
        text = self.document.text
        while k < end and text[self.ends[k - 1] : self.starts[k]].isspace():
            if self.codes[k] == "N" and self._acronym(k) == acronym:
                k += 1
            elif self.words[k] in words.PARTICLES and k + 1 < end and self.codes[k + 1] == "N":
                k += 2  # "Николя де Ривьер"
            else:
                break
        return k

    def _acronym(self, i: int) -> bool:
        """Whether a name word is in capitals ("РАН"), and no initial."""
        word = self.document.text[self.starts[i] : self.ends[i]]
        return len(word) > 1 and word.isupper() and "." not in word

    def _name_run(self, begin: int, end: int, oblique: bool) -> tuple[int, int] | None:
        """The first run of name words in [begin, end) that a title can have for its name."""
        i = begin
        while i < end:
            if (self.codes[i] == "p" and self.words[i] in ("с", "со", "о", "об", "к", "над", "под", "у")) or (
                self.codes[i] == "l" and not self._complement(i) and any_verb(self.words[i])
            ):
                return None
            if self.codes[i] == "N":
                k = self._run_end(i, end)
                nominative = all(self.tokens[j].cases & NOMINATIVE for j in range(i, k))
                before = self.codes[begin:i].rstrip("q")
                governed = before.endswith("p") or self.document.text[self.starts[i] - 1 : self.starts[i]] in (
                    "«",
                    '"',
                    "“",
                )
                foreign = (
                    all(
                        self.words[j].isascii() or self.document.text[self.starts[j] : self.ends[j]].isupper()
                        for j in range(i, k)
                    )
                    and i not in self.mentions
                )
                if not governed and not foreign and (nominative or oblique):
                    return self._after_body(i, k), k
                i = k
                continue
            i += 1
        return None

    def _phrase(self, start: int, head: int, end: int, oblique: bool = False) -> Speaker | None:
        """The speaker whose noun phrase begins at `start` with its head at `head`, in tokens up to `end`."""
        codes = self.codes
        code = codes[head]
        if code == "P":
            return self._pronoun(head, self.words[head])
        if code == "N":
            k = self._run_end(head, end)
            if (
                k < end
                and codes[head] == "N"
                and self.document.text[self.starts[head] : self.ends[k - 1]].isupper()
                and codes[k : k + 1] == "T"
            ):
                return self._phrase(k, k, end, oblique)
            role = self._text(start, head) if start < head else ""
            return self._name(head, k, role, oblique, start)
        if code in "TG":
            if (
                code == "T"
                and self.words[head + 1 : head + 3] == ["с", "позывным"]
                and codes[head + 3 : head + 4] in "NMl"
            ):
                return self._name(head + 3, min(head + 4, end), self._text(start, head + 1), oblique, start)
            resident = self.tokens[head].lemma in ("хозяин", "хозяйка", "обитатель")
            run = self._name_run(head + 1, end, oblique) if code == "T" and not resident else None
            if self.tokens[head].lemma in words.RIVALS and codes[head + 1 : head + 2] == "M":
                return self._phrase(head + 1, head + 1, end, oblique)  # "её оппонент «Хангёре»"
            if not run and start and self.words[start - 1] in words.POSSESSIVES and self.words[head] in _SPOKESMEN:
                # "Ведомство, добавил его представитель, …": the body
                return Speaker("pronoun", self.starts[start - 1], self.ends[start - 1], "оно")
            if run and self.words[head] not in ("источник", "собеседник"):
                return self._name(*run, self._text(start, run[0]).strip(' «»"'), oblique, start)
            return self._titled(start, head, end, oblique)
        if code == "O":
            # "газета «Х»", "агентство Рёнхап": the name says it
            k = head + 1
            while k < end and codes[k] in "qO":
                k += 1
            if (
                words.ORGANISATIONS.get(self.tokens[head].lemma)
                in (*words.NEWS_BODIES, "party", "institute", "company", "association")
                and k < end
                and codes[k] in "MN"
                and (k == head + 1 or codes[k] == "M")
            ):
                stop = k + 1
                while stop < end and codes[stop] == codes[k] == "N":
                    stop += 1
                text = self.document.text[self.starts[k] : self.ends[stop - 1]]
                if codes[k] == "M" or k not in self.mentions:
                    return Speaker(
                        "name" if codes[k] == "M" else "role",
                        self.starts[k],
                        self.ends[stop - 1],
                        text if codes[k] == "M" else "",
                        "" if codes[k] == "M" else text,
                    )
            return self._titled(start, head, end, oblique)
        if code == "M" and head + 1 < end and codes[head + 1] == "T" and self.tokens[head + 1].cases & NOMINATIVE:
            return self._phrase(head + 1, head + 1, end, oblique)
        text = self.document.text[self.starts[head] : self.ends[head]]
        place = (self.starts[head], self.ends[head])
        mention = self.mentions.get(head)
        if code == "M" and head and self.words[head - 1] == "орган" and text.startswith("ЦК"):
            return Speaker("name", *place, "Нодон синмун", phrase=place)
        if mention and mention.ambiguous and (len(mention.actors) > 1 or lexicon().get(mention.text.lower())):
            # "МИД": of which country, an earlier full name or the dateline must tell
            named = (m.text for m in reversed(self.document.mentions_in(0, place[0])) if m.text.startswith(text + " "))
            whose = next(named, "") or self.home_body(text)
            return (
                Speaker("name", *place, whose, phrase=place)
                if whose
                else Speaker("role", *place, "", text, phrase=place)
            )
        return Speaker("name", *place, text, phrase=(0, 0) if code == "D" else place)

    def _quoted_name(self, speaker: Speaker) -> bool:
        """Whether the name stands in quotation marks and no list knows it: a newspaper, as a rule."""
        at = self.starts.index(speaker.start) if speaker.start in self.starts else -1
        return at >= 0 and self.codes[at] == "M" and at not in self.mentions

    def _media_before(self, place: int) -> bool:
        return any(m.kind == "medium" for m in self.document.mentions_in(0, place))

    def home_body(self, text: str) -> str:
        """The full name of a ministry of the country of the dateline."""
        owner = words.OWNERS.get(self.home, ("",))[0]
        return next(
            (f"{body} {owner}" for stems, body in words.BODIES[2:4] if owner and re.search(stems, text, re.I)), ""
        )

    def _titled(self, start: int, head: int, end: int, oblique: bool, group: bool = False) -> Speaker:
        """An office, a body or a group by its common noun, with the complements that belong to it."""
        codes, code = self.codes, self.codes[head]
        k = head + 1
        while k < end:
            c = codes[k]
            if c == "N" and code == "T" and self.words[k].isascii() and k not in self.mentions:
                break
            if c == "M" and code == "T" and k in self.mentions and self.mentions[k].kind == "medium":
                if self.tokens[head].lemma not in words.OF_MEDIA:
                    break  # "рассказал американский чиновник CBS News": to whom
                k += 1
            elif (
                (c in "MDN" or (c in "TOGS" and self._oblique(k)))
                or (c == "q" and k + 1 < end)
                or (c == "l" and self._complement(k))
            ):
                k += 1
            elif (
                c == "p"
                and self.words[k] in ("в", "во", "при", "по", "из", "на")
                and not self.words[k + 1].isascii()
                and re.match(r"q*[OMDSNG]" if self.words[k] != "по" else r"q*[OMDSNl]", codes[k + 1 : end])
            ):
                k += 1 + re.match(r"q*.", codes[k + 1 : end]).end()
            elif (
                c == "c"
                and self.words[k] == "и"
                and k + 1 < end
                and codes[k + 1] in "lOMDq"
                and code != "G"
                and codes[k - 1] in "lOMDq"
            ):
                k += 2
            else:
                break
        while k > head + 1 and codes[k - 1] in "qc":
            k -= 1
        if code == "G" and (joined := re.match(r"(?:,[DM])+c[DM]", codes[k : end + 8])):
            k += joined.end()  # "лидеры США, Японии и Южной Кореи"
        text = self._text(start, k)
        if oblique:
            text = morphology.nominative_phrase(text)
        first, last = self.starts[start], self.ends[k - 1]
        if self.tokens[head].lemma in ("офис", "администрация", "канцелярия") and "T" in codes[head:k]:
            owner = next((o[0] for o in words.OWNERS.values() if any(n in text for n in o)), "")
            if owner:
                return Speaker("name", first, last, f"администрация президента {owner}", phrase=(first, last))
        alone = k == head + 1 and start == head
        lemma = self.tokens[head].lemma
        ours = any(word.startswith("наш") for word in self.words[start:head]) or (
            lemma in ("редакция", "редколлегия") and k == head + 1 and not self._media_before(first)
        )
        if ours and code == "O" and words.ORGANISATIONS.get(lemma) in words.NEWS_BODIES:
            return Speaker("outlet", first, last, "", text)
        its_authors = code == "G" and lemma in ("автор", "журналист", "редактор") and "S" in codes[head:k]
        if (its_authors or (code == "O" and alone)) and (
            body := self._body_before(lemma if code == "O" else "газета", first)
        ):
            return body._replace(phrase=(first, last))
        if code == "G" or group or (self.tokens[head].numbers == PLURAL and code == "T" and head not in self.mentions):
            return Speaker("group", first, last, "", text, phrase=(first, last))
        if (
            code == "T"
            and alone
            and lemma in words.ALWAYS_BACK
            and head not in self.mentions
            and lemma not in words.SOURCES
        ):
            if self.memory.people:
                return self._pronoun(head, lemma)
            return Speaker("role", first, last, "", text, phrase=(first, last))
        if (
            code == "T"
            and head not in self.mentions
            and (re.search(r"(?:^|\s)(?:бывш|экс-|отставн)", text.lower()) or self._of_common_noun(head, k))
            and (name := self._last_person(k))
        ):
            return Speaker("name", first, last, name, phrase=(first, last))  # "сказал бывший глава разведки"
        if code == "T" and alone and head not in self.mentions:
            # "министр" after "министр обороны Син Вон Сик"
            bearer = next((name for _, name, title in reversed(self.memory.people) if title == lemma and name), "")
            if bearer:
                return Speaker("name", first, last, bearer)
            if lemma in words.OFTEN_BACK and self.memory.people:
                return self._pronoun(head, "тот")
        if (
            code == "T"
            and lemma in words.DESCRIBES
            and not self.document.mentions_in(first, last)
            and (name := self._last_person(k))
        ):
            return Speaker("name", first, last, name, phrase=(first, last))  # "настаивал ветеран разведки"
        if code == "T" and lemma == "сестра" and re.search(r"Ким|лидер|руковод|КНДР|вожд", text):
            return Speaker("name", self.starts[head], self.ends[head], "Ким Ё Чжон", text, phrase=(first, last))
        if code == "T" and lemma in ("хозяин", "обитатель", "хозяйка") and k > head + 1:
            # "хозяин Кремля": who holds the office of that place
            place = self._text(head + 1, k)
            office = next((office for stem, office in words.RESIDENCES if stem in place), "")
            if office:
                return Speaker("role", first, last, "", office, phrase=(first, last))
        if code == "T" and lemma in ("глава", "руководитель") and k == head + 2 and codes[head + 1] == "D":
            country = self._text(head + 1, k)
            text = "лидер КНДР" if re.match(r"КНДР|Северн", country) else f"президент {country}"
        if code == "T" and lemma in ("глава", "руководитель") and _DIPLOMACY.search(text):
            # "глава внешней политики Севера"
            owner = words.OWNERS.get(_country_of(text), ("",))[0]
            text = f"министр иностранных дел {owner}" if owner else text
        if code == "T" and lemma in words.SOURCES and self.document.mentions_in(first, last):
            return Speaker("group", first, last, "", text, phrase=(first, last))  # "собеседник FT" is not the FT
        if code == "T" and lemma in ("собеседник", "собеседница"):
            return (
                self._pronoun(head, "собеседник")
                if alone
                else Speaker("role", first, last, "", text, phrase=(first, last))
            )
        return Speaker("role", first, last, "", text, phrase=(first, last))

    def _body_before(self, lemma: str, place: int) -> Speaker | None:
        """The body that a common noun alone means: the last subject whom it fits, else the last named."""
        news = words.ORGANISATIONS.get(lemma) in words.NEWS_BODIES
        fitting = words.STANDS_FOR.get(lemma)
        if not news and not fitting:
            return None
        for kind, body in reversed(self.memory.bodies):
            if kind == "medium" if news else kind != "medium" and re.search(fitting, body.name):
                return body
        for mention in reversed(self.document.mentions_in(max(place - 3000, 0), place)):
            if (
                mention.kind == "medium"
                if news
                else mention.kind == "organisation" and re.search(fitting, mention.text)
            ):
                return Speaker("name", mention.start, mention.end, mention.text)
        return None

    def _of_common_noun(self, head: int, end: int) -> bool:
        """Whether a title is of a body that only the text before tells: "глава государства", "директор института"."""
        return self.tokens[head].lemma in words.HEADS and end == head + 2 and self.words[head + 1] in words.HEADED

    def _last_person(self, end: int) -> str:
        """The surname of the last person, unless the words behind token `end` make the title somebody new."""
        if any(word.startswith(("анонимн", "пожелавш", "попросивш", "имя")) for word in self.words[end : end + 8]):
            return ""
        return next((name for _, name, _ in reversed(self.memory.people) if name), "")

    def _oblique(self, k: int) -> bool:
        """Whether a title, body or group can depend on the noun before it."""
        token = self.tokens[k]
        return bool((token.cases | token.plural_cases) & ~(NOMINATIVE | morphology.ACCUSATIVE))

    def _complement(self, k: int) -> bool:
        """Whether a common noun can be a genitive complement of the title before it."""
        if self.starts[k] - self.ends[k - 1] > 2:
            return False
        return any(p.tag.POS == "NOUN" and p.tag.case in ("gent", "ablt") for p in morphology.parses(self.words[k])[:3])

    def _name(self, begin: int, end: int, role: str, oblique: bool, start: int | None = None) -> Speaker:
        text = self._text(begin, end)
        name = text
        if oblique and begin not in self.mentions:
            name = self._nominative_name(begin, end)
        elif begin in self.mentions and end == begin + 1:
            name = text
        if oblique and role:
            role = morphology.nominative_phrase(role)
        first = start if start is not None else begin
        return Speaker(
            "name", self.starts[begin], self.ends[end - 1], name, role, phrase=(self.starts[first], self.ends[end - 1])
        )

    def _nominative_name(self, begin: int, end: int) -> str:
        parts = [self.document.text[self.starts[k] : self.ends[k]] for k in range(begin, end)]
        if len(parts) > 1 and parts[0].lower() in words.KOREAN_FAMILIES:
            return " ".join([*parts[:-1], morphology.nominative_part(parts[-1], False)])
        if len(parts) == 2 and parts[0].lower() in words.CHINESE_FAMILIES and _SOFT.search(parts[1]):
            return f"{parts[0]} {_SOFT.sub('ь', parts[1])}"  # "с Фэн Юйцзюнем"
        feminine: bool | None = None
        for reading in morphology.parses(parts[0].lower()):
            if "Name" in reading.tag and reading.tag.gender in ("masc", "femn") and len(parts) > 1:
                feminine = reading.tag.gender == "femn"
                break
        if feminine is None and len(parts) == 1:
            low = parts[0].lower()
            feminine = low.endswith(("овой", "евой", "ёвой", "иной", "ской"))
            surnames = (surname for _, surname, _ in reversed(self.memory.people))
            bearer = next((surname for surname in surnames if _stem_alike(surname, parts[0])), None)
            if bearer:
                return bearer
        return " ".join(morphology.nominative_part(p, feminine) for p in parts)

    def phrase_speaker(self, begin: int, end: int, oblique: bool = False, loose: bool = False) -> Speaker | None:
        """The first speaker in tokens [begin, end): in any case if `oblique`, else in the nominative.

        With `loose` (headlines) a place alone counts too: "В МИД РФ".
        """
        if not oblique:
            speaker = self._subject(begin, end, 3, ANY_GENDER)
            if speaker or not loose:
                return speaker
            return self._inside_body(begin, end)
        adjective = -1
        for i in range(begin, end):
            code = self.codes[i]
            if code == "q":
                adjective = i if adjective < 0 else adjective
            elif code in "TGOMDN":
                return self._phrase(adjective if adjective >= 0 else i, i, end, oblique=True)
            elif code == "p" or code in "lS":
                adjective = -1
        return None

    def _inside_body(self, begin: int, end: int) -> Speaker | None:
        """ "в МИД РФ", "на Банковой", "в партии «Сила народа»": the body whose people speak."""
        codes = self.codes
        for i in range(begin, end):
            if codes[i] == "p" and self.words[i] in ("в", "во", "на", "при"):
                match = re.match(r"q*[OMDl]", codes[i + 1 : end])
                if not match:
                    continue
                head = i + match.end()
                if codes[head] == "l":
                    continue
                if codes[head] in "MD":
                    return Speaker("name", self.starts[head], self.ends[head], self._text(head, head + 1))
                speaker = self._phrase(i + 1, head, end, oblique=True)
                if speaker:
                    return speaker
            elif codes[i] in ",;:.Q-h":
                break
        return None

    def is_medium(self, speaker: Speaker) -> bool:
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        if mention and mention.kind == "medium":
            return True
        if mention is None and not speaker.role and speaker.kind == "name":
            return _SITE.fullmatch(speaker.name) is not None or self._quoted_name(speaker)
        entries = (lexicon().get(word) for word in re.findall(r"[\w-]+", speaker.role.lower()))
        head = next((e for e in entries if e and e.code in "TOG"), None)
        return bool(head and (words.ORGANISATIONS.get(head.lemma) in words.NEWS_BODIES or head.lemma == "сми"))

    def is_body(self, speaker: Speaker, kind: str = "") -> bool:
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        return bool(mention and mention.kind and (mention.kind == kind if kind else mention.kind != "person"))

    # -- whom pronouns mean ----------------------------------------------------------------------------------------

    def _remember(self, speaker: Speaker, genders: int) -> None:
        """Keeps in mind who was the subject: gender and name of a person, no name for an office."""
        if speaker.kind == "role" and self._role_of_person(speaker.role):
            self.memory.people.append((genders if genders in (1, 2) else 0, "", ""))
        if speaker.kind != "name":
            return
        mention = next(iter(self.document.mentions_in(speaker.start, speaker.end)), None)
        if mention and mention.kind and mention.kind != "person":
            self.memory.bodies.append((mention.kind, speaker))
            return
        if self.starts and speaker.start in self.starts and self.codes[self.starts.index(speaker.start)] == "M":
            self.memory.bodies.append(("medium", speaker))
            return
        parts = speaker.name.split()
        if _SITE.fullmatch(speaker.name) and mention is None and not speaker.role:
            self.memory.bodies.append(("medium", speaker))
            return
        if not parts or (self.words and speaker.name.isupper()):
            return
        asian = parts[0].lower() in FAMILIES and len(parts) > 1
        gender = genders if genders in (1, 2) else 0
        if not gender:
            for reading in morphology.parses(parts[0].lower()):
                if "Name" in reading.tag and reading.tag.gender in ("masc", "femn"):
                    gender = 2 if reading.tag.gender == "femn" else 1
                    break
            else:
                gender = 2 if parts[-1].endswith(("ова", "ева", "ёва", "ина", "ская")) else 0
        name = parts[0] if asian else parts[-1]
        oblique = mention is not None and not mention_cases().get(mention.text, NOMINATIVE) & NOMINATIVE
        if not asian and oblique and not name.endswith("ая"):  # "Толорая" has no cases
            name = morphology.nominative_part(name, gender == 2 if gender else None)
        if not gender:
            gender = next((g for g, n, _ in reversed(self.memory.people) if n == name), 0)
        title = next(
            (
                e.lemma
                for word in re.findall(r"[\w-]+", speaker.role.lower())
                if (e := lexicon().get(word)) and e.code == "T"
            ),
            "",
        )
        self.memory.people.append((gender, name, title or self.memory.title(name)))

    @staticmethod
    def _role_of_person(role: str) -> bool:
        entries = (lexicon().get(word) for word in re.findall(r"[\w-]+", role.lower()))
        head = next((e for e in entries if e and e.code in "TOG"), None)
        return bool(head and head.code == "T")

    def titled_person(self, speaker: Speaker) -> bool:
        """Whether the phrase is a single person's title: "директор института"."""
        return speaker.kind == "role" and self._role_of_person(speaker.role)

    def _pronoun(self, k: int, pronoun: str) -> Speaker:
        """A pronoun, or a title that says no more than one: the last person whom it fits by gender."""
        start, end = self.starts[k], self.ends[k]
        wanted = {"он": 1, "она": 2, "тот": 1, "та": 2}.get(pronoun, 0)
        if wanted or pronoun in words.ALWAYS_BACK:
            for gender, name, _ in reversed(self.memory.people):
                if not wanted or gender in (0, wanted):
                    if name:
                        return Speaker("name", start, end, name)
                    break
        return Speaker("pronoun", start, end, pronoun)


_DIPLOMACY = re.compile(r"внешн\w+ политик|внешнеполитическ|дипломати|дипведомств")


def _country_of(text: str) -> str:
    return next((code for code, expression in words.COUNTRIES if re.search(expression, text)), "")


_SOFT = re.compile(r"(?<=н)(?:ем|я|ю)$")
# The name of a site or a medium that no list knows: "Цензор.НЕТ", "Axios".
_SITE = re.compile(r"[\w-]+\.[\w-]{2,}|[A-Za-z][A-Za-z0-9&' -]+")


def _stem_alike(one: str, other: str) -> bool:
    return one[:4].casefold() == other[:4].casefold() and abs(len(one) - len(other)) <= 3
