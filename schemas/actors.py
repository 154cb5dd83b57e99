"""The actor list: who speaks in this subject, under which names, in which post and when.

The list is data, the YAML files of `schemas/actor_list/`; `load_actors` reads and checks them. A file is one or more
YAML documents, each a mapping of

* `defaults`: fields that every actor of the document has unless it says otherwise;
* `titles`: words for a role that many people have at once (`professor`), in three languages;
* `posts`: offices with one holder at a time: `at` the organisation, titles that point to the holder by themselves
  in `en`, `ru`, `ko`, and `bare` ones that do so only where the text says which country is meant;
* `actors`: one line each, with the fields of `ActorEntry`.

Names are lists by language, the canonical one first: Russian in the nominative, Korean without particles; mechanical
variants ("Kim Jong-un", "Jong-un Kim") need not be written out. `ambiguous` repeats the names that other people or
common words bear too, `metonyms` those of a place that stands for an actor. A role is written `POST`, or
`TITLE @ ORGANISATION`, followed by `SINCE..UNTIL` where the dates are known: either end may be left out, and a date
may be a year, a month or a day. The country of an expert is that of the institution, whatever the passport.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import yaml

from schemas.failures import Failure
from schemas.outlets import BLOCS

KINDS = ("person", "organisation", "state", "medium")
CAMPS = ("conservative", "progressive", "other")
LANGUAGES = ("en", "ru", "ko", "zh", "ja")
REQUIRED_LANGUAGES = ("en", "ru", "ko")
OCCUPATIONS = (
    "official",  # speaks for a state or an international organisation
    "military",  # the same in uniform
    "politician",  # party or parliament
    "scholar",  # university or think tank, former officials among them
    "journalist",
    "activist",
    "religious",
    "business",
    "ministry",  # a state's organ: ministry, office, army, parliament
    "international",  # an international organisation or its organ
    "party",
    "institute",  # university or think tank
    "agency",  # news agency
    "newspaper",
    "broadcaster",
    "magazine",
    "state",
    "company",
    "association",  # civic group, church, union
)

DATA = Path(__file__).with_name("actor_list")

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_OFFICIAL = frozenset(("official", "military", "ministry", "international", "state"))
_FIELDS = {
    "actors": {
        *("id", "kind", "country", "bloc", "occupation", "official", "party", "camp", "roles", "family", "wikidata"),
        *("ambiguous", "metonyms"),
        *LANGUAGES,
    },
    "posts": {"id", "at", "country", "bare", *LANGUAGES},
    "titles": {"id", *LANGUAGES},
}
_DATE = re.compile(r"(?:19|20)\d\d(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
_ROLE = re.compile(r"(?P<title>[a-z0-9-]+)(?: @ (?P<at>[a-z0-9-]+))?(?: (?P<since>[\d-]*)\.\.(?P<until>[\d-]*))?")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_WIKIDATA = re.compile(r"Q[1-9]\d*")
_WORD = re.compile(r"[\w']+")
_DOUBLE_FAMILY_NAMES = ("남궁", "황보", "선우", "제갈", "독고", "사공", "서문")
_COUNTRIES = frozenset(
    """
    AD AE AF AG AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ CA CD CF CG CH CI CL CM CN
    CO CR CU CV CY CZ DE DJ DK DM DO DZ EC EE EG ER ES ET EU FI FJ FM FR GA GB GD GE GH GM GN GQ GR GT GW GY HK HN
    HR HT HU ID IE IL IN IQ IR IS IT JM JO JP KE KG KH KI KM KN KP KR KW KZ LA LB LC LI LK LR LS LT LU LV LY MA MC
    MD ME MG MH MK ML MM MN MO MR MT MU MV MW MX MY MZ NA NE NG NI NL NO NP NR NZ OM PA PE PG PH PK PL PS PT PW PY
    QA RO RS RU RW SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ TD TG TH TJ TL TM TN TO TR TT TV TW TZ UA
    UG US UY UZ VA VC VE VN VU WS YE ZA ZM ZW
    """.split()
)


class Role(NamedTuple):
    """What somebody is or was, and when."""

    title: Mapping[str, str]  # by language
    affiliation: str  # id of an actor, "" when the title says it all
    since: str = ""  # "2023", "2023-09" or "2023-09-13"; "" when not known
    until: str = ""  # the last day, month or year; "" when it lasts or is not known
    post: str = ""  # id of the post, "" when the title has no single holder

    def covers(self, date: str) -> bool:
        """Whether the role was held on that day (ISO 8601; a time is ignored, "" means now)."""
        if not date:
            return not self.until
        return self.since <= date[: len(self.since)] and (not self.until or date[: len(self.until)] <= self.until)


class Post(NamedTuple):
    """An office with one holder at a time."""

    id: str
    affiliation: str  # id of the organisation
    country: str
    titles: Mapping[str, tuple[str, ...]]  # by language, canonical first: they name the holder without context
    bare: tuple[str, ...]  # titles that name the holder only where the text says which country is meant


@dataclass(frozen=True, slots=True, eq=False)
class ActorEntry:
    """One actor of the list."""

    id: str
    kind: str  # of KINDS
    names: Mapping[str, tuple[str, ...]]  # by language, canonical first
    country: str = ""  # ISO 3166-1 alpha-2 or "EU", "" for international organisations
    bloc: str = ""  # of schemas.outlets.BLOCS
    occupation: str = ""  # of OCCUPATIONS
    official: bool = False  # state or international organisation, or somebody who speaks for one
    party: str = ""  # id of the party
    camp: str = ""  # of CAMPS: the party's, unless the entry says otherwise
    roles: tuple[Role, ...] = ()  # newest first
    family: Mapping[str, str] = field(default_factory=dict)  # family names that the rule would get wrong, by language
    wikidata: str = ""
    ambiguous: frozenset[str] = frozenset()  # spellings that need context before they may be linked
    metonyms: frozenset[str] = frozenset()  # spellings that are properly a place's: "Washington", "Кремль"
    source: str = ""  # "file:line"

    def name(self, language: str = "en") -> str:
        """The canonical name in that language, the English one where there is none."""
        return (self.names.get(language) or self.names["en"])[0]

    @property
    def affiliation(self) -> str:
        """The id of the organisation of the newest role, "" where there is none."""
        return self.roles[0].affiliation if self.roles else ""

    def role_on(self, date: str) -> Role | None:
        """The role held on that day (ISO 8601, "" for now), else the last one that had ended by then, else None.

        A role with dates goes before one without, which may hold at any time.
        """
        held = [role for role in self.roles if role.covers(date)]
        dated = [role for role in held if role.since or role.until]
        ended = [role for role in self.roles if role.until and (not date or role.until < date[: len(role.until)])]
        return next(iter(dated or held or ended), None)

    def family_name(self, language: str = "en") -> str:
        """A person's family name as that language's press uses it after the first mention, "" for others.

        Koreans and Chinese have it first everywhere, Japanese in Korean text only; everybody else has it last. Where
        a name without spaces can't be split (Chinese in Korean script) it is the whole name.
        """
        if self.kind != "person":
            return ""
        if language in self.family:
            return self.family[language]
        parts = self.name(language).split()
        if self.country in ("KR", "KP", "CN", "TW"):
            if language == "ko" and len(parts) == 1 and self.country in ("KR", "KP"):
                return parts[0][: 2 if parts[0].startswith(_DOUBLE_FAMILY_NAMES) else 1]
            return parts[0]
        return parts[0] if self.country == "JP" and language == "ko" else parts[-1]


class ActorList:
    """The actors and posts, by id, by name and by title."""

    def __init__(self, actors: tuple[ActorEntry, ...], posts: tuple[Post, ...]) -> None:
        self.actors = actors
        self.posts = {post.id: post for post in posts}
        self._by_id = {actor.id: actor for actor in actors}

    def __len__(self) -> int:
        return len(self.actors)

    def __iter__(self) -> Iterator[ActorEntry]:
        return iter(self.actors)

    def __contains__(self, id: str) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> ActorEntry:
        """The actor with that id; KeyError when there is none."""
        return self._by_id[id]

    def get(self, id: str) -> ActorEntry | None:
        return self._by_id.get(id)

    def names(self) -> Iterator[tuple[str, str, ActorEntry]]:
        """Every listed name as (name, language, actor)."""
        for actor in self.actors:
            for language, names in actor.names.items():
                for name in names:
                    yield name, language, actor

    def spellings(self) -> Iterator[tuple[str, str, ActorEntry]]:
        """Every listed name and the mechanical variants of it as (spelling, language, actor), without repeats.

        Variants: Korean given names hyphenated, spaced or joined ("Kim Jong-un", "Kim Jong Un", "Kim Jongun"), given
        name first ("Jong-un Kim"), in Russian joined or hyphenated and дж for чж ("Ли Чжэ Мён", "Ли Джэмён"); straight
        and curly apostrophes; е for ё; "The" at the head of a sentence. Those of an `ambiguous` name are in
        `ambiguous` too.
        """
        seen = set()
        for name, language, actor in self.names():
            for spelling in _variants(name, language, actor.kind, actor.country):
                if (spelling, actor.id) not in seen:
                    seen.add((spelling, actor.id))
                    yield spelling, language, actor

    @cached_property
    def _by_name(self) -> dict[str, tuple[ActorEntry, ...]]:
        found: dict[str, dict[str, ActorEntry]] = defaultdict(dict)
        for spelling, _, actor in self.spellings():
            found[fold(spelling)][actor.id] = actor
        return {name: tuple(actors.values()) for name, actors in found.items()}

    def named(self, name: str) -> tuple[ActorEntry, ...]:
        """All actors with that name, whatever its case, hyphens and spelling variant; more than one are homonyms."""
        return self._by_name.get(fold(name), ())

    @cached_property
    def homonyms(self) -> dict[str, tuple[ActorEntry, ...]]:
        """The names (folded) that several actors share."""
        return {name: actors for name, actors in self._by_name.items() if len(actors) > 1}

    @cached_property
    def _by_title(self) -> dict[str, tuple[tuple[Post, ...], tuple[Post, ...]]]:
        full, bare = defaultdict(dict), defaultdict(dict)
        for post in self.posts.values():
            for titles in post.titles.values():
                for title in titles:
                    full[fold(title)][post.id] = post
            for title in post.bare:
                bare[fold(title)][post.id] = post
        return {key: (tuple(full[key].values()), tuple(bare[key].values())) for key in {*full, *bare}}

    def posts_titled(self, title: str, country: str = "") -> tuple[Post, ...]:
        """The posts that a title alone points to: with a country (ISO code) the bare titles count too."""
        full, bare = self._by_title.get(fold(title), ((), ()))
        if not country:
            return full
        return tuple({post.id: post for post in full + bare if post.country == country}.values())

    @cached_property
    def _holders(self) -> dict[str, tuple[tuple[Role, ActorEntry], ...]]:
        found = defaultdict(list)
        for actor in self.actors:
            for role in actor.roles:
                if role.post:
                    found[role.post].append((role, actor))
        return {post: tuple(roles) for post, roles in found.items()}

    def holder(self, post_or_title: str, date: str = "", country: str = "") -> ActorEntry | None:
        """Who held a post on a day.

        `post_or_title` is a post's id or a title as the press writes it ("глава МИД России", "통일부 장관"); a bare
        title ("foreign minister") needs the `country` (ISO code). `date` is ISO 8601, "" for now. None when nobody
        is known or it could be several people.
        """
        post = self.posts.get(post_or_title)
        posts = (post,) if post else self.posts_titled(post_or_title, country)
        if len(posts) != 1:
            return None
        held = [(role.since, actor) for role, actor in self._holders.get(posts[0].id, ()) if role.covers(date)]
        # On the day of a change both are in office by their dates: the one who came in counts.
        last = max((since for since, _ in held), default="")
        found = {actor.id: actor for since, actor in held if since == last}
        return next(iter(found.values())) if len(found) == 1 else None


def fold(name: str) -> str:
    """The form under which names are compared: without case, accents, hyphens, quotation marks and articles."""
    name = unicodedata.normalize("NFKD", name.replace("ё", "е").replace("Ё", "Е")).casefold()
    name = unicodedata.normalize("NFC", "".join(c for c in name if not "\u0300" <= c <= "\u036f" or c == "\u0306"))
    return " ".join(word for word in _WORD.findall(name.replace("’", "'")) if word != "the")


def load_actors(path: str | Path | None = None) -> ActorList:
    """Reads the actor list from a YAML file or a folder of them; without a path the project's own list.

    Raises Failure("bad_actor_list") with all faults, each as "file:line: id: what is wrong" on its own line: unknown or
    missing fields, kinds, countries, blocs, parties, posts or organisations; ids or names used twice (a name that
    several actors share must be marked `ambiguous` in each); dates that run backwards; an actor without a name in
    English, Russian and Korean.
    """
    path = Path(path) if path else DATA
    files = sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    reader = _Reader()
    for file in files:
        reader.read(file)
    if not reader.items["actors"] and not reader.faults:
        raise Failure("bad_actor_list", f"{path}: no actors there; give a YAML file or a folder of *.yaml files")
    return reader.finish()


def _variants(name: str, language: str, kind: str, country: str) -> Iterator[str]:
    for form in _korean_forms(name, language) if kind == "person" and country in ("KR", "KP") else (name,):
        yield form
        if "'" in form:
            yield form.replace("'", "’")
        if "ё" in form or "Ё" in form:
            yield form.replace("ё", "е").replace("Ё", "Е")
        if form.startswith("the "):
            yield f"The {form[4:]}"


def _korean_forms(name: str, language: str) -> Iterator[str]:
    yield name
    parts = name.split()
    if language == "en" and len(parts) in (2, 3):
        family, *given = parts
        given = [syllable for part in given for syllable in part.split("-")]
        if len(given) == 2:
            first, second = given
            joined = (f"{first}-{second.lower()}", f"{first} {second.title()}", f"{first}{second.lower()}")
            for form in joined:
                yield f"{family} {form}"
                yield f"{form} {family}"
            yield f"{family} {first}-{second.title()}"
            yield f"{family}, {joined[0]}"
    elif language == "ru" and len(parts) == 3:
        family, first, second = parts
        given = (f"{first} {second}", f"{first}{second.lower()}", f"{first}-{second.lower()}", f"{first}-{second}")
        for form in (f"{family} {form}" for form in given):
            yield form
            if "чж" in form.lower():
                yield form.replace("Чж", "Дж").replace("чж", "дж")


class _Item(NamedTuple):
    """A line of the list, before references are resolved."""

    at: str  # "file:line"
    fields: dict[str, Any]

    def fail(self, what: str) -> NoReturn:
        raise Failure("bad_actor_list", f"{self.at}: {self.fields.get('id', 'entry')}: {what}")

    def one_of(self, key: str, allowed: Collection[str]) -> str:
        value = self.fields.get(key, "")
        if value and value not in allowed:
            self.fail(f"{key} {value!r} is unknown; known are {', '.join(sorted(allowed))}")
        return value

    def strings(self, key: str) -> tuple[str, ...]:
        value = self.fields.get(key, ())
        value = (value,) if isinstance(value, str) else value
        if isinstance(value, dict) or not all(isinstance(text, str) and text.strip() for text in value):
            self.fail(f"{key} must be a text or a list of texts")
        if len(set(value)) < len(value):
            self.fail(f"{key} names the same text twice")
        return tuple(value)


class _Reader:
    """Builds the list in two steps: every file's lines first, then what they refer to."""

    def __init__(self) -> None:
        self.items: dict[str, dict[str, _Item]] = {"actors": {}, "posts": {}, "titles": {}}
        self.faults: list[str] = []

    def read(self, file: Path) -> None:
        try:
            with file.open(encoding="utf-8") as text:
                for document in yaml.compose_all(text, Loader=_LOADER):
                    with self._noting():
                        self._document(file, document)
        except OSError as error:
            raise Failure("bad_actor_list", f"{file}: can't be read: {error.strerror or error}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            at = f"{file}:{mark.line + 1}" if mark else f"{file}"
            raise Failure("bad_actor_list", f"{at}: not YAML: {getattr(error, 'problem', None) or error}") from error

    def _document(self, file: Path, document: yaml.Node | None) -> None:
        if document is None:
            return
        head = _Item(f"{file}:{document.start_mark.line + 1}", {"id": "document"})
        if not isinstance(document, yaml.MappingNode):
            head.fail("must be a mapping with actors, posts, titles or defaults")
        sections = {key.value: value for key, value in document.value}
        if unknown := sections.keys() - self.items.keys() - {"defaults"}:
            head.fail(f"unknown section {', '.join(sorted(unknown))}; known are actors, posts, titles, defaults")
        defaults = _plain(sections["defaults"], head) if "defaults" in sections else {}
        if not isinstance(defaults, dict):
            head.fail("defaults must be a mapping")
        for section, items in self.items.items():
            node = sections.get(section)
            if node is None:
                continue
            if not isinstance(node, yaml.SequenceNode):
                head.fail(f"{section} must be a list")
            for line in node.value:
                item = _Item(f"{file}:{line.start_mark.line + 1}", {})
                with self._noting():
                    fields = _plain(line, item)
                    if not isinstance(fields, dict):
                        item.fail("must be a mapping: {id: …, en: […], ru: […], ko: […]}")
                    item = item._replace(fields={**defaults, **fields} if section == "actors" else fields)
                    if unknown := item.fields.keys() - _FIELDS[section]:
                        known = ", ".join(sorted(_FIELDS[section]))
                        item.fail(f"unknown field {', '.join(sorted(unknown))}; known are {known}")
                    id = item.fields.get("id", "")
                    if not isinstance(id, str) or not _ID.fullmatch(id):
                        item.fail("id must be made of lower-case letters, digits and single hyphens")
                    if id in items:
                        item.fail(f"id is used before, at {items[id].at}")
                    items[id] = item

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Goes on after a fault, so that one reading shows them all."""
        try:
            yield
        except Failure as failure:
            self.faults.append(failure.detail)

    def _stop_at_faults(self) -> None:
        if self.faults:
            raise Failure("bad_actor_list", "\n".join(self.faults))

    def finish(self) -> ActorList:
        self._stop_at_faults()
        self.titles: dict[str, Mapping[str, str]] = {}
        self.posts: dict[str, Post] = {}
        actors: list[ActorEntry] = []
        for id, item in self.items["titles"].items():
            with self._noting():
                self.titles[id] = {language: names[0] for language, names in self._names(item).items()}
        for id, item in self.items["posts"].items():
            with self._noting():
                self.posts[id] = self._post(item)
        self._stop_at_faults()
        for item in self.items["actors"].values():
            with self._noting():
                actors.append(self._actor(item))
        self._stop_at_faults()
        listed = ActorList(tuple(actors), tuple(self.posts.values()))
        for name, homonyms in listed.homonyms.items():
            for actor in homonyms:
                if name not in {fold(marked) for marked in actor.ambiguous}:
                    others = ", ".join(f"{other.id} ({other.source})" for other in homonyms if other is not actor)
                    self.faults.append(
                        f"{actor.source}: {actor.id}: shares the name {name!r} with {others}; "
                        "mark it as `ambiguous` in each, or correct one"
                    )
        self._stop_at_faults()
        return listed

    def _post(self, item: _Item) -> Post:
        if item.fields["id"] in self.titles:
            item.fail(f"is a title already, at {self.items['titles'][item.fields['id']].at}")
        titles = self._names(item)
        at = item.one_of("at", self.items["actors"]) or item.fail("at is missing: the organisation whose post it is")
        country = item.one_of("country", _COUNTRIES) or self.items["actors"][at].fields.get("country", "")
        return Post(item.fields["id"], at, country, titles, item.strings("bare"))

    def _actor(self, item: _Item) -> ActorEntry:
        fields = item.fields
        names = self._names(item)
        kind = item.one_of("kind", KINDS) or item.fail(f"kind is missing; known are {', '.join(KINDS)}")
        country = item.one_of("country", _COUNTRIES)
        marked = {"ambiguous": set(), "metonyms": set()}
        for key, spellings in marked.items():
            some = set(item.strings(key))
            for language, listed in names.items():
                for name in some.intersection(listed):
                    spellings.update(_variants(name, language, kind, country))
            if some - spellings:
                item.fail(f"{key} {', '.join(sorted(some - spellings))} is not among the names")
        wikidata = fields.get("wikidata", "")
        if wikidata and not _WIKIDATA.fullmatch(wikidata):
            item.fail(f"wikidata {wikidata!r} is not an item id such as Q42")
        if fields.get("official", "false") not in ("true", "false"):
            item.fail("official must be true or false")
        occupation = item.one_of("occupation", OCCUPATIONS)
        party = item.one_of("party", self.items["actors"])
        camp = item.one_of("camp", CAMPS) or (self.items["actors"][party].fields.get("camp", "") if party else "")
        family = fields.get("family", {})
        if not isinstance(family, dict) or family.keys() - set(LANGUAGES):
            item.fail("family must be a mapping of languages to family names")
        return ActorEntry(
            id=fields["id"],
            kind=kind,
            names=names,
            country=country,
            bloc=item.one_of("bloc", BLOCS),
            occupation=occupation,
            official=fields["official"] == "true" if "official" in fields else occupation in _OFFICIAL,
            party=party,
            camp=camp,
            roles=tuple(self._role(item, text) for text in item.strings("roles")),
            family=family,
            wikidata=wikidata,
            source=item.at,
            ambiguous=frozenset(marked["ambiguous"]),
            metonyms=frozenset(marked["metonyms"]),
        )

    def _role(self, item: _Item, text: str) -> Role:
        match = _ROLE.fullmatch(text)
        if not match:
            item.fail(f"role {text!r} must read POST SINCE..UNTIL or TITLE @ ORGANISATION SINCE..UNTIL")
        title, at, since, until = (part or "" for part in match.groups())
        for date in filter(None, (since, until)):
            if not _DATE.fullmatch(date):
                item.fail(f"role {text!r}: {date!r} is no date such as 2023, 2023-09 or 2023-09-13")
        length = min(len(since), len(until))
        if since[:length] > until[:length]:
            item.fail(f"role {text!r} ends before it begins")
        if at:
            if title not in self.titles:
                item.fail(f"role {text!r}: title {title!r} is unknown; add it to `titles`")
            if at not in self.items["actors"]:
                item.fail(f"role {text!r}: organisation {at!r} is not in the list")
            return Role(self.titles[title], at, since, until)
        post = self.posts.get(title) or item.fail(f"role {text!r}: post {title!r} is unknown; add it to `posts`")
        return Role({key: names[0] for key, names in post.titles.items()}, post.affiliation, since, until, post.id)

    def _names(self, item: _Item) -> dict[str, tuple[str, ...]]:
        names = {language: item.strings(language) for language in LANGUAGES if language in item.fields}
        if missing := [language for language in REQUIRED_LANGUAGES if not names.get(language)]:
            item.fail(f"has no name in {', '.join(missing)}")
        return names


def _plain(node: yaml.Node, item: _Item) -> Any:
    """The node as text, list or dict; every scalar stays text, so that NO is Norway and 2023-09 no date."""
    if isinstance(node, yaml.ScalarNode):
        return node.value
    if isinstance(node, yaml.SequenceNode):
        return [_plain(child, item) for child in node.value]
    fields = {key.value: _plain(value, item) for key, value in node.value}
    if len(fields) < len(node.value):
        item.fail("the same field is given twice")
    return fields
