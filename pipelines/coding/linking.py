"""Linking: from a reference in the text to an actor, with the whole article as context."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from pipelines.coding.document import Document, Mention, Speaker
from pipelines.coding.languages import Language
from schemas.actors import ActorEntry, ActorList, Role
from schemas.records import Actor


class Linked(NamedTuple):
    """An actor with what the judgement of a statement needs to know beside it."""

    actor: Actor
    occupation: str  # of schemas.actors.OCCUPATIONS, or as `Language.register` reads it from the text
    role_key: str


@dataclass(slots=True)
class _Known:
    """Somebody of whom the article has spoken by name."""

    start: int
    keys: tuple[str, ...]
    linked: Linked
    spoke: bool = False


_PERSON = "person"
_OF_STATES = frozenset({"representative", "ambassador", "envoy"})  # at one body, of another
_SPOKEN_FOR = frozenset(
    {"official", "spokesman", "source", "representative", "officer"}
)  # unnamed, but of a named body


class Linker:
    def __init__(self, actors: ActorList, language: Language) -> None:
        self._actors = actors
        self._language = language
        self._entries: dict[tuple[str, str], Linked] = {}

    def link(self, document: Document) -> list[Linked]:
        """The actor behind each of `document.attributions`, in their order; fills `document.actors` too."""
        return _Article(self, document).run()

    def entry(self, entry: ActorEntry, published: str) -> Linked:
        """The list's entry as an actor with the role it had on that day, without a place in the text."""
        key = (entry.id, published[:10])
        linked = self._entries.get(key)
        if linked is None:
            role = entry.role_on(published)
            code = self._language.code
            title = (role.title.get(code) or role.title.get("en", "")) if role else ""
            organisation = self._actors.get(role.affiliation) if role and role.affiliation else None
            party = self._actors.get(entry.party) if entry.party else None
            actor = Actor(
                id=entry.id,
                name=entry.name("en"),
                surface="",
                kind=entry.kind,
                role=title,
                affiliation=organisation.name("en") if organisation else (role.affiliation if role else ""),
                country=entry.country,
                bloc=entry.bloc,
                party=party.name("en") if party else entry.party,
                camp=entry.camp,
            )
            linked = Linked(
                actor, self._occupation(entry, role, published), self._language.role_key(title) if title else ""
            )
            if len(self._entries) > 20_000:
                self._entries.clear()
            self._entries[key] = linked
        return linked

    def _occupation(self, entry: ActorEntry, role: Role | None, published: str) -> str:
        """What the entry was on that day: a party leader not yet in office is a politician, say."""
        if entry.occupation not in ("official", "military") or entry.kind != _PERSON or role is None:
            return entry.occupation
        body = self._actors.get(role.affiliation) if role.affiliation else None
        if body and body.occupation in ("party", "institute"):
            return "politician" if body.occupation == "party" else "former"
        if not role.covers(published) and all(r.since or r.until for r in entry.roles):
            return "politician" if entry.party else "former"
        return entry.occupation


class _Article:
    """One article's memory of who has been named and who has spoken."""

    def __init__(self, linker: Linker, document: Document) -> None:
        self.linker = linker
        self.language = linker._language
        self.actors = linker._actors
        self.document = document
        self.known: list[_Known] = []  # by start
        self.noted: dict[tuple[str, str], _Known] = {}  # by id and name
        self.speakers: list[Linked] = []  # in order, the last at the end
        self.quoted: tuple[int, Linked] | None = None  # the last person quoted directly, and where
        self._home: str | None = None
        self.last_attributed = -1  # offset up to which somebody has spoken

    def run(self) -> list[Linked]:
        document = self.document
        for mention in document.mentions:
            linked = self.mention(mention)
            if linked:
                self.note(linked, mention.start)
                document.actors.append(
                    linked.actor._replace(surface=mention.text, start=mention.start, end=mention.end)
                )
        for speaker in document.named:
            if not any(
                known.start <= speaker.start < known.start + 40 and known.linked.actor.kind == _PERSON
                for known in self.known
            ):
                self._name(speaker)
        found = []
        for attribution in document.attributions:
            linked = self.resolve(attribution.speaker)
            if attribution.speaker.kind == "name":
                self.note(linked, attribution.speaker.start).spoke = True
            self.speakers.append(linked)
            self.last_attributed = attribution.end
            if attribution.direct and linked.actor.kind == _PERSON:
                self.quoted = (attribution.start, linked)
            found.append(linked)
        listed = {(a.start, a.end) for a in document.actors}
        for linked in found:
            actor = linked.actor
            if actor.end > actor.start and (actor.start, actor.end) not in listed and actor.kind != "group":
                listed.add((actor.start, actor.end))
                document.actors.append(actor)
        document.actors.sort(key=lambda a: a.start)
        return found

    # -- who has been named ----------------------------------------------------------------------------------------

    def note(self, linked: Linked, start: int) -> _Known:
        """Remembers a name; a person is known by the surname from then on."""
        actor = linked.actor
        known = self.noted.get((actor.id, actor.name))
        if known is not None:
            if actor.role and not known.linked.actor.role:
                known.linked = linked  # named before without a title
            return known
        keys: tuple[str, ...] = ()
        if actor.kind == _PERSON:
            entry = self.actors.get(actor.id) if actor.id else None
            names = {actor.name}
            if entry:
                names.update(entry.names.get(self.language.code, ()))
                names.update(entry.names.get("en", ())[:1])
            keys = tuple(dict.fromkeys(key for name in names for key in self.language.short_forms(name)))
            if entry:
                family = entry.family_name(self.language.code)
                keys = tuple(dict.fromkeys((*keys, self.language.key(family)))) if family else keys
        known = _Known(start, keys, linked)
        self.noted[actor.id, actor.name] = known
        self.known.insert(bisect_right(self.known, start, key=lambda k: k.start), known)
        return known

    def mention(self, mention: Mention, context: str = "") -> Linked | None:
        """The listed actor behind a mention, None where it could be several."""
        entries = [self.actors[id] for id in mention.actors]
        if len(entries) > 1 or mention.ambiguous:
            entries = self.narrow(entries, mention, context)
        return self.linker.entry(entries[0], self.document.published) if len(entries) == 1 else None

    def narrow(self, entries: list[ActorEntry], mention: Mention, context: str) -> list[ActorEntry]:
        """The bearers of an ambiguous name that the words beside it support."""
        if not context:
            text = self.document.text
            context = text[max(mention.start - 80, 0) : mention.start] + " " + text[mention.end : mention.end + 80]
        low = context.casefold()
        country = self.language.country(context)
        best: list[tuple[int, ActorEntry]] = []
        for entry in entries:
            support = 0
            for role in entry.roles:
                title = (role.title.get(self.language.code) or role.title.get("en", "")).casefold()
                key = self.language.role_key(title)
                if title and title in low:
                    support += 2
                elif key and key in low:
                    support += 1
                if role.affiliation and (body := self.actors.get(role.affiliation)):
                    support += 2 * any(n.casefold() in low for n in body.names.get(self.language.code, ()))
            support += bool(country and country == entry.country)
            support += 2 * any(k.linked.actor.id == entry.id for k in self.known)
            if support:
                best.append((support, entry))
        top = max((support for support, _ in best), default=0)
        return [entry for support, entry in best if support == top]

    def by_short_name(self, key: str, before: int) -> Linked | None:
        """Whoever goes by that surname: the last one named before the place, speakers first; else the first after."""
        bearers = [k for k in self.known if key in k.keys]
        if not bearers:
            return None
        earlier = [k for k in bearers if k.start <= before]
        spoke = [k for k in earlier if k.spoke]
        chosen = (spoke or earlier or bearers[:1])[-1]
        return chosen.linked

    def by_full_name(self, speaker: Speaker) -> Linked | None:
        """The unlisted person whom the article has named in full, with a title, and names again without one."""
        if speaker.role:
            return None
        same = (k.linked for k in self.known if not k.linked.actor.id and k.linked.actor.name == speaker.name)
        return next(same, None)

    # -- who speaks ------------------------------------------------------------------------------------------------

    def resolve(self, speaker: Speaker) -> Linked:
        linked = getattr(self, f"_{speaker.kind}")(speaker)
        actor = linked.actor
        surface = self.document.text[speaker.start : speaker.end] if speaker.end > speaker.start else ""
        if speaker.kind in ("pronoun", "omitted"):
            surface = surface or actor.surface
        place = (speaker.start, speaker.end) if surface else (actor.start, actor.end)
        actor = actor._replace(surface=surface or actor.surface, start=place[0], end=place[1])
        if actor.id:
            if speaker.role and speaker.kind == "name" and not actor.role:
                actor = actor._replace(role=speaker.role)
        else:
            actor = actor._replace(
                role=actor.role or speaker.role, affiliation=actor.affiliation or speaker.affiliation
            )
        return linked._replace(actor=actor)

    def _name(self, speaker: Speaker) -> Linked:
        context = f"{speaker.role} {speaker.affiliation}".strip()
        language = self.language
        linked = None
        mentions = self.document.mentions_in(speaker.start, speaker.end)
        for mention in sorted(mentions, key=lambda m: (m.office, -(m.end - m.start))):
            if language.key(mention.text) == language.key(speaker.name) or len(mention.text) >= len(speaker.name):
                linked = self.mention(mention, context)
                break
        if linked is None:
            key = language.key(speaker.name)
            linked = self.by_short_name(key, speaker.start) or self.by_full_name(speaker)
            if linked and speaker.role and linked.role_key and not self.fits(linked, speaker):
                linked = None
        if linked is None:
            entries = self.actors.named(speaker.name)
            if len(entries) > 1 or (entries and speaker.name in entries[0].ambiguous):
                here = Mention(speaker.start, speaker.end, tuple(e.id for e in entries), speaker.name, True)
                entries = tuple(self.narrow(list(entries), here, context))
            if len(entries) == 1:
                linked = self.linker.entry(entries[0], self.document.published)
        if linked is None:
            linked = self.unlisted(speaker)
        self.note(linked, speaker.start)
        return linked

    def fits(self, linked: Linked, speaker: Speaker) -> bool:
        """Whether the title that the text gives agrees with what is known of the bearer of the surname."""
        key = self.language.role_key(speaker.role)
        return not key or not linked.role_key or key == linked.role_key or not linked.actor.id

    def unlisted(self, speaker: Speaker, kind: str = _PERSON) -> Linked:
        """An actor whom the list doesn't know, with what the text says."""
        words = f"{speaker.role} {speaker.affiliation}".strip()
        country = self.language.country(words)
        occupation = self.language.register(speaker.role, speaker.affiliation)
        actor = Actor(
            id="",
            name=speaker.name or speaker.role,
            surface=speaker.name or speaker.role,
            kind=kind,
            role=speaker.role,
            affiliation=speaker.affiliation,
            country=country,
            bloc=_BLOCS.get(country, ""),
            start=speaker.start,
            end=speaker.end,
        )
        return Linked(actor, occupation, self.language.role_key(speaker.role))

    def _role(self, speaker: Speaker) -> Linked:
        language = self.language
        key = language.role_key(speaker.role)
        mentions = self.document.mentions_in(speaker.start, speaker.end)
        office = next((m for m in mentions if m.office), None)
        if office and (linked := self.mention(office)):
            return linked
        bodies = language.organisation_nouns.get(key)
        if key in language.text_nouns and not mentions and self.speakers and self.speakers[-1].actor.kind != "group":
            return self.speakers[-1]  # "the statement said": whoever issued it has just spoken
        named = [m for m in mentions if not m.office]
        if bodies is not None:
            for mention in reversed(named):
                if (linked := self.mention(mention)) and linked.occupation in bodies:
                    return linked
            whose = language.country(speaker.role)
            if not named and (
                linked := self.last(
                    lambda known: (
                        (known.occupation in bodies or known.role_key == key)
                        and known.actor.kind not in (_PERSON, "group")
                        and (not whose or known.actor.country == whose)
                    ),
                    speaker.start,
                )
            ):
                return linked
            for body in language.bodies(speaker.role, whose or self.home()):
                if len(entries := self.actors.named(body)) == 1:
                    return self.linker.entry(entries[0], self.document.published)
            return self.unlisted(speaker, "organisation")
        country = language.country(f"{speaker.affiliation} {speaker.role}")
        if key and not named:

            def same(known: Linked) -> bool:
                actor = known.actor
                return known.role_key == key and actor.kind != "group" and (not country or actor.country == country)

            if linked := self.last(same, speaker.start):
                return linked
            takes_up = language.person_nouns.get(key, frozenset())
            linked = self.last_speaker(lambda known: known.actor.kind == _PERSON and known.occupation in takes_up)
            if linked and (not country or linked.actor.country == country):
                return linked
        holder = self.actors.holder(speaker.role, self.document.published, country) if country else None
        if holder:
            return self.linker.entry(holder, self.document.published)
        for body in language.bodies(f"{speaker.role} {speaker.affiliation}", country or self.home()):
            if len(entries := self.actors.named(body)) == 1:
                linked = self.linker.entry(entries[0], self.document.published)
                return linked._replace(actor=linked.actor._replace(role=speaker.role), role_key=key)
        if key in _OF_STATES and (states := [m for m in named if m.kind == "state"]):
            named = states[:1]
        for mention in reversed(named):
            linked = self.mention(mention)
            if linked and linked.actor.kind != _PERSON:
                body = linked.actor.name
                holder = (
                    self.last(lambda k, body=body: k.role_key == key and k.actor.affiliation == body, speaker.start)
                    if key
                    else None
                )
                if holder:
                    return holder  # "the Kremlin spokesman" after the one whom the article has named
                return linked._replace(actor=linked.actor._replace(role=speaker.role), role_key=key)
        return self.unlisted(speaker)

    def home(self) -> str:
        """The country that the text is written from, where its dateline tells."""
        if self._home is None:
            self._home = self.language.dateline(self.document.text[:100])
        return self._home

    def _group(self, speaker: Speaker) -> Linked:
        if self.language.role_key(speaker.role) in _SPOKEN_FOR:
            for body in self.language.bodies(speaker.role, self.language.country(speaker.role) or self.home()):
                if len(entries := self.actors.named(body)) == 1:
                    linked = self.linker.entry(entries[0], self.document.published)
                    key = self.language.role_key(speaker.role)
                    return linked._replace(actor=linked.actor._replace(role=speaker.role), role_key=key)
        return self.unlisted(speaker, "group")

    def _pronoun(self, speaker: Speaker) -> Linked:
        wanted = self.language.pronouns.get(speaker.name, "any")
        if wanted == _PERSON:
            linked = self.subject_before(speaker.start) or self.last_speaker(self.is_person)
        elif wanted == "body":
            linked = self.body_before(speaker.start) or self.last_speaker(
                lambda known: known.actor.kind not in (_PERSON, "group")
            )
            return linked or self.unlisted(speaker, "")
        else:
            linked = self.last_speaker(lambda _: True)
        return linked or self.last(lambda known: known.actor.kind == _PERSON, speaker.start) or self.unlisted(speaker)

    def _omitted(self, speaker: Speaker) -> Linked:
        if introduced := self.introduced(speaker.start):
            return introduced
        last = self.last_speaker(lambda _: True)
        if (
            last
            and last.actor.kind == "state"
            and self.quoted
            and self.quoted[0] >= self.paragraph_start(speaker.start)
        ):
            return self.quoted[1]  # "Moscow and Beijing have made it clear …" inside what a person goes on to say
        return last or self.unlisted(speaker)

    def paragraph_start(self, place: int) -> int:
        sentence = self.document.sentences[max(self.document.sentence_at(place), 0)]
        return self.document.paragraphs[sentence.paragraph][0]

    def _outlet(self, speaker: Speaker) -> Linked:
        """The medium itself, listed or not."""
        name = self.document.outlet
        entries = self.actors.named(name) if name else ()
        if len(entries) == 1:
            return self.linker.entry(entries[0], self.document.published)
        return Linked(
            Actor(id="", name=name or speaker.role, surface=name or speaker.role, kind="medium"), "newspaper", ""
        )

    def is_person(self, known: Linked) -> bool:
        """Whether a person has spoken, be it one for whom the list has only the body he speaks for."""
        if known.actor.kind == _PERSON:
            return True
        return (
            known.actor.kind != "group"
            and bool(known.role_key)
            and known.role_key not in self.language.organisation_nouns
        )

    def last_speaker(self, wanted) -> Linked | None:
        return next((linked for linked in reversed(self.speakers) if wanted(linked)), None)

    def last(self, wanted, place: int) -> Linked | None:
        """The last speaker, else the last one named before the place, else the first after it, who is `wanted`."""
        if linked := self.last_speaker(wanted):
            return linked
        at = bisect_right(self.known, place, key=lambda known: known.start)
        named = (*reversed(self.known[:at]), *self.known[at:])
        return next((known.linked for known in named if wanted(known.linked)), None)

    def introduced(self, place: int) -> Linked | None:
        """Whom the wording of the same paragraph introduced after anybody last spoke."""
        here = [s for s in self.document.named if self.last_attributed <= s.start < place]
        if not here:
            return None
        paragraph = self.document.sentences[self.document.sentence_at(place)].paragraph
        if self.document.sentences[self.document.sentence_at(here[-1].start)].paragraph != paragraph:
            return None
        return self._name(here[-1])

    def subject_before(self, place: int) -> Linked | None:
        """The person who is the subject of the sentence before, where nobody spoke in it."""
        if introduced := self.introduced(place):
            return introduced
        i = self.document.sentence_at(place) - 1
        if i < 0:
            return None
        sentence = self.document.sentences[i]
        if sentence.start < self.last_attributed:
            return None
        mentions = self.document.mentions_in(sentence.start, sentence.end)
        people = [m for m in mentions if m.kind == _PERSON]
        if not mentions or (mentions[0].start > sentence.start + 60 and len(people) != 1):
            return None
        linked = self.mention(people[0] if len(people) == 1 else mentions[0])
        return linked if linked and linked.actor.kind == _PERSON else None

    def body_before(self, place: int) -> Linked | None:
        """The organisation or medium with which the sentence before begins, where nobody spoke in it."""
        i = self.document.sentence_at(place) - 1
        if i < 0 or self.document.sentences[i].start < self.last_attributed:
            return None
        start = self.document.sentences[i].start
        mention = next(iter(self.document.mentions_in(start, start + 15)), None)
        linked = self.mention(mention) if mention else None
        return linked if linked and linked.actor.kind not in (_PERSON, "group") else None


_WESTERN = (
    "US", "GB", "FR", "DE", "IT", "ES", "CA", "AU", "NZ", "NL", "BE", "LU", "DK", "SE", "NO", "FI", "IS", "EE", "LV",
    "LT", "PL", "CZ", "SK", "HU", "RO", "BG", "HR", "SI", "AT", "CH", "IE", "PT", "GR", "EU",
)  # fmt: skip
_BLOCS = {
    "RU": "russia",
    "KP": "dprk",
    "KR": "rok",
    "JP": "japan",
    "CN": "china",
    "UA": "ukraine",
    "UN": "un",
} | dict.fromkeys(_WESTERN, "west")
