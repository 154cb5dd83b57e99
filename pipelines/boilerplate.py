"""What is on an article's page, even within its body, but is not the article: credits, notices, pointers elsewhere."""

from __future__ import annotations

import re
import unicodedata

# Zero-width and direction marks, soft hyphens, the replacement character's box: none carries text in our languages.
_JUNK = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffc\ue000-\uf8ff]")
_BLANKS = re.compile(r"[\s\u00a0\u2028\u2029]+")

# A paragraph that is nothing but one of these is dropped wherever it stands.
_NOTICE = re.compile(
    r"""
    .{0,80}(?:무단\s?전재|재배포\s?금지|저작권자\s?[ⓒ©(<]|AI\s?학습).{0,120}
    | [<\[(]?\s*(?:copyrights?|저작권자)\b.{0,160} | .{0,20}(?:©|ⓒ|\(c\)).{0,120} | .{0,80}all\s+rights\s+reserved.{0,80}
    | (?:читайте|смотрите|слушайте)\s+(?:также|ещ[её]|нас|по\s+теме).{0,200} | (?:подпи(?:сывайтесь|шитесь)|подписаться)\b.{0,200}
    | (?:материалы|новости|статьи|ещ[её])\s+по\s+теме:? | (?:по\s+теме|реклама|поделиться|комментарии|все\s+новости)\W*
    | (?:read|see|watch|listen)\s+(?:more|also|next|now)\b.{0,200} | (?:also\s+read|recommended|related(?:\s+(?:articles?|stories|news|topics|content))?|more\s+(?:on\s+this(?:\s+story)?|stories|from\b.{0,40})|most\s+read|trending)\s*:?.{0,20}
    | (?:advertisement|advertising|sponsored|story\s+continues\s+below.{0,40}|skip\s+(?:to|past).{0,60}|share(?:\s+this(?:\s+article)?)?|print|e-?mail|copy\s+link|loading\W*|click\s+here.{0,60})
    | (?:sign\s+up|subscribe|follow\s+us|download\s+(?:the|our)\s+app|join\s+our)\b.{0,200}
    | [▶►☞●■◆▲△◇※☎➤→]\s?.{0,100}(?:바로가기|구독|제보|관련\s?기사|클릭|채널|카카오톡|네이버|유튜브|페이스북|보기|다운로드).{0,60}
    | (?:관련\s?기사|관련\s?뉴스|추천\s?기사|인기\s?기사|주요\s?뉴스|많이\s?본\s?(?:기사|뉴스)|기사\s?제보.{0,80}|제보는\s?카카오톡.{0,60}|광고|공유하기|기사\s?공유.{0,20}|본문\s?(?:바로가기|영역|글자).{0,20}|글자\s?크기.{0,30}|이미지\s?확대.{0,80}|크게\s?보기|사진\s?확대)
    | (?:関連記事|あわせて読みたい|この記事は有料.{0,60}|残り\d+文字.{0,60}|会員限定.{0,60}|相关(?:阅读|新闻|链接)|延伸閱讀|推荐阅读|责任编辑.{0,40}|\(?责编[：:].{0,40}|编辑[：:].{0,30}|广告|分享到.{0,40})\W*
    """,
    re.I | re.X,
)
# A picture's caption: in Korean, a short line that ends in its credit
_CAPTION = re.compile(
    r"""
    .{0,160}(?:자료\s?사진|연합뉴스\s?제공|제공\s?=\s?\S{1,20}|사진\s?=\s?\S.{0,30}|캡처|캡쳐|\[\S{1,14}\s?(?:제공|캡처|자료사진)\]|사진\s?제공.{0,20})\s*[.\])]*
    | .{5,160}[./]\s?(?:로이터\s?)?(?:연합뉴스|뉴시스|뉴스1|AP|AFP|로이터|EPA|TASS|타스)(?:[ =·/](?:연합뉴스|뉴시스|뉴스1))?\s*[.\])]*
    | (?:фото|photo|image|picture|foto|bild|写真|图|圖)\s?(?:credit|by)?\s?[:：/].{0,120}
    | .{0,140}\((?:AP|AFP|Reuters|Yonhap|EPA|Getty|KCNA|TASS)(?:[ /,-].{0,40})?(?:photo)?\)
    | .{0,200}(?:AP\s+Photo|Getty\s+Images|via\s+(?:AP|Reuters|AFP)|/REUTERS|EPA-EFE)[^.]{0,60}
    """,
    re.I | re.X,
)
# Lines before and after the article.
_LEAD = re.compile(
    r"""
    (?:입력|등록|승인|수정|기사입력|최종수정|업데이트|발행|게재)\b.{0,80} | .{0,30}\s?(?:기자|특파원|통신원|선임기자)(?:\s?[\w.-]+@[\w.-]+)?\W*
    | (?:published|updated|posted|last\s+updated|by|reporting\s+by|written\s+by|from)\b\W.{0,80}(?<![.!?»”"]) | (?:опубликовано|обновлено|автор|дата)\b.{0,60}
    | [\d\s.,:/년월일오전후-]{6,40}(?:KST|GMT|UTC|MSK|МСК)? | \d{1,2}\s+\w+\s+20\d\d(?:\s*г\.?)?,?\s*(?:в\s)?(?:\d{1,2}:\d\d)?
    | (?:home|главная|홈|首页)\s*[>›/»].{0,100} | \d+\s*(?:min(?:ute)?s?\s+read|просмотр\w*|комментари\w*)
    """,
    re.I | re.X,
)
_TAIL = re.compile(
    r"""
    [(\[<]?\s*(?:끝|END|ends|계속|конец|完|了)\s*[)\]>]? | -0- | \W{0,5}\S{0,12}\s?(?:기자|특파원|논설위원|통신원)\s*[·=/]?\s*(?:[\w.+-]+@[\w.-]+)?\W*
    | .{0,60}[\w.+-]+@[\w-]+\.[\w.-]+\W* | (?:reporting|writing|editing|additional\s+reporting|edited|compiled|translated)\s+(?:by|for)\b.{0,300}
    | (?:the\s+writer|the\s+author)\s+is\b.{0,200}(?<=\.) | (?:автор|источник|редактор|теги|тэги|метки|фото|подробнее|полностью)\s*:.{0,120}
    | (?:tags?|keywords?|topics?|categories|filed\s+under|태그|키워드|標籤|关键词|タグ)\s*[:：].{0,200} | \#\S.{0,150}
    | (?:네이버|카카오|유튜브|구독|좋아요|댓글|추천|후속기사|기사 ?원문|기자의 ?다른|다른 ?기사|이전\s?기사|다음\s?기사).{0,60}
    | (?:нашли\s+ошибку|если\s+вы\s+(?:нашли|заметили)|выделите\s+(?:е[её]|фрагмент)|оригинал\s+(?:материала|статьи)).{0,160}
    | (?:this\s+(?:article|story)\s+(?:was|has\s+been|originally)|what\s+do\s+you\s+think|have\s+a\s+(?:story|tip)|contact\s+us|comments?|leave\s+a\s+(?:comment|reply)|view\s+comments).{0,200}
    """,
    re.I | re.X,
)
# After a heading of one of these at the end come other articles' headlines.
_CUT = re.compile(
    r"(?:читайте также|материалы по теме|по теме|ещ[её] по теме|related(?: articles?| stories| news| topics| content)?|"
    r"more on this(?: story)?|more stories|recommended|read more|most read|관련\s?기사|관련\s?뉴스|추천\s?기사|인기\s?기사|주요\s?뉴스|"
    r"많이\s?본\s?(?:기사|뉴스)|関連記事|相关(?:阅读|新闻)|延伸閱讀|mehr zum thema|weitere artikel|sur le même sujet)\W*",
    re.I,
)
# A notice in the same paragraph as the article's last sentence
_TRAILING = re.compile(
    r"\s*(?:-0-\s*|[<\[(]\s*(?:저작권자|copyright|ⓒ|©).{0,160}|(?:무단\s?전재|ⓒ|©\s?\d{4}).{0,120}"
    r"|[/\[(]?\s*[가-힣]{2,4}\s?(?:기자|특파원)\s*=?\s*[\w.+-]+@[\w.-]+\s*[\])]?|\s[\w.+-]+@[\w-]+\.[\w.]+)\s*$",
    re.I,
)
_LONG = 400  # characters: a paragraph as long as this is never a notice
_NEIGHBOURS = 6  # paragraphs from either end that may be lead or tail lines


def clean(text: str) -> str:
    """A run of text in NFC, with single blanks and without zero-width and private-use characters."""
    text = _BLANKS.sub(" ", _JUNK.sub("", text)).strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def trim(paragraphs: list[str], *, title: str = "") -> list[str]:
    """An article's paragraphs without what stands before, after and among them. Paragraphs are `clean` ones."""
    kept: list[str] = []
    for paragraph in paragraphs:
        notice = len(paragraph) < _LONG and (_NOTICE.fullmatch(paragraph) or _CAPTION.fullmatch(paragraph))
        if (notice and not _CUT.fullmatch(paragraph)) or (kept and paragraph == kept[-1]):
            continue
        kept.append(paragraph)
    kept = _without_related(kept)
    begin, end = 0, len(kept)
    heading = _folded(title)
    while begin < min(end, _NEIGHBOURS) and len(kept[begin]) < _LONG:
        if (
            _LEAD.fullmatch(kept[begin])
            or (heading and _folded(kept[begin]) == heading)
            or not re.search(r"\w", kept[begin])
        ):
            begin += 1
        else:
            break
    for _ in range(_NEIGHBOURS):
        if (
            end > begin
            and len(kept[end - 1]) < _LONG
            and (_TAIL.fullmatch(kept[end - 1]) or not re.search(r"\w", kept[end - 1]))
        ):
            end -= 1
    kept = kept[begin:end]
    if kept:
        kept[-1] = _TRAILING.sub("", kept[-1]).rstrip() or kept[-1]
    return kept


def _without_related(paragraphs: list[str]) -> list[str]:
    """Cut where other articles' headlines begin; drop such a heading alone where the article goes on after it."""
    for index, paragraph in enumerate(paragraphs):
        if _CUT.fullmatch(paragraph):
            rest = paragraphs[index + 1 :]
            if index > 0 and all(len(line) < 160 for line in rest):
                return paragraphs[:index]
    return [paragraph for paragraph in paragraphs if not _CUT.fullmatch(paragraph)]


def _folded(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()
