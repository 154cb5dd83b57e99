"""Korean: how Korean news marks who speaks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.korean.headlines import Headline
from pipelines.coding.korean.issued import issuer
from pipelines.coding.korean.reader import Reading
from pipelines.coding.korean.speakers import bare, country_of, families, title_in
from pipelines.coding.korean.words import AT_HOME, COUNTRIES, HEADLINE_COUNTRIES, TITLES
from pipelines.coding.languages import Base, Language

_SENTENCE_END = re.compile(
    r"(?:(?<=[다까요죠음함임네군라자])[.!?。]|(?<!\d)[.!?。…]+)[\"'”’」』»)\]]*(?:\s+|(?<=[다요]\.)(?=[가-힣“‘]))"
)
_GOES_ON = re.compile(
    r"(?:이?라고|고|이?라며|며|면서|이?라면서|이?라는|는|이?라)(?![가-힣])|(?:이?라고|이?라며|라는|고)(?:[도는])?\s"
)
_OWN_SCHOLAR = re.compile(r"(?:대|대학교|대학원|연구[소원]|포럼|센터|재단|협회|연구회|학회|당)(?= |$)|연구위원")
_PARTICLES = re.compile(
    r"(?:측|씨|들|당국|정부)?(?:은|는|이|가|을|를|의|에|와|과|도|만|로|으로|께서는|께서|에서|에서는|에서도|"
    r"에서의|에게|에게는|에게서|까지|부터|마저|조차|처럼|보다|이나|나|이며|며|이고|고|이다|다|인|이란|란|"
    r"이라고|라고|이라며|라며|이라는|라는|에는|에도|로서|으로서|로부터|으로부터|와의|과의|와는|과는|에게도|"
    r"만이|만은|이든|든|이자|자|발|간|식|뿐|한테|의도|이라도|라도|이었다|였다|였던|이던|측은|측이|측의|측에|"
    r"측도|로는|으로는|로의|으로의)?$"
)
_HANGUL = re.compile(r"[가-힣]+")
_STEP = "미러북중일영한독불美露北中日英韓獨佛"


class Korean(Base):
    code = "ko"
    pronouns: Mapping[str, str] = {
        "그": "person",
        "그녀": "person",
        "본인": "person",
        "자신": "person",
        "그들": "any",
        "이들": "any",
        "이": "any",
    }
    organisation_nouns: Mapping[str, frozenset[str]] = {
        "통신": frozenset({"agency"}),
        "신문": frozenset({"newspaper"}),
        "방송": frozenset({"broadcaster"}),
        "매체": frozenset({"agency", "newspaper", "broadcaster", "magazine"}),
    }

    # -- words and names -------------------------------------------------------------------------------------------

    def sentences(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        found = []
        begin = start
        for match in _SENTENCE_END.finditer(text, start, end):
            if _GOES_ON.match(text, match.end()):
                continue
            cut = match.start() + len(match.group().rstrip())
            if cut > begin and match.end() < end:
                found.append((begin, cut))
                begin = match.end()
        if begin < end:
            found.append((begin, end))
        return found

    def ends_name(self, text: str, start: int, end: int) -> int:
        if start and text[start - 1].isalnum():
            before = text[start - 1]
            if before not in _STEP or end - start < 3 or (start > 1 and text[start - 2].isalnum()):
                return -1
        if end >= len(text) or not text[end].isalnum():
            return end
        rest = _HANGUL.match(text, end)
        if not rest:
            return end if not text[end - 1].isascii() else -1
        tail = rest.group()
        if tail.startswith(("학자", "학과", "학회", "전문가", "연구자")):
            return -1  # "북한학자": of the country's study
        if _PARTICLES.fullmatch(tail):
            return end
        for n in range(min(len(tail), 6), 1, -1):
            if tail[:n] in TITLES and _PARTICLES.fullmatch(tail[n:]):
                return end
        return -1

    def short_forms(self, name: str) -> tuple[str, ...]:
        return tuple(self.key(part) for part in families(name))

    def role_key(self, role: str) -> str:
        for word in reversed(role.split()):
            title = title_in(bare(word))
            if title:
                return title
            if bare(word) in self.organisation_nouns:
                return bare(word)
        return ""

    def register(self, role: str, affiliation: str) -> str:
        title = self.role_key(role)
        words = f"{affiliation} {role}"
        if role.startswith("전 ") and TITLES.get(title) == "official":
            return "scholar"
        if (
            re.search(r"대학|연구[소원]|재단|싱크탱크|[가-힣]대(?: |$)|포럼|연구센터", words)
            and TITLES.get(title, "") != "official"
        ):
            return "scholar"
        if title in ("원장", "본부장", "실장", "국장", "총장") and re.search(r"대(?:학교?)? |연구|포럼|재단", words):
            return "scholar"
        if "패널" in words:
            return "activist"
        kind = TITLES.get(title, "")
        if kind:
            return kind
        if re.search(r"(?:당|국민의힘|의회|국회|하원|상원|두마|정보위|국방위|외통위)(?: |$)", words):
            return "politician"
        if re.search(r"정부|부(?: |$)|대통령실|백악관|크렘린|유엔|나토|군(?: |$)|대사관", words):
            return "official"
        if re.search(r"신문|통신|방송|매체|언론|일보|외신", words):
            return "medium"
        if re.search(r"협회|연대|단체|인권|교회|노조", words):
            return "activist"
        return ""

    def country(self, text: str) -> str:
        if text.endswith("소식통"):
            return ""
        found = country_of(text)
        if not found and " " in text and len(text) < 60 and _OWN_SCHOLAR.search(text):
            kind = TITLES.get(self.role_key(text), "")
            return "KR" if kind in ("scholar", "politician") else ""
        return found

    def name_forms(self, name: str, kind: str) -> Iterable[str]:
        yield name
        if kind != "person" and " " in name:
            yield name.replace(" ", "")

    # -- attribution -----------------------------------------------------------------------------------------------

    def issuer(self, document: Document) -> tuple[Speaker, int] | None:
        return issuer(document)

    def attributions(self, document: Document) -> list[Attribution]:
        at_home(document)
        return Reading(document).run()

    def headline(self, document: Document) -> list[Attribution]:
        at_home(document)
        return Headline(document).run()


def at_home(document: Document) -> None:
    """Settles ambiguous names of bodies: a ministry without a country before it is South Korea's in Korean text."""
    for i, mention in enumerate(document.mentions):
        home = AT_HOME.get(mention.text) if mention.ambiguous or len(mention.actors) > 1 else None
        if home and home in mention.actors:
            before = bare(
                document.text[max(mention.start - 12, 0) : mention.start]
                .rpartition("\n")[2]
                .rstrip()
                .rpartition(" ")[2]
            )
            foreign = HEADLINE_COUNTRIES.get(before, before) if before else ""
            if COUNTRIES.get(foreign, "KR") == "KR":
                document.mentions[i] = mention._replace(actors=(home,), ambiguous=False)


def make() -> Language:
    return Korean()
