"""Korean noun phrases that name a speaker: "구병삼 통일부 대변인은", "대통령실 고위 관계자는", "전문가들은"."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pipelines.coding.document import Document, Speaker, SpeakerKind
from pipelines.coding.korean.words import (
    ANONYMOUS,
    COUNTRIES,
    DOUBLE_SURNAMES,
    FIELDS,
    GIVEN_FIRST,
    GIVEN_SECOND,
    GROUP_HEADS,
    HEADLINE_COUNTRIES,
    JOINT,
    KINDS_OF_BODIES,
    KNOWN_PERSONS,
    LOANWORDS,
    LONGEST_TITLE,
    NOT_NAMES,
    NOT_ORGS,
    ORG_ENDINGS,
    ORGS,
    OWN_BODIES,
    PERSONAL,
    PERSONAL_TITLES,
    PLAIN_NOUNS,
    RANKS,
    RARE_SURNAMES,
    STATES,
    SURNAMES,
    TITLES,
)


class Token(NamedTuple):
    """An eojeol: its place in the document and its wording, quotations blanked out."""

    start: int
    end: int
    text: str


_TOKEN = re.compile(r"\S+")
_LONGEST_PHRASE = 8  # eojeols
_MARKS = "\"'“”‘’「」『』«»<>〈〉《》[]"
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SUBJECT = re.compile(
    r"(?:으로서는|로서는|으로선|로선|께서는|께서도|께서|측에서는|측은|측이|측도|에서는|에서도|에서|은|는|이|가|도|만은|만이)$"
)
_AFTER_CONSONANT = frozenset("은이을과")
_AFTER_VOWEL = frozenset("는가를와")
_PARTICLE = re.compile(
    r"(?:에서는|에서도|에서의|에서|에게는|에게서|에게|한테|으로서|으로써|으로는|으로도|으로의|으로|로서|로써|"
    r"로는|에는|에도|까지|부터|마다|보다|처럼|만큼|조차|밖에|이나|이며|께|을|를|은|는|이|가|와|과|의|에|로|도|"
    r"만|나|며|고|서|면|지|자|려|듯|니|데|게|던)$"
)
_CASES = re.compile(r"[와과에]$|으로$")
_ADNOMINAL = re.compile(
    r"[가-힣](?:한|된|던|할|될|인|는|은|졌던|했던|있던|없는|있는|않은|위한|대한|관한)$|[어아워해려뤄커여]진$|"
    r"[잡막닫밝뽑찍먹접꽂갇뒤]힌$|[버열걸벌내알올끌물뿌]린$|[시으지삼]킨$"
    r"|[마미합외그펼거]친$|[타어러떠지끝만]난$|[보펴러타혀어]낸$|[나아어녀]온$|[어나아]간$|[다켜펴]본$|"
    r"[여겨내]준$|[세까로려치]운$"
)
_TIME = re.compile(
    r"^(?:\d[\d.,:]*\S*|이날|지난|어제|오늘|전날|당일|당시|최근|앞서|이어|이후|직후|현지시간|현지시각|오전|"
    r"오후|올해|작년|지난해)$"
)
_ADVERBS = frozenset(
    """
    달리 잡힌 숨진 다친 죽은 붙은 낳은
    또 또한 다만 반면 반면에 그러나 하지만 한편 특히 아울러 그러면서 그러면서도 그리고 이와 이에 이같이 이처럼
    이렇게 관련 관련해 대해 대해서 함께 역시 직접 이번 다시 모두 현재 결국 실제로 실제 잇따라 연일 거듭 즉각 곧바로
    공식 별도로 별도 따르면 의하면 따라 통해 통한 위해 그런데 따라서 때문에 때문 이미 아직 더욱 가장 매우 더 못 안
    그 이 저 당장 정작 오히려 일단 우선 먼저 마지막으로 끝으로 사실상 사실 물론 만약 만일 비록 단지 오직 지낸 일한
    맡은 이끈 위한 대한 관한 인한 통한 향한 만난 밝힌 전한 나선 열린 나온 있는 하는 했던 찾은 산하 국영 관영 친정부
    현지의 중인 속한 있던 가진 받은 보낸 오른 담은 이른 대신한 겸한 같은 지금 이제 여전히 계속 줄곧 점차 향후 앞으로
    최소 최대 약 총 매년 매일 일제히 나란히 각각 서로 회담 직후 방문 뒤 후 전날 이튿날 다음날 날 것 등 및 대비 간 중
    내 밖 속 위 아래 사이 때 곳 점 수 바 줄 채 만큼 대신 포함 제외 동안 이래 이외 이날 북한군 무기 위성 조약 병력
    파병 협력 관계 제재 결의 전쟁 미사일 포탄 기술 러북 북러 조러 러우 우크라전
    """.split()
)
_NO_SPEAKER = frozenset(
    """
    이것 그것 저것 것 점 말 조약 협정 회담 정상회담 결과 상황 문제 협력 관계 밀착 파병 무기 거래 제재 결의 결의안
    성명 방문 합의 방침 입장 주장 지적 분석 전망 우려 이유 배경 핵심 관건 답 내용 조치 대응 움직임 행위 행동 변화
    영향 의미 가능성 전쟁 평화 안보 위협 사실 뉴스 보도 기사 자료 보고서 사진 영상 경우 이 그 저 이번 이날 오늘 지금
    현재 당시 최근 다음 이후 앞 뒤 때 일 곳 수 바 등 정도 부분 측면 차원 과정 단계 수준 분야 대목 발언 표현 문구
    조항 질문 물음 생각 진단 시각 견해 의견 판단 평가 해석 셈법 설명 예상 예측 처방 해법 목소리 반응 관측
    """.split()
)
# People who are talked about more than they talk where no quotation marks stand.
TALKED_ABOUT = re.compile(r"푸틴|김정은|시진핑|트럼프|바이든|젤렌스키|김 위원장|김 국무위원장")


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The eojeols of text[start:end]."""
    return [Token(m.start(), m.end(), m.group()) for m in _TOKEN.finditer(text, start, end)]


def final_consonant(syllable: str) -> bool:
    """Whether a Hangul syllable ends in a consonant (or the character is none, so that both forms fit)."""
    code = ord(syllable) - 0xAC00
    return not 0 <= code < 11172 or code % 28 != 0


def bare(text: str) -> str:
    """An eojeol without brackets, quotation marks and punctuation at its ends."""
    if "(" in text or "[" in text:
        text = _BRACKETS.sub("", text)
    return text.strip(_MARKS + ",.;:…·!?()=-–—▲△▶◇◆○●■□")


def fits_particle(stem: str, particle: str) -> bool:
    """Whether the particle has the form that follows the stem's last sound."""
    if not stem:
        return False
    closed = final_consonant(stem[-1])
    if not "가" <= stem[-1] <= "힣":
        return True
    first = particle[0]
    return not (first in _AFTER_CONSONANT and not closed) and not (first in _AFTER_VOWEL and closed)


def subject(text: str) -> tuple[str, str]:
    """Stem and subject particle of an eojeol; ("", "") where it has none."""
    text = _BRACKETS.sub("", text).rstrip(",·") if text[-1:] in ",)" or "(" in text else text
    match = _SUBJECT.search(text)
    if not match:
        return "", ""
    stem = text[: match.start()].strip(_MARKS)
    particle = match.group()
    if particle in ("도", "는") and len(stem) > 2 and _CASES.search(stem) and fits_particle(stem[:-1], stem[-1]):
        return "", ""  # "우크라이나와도", "러시아에는"
    return (stem, particle) if fits_particle(stem, particle) else ("", "")


@lru_cache(maxsize=65536)
def title_in(word: str) -> str:
    """The longest title with which the word ends, "" where there is none."""
    for n in range(min(len(word), LONGEST_TITLE), 0, -1):
        title = word[-n:]
        if title in TITLES:
            if n == 1 and len(word) > 1 and title != "씨":
                return ""
            return title
    return ""


_ANY_CASE = re.compile(
    r"(?:께서는|께서도|께서|에게서|에게도|에게는|에게|한테|으로부터|로부터|과의|와의|과는|와는|은|는|이|가|을|를|의|"
    r"과|와|도|만)?,?$"
)


@lru_cache(maxsize=65536)
def title_stem(text: str) -> str:
    """An eojeol without its particle where it ends in a title of people, else ""."""
    match = _ANY_CASE.search(text)
    stem = bare(text[: match.start()]) if match else ""
    return stem if len(title_in(stem)) > 1 and title_in(stem) not in ANONYMOUS else ""


@lru_cache(maxsize=65536)
def korean_name(word: str) -> bool:
    """Whether the word has the form of a Korean name: family name and one or two syllables that names are made of."""
    size = len(word)
    if not 2 <= size <= 4 or word in NOT_NAMES or word in ORGS or word in COUNTRIES or word in TITLES:
        return False
    if word.startswith(DOUBLE_SURNAMES) and size in (3, 4):
        return all(c in GIVEN_FIRST or c in GIVEN_SECOND for c in word[2:])
    if word[0] not in SURNAMES and (word[0] not in RARE_SURNAMES or size != 3):
        return False
    if size == 2:
        return word[1] in GIVEN_FIRST
    return size == 3 and word[1] in GIVEN_FIRST and word[2] in GIVEN_SECOND


@lru_cache(maxsize=65536)
def word_class(word: str) -> str:
    """What an eojeol without particles can be in a speaker's noun phrase.

    "T" title, "O" body, "C" country, "R" rank, "S" family name alone, "N" Korean name, "F" another noun, "" none.
    """
    if not word:
        return ""
    if word in COUNTRIES:
        return "C" if word in STATES else "O"
    if word in RANKS:
        return "R"
    if word in TITLES:
        return "T"
    if word in ORGS or _COUNTRIES_COUNTED.fullmatch(word):
        return "O"
    if word in _ADVERBS:
        return ""
    if _TIME.match(word):
        return "T" if title_in(word) and word[-1] not in "원" else ""
    if word in LOANWORDS:
        return ""
    if len(word) == 1:
        return "S" if word in SURNAMES or word in _SHORT_NAMES else ""
    if len(word) >= 3 and korean_name(word):
        return "" if word[-1] == "인" and len(title_in(word[:-1])) > 1 else "N"
    if len(title_in(word)) > 1:
        return (
            "O" if title_in(word) == "연구원" else "T"
        )  # "국방연구원" is an institute, "선임연구원" a title of its own
    if is_body(word):
        return "O"
    if word[-1] == "인" and len(word) > 2 and title_in(word[:-1]):
        return ""  # "포병 장교인 백인호"
    if korean_name(word):
        return "N"
    particle = _PARTICLE.search(word)
    if particle and fits_particle(word[: particle.start()], particle.group()):
        return ""
    if _ADNOMINAL.search(word) and len(word) > 2 and not _LOAN.search(word):
        return ""
    return "F" if word[0].isalnum() and not word[0].isdigit() else ""


_SHORT_NAMES = frozenset("존폴빌짐벤샘팀톰댄론밥켄맥돈딘잭닉릭칼룩맷팻렉")
_COUNTRIES_COUNTED = re.compile(r"\d+(?:개국|국)")
_AS_MANY = re.compile(r"\d+여?(?:개|명의?|곳의?)$")
# Last syllables that names from other languages share with particles: "요시히로", "미하일로", "옐레나".
_LIKE_PARTICLES = frozenset("로나도고가니자지에이서려데게며던면듯")
_OPENERS = frozenset(
    ("또", "또한", "반면", "특히", "이어", "앞서", "한편", "그러나", "하지만", "다만", "이에", "반면에")
)


def opens_name(tokens: list[Token], i: int, word: str, second: bool = False) -> bool:
    """Whether token i, though it ends like a particle, can belong to a foreign name that opens its clause.

    `second`: it ends the name, so that another such word must stand before it.
    """
    if len(word) < 3 or word[-1] not in _LIKE_PARTICLES or word != tokens[i].text or not word.isalpha():
        return False
    before = tokens[i - 1].text if i else ""
    if second:
        if not (i and (opens_name(tokens, i - 1, before) or (word_class(before) == "F" and len(before) > 1))):
            return False
    elif before and before[-1] not in ",.)" and before not in _OPENERS and word_class(bare(before)) not in ("C", "O"):
        return False
    stem = word[:-1]
    return not (
        word_class(stem) in ("C", "O", "T", "R", "N")
        or _TIME.match(word)
        or word in _ADVERBS
        or any(stem in words for words in (_NO_SPEAKER, NOT_NAMES, PLAIN_NOUNS, FIELDS, LOANWORDS, _ADVERBS))
        or _ENDING.search(word)
    )


_ENDING = re.compile(
    r"(?:[하되있없않했었았]|적으|으|에서|[하되]면|[가-힣]라[고며])[고며서지나로면자데던니]$|에서$|까지$"
)
_DONE = re.compile(r"(?:^|\s)\S?(?:[일맡지속끈한된난낸선온](?:한|은|낸|끈|선|된|는))$")
_LOAN = re.compile(r"[크트프브츠튼턴슨켈뷔캠섀셰슈윌맥뮐쉬쿤쿼펠콥넬텔칼존볼톰]")


@lru_cache(maxsize=65536)
def is_body(word: str) -> bool:
    """Whether a word is the name of a body by its ending."""
    if word in ORGS:
        return True
    return len(word) >= 3 and word.endswith(ORG_ENDINGS) and not any(word.endswith(no) for no in _not_orgs(word))


def _not_orgs(word: str) -> tuple[str, ...]:
    return tuple(word[-n:] for n in (2, 3, 4, 5) if word[-n:] in NOT_ORGS and len(word[-n:]) > 1)


_BODY_NOUNS = frozenset(("통신", "신문", "방송", "매체"))
_SCHOOLS = ("대", "연", "원")
_ANYBODY = frozenset(("전문가들", "전문가", "분석가들", "학자들", "관측통들", "외신들", "외신", "언론"))
_SOME = ("한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열")
_COUNT = re.compile(r"(?:\d+|한|두|세|네)명|하나")


_SURNAME_ONLY = re.compile(r"[가-힣]모")
_LETTER = re.compile(r"[A-Z]씨")
_ADMINISTRATIONS = frozenset(("행정부", "정부", "정권", "내각"))


class Person(NamedTuple):
    """Somebody whom the article has named in full."""

    name: str
    title: str
    affiliation: str


class Phrases:
    """The speakers' noun phrases of one document, which remembers who has been named in full."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.persons: list[Person] = []
        self.bodies: list[str] = []
        self.families: dict[str, list[Person]] = {}

    def read(self, tokens: list[Token], i: int, stem: str) -> tuple[Speaker, int] | None:
        """The speaker whose noun phrase ends with the stem of token i, and the index of the phrase's first token."""
        found = self._read(tokens, i, stem)
        if found is None or found[0].kind == "pronoun":
            return found
        speaker, first = found
        end = tokens[i].start + tokens[i].text.find(stem) + len(stem)
        return speaker._replace(phrase=(tokens[first].start, end)), first

    def _read(self, tokens: list[Token], i: int, stem: str) -> tuple[Speaker, int] | None:
        head = bare(stem)
        if head in PERSONAL:
            return self.pronoun(tokens, i, head)
        if head == "측" and i:
            return self.read(tokens, i - 1, bare(tokens[i - 1].text))
        if not head or head in _NO_SPEAKER:
            return None
        end = tokens[i].start + tokens[i].text.find(stem) + len(stem)
        first, classes = self.extent(tokens, i, head)
        words = [bare(token.text) for token in tokens[first:i]] + [head]
        kind = classes[-1]
        if (
            words[0] in ("이", "해당", "그", "같은")
            or (first and tokens[first - 1].text in ("이", "해당", "그", "같은"))
        ) and ((kind in "TF" and title_in(head) in ANONYMOUS) or head in ("매체", "통신", "신문", "방송", "소식통")):
            return Speaker("pronoun", tokens[i].start, end, "이"), first
        if _COUNT.fullmatch(head) or (head == "명" and i and tokens[i - 1].text in _SOME):
            return self.counted(tokens, i - (head == "명"), end, head)
        if head in GROUP_HEADS or (head.endswith("들") and title_in(head[:-1])):
            return self.group(tokens, first, i, end, words), first
        if kind == "T" or (head.endswith("씨") and (2 < len(head) < 5 or _LETTER.fullmatch(head))):
            return self.titled(tokens, first, i, end, words, classes)
        mention = self.person_mention(tokens[i].start, end)
        if mention or (kind in "NS" and len(head) > 1) or (kind == "F" and "T" in classes[:-1]):
            return self.named_last(tokens, first, i, end, words, classes, mention), first
        if (
            kind == "F"
            and len(head) > 2
            and foreign(head)
            and head not in LOANWORDS
            and classes[:-1] in ([], ["F"], ["S"])
        ):
            return self.named_last(tokens, first, i, end, words, ["F"] * len(classes), None), first
        if (
            kind == "F"
            and i
            and len(head) > 1
            and tokens[i].text[0] not in _MARKS
            and bare(tokens[i - 1].text) in KINDS_OF_BODIES
        ):
            return Speaker("name", tokens[i].start, end, head, "", bare(tokens[i - 1].text)), i - 1
        if head in _BODY_NOUNS and len(words) == 1:
            return Speaker("role", tokens[i].start, end, "", head), i
        if kind == "F" and head in self.families:
            return self.person(head, tokens[i].start, end, "", ""), i
        if kind in "OC" or self.body_mention(tokens[i].start, end):
            return self.body(tokens, first, i, end, words, classes), first
        return None

    def extent(self, tokens: list[Token], i: int, head: str) -> tuple[int, list[str]]:
        """Where the noun phrase with that head begins, and the classes of its words."""
        classes = [
            "T" if head in TITLES else "O" if head in ORGS else word_class(head) or ("N" if self.known(head) else "F")
        ]
        first = i
        while first > 0 and i - first < _LONGEST_PHRASE:
            text = tokens[first - 1].text
            if text[-1] in ',.;:!?…□”"’)' and not (text[-1] == ")" and "(" in text[1:]):
                break
            word = bare(text)
            found = word_class(word)
            if word == "이" and first == i and title_in(head) in PERSONAL_TITLES:
                found = "S"
            if not found and self.mention_covers(tokens[first - 1]):
                found = "N" if self.person_mention(tokens[first - 1].start, tokens[first - 1].end) else "O"
            if found == "N" and word[-1] == "한" and "N" in classes:
                break  # "유학한 임채원 교수"
            if not found and word in ("세", "두", "네") and tokens[first].text.startswith("나라"):
                found = "O"
            if not found and (_COUNTRIES_COUNTED.fullmatch(word) or _AS_MANY.match(word)):
                found = "O"
            if not found and classes[0] in "FCO" and opens_name(tokens, first - 1, word, classes[0] != "F"):
                found = "F"
            if not found:
                break
            classes.insert(0, found)
            first -= 1
        return first, classes

    def known(self, head: str) -> bool:
        return any(person.name == head for person in self.persons)

    def mention_covers(self, token: Token) -> bool:
        return any(m.end >= token.end for m in self.document.mentions_in(token.start, token.end))

    def person_mention(self, start: int, end: int):
        """The listed person (not an office) last mentioned in [start, end)."""
        for mention in reversed(self.document.mentions_in(start, end)):
            word = mention.text.split()[-1]
            if not mention.office and word_class(word) not in ("O", "C", "T", "R") and not is_body(word):
                return mention
        return None

    def body_mention(self, start: int, end: int) -> bool:
        return any(not m.office and m.end == end for m in self.document.mentions_in(start, end))

    # -- the kinds of phrases --------------------------------------------------------------------------------------

    def pronoun(self, tokens: list[Token], i: int, head: str) -> tuple[Speaker, int]:
        start = tokens[i].start
        return Speaker("pronoun", start, start + len(head), head), i

    def group(self, tokens: list[Token], first: int, i: int, end: int, words: list[str]) -> Speaker:
        start = tokens[first].start
        role = " ".join(words)
        return Speaker("group", start, end, words[-1] if words[-1] in _ANYBODY else role, role)

    def counted(self, tokens: list[Token], i: int, end: int, head: str) -> tuple[Speaker, int]:
        """ "생포된 북한군 중 1명은": some of a group."""
        first = i
        while first and i - first < 4 and (first == i or tokens[first].text in ("중", "가운데", "등", "병사", "포로")):
            first -= 1
            if tokens[first].text[-1] in ",.;":
                first += 1
                break
        start = tokens[first].start
        if first < i and title_in(bare(tokens[first].text)):  # "야당 의원 한 명은"
            low, _ = self.extent(tokens, first, bare(tokens[first].text))
            start, stop = tokens[low].start, tokens[first].end
            return Speaker("group", start, stop, self.document.text[start:stop], self.document.text[start:stop]), low
        return Speaker("group", start, end, self.document.text[start:end], self.document.text[start:end]), first

    def titled(
        self, tokens: list[Token], first: int, i: int, end: int, words: list[str], classes: list[str]
    ) -> tuple[Speaker, int] | None:
        """A phrase that ends in a title."""
        title = title_in(words[-1])
        glued = words[-1][: -len(title)]
        if glued and (title in ("씨", "동지") or (korean_name(glued) and len(glued) == 3)):
            role, affiliation = _role(words[:-1])
            if title not in ("씨", "동지"):
                role, affiliation = title, " ".join(words[:-1])
            return self.person(glued, tokens[i].start, tokens[i].start + len(glued), role, affiliation), first
        if title == "씨" and len(words) > 1 and _SURNAME_ONLY.fullmatch(words[-2]):  # "병사 리모 씨"
            token = tokens[i - 1]
            return Speaker("name", token.start, token.end, words[-2], *_role(words[:-2])), first
        mention = self.person_mention(tokens[first].start, end)
        if mention and any(
            t.start >= mention.end and w in _ADMINISTRATIONS for t, w in zip(tokens[first : i + 1], words, strict=True)
        ):
            return self.unnamed(tokens, first, i, end, words), first  # "조 바이든 행정부 관계자"
        if mention and first <= i:
            rest = [w for t, w in zip(tokens[first : i + 1], words, strict=True) if t.start >= mention.end]
            if words[-1] not in rest:  # "푸틴대통령은"
                rest.append(title)
            return self.person(mention.text, mention.start, mention.end, *_role(rest)), first
        if any(word in JOINT or _COUNTRIES_COUNTED.fullmatch(word) for word in words[:-1]) and not (
            any(c == "N" and len(w) > 2 for c, w in zip(classes, words, strict=True))
        ):
            return self.group(tokens, first, i, end, words), first
        family = len(words) > 1 and (classes[-2] == "S" or (len(words[-2]) == 1 and self.fitting(words[-2], title)))
        if family and (len(words) < 3 or classes[-3] != "F" or len(words[-3]) < 2):
            token = tokens[i - 1]
            return self.person(words[-2], token.start, token.end, title, ""), i - 1
        if len(words) > 2 and classes[-2] == "R" and classes[-3] == "S":  # "장 전 장관"
            token = tokens[i - 2]
            return self.person(words[-3], token.start, token.end, " ".join(words[-2:]), ""), i - 2
        if title in ANONYMOUS and not any(c == "N" and len(w) > 2 for c, w in zip(classes, words, strict=True)):
            return self.unnamed(tokens, first, i, end, words), first
        if "N" in classes[:-2] and classes[-2] == "F" and foreign(words[-2]) and classes[-3] == "N":
            classes = [*classes[:-3], "F", *classes[-2:]]  # "이리나 셰블료바 기술위원"
        classes = [  # "안나 옙스티그니예바 차석대사"
            "F" if c == "N" and len(w) == 2 and after == "F" and foreign(then) else c
            for c, w, after, then in zip(classes, words, [*classes[1:], ""], [*words[1:], ""], strict=True)
        ]
        names = [
            k for k, c in enumerate(classes[:-1]) if c == "N" and (len(words[k]) > 2 or k == 0 or len(classes) == 2)
        ]
        if names and TITLES[title] == "scholar" and words[names[-1]].endswith("대") and names[-1] == len(words) - 2:
            names.pop()
        if names:
            k = next((k for k in names if not words[k].endswith(_SCHOOLS)), names[0])
            token = tokens[first + k]
            role, affiliation = _role(words[k + 1 :])
            left, _ = _role(words[:k])
            start = token.start + token.text.find(words[k])
            if words[k] in self.families:
                return self.person(words[k], start, start + len(words[k]), role or left, affiliation), first
            self.remember(words[k], role, affiliation)
            return Speaker("name", start, start + len(words[k]), words[k], role or left, affiliation), first
        found = self.foreign_name(words, classes)
        if found:
            low, high = found
            start, stop = tokens[first + low].start, tokens[first + high - 1].start + len(words[high - 1])
            return self.person(" ".join(words[low:high]), start, stop, *_role(words[high:])), first
        return self.unnamed(tokens, first, i, end, words), first

    def foreign_name(self, words: list[str], classes: list[str]) -> tuple[int, int] | None:
        """The first words of the phrase that look like a foreign name: "게리 세이모어 전 백악관 조정관"."""
        high = 0
        while high < len(words) - 1:
            low = high
            while low < len(words) - 1 and (classes[low] not in "FS" or words[low] in PLAIN_NOUNS):
                low += 1
            high = low
            while (
                high < len(words) - 1
                and (
                    classes[high] in "FS"
                    or (classes[high] == "N" and high > low and not words[high].endswith(_SCHOOLS))
                )
                and high - low < 4
                and words[high] not in PLAIN_NOUNS
            ):
                high += 1
            if high == low:
                return None
            if (len(words[low]) < 2 and high - low < 2) or any(
                word in FIELDS or word in PLAIN_NOUNS for word in words[low:high]
            ):
                continue
            name = " ".join(words[low:high])
            if (
                name in self.families
                or foreign(name)
                or (classes[high] == "N" and words[high].endswith("대") and high > low)
                or ((classes[high] in "CO" or (classes[high] == "R" and high - low > 1)) and not _DONE.search(name))
            ):
                return low, high
            if _DONE.search(name):
                continue
            if high == len(words) - 1 and high - low < 3 and title_in(words[high]) in PERSONAL_TITLES:
                return low, high
        return None

    def unnamed(self, tokens: list[Token], first: int, i: int, end: int, words: list[str]) -> Speaker:
        """A title alone, or an official, source or expert whom the text doesn't name."""
        start = tokens[first].start
        kind: SpeakerKind = "role"
        title = title_in(words[-1])
        place = ""
        if first and title in ANONYMOUS and tokens[first - 1].text.endswith("의"):
            place = bare(tokens[first - 1].text)[:-1]
            if word_class(place) in ("C", "O") or is_body(place):
                start = tokens[first - 1].start
                words = [place, *words]
        shown = [w for w in words if w not in ("한", "익명의", "다른", "또다른")]
        role = " ".join(shown)
        single = "다른" not in words and ("한" in words or (first > 0 and tokens[first - 1].text == "한"))
        if title in ("소식통", "전문가", "분석가", "주민", "시민", "병사", "포로") and not single:
            kind = "group"
        affiliation = " ".join(w for w in shown[:-1] if word_class(w) in ("O", "C"))
        office = next((m for m in self.document.mentions_in(start, end) if m.office), None)
        if office and office.start > start and word_class(shown[0]) == "C" and country_of(shown[0]) != "KR":
            return Speaker("name", start, end, role, role, affiliation)  # the office of another country
        if kind == "role" and title in ANONYMOUS:
            bodies = [m for m in self.document.mentions_in(start, end) if not m.office and is_body(m.text.split()[-1])]
            if bodies:
                return Speaker("name", start, end, bodies[-1].text, role, self.at_home(affiliation))
            affiliation = self.at_home(affiliation)
        return Speaker(kind, start, end, "" if kind == "role" else role, role, affiliation)

    def at_home(self, affiliation: str) -> str:
        """The affiliation with the country that goes without saying: "국방부" is South Korea's in Korean text."""
        words = affiliation.split()
        own = bool(words) and words[-1] in OWN_BODIES and not country_of(" ".join(words[:-1]))
        return f"한국 {affiliation}" if own else affiliation

    def fitting(self, family: str, title: str) -> bool:
        """Whether somebody of that family name and title has been named."""
        return any(p.title.endswith(title) or title.endswith(p.title or "-") for p in self.families.get(family, ()))

    def named_last(self, tokens, first, i, end, words, classes, mention) -> Speaker:
        """A name with the title before it, as North Korean and Western usage has it, or a name alone."""
        if mention:
            before = [w for t, w in zip(tokens[first : i + 1], words, strict=True) if t.end <= mention.start]
            return self.person(mention.text, mention.start, mention.end, *_role(before))
        k = len(words) - 1
        while k > 0 and classes[k - 1] in "FS" and words[k - 1] not in FIELDS:
            k -= 1
        name = " ".join(words[k:])
        return self.person(name, tokens[first + k].start, end, *_role(words[:k]))

    def body(self, tokens, first, i, end, words, classes) -> Speaker:
        """A ministry, party, medium or state."""
        k = len(words) - 1
        while k > 0 and classes[k - 1] in "OC":
            k -= 1
        document = self.document
        mentions = [m for m in document.mentions_in(max(tokens[first].start - 20, 0), end) if m.end == end]
        start = tokens[first + k].start
        if (
            mentions
            and mentions[-1].text in OWN_BODIES
            and k < len(words) - 1
            and country_of(words[k]) not in ("", "KR")
        ):
            mentions = []  # "폴란드 국방부" is not the ministry at home
        if mentions:
            start = mentions[-1].start
        name = document.text[start:end].strip(_MARKS)
        if not mentions and len(name) > 2:  # the beginning or the end of a longer name that stands before it
            longer = next((m for m in document.mentions if m.start < start and name in m.text and not m.office), None)
            if longer:
                name = longer.text
            else:
                longer = next(
                    (body for body in reversed(self.bodies) if body.endswith(name) or body.startswith(name)), None
                )
                name = longer or name
        if name not in self.bodies:
            self.bodies.append(name)
        return Speaker("name", start, end, name, "", self.at_home(" ".join(words)))

    def person(self, name: str, start: int, end: int, role: str, affiliation: str) -> Speaker:
        """A person by a name or a family name, completed from the article where it has been given in full."""
        if not affiliation and role in ("의원", "원내대표", "최고위원") and korean_name(name):
            affiliation = "국회"
        known = self.families.get(name)
        if known:
            wanted = title_in(role.split()[-1]) if role else ""
            fitting = [p for p in known if not wanted or p.title.endswith(wanted) or wanted.endswith(p.title)]
            if fitting or not wanted:
                person = (fitting or known)[-1]
                return Speaker("name", start, end, person.name, role or person.title, affiliation or person.affiliation)
        elif len(name) > 1:
            self.remember(name, role, affiliation)
        return Speaker("name", start, end, name, role, affiliation)

    def remember(self, name: str, role: str, affiliation: str) -> None:
        if self.known(name):
            if role and not next(p.title for p in self.persons if p.name == name):  # named before without a title
                self.persons = [p for p in self.persons if p.name != name]
                for key in families(name):
                    self.families[key] = [p for p in self.families.get(key, ()) if p.name != name]
            else:
                return
        person = Person(name, title_in(role.split()[-1]) if role else "", affiliation)
        self.persons.append(person)
        for key in families(name):
            self.families.setdefault(key, []).append(person)


def families(name: str) -> tuple[str, ...]:
    """How a person may be called after the full name: the family name, or the parts of a foreign one."""
    parts = name.split()
    if len(parts) > 1:
        return tuple(dict.fromkeys((parts[-1], parts[0])))
    if 2 <= len(name) <= 4 and (name[0] in SURNAMES or name.startswith(DOUBLE_SURNAMES)):
        short = name[: 2 if name.startswith(DOUBLE_SURNAMES) and len(name) > 2 else 1]
        return (short,) if korean_name(name) else (short, name[:2])
    return (name[0], name[:2], name) if len(name) in (2, 3) else (name,)


_FOREIGN = re.compile(
    r"[클플블틀크트프르브즈츠슨턴닉릭빌켈테헤뷔캠섀셰슈웨윌맥뮐엘앨쉬쿤쿼폼핀럼럽렉홉샵킨킴팅펠킹콥콘셀벨델밀필멜젤넬헬텔]|"
    r"스\S*$|드\S*$"
)


def foreign(name: str) -> bool:
    """Whether a word looks like a name written as it sounds in another language."""
    return bool(_FOREIGN.search(name)) or (name.isascii() and name[:1].isupper())


def _role(words: list[str]) -> tuple[str, str]:
    """(role, affiliation) of the words around a name: what comes last is the title, bodies and countries before it."""
    if not words:
        return "", ""
    cut = len(words) - 1
    while cut > 0 and word_class(words[cut - 1]) in ("R", "T"):
        cut -= 1
    role = " ".join(words[cut:])
    affiliation = " ".join(w for w in words[:cut] if w not in ("전", "현"))
    if words[0] in ("전", "前") and cut > 0:
        role = f"전 {role}"
    return role, affiliation


# "북한학자", "북한 전문가": those who study the country, not its people.
_SUBJECT_OF_STUDY = re.compile(
    r"북한(?:학|대학원|연구|전문|인권|정보|경제|문제|담당|개발)|(?:대북|북핵|러시아학|중국학)"
)
_STUDIES = frozenset(("전문가", "전문가들", "연구자", "연구", "담당", "분석관", "분석가", "전문", "정책", "연구실장"))


def country_of(text: str) -> str:
    """The country of the first word in the text that names one or a body of one."""
    words = [bare(word) for word in text.split()]
    for i, word in enumerate(words):
        if _SUBJECT_OF_STUDY.match(word) or (
            word in ("북한", "러시아", "중국") and i + 1 < len(words) and words[i + 1] in _STUDIES
        ):
            continue
        found = COUNTRIES.get(word) or KNOWN_PERSONS.get(word)
        if found:
            return found
        for n in range(min(len(word), 8), 1, -1):
            if word[:n] in COUNTRIES:
                return COUNTRIES[word[:n]]
        if word[:1] in HEADLINE_COUNTRIES and not "가" <= word[0] <= "힣":
            return COUNTRIES.get(HEADLINE_COUNTRIES[word[0]], "")
    return ""
