"""What is on an article's page, even within its body, but is not the article: credits, notices, pointers elsewhere.

The lists are of what outlets in Korean, Russian, English, Japanese and Chinese print; every pattern has to match a
whole short paragraph, so that a sentence of the article that holds the same words stays.
"""

from __future__ import annotations

import re
import unicodedata

from pipelines.extraction import dates

# Zero-width and direction marks, soft hyphens, private use, controls: none carries text in our languages.
_JUNK = re.compile(
    "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc\ue000-\uf8ff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_BLANKS = re.compile(r"[\s\u00a0\u2028\u2029]+")
_MAIL = r"[\w.+-]+@[\w-]+\.[\w.-]+"
_REPORTER = r"(?:기자|특파원|논설위원|통신원)"


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), re.I)


# Headings under which come other articles' headlines
_POINTERS = (
    r"читайте (?:также|ещ[её])|(?:материалы |новости |ещ[её] )?по теме|другие (?:новости|материалы)|главное сегодня",
    r"related(?: articles?| stor(?:y|ies)| news| topics| content| posts| reading)?|recommended(?: stories)?",
    r"more (?:on this(?: story)?|stories|news|from .{2,40})",
    r"read (?:more|next|also)|most (?:read|popular)|trending(?: now)?",
    r"관련\s?(?:기사|뉴스)|추천\s?기사|인기\s?기사|주요\s?뉴스|많이\s?본\s?(?:기사|뉴스)|이 시각 주요.{0,10}",
    r"関連記事|あわせて読みたい|相关(?:阅读|新闻|报道)|延伸閱讀",
    r"推荐阅读|mehr zum thema|weitere artikel|sur le même sujet",
)
_CUT = _any(*(rf"(?:{pointer})\W*" for pointer in _POINTERS))

# Not the article, wherever it stands
_NOTICE = _any(
    *(rf"(?:{pointer})\W*" for pointer in _POINTERS),
    # rights
    r".{0,80}(?:무단\s?(?:전재|복제)|재배포\s?금지|저작권자\s?[ⓒ©(<]|AI\s?학습).{0,120}",
    r"[<\[(]?\s*(?:copyrights?|저작권자)\b.{0,160}",
    r".{0,20}(?:©|ⓒ|\(c\)\s).{0,160}|.{0,80}all\s+rights\s+reserved.{0,40}",
    r".{0,80}(?:при (?:использовании|цитировании)|перепечатк\w+|все права защищены).{0,160}",
    # other articles, newsletters, channels
    r"(?:читайте|смотрите|слушайте)\b.{0,200}|(?:подпи(?:сывайтесь|шитесь)|подписаться)\b.{0,200}",
    r"(?:реклама|поделиться|комментарии|все новости|наш(?:и)? (?:телеграм|канал).{0,80})\W*",
    r"(?:read|see|watch|listen)\s+(?:more|also|next|now)\b.{0,200}|(?:related|more)\s?:.{0,160}|also read\b.{0,160}",
    r"(?:sign up|subscribe|follow (?:us|\S+ on)|download (?:the|our)|join (?:our|thought)|get the latest)\b.{0,200}",
    r"the post\b.{0,300}\bappeared first on\b.{0,100}|(?:continue|keep) reading\b.{0,160}|\[…\]|\[&hellip;\]",
    r"for (?:the latest|more)\b.{0,60}\b(?:news|stories|updates|subscribe|visit|follow|download)\b.{0,160}",
    r"(?:advertisement|advertising|sponsored|ad|story continues.{0,40}|loading\W*)",
    r"skip (?:to|past).{0,60}|click here.{0,60}",
    r"(?:share(?: this(?: article| story)?)?|print|e-?mail|copy link|save|listen|or)\W*",
    r"(?:facebook|twitter|x|whatsapp|telegram)\W*",
    r"you must confirm your public display name.*|please log ?out and then.*|our standards: the thomson reuters.*",
    r"if you're on the .{0,60}\bapp\b.*|this (?:video|content) (?:can ?not|is not).{0,80}|view comments.{0,40}",
    r"[▶►☞●■◆▲△◇※☎➤→]\s?.{0,100}(?:바로가기|구독|제보|관련\s?기사|클릭|채널|카카오톡|네이버|유튜브|페이스북|보기).{0,60}",
    r"(?:기사\s?제보.{0,80}|제보는\s?카카오톡.{0,60}|광고|공유하기|기사\s?공유.{0,20}|본문\s?(?:바로가기|영역|글자).{0,20})",
    r"(?:글자\s?크기.{0,30}|이미지\s?확대.{0,80}|크게\s?보기|사진\s?확대|닫기)",
    r"(?:기사\s?URL이\s?복사.{0,20}|기사의 섹션 정보는.*)",
    r"(?:언론사는 개별 기사를.*|이 기사를 공유.{0,20}|좋아요\s?\d*|댓글\s?\d*|구독\s?하기?|인쇄(?:하기)?|스크랩)",
    r".{0,60}(?:有料会員|会員限定|有料記事|無料会員|会員登録|残り\d+文字).{0,80}",
    r"広告|完了しました|国際ニュースを英語で読む",
    r"\(?(?:责任?编辑?|责编|编辑)[：:].{0,40}|广告|分享(?:到|让).{0,40}|评论|关注|点赞|收藏",
)
# A picture's caption: in Korean, a short line that ends in its credit
_AGENCIES = r"(?:로이터|연합뉴스|뉴시스|뉴스1|조선중앙통신|AP|AFP|EPA|TASS|타스|게티이미지\S*)"
_CAPTION = _any(
    r".{0,160}(?:자료\s?사진|제공\s?=\s?\S{1,20}|사진\s?=\s?\S.{0,30}|캡처|캡쳐|\[\S{1,14}\s?(?:제공|캡처|자료사진)\])\s*[.\])]*",
    rf".{{5,160}}[./]\s?{_AGENCIES}(?:[ =·/]+{_AGENCIES})*(?:\s제공)?\s*[.\])]*|.{{0,160}}연합뉴스\s?제공[.\])]*",
    r"(?:фото|photo|image|picture|foto|bild|写真|图|圖)\s?(?:credit|source|by)?\s?[:：/].{0,120}",
    r".{0,140}\((?:AP|AFP|Reuters|Yonhap|EPA|Getty|KCNA|TASS)(?:[ /,-].{0,40})?\)(?:\s?\(.{0,40}\))?",
    r".{0,200}(?:AP Photo|Getty Images|via (?:AP|Reuters|AFP)|/REUTERS|EPA-EFE)[^.]{0,60}",
)
# Before the article
_LEAD = _any(
    rf".{{0,30}}\s?{_REPORTER}(?:\s?{_MAIL})?\W*",
    r"(?:입력|등록|승인|수정|기사입력|최종수정|업데이트|발행|게재)\b.{0,80}",
    r"(?:published|updated|posted|last updated|by|reporting by|written by)\b\W.{0,80}(?<![.!?»”\"])",
    r"(?:опубликовано|обновлено|автор|дата|время чтения)\b.{0,60}|新华社记者|记者",
    r"(?:home|главная|홈|首页)\s*[>›/»].{0,100}|\d+\s*(?:min(?:ute)?s? read|просмотр\w*|комментари\w*)|(?:\W|\d)*",
)
# After it
_TAIL = _any(
    r"[(\[<]?\s*(?:끝|END|ends|계속|конец|完|了)\s*[)\]>]?|-0-|\W*",
    rf"\W{{0,5}}(?:\S{{1,12}}\s?)?(?:[가-힣]{{2,4}}\s?)?{_REPORTER}\s*[·=/]?\s*(?:{_MAIL})?\W*",
    rf"[^.!?。]{{0,60}}{_MAIL}\W*",
    r"(?:(?:additional )?reporting|writing|editing|edited|compiled|translated)\s+(?:by|for)\b.{0,300}",
    r"with files from\b.{0,100}",
    r"the (?:writer|author) (?:is|was)\b.{0,200}|posted by\b.{0,80}",
    r"sources?\s?:.{0,100}|last updated?\b.{0,40}|via\b.{0,40}",
    r"(?:автор|источник|редактор|теги|тэги|метки|фото|подробнее|полностью)\s*:.{0,120}",
    r"(?:tags?|keywords?|topics?|categories|filed under|태그|키워드|標籤|关键词|タグ)\s*[:：].{0,200}|\#\S.{0,150}",
    r"(?:네이버|카카오|유튜브|구독|후속기사|기사\s?원문|기자의\s?다른|다른\s?기사|이전\s?기사|다음\s?기사).{0,60}",
    r"(?:нашли ошибку|если вы (?:нашли|заметили)|выделите (?:е[её]|фрагмент)|оригинал (?:материала|статьи)).{0,160}",
    r"this (?:article|story) (?:was|has been|originally)\b.{0,200}",
    r"what do you think\b.{0,200}|(?:leave a )?(?:comments?|reply)\b.{0,60}",
    r"(?:have a (?:story|tip)|contact us|to reach the (?:reporter|editor)|find out more)\b.{0,200}",
    r"this is a breaking.{0,10}story\b.{0,200}",
)
# Credits in the same paragraph as the article's first and last sentence
_LEADING = re.compile(
    rf"^(?:[가-힣]{{2,4}}\s?{_REPORTER}\s*\|\s*)?(?:20\d\d[-./]\d\d?[-./]\d\d?\s+\d\d?:\d\d(?::\d\d)?\s*)"
)
_TRAILING = re.compile(
    rf"\s*(?:-0-\s*|[<\[(]\s*(?:저작권자|copyright|ⓒ|©).{{0,160}}|(?:무단\s?전재|ⓒ|©\s?\d{{4}}).{{0,120}}"
    rf"|[/\[(]?\s*[가-힣]{{2,4}}\s?{_REPORTER}\s*=?\s*(?:{_MAIL})?\s*[\])]?|(?<=[.다])\s{_MAIL})\s*$",
    re.I,
)
_SENTENCE_END = tuple(".!?…。！？")
_BREAKS_OFF = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u04ff,]$")
_LONG = 400  # characters: a paragraph as long as this is never a notice
_NEIGHBOURS = 8  # paragraphs from either end that may be lead or tail lines


def clean(text: str) -> str:
    """A run of text in NFC, with single blanks and without zero-width and private-use characters."""
    text = _BLANKS.sub(" ", text if text.isascii() and text.isprintable() else _JUNK.sub("", text)).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def trim(paragraphs: list[str], *, title: str = "", authors: tuple[str, ...] = ()) -> list[str]:
    """An article's paragraphs without what stands before, after and among them. Paragraphs are `clean` ones.

    `title` and `authors` are dropped where a paragraph at either end only repeats them.
    """
    kept: list[str] = []
    for paragraph in _without_related(paragraphs):
        notice = len(paragraph) < _LONG and (_NOTICE.fullmatch(paragraph) or _CAPTION.fullmatch(paragraph))
        if not notice and not (kept and paragraph == kept[-1]):
            kept.append(paragraph)
    names = {_folded(name) for name in authors} | {_folded("".join(authors))}
    begin, end = 0, len(kept)
    while begin < min(end - 1, _NEIGHBOURS) and _leads(kept[begin], title, names):
        begin += 1
    teasers = False
    for _ in range(_NEIGHBOURS):
        if end - begin < 2:
            break
        last, before = kept[end - 1], kept[end - 2]
        # teasers are cut off in mid-sentence; one such line alone may be the article's
        teasers = _unfinished(last) and (teasers or _unfinished(before))
        if not teasers and not _trails(last, names):
            break
        end -= 1
    kept = kept[begin:end]
    if kept:
        kept[0] = _LEADING.sub("", kept[0]) or kept[0]
        kept[-1] = _TRAILING.sub("", kept[-1]).rstrip() or kept[-1]
    return kept


def _without_related(paragraphs: list[str]) -> list[str]:
    """The paragraphs up to where other articles' headlines begin."""
    for index, paragraph in enumerate(paragraphs):
        if (
            index
            and len(paragraph) < 60
            and _CUT.fullmatch(paragraph)
            and all(len(line) < 160 for line in paragraphs[index:])
        ):
            return paragraphs[:index]
    return paragraphs


def _leads(paragraph: str, title: str, names: set[str]) -> bool:
    """Whether a paragraph before the article's first is its headline, by-line, date or section."""
    if len(paragraph) > 200:
        return False
    if _LEAD.fullmatch(paragraph) or _folded(paragraph) in names or _repeats(paragraph, title):
        return True
    if paragraph.endswith(_SENTENCE_END):
        return (
            len(paragraph) < 60
            and dates.parse(paragraph) is not None
            and len(re.findall(r"[^\W\d_]{4,}", paragraph)) < 5
        )
    if re.fullmatch(r"[\u4e00-\u9fff]{2,5}(?:[・\s、][\u4e00-\u9fff]{2,5})*", paragraph):  # names of Japanese reporters
        return True
    short = len(paragraph) <= 20 and paragraph.count(" ") < 2 and not re.search("[가-힣\u3040-\u9fff]", paragraph)
    return short or (len(paragraph) < 60 and dates.parse(paragraph) is not None)


def _trails(paragraph: str, names: set[str]) -> bool:
    """Whether a paragraph after the article's last is a credit or a notice."""
    return len(paragraph) <= _LONG and (_TAIL.fullmatch(paragraph) is not None or _folded(paragraph) in names)


def _unfinished(paragraph: str) -> bool:
    """Whether a sentence in Latin or Cyrillic letters breaks off; other scripts have ends of their own."""
    return paragraph.count(" ") > 7 and _BREAKS_OFF.search(_TRAILING.sub("", paragraph)) is not None


def _repeats(paragraph: str, title: str) -> bool:
    """Whether a paragraph is the headline again, perhaps shortened or differently worded by a few letters."""
    paragraph, title = _folded(paragraph), _folded(title)
    if not title or not paragraph or len(paragraph) > 1.2 * len(title):
        return paragraph == title != ""
    if len(paragraph) > 12 and paragraph in title:
        return True
    pairs = {title[i : i + 2] for i in range(len(title) - 1)}
    shared = sum(paragraph[i : i + 2] in pairs for i in range(len(paragraph) - 1))
    return len(paragraph) > 0.6 * len(title) and shared > 0.9 * (len(paragraph) - 1)


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
