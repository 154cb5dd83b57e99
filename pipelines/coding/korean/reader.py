"""Korean articles, read sentence by sentence: news, interviews, round tables, editorials and columns."""

from __future__ import annotations

import re

from pipelines.coding.document import Attribution, Document, Speaker
from pipelines.coding.korean.headlines import Headline
from pipelines.coding.korean.speakers import (
    TALKED_ABOUT,
    Phrases,
    Token,
    bare,
    fits_particle,
    foreign,
    is_body,
    korean_name,
    subject,
    title_in,
    title_stem,
    tokens_of,
    word_class,
)
from pipelines.coding.korean.speech import FINITE, NOT_REPORTED, PASSES_ON, REPORTED, SAID, Event, plain, speech_acts
from pipelines.coding.korean.words import KINDS_OF_BODIES, STATES

_INNER = re.compile(
    r"(?:말|강조|주장|지적|설명|비판|경고|촉구|반박|일축|분석|진단|전망|평가|우려|규탄|비난|언급|보고|답|발표|"
    r"논평|언명|단언|선언|역설|화답|당부|제안|주문|요구|부인|인정|통보|표명|추정|예상|판단|약속|규정|치하|찬양|"
    r"칭찬|두둔|옹호|호소|천명|시사|성토|질타|조롱|위협|엄포|촌평|"
    r"다짐)(?:했다고|한다고|했다며|했다는|하였다고)$|(?:밝혔|덧붙였|내다봤|꼬집었|전했|알렸|맞받았|답했|썼|적었|봤|"
    r"빗댔|몰아붙였|쏘아붙였|치켜세웠|추켜세웠|내비쳤)다(?:고|며|는)$"
)
_REPORT_WORDS = re.compile(
    r"(?:\s?(?:등|의|측|이|당국|보도|발표|자료|보고서|분석|통계|설명|집계|추산|추정|주장|전언|말|성명|담화|"
    r"논평|기사|소식|브리핑|판단|진단|관측|계산|전망|지적|표현|"
    r"해석|예상|논리|얘기|이야기|견해|증언|귀띔|관계자 말|공식|최근|이날|신문|연구|조사|평가|첩보|인터뷰))+$"
)
_SAID_BY = re.compile(
    r"(?:에게|에)?(?:따르면|의하면)$|(?:대로라면|(?:으로|로)는|론|보기에는?|보기엔|볼때는?|때는?|한|입장에서는?|눈에는|눈엔|마따나|처럼|대로)$"
)
_ASKS = re.compile(r"물었|들었|들어봤|만났|입수|취재|인터뷰|보도했|전했")
_ENDORSED = re.compile(
    r"^(?:말|설명|주장|진단|분석|얘기|이야기|지적|전망|평가|경고|조언|제언|회고|증언)(?:이다|이었다|다)[.]?$"
)
_VERBAL = frozenset("하되있없않르가오나지키내보주들치기리우려서추꾸끼시")
_MARKED = re.compile(r"[’'”\">〉》」](은|는|이|가|도)[,]?$")
_THIS_WAY = re.compile(r"^(?:이같이|이렇게|이처럼|이와|그렇게)$")
_ANNOUNCES = re.compile(
    r"(?:이렇게|다음과 같이) (?:\S+ )?(?:\S*(?:했|혔|봤|줬|놨|었|렸|였)다|\S*(?:한|본|는)다)[.:]?$|"
    r"(?:은|는) (?:이렇다|다음과 같다)[.:]?$"
)
_HOLDS_VIEW = re.compile(
    r"(?:(?:판단|추정|파악|가늠|추산|예상|전망|분석|평가|의심|우려|경계|간주)(?:하고 있|한|했)|보고 있|본|봤|"
    r"내다보고 있|내다봤)다$"
)
_DOCUMENTS = frozenset("보고서 성명 공동성명 담화 논평 백서 사설 자료 보도자료 연구".split())
_LONGEST_NAME = 25  # of a medium, in characters
_PARTNER_WITHIN = 60  # characters before the second of two joint speakers
_QUESTIONED = re.compile(r"^(?:묻자|물었더니|물으니|물어보니|물어봤더니|질문하자|질의하자|문의하자|되묻자)[,]?$")
_ABROAD = re.compile(r"(?P<name>[가-힣]{4,})\([A-Z]{2,6}\)[은는이가도],?$")
_ISSUED = re.compile(r"^(?:보고서|성명|공동성명|담화|논평|백서|사설|자료|보도자료)(?:에서|에|를|을)$")
_LISTED_QUOTE = re.compile(r"□[\"”’'」]?\s?\((?P<who>[^()□]{3,40})\)")
_STATES_SO = re.compile(r"(?:같|아니|없|있|이|어렵|쉽|많|적|크|옳)다$")
_TELLS_OF = re.compile(r"^(?:전했|전한|전달했|소개했|설명했|알렸|옮겼|브리핑했|밝혔)")
_SOFT = re.compile(
    r"(?:내다봤|내다본|봤다|본다|보고 있다|전망했|전망한|분석했|분석한|진단했|예상했|예측했|관측했|평가했|"
    r"덧붙였|설명했|말했|추정했|추산했|짚었|꼬집었|했다|지적했|귀띔했|토로했|진단한|조언했|강조했)"
)
_TURN = re.compile(
    r"[▲△▶▷◇◆○●■□◎▣·∙•※\-–—]*\s*(?P<who>[^\s=:：\"“(<>][^=:：\"“<>]{1,50}?)\s*(?:=|[:：](?=\s)|>)\s*(?=\S)"
)
_CAPTION = re.compile(
    r"(?P<who>[\[<(][^\]>)□]{3,50}[\]>)]|[^\[\]<>()□.,\n]{2,25} / [^\[\]<>()□.\n]{2,40}?)\s*(?=[\"“]|$)"
)
_CAPTION_MARKS = re.compile(r"[/|\[\]<>()]")
_DATELINE = re.compile(
    r"(?:\([^()]{1,30}=[^()]{1,30}\)|\[[^\[\]]{1,30}(?:=|ㅣ|\|)[^\[\]]{1,30}\]|\[[^\[\]]{2,20}(?:기자|"
    r"특파원)\])\s*(?:[가-힣·, ]{2,20}(?:기자|특파원|논설위원)\s*=\s*)?"
)
_QUESTION = re.compile(
    r"\s*(?:[-–—―▲▶▷◇◆□■●◎※]\s*|Q\d*[.:)]?\s|(?:문|질문)\s?[.:)]\s).{3,220}?(?:\?|[나가까요죠은는면]|는지|"
    r"달라)[.?]?$|[^\"“”□]{6,120}\?$",
    re.DOTALL,
)
_DASH = re.compile(r"\s*(?:[-–—―]|Q\d*[.:)]|(?:문|질문)\s?[.:)])\s*(?=[가-힣‘“\"'])")
_ASKED_HERE = re.compile(
    r"\s*(?:[-–—―▶▷◇◆□■]\s*|Q\d*[.:)]?\s|(?:문|질문)\s?[.:)]\s)[^.?\"“]{3,120}(?:\?|[나가까요죠은는]\.|"
    r"달라\.)\s+(?=[\"“가-힣])"
)
_ASKER = frozenset(["기자", "앵커", "진행자", "사회자", "질문", "문", "Q", "본지"])
_TALK = re.compile(r"인터뷰|일문일답|문답|에게 듣는다|대담")
_COLUMN = re.compile(
    r"[\[<(〈【][^\]>)〉】]*(?:기고|칼럼|시론|논단|포럼|기자수첩|특별기고|시평|오피니언|의 창|시선|"
    r"광장)[^\]>)〉】]*[\]>)〉】]"
)
_IS_TOLD = re.compile(r"□[\"”]?(?:이?라)?(?:고|며)|다고 (?:말|밝|설명|강조|덧)")
_CASE = re.compile(r"(?:을|를|에게|께|와|과|의|은|는|이|가|도|로부터)$")
_DECLARATION = re.compile(r"(?:의)?\s?(?:담화|입장문|성명|논평|기고|대국민담화)(?: 전문)?\s*$")
_EDITORIAL = re.compile(r"^\s*[\[<(〈【]?\s*(?:\S{0,6}\s?사설|사설)\s*[\]>)〉】:]?")
_OWN_VOICE = re.compile(r"^(?:본지|본보|우리 신문|본 신문|본사)$")
_SERMON = re.compile(
    r"(?:해야 (?:한다|할 것이다|마땅하다)|[가-힣]야 한다|서는 안 된다|선 안 된다|할 때다|마땅하다|규탄한다|"
    r"우려스럽다|용납할 수 없다|묵과할 수 없다|촉구한다|절실하다|시급하다|필요하다|바란다|것뿐이다|(?:위협|"
    r"도발|범죄|처사|자초|실패|책임|결과|참사|오판|착각|모순|배신|위반|문제|행위|자업자득|몫)(?:이다|다)|"
    r"명심하라|멈춰라|중단하라|아니다|말라|직시하라|필요가 있다|급선무다|않을 수 없다|자초한)[.!]?$"
)
_VIEW = re.compile(
    r"(?:진단|분석|시각|전망|생각|견해|판단|평가|해석|셈법|의견|주장|설명|예상|예측|답|대답|처방|해법|목소리|반응)(?:은|는|이|도|역시)?$"
)
_BLAMED = re.compile(
    r"(?:자초|외면|방치|허비|자극|오판|좌초|실기|간과|망각|묵인|방관|수수방관)(?:했|한 셈이)다$|(?:놓쳤|잊었|키웠|"
    r"저버렸|무너뜨렸|등 떠밀었|내몰았|떠밀었|불러들였|망쳤|걷어찼|닫았|꼬이게 했)다$"
)
_GOES_ROUND = re.compile(
    r"^(?:나온다|나오고|들린다|들려온다|제기된다|거론된다|잇따른다|쏟아진다|무성하다|분분하다|이어진다|알려져|전해진다|"
    r"엇갈린다|끊이지|돈다|관측된다|예상된다|열린다|맞는다|예정돼)[.]?$"
)
_FACT = re.compile(r"[았었했였졌됐왔갔났켰겼렸혔쳤뒀셨웠]다[.]?$|(?:열린|전해진|알려진)다[.]?$|예정이다[.]?$")
_SAID_SO = re.compile(
    r"[\"”’'」』»》](?:\([^)]*\))?(?:이?라)?(?:(?:고|고도|며|면서|면서도)(?![가-힣])|(?:는|란) (?:말|글|주장|지적|평가|"
    r"입장|비판|반응|설명|분석|표현|찬사|대답|취지|메시지|논리|게 |것이|시각|의견|답|경고|항변))"
)


Subject = tuple[int, str, Speaker, int]  # token, particle, speaker, first token of the phrase


class Reading:
    """One document, read sentence by sentence."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.phrases = Phrases(document)
        self.found: list[Attribution] = []
        self.last: Speaker | None = None
        self.editorial = bool(_EDITORIAL.match(document.title))
        self.masked = _mask(document)
        self.declarer = self.declaration()
        self.author = self.byline()
        self.first_question = -1  # the paragraph
        self.answers_quoted = False
        self.interviewee = self.interview()
        self.reporter: Speaker | None = None  # the body whose report is spoken of
        self.announced: tuple[Speaker, int] | None = None  # who is said to say what follows, in which paragraph
        self.labelled: tuple[Speaker, int] | None = None  # whose voice a caption announces, and in which paragraph

    def run(self) -> list[Attribution]:
        document = self.document
        turn: Speaker | None = None
        paragraph = -1
        sentences = document.sentences
        i = 0
        while i < len(sentences):
            start, end, index = sentences[i]
            i += 1
            while (
                i < len(sentences)
                and sentences[i].paragraph == index
                and self.masked[end - 1 : sentences[i].start].strip(" ") == "□" * (sentences[i].start - end + 1)
            ):
                end = sentences[i].end
                i += 1
            if index != paragraph:
                paragraph = index
                turn = None
                dateline = _DATELINE.match(self.masked, start, end)
                start = dateline.end() if dateline and dateline.end() < end else start
                said = self.turn(start, end)
                if said:
                    turn, start = said
                    if turn.kind == "omitted":  # a question
                        turn = None
                        continue
                elif self.interviewee and index > self.first_question and not _QUESTION.match(document.text[start:end]):
                    whole = document.paragraphs[index]
                    here = _ASKED_HERE.match(self.masked, *whole)
                    if here:
                        turn = self.interviewee
                        if here.end() > start:
                            start = here.end()
                        if start >= end:
                            continue
                        self.emit(start, end, turn, "", "answer")
                        continue
                    asked = self.asks(index)
                    told = _IS_TOLD.search(self.masked, *whole) or (self.answers_quoted and not self.quoted(whole))
                    turn = None if asked or told else self.interviewee
            turn = turn or self.declarer
            if turn:
                self.emit(start, end, turn, "", "turn" if turn is not self.declarer else "declaration")
                continue
            label = self.label(start, end)
            if label:
                self.labelled = (label[0], index)
                start = label[1]
                if start >= end:
                    continue
            quoted = self.masked.count("□", start, end) * 10 > (end - start) * 8
            if quoted and self.labelled and index - self.labelled[1] <= 1:
                self.emit(start, end, self.labelled[0], "", "caption")
                self.labelled = (self.labelled[0], index)
                continue
            self.unit(start, end)
        return self.found

    def turn(self, start: int, end: int) -> tuple[Speaker, int] | None:
        """The speaker with whose name a paragraph begins, in interviews and round tables, and where the speech does."""
        match = _TURN.match(self.masked, start, min(end, start + 70))
        if not match:
            return None
        who = match.group("who")
        if who.split()[-1] in _ASKER or (match.group().rstrip()[-1] == ">" and self.document.text[end - 1] == "?"):
            return Speaker("omitted", start, start), end
        shown = self.masked[: match.start("who")] + _CAPTION_MARKS.sub(" ", who)  # "[이혜정/한반도연구원 연구위원: …"
        tokens = tokens_of(shown, match.start("who"), len(shown))
        if not tokens:
            return None
        if len(tokens) == 1 and who in self.phrases.families:
            return self.phrases.person(who, tokens[0].start, tokens[0].end, "", ""), match.end()
        read = self.phrases.read(tokens, len(tokens) - 1, tokens[-1].text) if tokens else None
        if (
            not read
            or read[1] > 0
            or read[0].kind not in ("name", "role")
            or who.endswith(("통신", "연합뉴스", "뉴스", "뉴시스", "뉴스1"))
        ):
            return None
        last = bare(tokens[-1].text)
        if (
            "=" in match.group()
            and self.masked[match.end()] not in '□"“'
            and (is_body(last) or word_class(last) in ("O", "C") or last in ("기자", "특파원"))
        ):
            return None
        return read[0], match.end()

    def byline(self) -> Speaker | None:
        """The author of a column, from a line of its own at the head or the foot of the text."""
        document = self.document
        if not _COLUMN.search(document.title) or len(document.paragraphs) < 2:
            return None
        for start, end in (document.paragraphs[0], document.paragraphs[-1]):
            tokens = tokens_of(self.masked, start, end)
            if end - start < 45 and tokens and not FINITE.search(bare(tokens[-1].text)):
                last = len(tokens) - 1
                read = self.phrases.read(tokens, last, bare(tokens[last].text))
                if read and read[0].kind == "name":
                    return read[0]
        return None

    def interview(self) -> Speaker | None:
        """Who answers in a text of questions and answers: the last person introduced before the first question."""
        document = self.document
        asked = [i for i in range(len(document.paragraphs)) if self.asks(i)]
        if len(asked) < (1 if _TALK.search(document.title) else 2):
            return None
        self.first_question = asked[0]
        answers = [document.paragraphs[i + 1] for i in asked if i + 1 < len(document.paragraphs)]
        self.answers_quoted = sum(self.quoted(answer) for answer in answers) * 2 > len(answers)
        lead = document.paragraphs[asked[0] - 1][1] if asked[0] else 0
        tokens = tokens_of(self.masked, 0, lead)
        found = None
        for i, token in enumerate(tokens):
            stem = _CASE.sub("", bare(token.text))
            if title_in(stem) or korean_name(stem) or self.phrases.person_mention(token.start, token.end):
                read = self.phrases.read(tokens, i, stem)
                if read and read[0].kind == "name" and read[0].role:
                    found = read[0]
        if found is None and document.title:
            heading = Document(document.title)
            heading.paragraphs = [(0, len(document.title))]
            said = Headline(heading).run()
            found = said[0].speaker._replace(start=0, end=0) if said else None
        return found

    def asks(self, index: int) -> bool:
        """Whether a paragraph is an interviewer's question: by its form, or by a dash before a quoted answer."""
        paragraphs = self.document.paragraphs
        start, end = paragraphs[index]
        if _QUESTION.match(self.document.text[start:end]):
            return True
        return (
            end - start < 250
            and _DASH.match(self.document.text, start, end) is not None
            and index + 1 < len(paragraphs)
            and self.quoted(paragraphs[index + 1])
        )

    def quoted(self, span: tuple[int, int]) -> bool:
        """Whether a paragraph is in quotation marks as a whole."""
        start, end = span
        if self.document.text[start] in '“"' and self.document.text[end - 1] in '”"':
            return True
        return (
            self.masked[min(start + 1, end - 1)] == "□" and self.masked.count("□", start, end) * 10 > (end - start) * 8
        )

    def declaration(self) -> Speaker | None:
        """Whose words the whole text is, where the title says so: "최선희 외무상 담화"."""
        title = self.document.title
        match = _DECLARATION.search(title)
        if not match or any(m in self.masked for m in ("고 말했", "고 밝혔", "고 했다", "보도했다", "고 주장했")):
            return None
        tokens = tokens_of(title, 0, match.start())
        read = Phrases(Document(title)).read(tokens, len(tokens) - 1, tokens[-1].text) if tokens else None
        return read[0]._replace(start=0, end=0) if read and read[0].kind == "name" else None

    def label(self, start: int, end: int) -> tuple[Speaker, int] | None:
        """The speaker in a caption and where it ends: "게리 세이모어 / 전 조정관", "[녹취: 브라운 의장]"."""
        if (
            end - start < 30
            and self.masked[end : end + 3].strip()[:1] in ("“", '"')
            and not set("□/") & set(self.masked[start:end])
        ):
            tokens = tokens_of(self.masked, start, end)
            head = bare(tokens[-1].text)
            read = self.phrases.read(tokens, len(tokens) - 1, head) if title_in(head) else None
            return (read[0], end) if read and read[1] == 0 and read[0].kind == "name" else None
        match = _CAPTION.match(self.masked, start, end)
        if not match or (match.end() < end and self.masked[match.end()] not in '"“□'):
            return None
        words = re.sub(r"녹취\s*[:：]|[/|·,\[\]<>()]", lambda m: " " * len(m.group()), match.group("who"))
        at = match.start("who")
        tokens = [Token(t.start + at, t.end + at, t.text) for t in tokens_of(words, 0, len(words))]
        read = self.phrases.read(tokens, len(tokens) - 1, tokens[-1].text) if tokens else None
        return (read[0], match.end()) if read and read[0].kind in ("name", "role") else None

    def emit(self, start: int, end: int, speaker: Speaker, cue: str, rule: str, source: Speaker | None = None) -> None:
        """Adds attributions for [start, end): one for each sentence of it."""
        document = self.document
        i = max(document.sentence_at(start), 0)
        cuts = []
        for sentence in document.sentences[i:]:
            if sentence.start >= end:
                break
            cuts.append((max(start, sentence.start), min(end, sentence.end)))
        partner = self.partner(speaker, start)
        for a, b in cuts or [(start, end)]:
            if b <= a:
                continue
            direct = "□" in self.masked[a:b]
            if partner:
                self.found.append(Attribution(a, b, partner, cue, rule, direct, source))
            self.found.append(Attribution(a, b, speaker, cue, rule, direct, source))
        self.last = speaker

    def partner(self, speaker: Speaker, start: int) -> Speaker | None:
        """Who speaks together with the speaker: "문정인 교수와 정세현 전 장관은"."""
        at = speaker.phrase[0]
        if speaker.kind != "name" or at <= start or self.masked[at - 2 : at] not in ("와 ", "과 "):
            return None
        tokens = tokens_of(self.masked, max(start, at - _PARTNER_WITHIN), at)
        read = self.phrases.read(tokens, len(tokens) - 1, tokens[-1].text[:-1]) if tokens else None
        if not read or not fits_particle(bare(tokens[-1].text[:-1]), tokens[-1].text[-1]):
            return None
        other = read[0]
        return (
            other
            if other.kind == "name" and other.name != speaker.name and bool(other.role) == bool(speaker.role)
            else None
        )

    def unit(self, start: int, end: int) -> None:
        """Reads one sentence, with the whole of a quotation in it."""
        tokens = tokens_of(self.masked, start, end)
        if not tokens:
            return
        events, according = speech_acts(tokens)
        text = plain(self.masked[start:end].rstrip())
        if not according and "□" not in text and _ANNOUNCES.search(text) and not self.follows_quotation(start):
            named = next((s[2] for s in self.subjects(tokens)), None)
            if named is None:
                self.introduce(tokens)
                named = self.last
            paragraph = self.document.sentences[max(self.document.sentence_at(start), 0)].paragraph
            if named and self.document.paragraphs[paragraph][1] > end:  # what follows is said so
                self.announced = (named, paragraph)
                self.last = named
                return
        if not events and not according:
            if self.listed(start, end):
                return
            said = len(self.found)
            self.without_cue(tokens, start, end)
            if len(self.found) == said:
                self.introduce(tokens)
            return
        self.meet(tokens)
        subjects = self.subjects(tokens)
        issued = next((t for t in tokens if _ISSUED.match(t.text)), None)
        if issued and subjects and is_body(subjects[0][2].name.split()[-1] if subjects[0][2].name else ""):
            self.reporter = subjects[0][2]
        source: Speaker | None = None
        if according:
            source = self.source(tokens, according[0])
        if not events:
            if any(_THIS_WAY.match(t.text) for t in tokens) and SAID.search(tokens[-1].text):
                self.without_cue(tokens, start, end)
                return
            holder = next((s[2] for s in subjects if s[0] > according[0] and s[1] in ("은", "는", "도")), None)
            if source and holder and not self.is_state(holder) and _HOLDS_VIEW.search(text.rstrip(".")):
                self.emit(start, end, holder, bare(tokens[-1].text), "opinion", source)
                return
            if source:
                self.emit(start, end, source, tokens[according[0]].text.strip(","), "according_to")
            return
        self.clauses(tokens, events, subjects, source, start, end)

    # -- who ------------------------------------------------------------------------------------------------------

    def introduce(self, tokens: list[Token]) -> None:
        """Remembers whom a sentence without speech has for its topic: what follows can be that person's."""
        self.meet(tokens)
        for i, token in enumerate(tokens[:-1]):  # "정유빈 소장의 진단도 비슷하다."
            if token.text.endswith("의") and title_stem(token.text) and _VIEW.match(tokens[i + 1].text):
                read = self.phrases.read(tokens, i, token.text[:-1])
                if read and read[0].kind == "name":
                    self.document.named.append(read[0])
                    self.last = read[0]
                    return
            elif title_stem(token.text) == token.text and len(tokens) < 9 and _VIEW.match(tokens[i + 1].text):
                read = self.phrases.read(tokens, i, token.text)  # "루킨 교수 생각은 달랐다."
                if read and read[0].kind == "name":
                    self.document.named.append(read[0])
                    self.last = read[0]
                    return
            elif token.text.endswith("의") and len(tokens) < 9 and _VIEW.match(tokens[i + 1].text):
                read = self.phrases.read(tokens, i, token.text[:-1])  # "군 당국의 판단은 다르다."
                if read and read[0].kind in ("name", "group", "role") and not self.is_state(read[0]):
                    self.last = read[0]
                    return
        for i, particle, speaker, _ in self.subjects(tokens):
            if i <= 12 and speaker.kind == "name" and speaker.role and particle in ("은", "는", "이", "가", "도"):
                self.document.named.append(speaker)
                self.last = speaker
                return

    def meet(self, tokens: list[Token]) -> None:
        """Remembers the people whom a sentence names in full with a title, in whatever case: "조태용 전 실장에게도"."""
        for i, token in enumerate(tokens):
            if i and "□" not in token.text:
                word = title_stem(token.text)
                if word and word_class(bare(tokens[i - 1].text)):
                    self.phrases.read(tokens, i, word)

    def subjects(self, tokens: list[Token]) -> list[Subject]:
        """Every phrase outside quotations that can be a speaker."""
        found = []
        for i, token in enumerate(tokens):
            text = token.text
            titled = _MARKED.search(text)
            if titled and (name := self.marked(tokens, i, titled)):
                found.append((i, titled.group(1), name, i))
                continue
            abroad = _ABROAD.match(text) if i and word_class(bare(tokens[i - 1].text)) == "C" else None
            name = abroad.group("name") if abroad else ""
            if name and word_class(name) == "F" and foreign(name):  # "독일 프랑크푸르터알게마이네차이퉁(FAZ)은"
                found.append((i, "은", Speaker("name", token.start, token.start + len(name), name), i - 1))
                continue
            if text.endswith("에게") and any(_QUESTIONED.match(t.text) for t in tokens[i + 1 : i + 8]):
                read = self.phrases.read(tokens, i, text[:-2])  # "이 연구원에게 이유를 묻자 “…”라는 답이 돌아왔다"
                if read and read[0].kind == "name":
                    found.append((i, "은", *read))
                continue
            if self.author and text in ("필자는", "나는", "필자가"):
                found.append((i, "는", self.author, i))
                continue
            if text in ("필자는", "필자가"):
                found.append((i, "는", Speaker("name", token.start, token.start + 2, "필자"), i))
                continue
            named = i > 0 and bare(tokens[i - 1].text) in KINDS_OF_BODIES  # "독립 매체 메두자는"
            if "□" in text or (REPORTED.search(text) and not NOT_REPORTED.search(text) and not named):
                continue
            stem, particle = subject(text)
            if stem in ("우리", "우리나라", "저희"):
                if self.editorial and self.document.outlet:
                    place = token.start
                    found.append((i, particle, Speaker("name", place, place, self.document.outlet), i))
                continue
            if bare(stem) in _DOCUMENTS and particle in ("은", "는", "도"):
                issuer = self.issuer(tokens, i)
                if issuer:
                    found.append((i, particle, *issuer))
                continue
            if (
                not stem
                and i + 1 < len(tokens)
                and tokens[i + 1].text.rstrip(",") in ("역시", "또한", "측은", "측이", "측도")
            ):
                stem, particle = text, "도"
            if not stem or (particle == "는" and stem[-1] in _VERBAL and self.verbal(token, stem)):
                continue
            read = self.phrases.read(tokens, i, stem)
            if read is None and self.document.mentions and self.phrases.person_mention(token.start, token.end):
                mention = self.phrases.person_mention(token.start, token.end)
                if mention.end >= token.start + len(stem):
                    read = self.phrases.read(tokens, i, text)
            if read and particle.startswith("에서") and not self.holds(read[0]):
                continue
            if read:
                speaker, first = read
                found.append((i, particle, self.own_voice(speaker), first))
            elif particle in ("은", "는") and self.coined(tokens, i, stem):
                found.append((i, particle, Speaker("name", token.start, token.start + len(stem), stem), i))
            elif stem in ("사이", "안팎", "내부", "일각") and particle.startswith("에서"):
                group = self.among(tokens, i) if i else None
                if not group and stem == "일각":
                    end = token.start + len(stem)
                    group = (i, "에서", Speaker("group", token.start, end, stem, stem), i)
                if group:
                    found.append(group)
        return found

    def coined(self, tokens: list[Token], i: int, stem: str) -> bool:
        """Whether a word that no list knows names who speaks: it stands right before a quotation, after a description.

        "진보 성향의 평화행동은 “…”", "민간단체인 새벽길은 “…”".
        """
        before = tokens[i - 1].text if i else ""
        return (
            len(stem) > 2
            and i + 1 < len(tokens)
            and tokens[i + 1].text.startswith(("□", '"', "“"))
            and before.endswith(("성향의", "계열의", "단체인", "기반의", "모임인", "소속의", "매체인", "단체"))
            and word_class(stem) == "F"
        )

    def issuer(self, tokens: list[Token], i: int) -> tuple[Speaker, int] | None:
        """The body whose report or statement token i is, and its first token: "연구원 보고서는", "보고서는"."""
        if i:
            stem = bare(tokens[i - 1].text)
            stem = stem[:-1] if stem.endswith("의") else stem
            read = self.phrases.read(tokens, i - 1, stem) if word_class(stem) == "O" or is_body(stem) else None
            if read and read[0].kind == "name":
                self.reporter = read[0]
                return read
        return (self.reporter._replace(start=tokens[i].start, end=tokens[i].start), i) if self.reporter else None

    def marked(self, tokens: list[Token], i: int, match: re.Match[str]) -> Speaker | None:
        """A medium whose name stands between marks: "미국 <포토맥 리뷰>는"."""
        end = tokens[i].start + match.start()
        opened = max(self.document.text.rfind(mark, max(end - 30, 0), end) for mark in "‘'“\"<〈《「")
        name = self.document.text[opened + 1 : end]
        kind = i and any(bare(token.text) in KINDS_OF_BODIES for token in tokens[max(i - 2, 0) : i])
        if (
            opened < 0
            or len(name) > _LONGEST_NAME
            or "\n" in name
            or not name
            or not (kind or is_body(name.split()[-1]) or foreign(name))
        ):
            return None
        return Speaker("name", opened + 1, end, name, "", name)

    def holds(self, speaker: Speaker) -> bool:
        """Whether "에서" marks a body that speaks rather than a place."""
        return speaker.kind == "group" or (speaker.kind == "name" and is_body(speaker.name.split()[-1]))

    def verbal(self, token: Token, stem: str) -> bool:
        """Whether "는" is the ending of a verb before a noun: "연구하는 박사", "잇따르는"."""
        if stem in self.phrases.families or self.document.mentions_in(token.start, token.start + len(stem)):
            return False
        return word_class(stem) in ("N", "F", "")

    def own_voice(self, speaker: Speaker) -> Speaker:
        """The outlet where the text calls it "본지"."""
        if self.author and speaker.name in ("필자", "나"):
            return self.author
        if speaker.kind == "name" and _OWN_VOICE.match(speaker.name) and self.document.outlet:
            return speaker._replace(name=self.document.outlet, affiliation="")
        return speaker

    def among(self, tokens: list[Token], i: int) -> Subject | None:
        """ "전문가들 사이에서는": the group among whom a view is held."""
        word = bare(tokens[i - 1].text)
        word = word[:-1] if word.endswith("의") else word
        read = self.phrases.read(tokens, i - 1, word)
        if not read:
            return None
        _, first = read
        start, end = tokens[first].start, tokens[i - 1].start + len(word)
        name = self.document.text[start:end]
        return i, "에서", Speaker("group", start, end, name, name), first

    def source(self, tokens: list[Token], i: int) -> Speaker | None:
        """The speaker of "X에 따르면"."""
        text = tokens[i].text.rstrip(",")
        if text.endswith(("듯", "듯이")):  # "란코프 교수가 지적했듯"
            for n in range(i - 1, max(i - 7, -1), -1):
                told, particle = subject(tokens[n].text)
                read = self.phrases.read(tokens, n, told) if told and particle in ("이", "가", "도") else None
                if read:
                    return read[0]
            return None
        stem = _SAID_BY.sub("", text)
        k = i
        if not stem or stem in ("때", "땐"):
            k = i - 1 if not stem else i - 2
            if k < 0:
                return None
            stem = re.sub(r"(?:에게|에|의|이|가)$", "", tokens[k].text)
        while k >= 0 and _REPORT_WORDS.fullmatch(bare(stem)):
            k -= 1
            if k < 0:
                return None
            stem = tokens[k].text
            for particle in ("이", "가", "의", "은", "는", "을", "를"):
                if stem.endswith(particle) and fits_particle(stem[:-1], particle) and not word_class(bare(stem)):
                    stem = stem[:-1]
                    break
        if stem in ("바", "데"):
            for n in range(k - 1, max(k - 6, -1), -1):
                told, particle = subject(tokens[n].text)
                if told and particle in ("이", "가", "은", "는"):
                    read = self.phrases.read(tokens, n, told)
                    return read[0] if read else None
            return None
        if "□" in stem or not bare(stem) or (stem[-1] in ",."):
            return None
        if bare(stem) in ("이", "그", "그녀", "이들", "이에"):
            return Speaker("pronoun", tokens[k].start, tokens[k].end, bare(stem).removesuffix("에"))
        stem = bare(stem)
        shortened = _REPORT_WORDS.sub("", stem)
        read = self.phrases.read(tokens, k, shortened or stem)
        if read and read[0].kind == "name" and _OWN_VOICE.match(read[0].name):
            return None
        return read[0] if read else None

    def clauses(
        self,
        tokens: list[Token],
        events: list[Event],
        subjects: list[Subject],
        source: Speaker | None,
        start: int,
        end: int,
    ) -> None:
        """Gives every act of speech in the sentence its speaker."""
        outer: Speaker | None = source
        if len(events) >= 1:
            events, outer_found, subjects = self.nested(tokens, events, subjects)
            outer = outer_found or source
        speakers: list[tuple[Speaker | None, int]] = []
        begin = 0
        before = self.last
        for event in events:
            here = self.subject_of(tokens, event, subjects, begin, source is not None)
            if here and here.kind == "pronoun" and begin and before and speakers[-1][0] not in (None, before):
                here = before._replace(start=here.start, end=here.start)  # "진행자가 “…”고 하자 그는 “…”고 말했다"
            if here and begin and not event.quoted and speakers[-1][0] and event.rule != "owned":
                shown = next((s for s in subjects if s[2] is here), None)
                if shown and shown[1] in ("이", "가") and shown[0] < event.comp:
                    here = None  # "대표는 “…”이라며 국제기구가 나서야 한다고 촉구했다"
            speakers.append((here, begin))
            begin = event.last + 1
        # A speaker named only after the first words holds for them too.
        if speakers[0][0] is None:
            named = next((k for k, (s, _) in enumerate(speakers) if s), None)
            if named is not None:
                for k in range(named):
                    speakers[k] = (speakers[named][0], speakers[k][1])
        if events[-1].rule == "owned":
            at = events[-1].comp
            owned = self.phrases.read(tokens, at, tokens[at].text[:-1])
            if owned:
                told = speakers[-1][0] or source
                told = None if told and told.name == owned[0].name else told
                self.emit(start, end, self.own_voice(owned[0]), events[-1].cue, "owned", told)
                return
        if len(events) == 1 and events[0].rule in ("object_verb", "gist") and not events[0].quoted:
            shared = [s for s in subjects if s[1] in ("은", "는") and not self.is_state(s[2])]
            if len(shared) == 2 and shared[1][3] > 0 and tokens[shared[1][3] - 1].text.endswith(","):
                cut = tokens[shared[1][3]].start  # "한 의원은 포탄 지원을, 추 의원은 물밑 접촉을 제안했다"
                self.emit(start, tokens[shared[1][3] - 1].end, shared[0][2], events[0].cue, "shared_verb")
                self.emit(cut, end, shared[1][2], events[0].cue, "shared_verb")
                return
        if (
            len(events) == 1
            and events[0].rule == "connected"
            and not (events[0].quoted or subjects or source)
            and _STATES_SO.search(plain(tokens[-1].text.rstrip(".")))
        ):
            return  # "남의 일이라며 팔짱을 끼는 것은 공범이 되는 것과 같다": nobody has said it
        current: Speaker | None = None
        for k, (event, (speaker, first)) in enumerate(zip(events, speakers, strict=True)):
            current = speaker or current
            a = start if k == 0 else tokens[first].start
            b = end if k == len(events) - 1 else tokens[event.last].end
            if k == len(events) - 1 and event.last < len(tokens) - 1 and event.rule == "verb":
                other = next((s for s in subjects if s[3] > event.last and s[1] in ("은", "는")), None)
                if other:  # "여당은 “…”라고 했고, 야당은 표결에 나섰다"
                    b = tokens[event.last].end
                elif speaker and self.editorial and self.document.outlet and event.cue.endswith(("지만", "는데")):
                    b = tokens[event.last].end  # "대통령실은 “…”고 하지만 믿는 이는 드물다": the paper goes on
                    own = Speaker("name", b, b, self.document.outlet)
                    self.emit(a, b, speaker, event.cue, "verb", outer)
                    self.emit(tokens[event.last + 1].start, end, own, bare(tokens[-1].text), "editorial")
                    continue
            if current is None:
                if source is not None:
                    current, outer = source, None
                elif event.rule in ("impersonal", "hearsay", "quoted_verb"):
                    continue
                else:
                    current = self.unnamed(tokens, tokens[event.last].start)
                    if current is None:
                        if self.editorial:
                            self.without_cue(tokens, start, end)
                        return
            if event.rule == "impersonal" and current.kind not in ("group",) and source is None:
                current = None
                continue
            if event.quoted and _TELLS_OF.match(event.cue.rpartition(" ")[2]):
                teller, current = current, self.holder(tokens[event.comp]) or current
                if teller is not current:
                    self.emit(a, b, current, event.cue, "passed_on", teller)
                    continue
            rule = {"connected": "quotation" if event.quoted else "reported"}.get(event.rule, event.rule)
            self.emit(a, b, current, event.cue, rule, outer if outer is not current else None)

    def holder(self, quotation: Token) -> Speaker | None:
        """The body whose view a quotation passes on: "“국정원은 … 것으로 본다”고 이 의원이 전했다"."""
        opened = next((k for k, mark in enumerate(quotation.text) if mark == "□"), 0)
        closed = quotation.text.rfind("□") + 1
        start, end = quotation.start + opened, quotation.start + closed
        said = self.document.text[start:end].strip("“”\"‘’' ")
        if not _HOLDS_VIEW.search(plain(said.rstrip("."))):
            return None
        tokens = tokens_of(self.document.text.replace("“", " ").replace('"', " ").replace("”", " "), start, end)
        for i, token in enumerate(tokens[:3]):
            told, particle = subject(token.text)
            if told and particle in ("은", "는", "도"):
                read = self.phrases.read(tokens, i, told)
                body = read and read[0].kind == "name" and is_body(read[0].name.split()[-1])
                return read[0] if body and not self.is_state(read[0]) else None
        return None

    def subject_of(
        self, tokens: list[Token], event: Event, subjects: list[Subject], begin: int, has_source: bool
    ) -> Speaker | None:
        """Who speaks in the part of the sentence that runs from token `begin` to the event."""
        if event.rule == "owned":
            owner = self.phrases.read(tokens, event.comp, tokens[event.comp].text[:-1])
            return owner[0] if owner else None
        here = [s for s in subjects if begin <= s[0] <= event.last]
        if not here:
            return None
        late = [s for s in here if (s[3] > event.comp and s[2].kind != "pronoun") or s[0] > event.comp]
        if late and event.comp >= begin:
            return late[0][2]
        topics = [s for s in here if s[1] not in ("이", "가", "만이")]
        topics.sort(key=lambda s: s[1].startswith("에서"))  # a body with "에서" speaks where nobody else does
        if has_source and not event.quoted:
            topics = [s for s in topics if not self.is_state(s[2])]
        opening = next((s for s in here if s[1] in ("이", "가") and not self.is_state(s[2])), None)
        if opening and not event.quoted and self.opens(tokens, opening[3], begin):  # "장관이 … 러시아는 … 것이라고"
            topics = [s for s in topics if s[0] < opening[0] or not self.is_state(s[2])]
        for i, _, speaker, _ in topics:
            if self.spoken_of(event, i, speaker, begin):
                continue
            return speaker
        named = [s for s in here if s[1] in ("이", "가", "만이")]
        if event.quoted:  # who stands next to the quotation, states last
            named = sorted(named, key=lambda s: (self.is_state(s[2]), -s[0]))
        elif event.rule == "gist":
            named = []
        for i, _, speaker, first in named:
            if self.is_state(speaker) and not event.quoted:
                continue
            told = self.is_state(speaker) or (not speaker.role and speaker.name.endswith("군"))
            if told and self.last is not None and i + 1 < event.comp and first > begin and not event.quoted:
                continue  # "또 러시아가 만약 그렇게 한다면 …", "다만 북한군이 투입됐는지는 …"
            if (event.quoted or event.rule == "connected" or self.opens(tokens, first, begin)) and not (
                event.rule in ("opinion", "gist", "object_verb") and not event.quoted and self.is_state(speaker)
            ):
                if not event.quoted and self.has_predicate(tokens, i, event) and TALKED_ABOUT.search(speaker.name):
                    continue
                return speaker
        return None

    def opens(self, tokens: list[Token], first: int, begin: int) -> bool:
        """Whether the phrase stands at the beginning, behind nothing but connectives and dates."""
        return (
            all(
                not word_class(bare(t.text)) or t.text[0].isdigit() or t.text.endswith((",", "에", "은", "에서"))
                for t in tokens[begin:first]
            )
            and first - begin <= 5
        )

    def has_predicate(self, tokens: list[Token], i: int, event: Event) -> bool:
        return event.comp - i >= 2

    def is_state(self, speaker: Speaker) -> bool:
        return speaker.kind == "name" and speaker.name in STATES

    def spoken_of(self, event: Event, i: int, speaker: Speaker, begin: int) -> bool:
        """Whether the topic belongs to what is said rather than to the telling: "러시아는 … 것이라고 내다봤다"."""
        if event.quoted and i < event.comp:
            return False
        cue = event.cue
        state = self.is_state(speaker)
        follows = self.last is not None
        if state:  # somebody has spoken in this very sentence, or before it with a verb that states don't have
            soft = _SOFT.search(cue) and event.rule != "object_verb"
            return bool(begin or event.rule == "opinion" or (follows and (soft or event.rule == "gist")))
        foreseen = event.rule in ("opinion", "gist") or re.search(r"내다|봤다|전망|분석|진단|예상|관측|평가", cue)
        return bool(follows and speaker.kind == "name" and TALKED_ABOUT.search(speaker.name) and foreseen)

    def unnamed(self, tokens: list[Token], place: int) -> Speaker | None:
        """Who speaks where the sentence doesn't say it; None where a text does ("조약 4조는 … 규정했다")."""
        for token in tokens[:8]:
            stem, _ = subject(token.text)
            stem = bare(stem)
            if stem and re.fullmatch(r"\d+조|조항|조약|협정|합의문|결의|결의안|헌장|헌법|법", stem):
                return None
            if (
                stem in ("보고서", "성명", "담화", "논평", "사설", "백서", "칼럼", "공동성명", "론평")
                and self.last is None
            ):
                return Speaker("name", token.start, token.start + len(stem), stem)
        if self.last is None:
            outlet = self.document.outlet if self.editorial else ""
            return Speaker("name", place, place, outlet) if outlet else None
        return Speaker("omitted", place, place)

    def nested(
        self, tokens: list[Token], events: list[Event], subjects: list[Subject]
    ) -> tuple[list[Event], Speaker | None, list[Subject]]:
        """Speech within speech: the events of the inner speaker, the outer speaker, the subjects of the inner."""
        final = events[-1]
        if final.rule == "reportedly":
            outer = [s for s in subjects if s[0] > final.comp]
            inner = [s for s in subjects if s[0] <= final.comp]
            if not outer and len(inner) > 1 and inner[0][1] not in ("이", "가"):
                outer, inner = inner[:1], inner[1:]
            return events, outer[0][2] if outer else None, inner
        citing = any(token.text.startswith(("인용", "빌려", "빌어")) for token in tokens[1:-1])
        if final.rule not in ("verb", "opinion") or not (citing or PASSES_ON.search(final.cue)):
            return events, None, subjects
        comp = tokens[final.comp].text.rstrip(",")
        inner = [s for s in subjects if s[0] < final.comp]
        outer = [s for s in subjects if s[0] > final.comp]
        cited = self.cited(tokens, final)
        if cited and inner:
            return [*events[:-1], final._replace(rule="cited")], inner[0][2], [(0, "은", cited[0], cited[1])]
        if "□" in comp or not _INNER.search(comp):
            return events, None, subjects
        if outer:
            told = outer[-1][2]
        elif len(inner) >= 2 and inner[0][1] not in ("이", "가"):
            told, inner = inner[0][2], inner[1:]
        else:
            return events, None, subjects
        begin = 0
        quoted = any("□" in t.text for t in tokens[: final.comp])
        at = next(
            (k for k in range(final.comp - 1, -1, -1) if "□" in tokens[k].text or REPORTED.search(tokens[k].text)),
            final.comp - 1,
        )
        event = Event(len(tokens) - 1, comp, "verb", quoted, max(at, begin))
        kept = [s for s in inner if s[0] <= final.comp]
        return [*events[:-1], event], told, kept

    def cited(self, tokens: list[Token], final: Event) -> tuple[Speaker, int] | None:
        """Who is quoted in "…를 인용해 … 보도했다"."""
        for k in range(1, min(final.comp, len(tokens) - 1)):
            if tokens[k].text.startswith("빌") and tokens[k - 1].text == "말을" and k > 1:
                word = re.sub(r"의$", "", tokens[k - 2].text)  # "관리의 말을 빌려"
                read = self.phrases.read(tokens, k - 2, word)
                return read if read and read[0].kind != "pronoun" else None
            if tokens[k].text.startswith("인용") and tokens[k - 1].text.endswith(("을", "를")):
                word = tokens[k - 1].text[:-1]
                read = self.phrases.read(tokens, k - 1, word)
                return read if read and read[0].kind != "pronoun" else None
        return None

    # -- sentences without a cue ----------------------------------------------------------------------------------

    def without_cue(self, tokens: list[Token], start: int, end: int) -> None:
        """A quotation beside its speaker's name, "이같이 말했다", and the voice of an editorial."""
        if self.announced and not any(_THIS_WAY.match(t.text) for t in tokens):
            speaker, paragraph = self.announced
            if self.document.paragraphs[paragraph][0] <= start < self.document.paragraphs[paragraph][1]:
                self.emit(start, end, speaker, "", "announced")
                return
            self.announced = None
        last = tokens[-1].text
        if "□" in last and len(tokens) > 1:
            for i, _, speaker, _ in self.subjects(tokens):
                if i < len(tokens) - 1:
                    self.emit(start, end, speaker, "", "subject_quotation")
                    return
            at = next(k for k, token in enumerate(tokens) if "□" in token.text)
            read = self.phrases.read(tokens, at - 1, bare(tokens[at - 1].text)) if 0 < at <= 6 else None
            if read and read[1] <= 1 and read[0].kind != "pronoun":  # "▲조태열 외교부 장관 “…”"
                self.emit(start, end, read[0], "", "label_quotation")
                return
        if (
            len(tokens) < 8
            and len(tokens) > 1
            and tokens[-2].text.endswith("의")
            and _ENDORSED.match(plain(last.rstrip(".")))
        ):
            read = self.phrases.read(tokens, len(tokens) - 2, tokens[-2].text[:-1])
            if read:
                i = document.sentence_at(start) - 1 if (document := self.document) else -1
                if i >= 0 and not (self.found and self.found[-1].end > document.sentences[i].start):
                    before = document.sentences[i]
                    self.emit(before.start, before.end, read[0], "", "quotation_before")
                self.emit(start, end, read[0], bare(last), "endorsed")
            return
        if any(_THIS_WAY.match(t.text) for t in tokens) and SAID.search(last):
            subjects = self.subjects(tokens)
            if subjects:  # the sentence itself says nothing
                speaker = subjects[0][2]
                self.adopt(start, speaker)
                self.document.named.append(speaker)
                self.last = speaker
            return
        if self.author and _SERMON.search(self.document.text[max(start, end - 40) : end]):
            self.emit(start, end, self.author, bare(last), "column")
        elif self.document.outlet:
            own = next(
                (s for s in self.subjects(tokens) if s[2].kind == "name" and s[2].name == self.document.outlet), None
            )
            if (own and not _ASKS.search(last)) or (
                self.editorial
                and not _GOES_ROUND.search(last)
                and (
                    not _FACT.search(last)
                    or _BLAMED.search(last.rstrip("."))
                    or _SERMON.search(self.document.text[max(start, end - 40) : end])
                )
            ):
                speaker = own[2] if own else Speaker("name", start, start, self.document.outlet)
                self.emit(start, end, speaker, bare(last), "editorial")

    def listed(self, start: int, end: int) -> bool:
        """Quotations with their speakers in brackets behind them: "“…”(김 의원), “…”(이 교수)"."""
        begin, given = start, False
        for match in _LISTED_QUOTE.finditer(self.masked, start, end):
            tokens = tokens_of(self.masked, *match.span("who"))
            read = self.phrases.read(tokens, len(tokens) - 1, bare(tokens[-1].text)) if tokens else None
            if read and read[0].kind == "name":
                opened = self.masked.index("□", begin, end)
                self.emit(opened, match.end(), read[0], "", "listed_quotation")
                given = True
            begin = match.end()
        return given

    def follows_quotation(self, start: int) -> bool:
        """Whether the sentence before is a quotation that nobody has been given."""
        i = self.document.sentence_at(start) - 1
        if i < 0:
            return False
        before = self.document.sentences[i]
        blank = self.masked.count("□", before.start, before.end) * 10 >= (before.end - before.start) * 8
        return blank and not (self.found and self.found[-1].end > before.start)

    def adopt(self, start: int, speaker: Speaker) -> None:
        """Gives the quotation that fills the sentence before to a speaker named after it."""
        if self.follows_quotation(start):
            before = self.document.sentences[self.document.sentence_at(start) - 1]
            self.emit(before.start, before.end, speaker, "", "quotation_before")


def _mask(document: Document) -> str:
    """The text with quotations blanked out, spaces and all, so that each is part of one eojeol."""
    text = document.text
    parts = []
    position = 0
    for quotation in document.quotations:
        if quotation.start < position or (quotation.scare and not _SAID_SO.match(text, quotation.end)):
            continue
        parts.append(text[position : quotation.start])
        parts.append("□" * (quotation.end - quotation.start))
        position = quotation.end
    parts.append(text[position:])
    return "".join(parts)
