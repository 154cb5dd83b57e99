"""Korean acts of speech: where in a sentence it is told that somebody says something, by verbs, endings and nouns."""

from __future__ import annotations

import re
from typing import NamedTuple

from pipelines.coding.korean.speakers import Token, bare
from pipelines.coding.korean.words import NOT_SPEECH, OBJECT_VERBS, SPEECH_NOUNS

# Endings of an eojeol that show that what stands before it is said by somebody.
_QUOTED = re.compile(
    r"□[\"”’」』»'》]?(?:\([^)]*\))?(?:이라|라|이란|란|이)?(고도|고는|고만|고|며|면서|면서도|는|던|란|란다|"
    r"냐고|냐며)?,?$"
)
REPORTED = re.compile(
    r"(?:[다라냐까]|[하되가보열내두주키말우추]자|(?<![당생투소피가책지환참과])자(?=고|며))(고도|고는|고만|"
    r"고까지|고|며|면서|면서도|는)[,]?$"
)
NOT_REPORTED = re.compile(
    r"(?:나라(?:는|고|며)|보다(?:는|고)|바다는|당사자는|다르다는|모자라는|따라는|하나라는|가자는)[,]?$|"
    r"^(?:다는|자는|자고|자며|그렇다고|그렇다면서|그렇다며)[,]?$"
)
_THAT = re.compile(r"(?:것|거|걸)으?로(?:는|도)?$|걸로$")
_LISTED = re.compile(r"□[”\"],$")
_CONNECTED = re.compile(
    r"(?:했|혔|였|봤|썼|었|았|렸|냈|놨|폈|됐|섰|쳤|졌|겼|웠|렀|켰|줬|났|몄|뗐|맸)(?:고|으며|지만|으나|는데|던)[,]?$|(?:하|히|보|이|리|시)(?:면서|"
    r"며|고)[,]?$|^(?:하지만|하는데|하나)$|(?:밝히|말하|덧붙이|전하)(?:고|며|면서)[,]?$|(?:하|묻|히|나서|내놓|따지|붙이|세우|받아치|꼬집|다그치|캐묻)자[,]?$"
)
_CONNECTED_FAR = re.compile(
    r"^\S+ (?:데 이어|데 이어서|데 대해|데 대해서|데 반해|것과 관련해|것에 대해|것과 달리|반면,?|뒤,?|후,?|"
    r"바 있으며)(?: |$|,)"
)
FINITE = re.compile(r"(?:다|요|까|죠|음|함)$")
SAID = re.compile(
    r"(?:말|강조|주장|지적|설명|비판|경고|촉구|반박|일축|분석|진단|전망|평가|우려|규탄|비난|언급|보고|답|발표|"
    r"보도|논평|언명|단언|선언|역설|소개|토로|화답|당부|제안|주문|요구|확인|부인|인정|전|통보|표명|추정|예상|"
    r"판단)(?:했|한|하)|밝혔|밝힌|밝히|덧붙|내다봤|내다본|꼬집|썼|적었|전했|전한|알렸|맞받|봤다고|했다고$|답했"
)
PASSES_ON = re.compile(r"전했|전한|보도|소개|인용|알렸|밝혔|설명|보고|타전|덧붙|말했|공개")
_TOLD = re.compile(
    r"(?:말|주장|강조|설명|지적|경고|언급|답|보고|전망|평가|진술|촉구|요구|비판|반박|제안)한 것으로|(?:밝힌|"
    r"전한|덧붙인) 것으로"
)
_OPINION = re.compile(
    r"(?:내다|보)(?:봤|본|보고)|^봤|^본다|^보고|^보인다고|전망|예상|예측|추정|추산|관측|분석|판단|평가|진단|"
    r"파악|해석|풀이|기대|우려|간주|짐작|추측|점쳤|점친|집계|여겼|여긴|여기|보았|내다보|보는|믿|계산|읽"
)
_ACCORDING = re.compile(
    r"(?:따르면|의하면|(?:말|설명|주장|분석|전언|진단|계산|관측|추산|판단|논리|표현|지적|해석|예상|얘기|이야기)(?:대로라면|"
    r"로는|으로는|론)|보기에는?|보기엔|볼 ?때는?|보는 한|입장에서는?|눈에는|눈엔)[,]?$|"
    r"(?:말|지적|설명|분석|진단|전망|경고|표현|주장|우려)(?:마따나|처럼|대로)[,]?$|"
    r"(?:말|지적|강조|경고|설명|언급|분석|주장|진단|표현|전망|예측|역설|토로)했듯이?[,]?$|밝혔듯이?[,]?$|내다봤듯이?[,]?$"
)
_SEES = re.compile(r"^(?:볼|보기에는?|보기엔)[,]?$")
_OWNED = tuple(noun for noun in SPEECH_NOUNS if len(noun) > 1)
_MODIFIERS = frozenset(
    """
    기존 기존의 종전 종전의 원론적 원론적인 원칙적 원칙적인 강한 단호한 신중한 조심스러운 비판적 비관적
    비관적인 낙관적 낙관적인 회의적인 엇갈린 다른 같은 비슷한 이런 그런 자신의 우회적인 강경한 공식
    공식적인 우울한 냉정한 뼈아픈 날선 날카로운 짧은
    """.split()
)
_POSITION = re.compile(
    r"(?:판단|생각|주장|설명|분석|입장|지적|견해|전망|평가|진단|해석|시각|관측|요지|취지|골자|결론|논리|"
    r"계산|추정|이야기|얘기|말|경고|우려|반론|조언|제언|예상|예측|해설|회고|증언|답|답변|대답|반응|당부|주문|요구|불만|"
    r"인식|의견|귀띔|전언|후문|항변|지론|논지|추론|가설|추산|믿음|걱정|반박|비판|해명|호소|하소연|처방|해법|관찰|소회|"
    r"복안|구상|셈법|충고|권고|제안|핵심|요점)(?:이다|다|이었다|였다)$"
)
_DOES = re.compile(r"(?:했|한|하였|혔|힌|냈|놨|놓았|폈|쳤|렸|웠|었|봤|뒀|않았|박았|꼽았|삼았|높였|댔|겼|꼈|졌)다$")
_NOT_TOLD = re.compile(
    r"(?:모습|기조|태세|면모|자세)[을를] (?:보였|나타냈|드러냈)|있었다$|됐다$|열었다$|개최했다$|진행했다$|"
    r"참석했다|출석했다|방문했다|도착했다|회담했다|만났다$"
)
_OBJECT = re.compile(r"(?:을|를|듯을|도|만|데|점에)(?: |,|$)|(?:강하게|강력히|엄중히|재차|거듭|일제히|맹)$|[를을] ")
_DEPICTS = re.compile(
    r"(?:추산|추정|집계|전망|예상|파악|계산|규정|비유|묘사|표현|정의|평가|해석|분석|풀이|지목|간주|일축|치부|폄하|진단|이해)(?:했|한)다$|봤다$|본다$|꼽았다$|빗댔다$|깎아내렸다$|불렀다$|여긴다$|여겼다$"
)
_TRACES = re.compile(r"(?:원인|책임|이유|배경|해법|뿌리|근원|교훈|탓)[을를](?: |$)")  # "원인을 가치외교에서 찾았다"
_TRACED = re.compile(r"(?:찾았|찾는|돌렸|돌린|물었|묻는|짚었|캤)다$")
_OBJECT_OF = re.compile(
    r"^(?:공개|거론|언급|경고|지적|강조|주장|제안|비판|인정|시사|촉구|제기|예고|확인)한$|^밝힌$|^내비친$"
)
_VAGUE = re.compile(r"(?:목소리|입장|반응|견해|시각|의견|태도|모습|성과|기자회견)[을를]$")
_SAID_AFTER = re.compile(
    r"(?:했|말했|밝혔|덧붙|강조|지적|주장|설명|전망|분석|평가|추측|봤|본다|전했|답했|비판|경고|불렀|부른)"
)
_ABOUT = re.compile(r"(?:것에|데) (?:대해|대하여|대해서)|것[을를] (?:두고|놓고)|것과 관련해")
_LEANS = re.compile(
    r"^(?:데|쪽에|쪽으로|데에|데에는|데는) (?:\S+ )?(?:무게를|방점을|힘을|의견을|뜻을|견해를|인식을|입을|초점을|동의|"
    r"공감|이견이|생각이|무게중심을|목소리를|방점이)"
)
_ASKING = re.compile(r"(?:하|묻|히|나서|내놓|따지|붙이|세우|받아치|꼬집|다그치|캐묻)자$")
_REPLIED = re.compile(
    r"^(?:주장|지적|비판|요구|말|발언|설명|제안|경고|반박|우려|평가|관측|분석)(?:에|에는|에도|에 대해|에 대해서는)[,]?$"
)
_COPULA = re.compile(r"(?:이?다|이?었다|이?였다|인 셈이다|이?라는 것이다)$")
_IMPERSONAL = re.compile(
    r"(?:나온|나왔|나오|제기되|제기된|제기됐|있다|있었|많다|많았|지배적|우세|힘을|실린|실렸|쏟아|잇따|커지|"
    r"커졌|높다|높아|대체적|중론|이어졌|이어진|없지|적지|팽배|고개를|무성|돌았|맴돈|흘러)"
)
_POLITE = (
    ("했습니다", "했다"),
    ("합니다", "한다"),
    ("입니다", "이다"),
    ("됩니다", "된다"),
    ("습니다", "다"),
    ("봅니다", "본다"),
    ("옵니다", "온다"),
)


def plain(verb: str) -> str:
    """A verb in the plain style of written news: "밝혔습니다" is "밝혔다"."""
    if verb.endswith("니다"):
        for polite, plain in _POLITE:
            if verb.endswith(polite):
                return verb[: -len(polite)] + plain
    return verb


class Event(NamedTuple):
    """A place where an act of speech is told: the tokens up to `last` are what is said and by whom."""

    last: int
    cue: str
    rule: str
    quoted: bool
    comp: int  # the token with which what is said ends


def speech_acts(tokens: list[Token]) -> tuple[list[Event], list[int]]:
    """The acts of speech in a sentence, and the tokens that say "according to"."""
    events: list[Event] = []
    according: list[int] = []
    pending: tuple[int, str, bool] | None = None  # token, ending, quoted
    size = len(tokens)
    for i, token in enumerate(tokens):
        text = token.text
        last = text[-1] if text[-1] != "," else text[-2:-1]
        if (
            last in "면는에론한엔서나럼로듯이"
            and _ACCORDING.search(text)
            and (last in "면나럼로듯이" or (i and (not _SEES.match(text) or tokens[i - 1].text[-1] in "가이")))
        ):  # "강 위원이 보기에"
            according.append(i)
            continue
        if text in ("때", "때는", "땐") and i > 1 and tokens[i - 1].text == "볼" and tokens[i - 2].text[-1] in "가이":
            according.append(i)
            continue
        if last in "고도며서는만지던란다냐로라" or "□" in text:
            quoted = _QUOTED.search(text) if "□" in text else None
            reported = None if quoted else REPORTED.search(text)
            if reported and NOT_REPORTED.search(text):
                reported = None
                if text.rstrip(",") in ("라고", "라며", "라면서", "라는"):
                    reported = REPORTED.search(text)
            ending = (quoted or reported).group(1) if (quoted or reported) else None
            if (
                not ending
                and text.endswith("라")
                and i + 1 < size
                and (quoted or _SAID_AFTER.match(tokens[i + 1].text))
            ):
                ending = "고"  # "…"이라 덧붙였다
            if not ending and not quoted and len(text) > 2 and text.endswith(("이란", "아니란")):
                ending = "는"
            if (
                quoted
                and not ending
                and i + 1 < size
                and re.match(r"(?:이?라)?(?:고|며|면서|는)[,]?$|이?라(?:고|며|는|면서)", tokens[i + 1].text)
            ):
                continue
            if not ending and _LISTED.search(text) and i + 2 < size and tokens[i + 1].text.endswith(("은", "는")):
                events.append(Event(i, "", "connected", True, i))  # "여당은 “…”, 야당은 “…”라고 했다"
                continue
            if ending:
                if ending[0] in "며면":
                    cue = text.rpartition("□")[2].strip("\"'”’」』»,")
                    events.append(Event(i, cue, "connected", bool(quoted), i))
                    pending = None
                elif i < size - 1 or ending.startswith("고"):
                    if pending and tokens[pending[0]].text[-1] == "," and pending[1][0] == "고" and i - pending[0] > 1:
                        events.append(Event(pending[0], "", "connected", pending[2], pending[0]))
                    pending = (i, ending, bool(quoted) or "□" in text)
                continue
            if last == "로" and _THAT.search(text):
                pending = (i, "로", False)
                continue
        if (
            pending
            and i < size - 1
            and pending[1][0] == "는"
            and text.endswith("의")
            and _REPLIED.match(tokens[i + 1].text)
        ):
            events.append(Event(i + 1, tokens[i + 1].text, "owned", pending[2], i))
            pending = None
            continue
        if pending and i < size - 1 and pending[1][0] in "고로":
            far = (
                _CONNECTED_FAR.search(" ".join(t.text for t in tokens[i : i + 3]))
                if text[-1] in "한힌인본낸쓴"
                else None
            )
            if tokens[i + 1].text.startswith(("있", "계")) and text.endswith("고"):
                continue
            if (
                i - pending[0] <= 6
                and not (text.endswith("자") and not _ASKING.search(text))
                and (far or (_CONNECTED.search(text) and (SAID.search(text) or i == pending[0] + 1)))
            ):
                if pending[1] == "로" and not _OPINION.search(text):
                    continue
                if any(no in text for no in NOT_SPEECH):
                    pending = None
                    continue
                last_said = i + len(far.group().split()) - 1 if far else i
                events.append(Event(min(last_said, size - 2), text.strip(","), "verb", pending[2], pending[0]))
                pending = None
    final = _final(tokens, pending)
    if final and final.rule == "quoted_verb" and events and final.comp <= events[-1].comp:
        final = None  # "“…”며 이같이 밝혔다": the quotation has been told
    if final and not (final.rule == "object_verb" and events and final.last - events[-1].last <= 3):
        events.append(final)
    return events, according


def _final(tokens: list[Token], pending: tuple[int, str, bool] | None) -> Event | None:
    """The act of speech with which the sentence ends."""
    size = len(tokens)
    ending = bare(tokens[-1].text)
    if "□" in tokens[-1].text and pending is None:
        return None
    verb = plain(tokens[-1].text.rstrip('.?!。…)"”’'))
    finite = bool(FINITE.search(verb))
    if pending:
        at, mark, quoted = pending
        phrase = plain(" ".join(t.text for t in tokens[at + 1 :]).rstrip(".?!。… "))
        words = size - at - 1
        if mark[0] == "고":
            if words == 0 or words > 9:
                return None
            if any(no in phrase for no in NOT_SPEECH):
                return None
            if not finite and not SAID.search(phrase + "했") and not phrase.endswith("밝혀"):
                return None
            if phrase == "한다" and not quoted:
                return Event(size - 1, phrase, "hearsay", False, at)
            return Event(size - 1, phrase if words < 4 else verb, "verb", quoted, at)
        told = mark == "로" and at and _TOLD.search(f"{tokens[at - 1].text} {tokens[at].text}")
        if told and finite and words and (PASSES_ON.search(phrase) or re.search(r"알려졌|전해졌", phrase)):
            said = (k for k in range(at - 1, -1, -1) if "□" in tokens[k].text or REPORTED.search(tokens[k].text))
            k = next(said, at - 1)
            return Event(size - 1, tokens[at - 1].text, "reportedly", "□" in tokens[k].text, k)
        if mark == "로":
            if 0 < words <= 8 and finite and _OPINION.search(phrase) and not any(no in phrase for no in NOT_SPEECH):
                return Event(size - 1, phrase if words < 4 else verb, "opinion", False, at)
            return None
        gist = _gist(tokens, at, phrase, quoted)
        if gist:
            return gist
    if finite and size > 3 and verb == "있다" and tokens[-2].text == "바" and _OBJECT_OF.search(tokens[-3].text):
        return Event(size - 1, tokens[-3].text, "object_verb", False, size - 4)
    if finite and size > 3 and _TRACED.search(verb) and _TRACES.search(" ".join(t.text for t in tokens[-5:-1])):
        return Event(size - 1, ending, "object_verb", False, size - 2)
    if finite and size > 1:
        phrase = " ".join([*(t.text for t in tokens[-3:-1]), verb])
        if _DOES.search(verb) and _NOT_TOLD.search(phrase) is None:
            if _VAGUE.search(tokens[-2].text) or (
                verb.endswith("않았다") and not re.search(r"배제|감추|숨기|부인|가리", phrase)
            ):
                return None
            if any(v in phrase for v in OBJECT_VERBS) and _OBJECT.search(" ".join(t.text for t in tokens[-4:-1])):
                return Event(size - 1, ending, "object_verb", False, size - 2)
            if (  # "양국 관계를 한시적인 거래로 규정했다"
                _DEPICTS.search(verb)
                and tokens[-2].text.endswith("로")
                and any(t.text.endswith(("을", "를")) for t in tokens[-14:-2])
            ):
                return Event(size - 1, ending, "object_verb", False, size - 2)
            quoted_at = next((k for k in range(size - 1) if tokens[k].text.count("□") > 4), None)
            if quoted_at is not None and size - quoted_at <= 4:
                return Event(size - 1, ending, "quoted_verb", True, quoted_at)
    return None


def _gist(tokens: list[Token], at: int, phrase: str, quoted: bool) -> Event | None:
    """ "-라는 입장이다", "-다는 주장도 폈다": a noun of speech after an adnominal form."""
    nxt = plain(tokens[at + 1].text.rstrip(".,")) if at + 1 < len(tokens) else ""
    if nxt in _MODIFIERS and at + 2 < len(tokens):  # "…해야 한다는 기존 입장을 반복했다"
        nxt = plain(tokens[at + 2].text.rstrip(".,"))
    noun = next((n for n in SPEECH_NOUNS if nxt.startswith(n)), "")
    owner = next((k for k in range(at + 1, min(at + 7, len(tokens) - 1)) if tokens[k].text.endswith("의")), None)
    if not noun and owner is not None and tokens[owner + 1].text.startswith(_OWNED):
        return Event(len(tokens) - 1, tokens[owner + 1].text.rstrip("."), "owned", quoted, owner)
    if _ABOUT.search(phrase):  # "…라는 입장을 밝힌 것에 대해 규탄했다": somebody else's speech is answered
        return Event(len(tokens) - 1, tokens[-1].text.rstrip("."), "object_verb", False, len(tokens) - 2)
    if nxt in ("말로", "말도", "말을", "말과", "말만", "글을", "글도", "글로", "말까지", "표현으로", "표현까지") and (
        _DOES.search(plain(tokens[-1].text.rstrip(".?!。…"))) or re.search(r"[갔났왔왔텄맺뗐]다$", phrase)
    ):
        return Event(len(tokens) - 1, phrase if len(phrase) < 20 else nxt, "gist", quoted, at)
    if _LEANS.search(phrase):
        return Event(len(tokens) - 1, phrase if len(phrase) < 20 else nxt, "gist", quoted, at)
    if nxt in ("답이", "대답이", "답변이", "말이", "설명이") and re.search(r"돌아[왔온]다?$", phrase):
        return Event(len(tokens) - 1, phrase, "gist", quoted, at)
    if nxt in ("내용의", "취지의", "요지의") and re.search(
        r"냈|발표|채택|내놨|공개|보냈|발의|통과|남겼|올렸|했|전달", phrase
    ):
        return Event(len(tokens) - 1, phrase, "gist", quoted, at)
    if not noun or (len(noun) == 1 and len(nxt) > 4):
        return None
    if noun == "것" and not re.match(r"것(?:이다|이었다|이|은|을)?(?: |$)", f"{nxt} "):
        return None
    if _IMPERSONAL.search(phrase) and not SAID.search(phrase):
        return Event(len(tokens) - 1, phrase, "impersonal", quoted, at)
    if any(no in phrase for no in NOT_SPEECH):
        return None
    last = plain(tokens[-1].text.rstrip('.?!。…"”’'))
    rest = nxt[len(noun) :]
    if at + 1 == len(tokens) - 1:
        return (
            Event(len(tokens) - 1, nxt, "gist", quoted, at)
            if rest in ("이다", "다", "이었다", "였다", "이라고", "에서다", "때문이다", "") or _COPULA.search(nxt)
            else None
        )
    if (noun == "게" and not rest) or (noun == "것" and rest in ("이", "은")):
        if _POSITION.search(last):
            if owner is not None and owner == len(tokens) - 2:
                return Event(len(tokens) - 1, last, "owned", quoted, owner)
            return Event(len(tokens) - 1, last, "gist", quoted, at)
        return None
    if noun in ("사실", "이유", "의혹", "내용", "의미", "것", "걸", "게") and not re.search(
        r"밝혔|강조|지적|언급|확인|공개|폭로|인정|시인|부각|설명|상기|제기|전했", phrase
    ):
        return None
    if (
        len(tokens) - at - 1 <= 9
        and FINITE.search(last)
        and re.search(
            r"했|혔|폈|쳤|냈|놨|놓|보였|보인|이다$|였다|표|한다|담|세웠|높였|굽히|그었|들었|같이|있다|온|남겼|던졌|"
            r"감추|숨기|쏟|드러|잊지|빼놓지|빠뜨리지|아끼지|곁들|날렸|실었|이어|돌렸|견지|고수",
            phrase,
        )
    ):
        return Event(len(tokens) - 1, phrase if len(phrase) < 20 else last, "gist", quoted, at)
    return None
