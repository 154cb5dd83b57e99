"""Korean: who speaks, by the wording alone, and what the coder makes of it with list and codebook."""

from __future__ import annotations

import pytest

from pipelines.coding import Coder
from pipelines.coding.document import Document
from pipelines.coding.korean import make
from pipelines.coding.segmentation import segment
from schemas.codebook import load_codebook

KOREAN = make()


def read(text: str, title: str = "", outlet: str = "시험신문") -> Document:
    document = Document(text, title, "ko", "2024-11-01", outlet)
    segment(document, KOREAN)
    document.attributions = KOREAN.attributions(document)
    return document


def speakers(text: str, title: str = "") -> list[str]:
    said = read(text, title).attributions
    return [a.speaker.name or a.speaker.role or a.speaker.kind for a in said]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ('김여정 노동당 부부장은 담화에서 "우리의 주권적 권리"라고 주장했다.', ["김여정"]),
        ("조선중앙통신은 20일 두 나라 관계가 새로운 전략적 높이에 올라섰다고 보도했다.", ["조선중앙통신"]),
        ('최선희 외무상은 "로씨야의 정의로운 위업을 전적으로 지지한다"고 말했다고 조선중앙통신이 전했다.', ["최선희"]),
        ('조선중앙통신에 따르면 김정은 국무위원장은 "조로관계는 불패의 동맹"이라고 강조했다.', ["김정은"]),
        ('타스통신은 라브로프 장관이 "제3국을 겨냥하지 않는다"고 말했다고 보도했다.', ["라브로프"]),
        (
            '매슈 밀러 미국 국무부 대변인은 "매우 우려한다"면서도 "예단하지 않겠다"고 말했다.',
            ["매슈 밀러", "매슈 밀러"],
        ),
        (
            "존 커비 백악관 국가안보회의(NSC) 전략소통조정관은 18일 브리핑에서 컨테이너 1천여 개가 넘어갔다고 밝혔다.",
            ["존 커비"],
        ),
        ('카린 장피에르 백악관 대변인은 "대가를 치를 것"이라고 경고했다.', ["카린 장피에르"]),
        ('하야시 요시마사 일본 관방장관은 "안보리 결의 위반"이라고 비판했다.', ["하야시 요시마사"]),
        ('마오닝 중국 외교부 대변인은 "아는 바가 없다"고 답했다.', ["마오닝"]),
        ("안토니우 구테흐스 유엔 사무총장은 모든 회원국이 제재를 지켜야 한다고 촉구했다.", ["안토니우 구테흐스"]),
        ("볼로디미르 젤렌스키 우크라이나 대통령은 북한군 3천 명이 죽거나 다쳤다고 주장했다.", ["볼로디미르 젤렌스키"]),
        ('빅터 차 미 전략국제문제연구소(CSIS) 한국석좌는 "거래에 가깝다"고 평가했다.', ["빅터 차"]),
        ('차 석좌는 "오래가지 못한다"고 덧붙였다.', ["차"]),
        ("두진호 한국국방연구원 국제전략연구실장은 러시아가 재진입 기술은 내주지 않을 것으로 봤다.", ["두진호"]),
        ("양무진 북한대학원대 총장은 “북러 관계는 혈맹 수준”이라고 분석했다.", ["양무진"]),
        ('홍민 통일연구원 선임연구위원은 "기술 이전은 제한적일 것"이라고 내다봤다.', ["홍민"]),
        ('박원곤 이화여대 북한학과 교수는 "신냉전 구도가 굳어진다"고 진단했다.', ["박원곤"]),
        ('김준형 조국혁신당 의원은 "윤석열 정부가 자초한 일"이라고 꼬집었다.', ["김준형"]),
        ('대통령실 고위 관계자는 "단계적으로 조치하겠다"고 밝혔다.', ["대통령실 고위 관계자"]),
        ('익명을 요구한 외교부 당국자는 "우려스럽다"고 말했다.', ["외교부 당국자"]),
        ("전문가들은 러시아가 핵심 기술을 주지는 않을 것으로 전망한다.", ["전문가들"]),
        ("전문가들 사이에서는 동맹이 오래가지 않을 것이라는 관측이 나온다.", ["전문가들"]),
        ("러시아가 북한에 정찰위성 기술을 넘길 것이라는 관측이 나온다.", []),
        ("무기 거래가 이뤄진 것으로 알려졌다.", []),
        ("북한은 러시아에 무기를 판 적이 없다고 주장했다.", ["북한"]),
        ('"사실무근"이라고 크렘린궁은 일축했다.', ["크렘린궁"]),
        ('"북한과의 협력은 누구도 겨냥하지 않는다." 자하로바 대변인은 이렇게 말했다.', ["자하로바"]),
        (
            '신원식 국방부 장관은 "포탄 수백만 발이 넘어갔다"고 했고, 조태열 외교부 장관은 "좌시하지 않겠다"고 했다.',
            ["신원식", "조태열"],
        ),
        (
            '이재명 대표가 "균형 외교를 해야 한다"고 말한 데 대해 국민의힘은 "궤변"이라고 반박했다.',
            ["이재명", "국민의힘"],
        ),
        ("한미일 3국은 공동성명에서 북러 군사협력을 강력히 규탄했다.", ["한미일 3국"]),
        ("뉴욕타임스(NYT)는 미 당국자를 인용해 북한군 사상자가 1천 명을 넘었다고 보도했다.", ["미 당국자"]),
        ('월스트리트저널은 사설에서 "독재자들의 축"이라고 꼬집었다.', ["월스트리트저널"]),
        ('한겨레는 사설에서 "이념 외교가 빚은 결과"라고 비판했다.', ["한겨레"]),
        ("국정원은 추가 파병 가능성이 있다고 판단하고 있다.", ["국정원"]),
        ("정부는 살상무기 지원 여부를 단계적으로 검토한다는 입장이다.", ["정부"]),
        ('러시아 외무부는 "한국의 무기 지원은 양국 관계를 파괴할 것"이라고 경고했다.', ["러시아 외무부"]),
        ('주한 러시아대사관은 "근거 없는 추측"이라고 일축했다.', ["러시아대사관"]),
        ("그는 또 러시아가 북한을 핵보유국으로 대하고 있다고 우려했다.", ["그"]),
        ('문정인 연세대 명예교수도 "외교로 풀어야 한다"고 조언했다.', ["문정인"]),
        ('주유엔 한국대사인 황준국 대사는 "러시아의 거부권 행사는 범죄자가 CCTV를 부순 격"이라고 말했다.', ["황준국"]),
        ('황준국 주유엔 한국대사는 "국제 비확산 체제를 허무는 행위"라고 규탄했다.', ["황준국"]),
        (
            '로이드 오스틴 미국 국방장관은 "북한군이 러시아에 있다는 증거가 있다"고 처음으로 확인했다.',
            ["로이드 오스틴"],
        ),
        ('마르크 뤼터 북대서양조약기구(NATO·나토) 사무총장은 "중대한 확전"이라며 강하게 비판했다.', ["마르크 뤼터"]),
        (
            '안드레이 란코프 국민대 교수는 "양국의 이해관계가 일시적으로 맞아떨어진 것"이라고 지적했다.',
            ["안드레이 란코프"],
        ),
        ('알렉산드르 제빈 러시아과학아카데미 한국연구센터장은 "미국이 자초한 일"이라고 말했다.', ["알렉산드르 제빈"]),
        ('한 정부 소식통은 "추가 파병 준비 정황이 있다"고 전했다.', ["정부 소식통"]),
        ('조선의오늘은 "굴종외교의 산물"이라고 비난했다.', ["조선의오늘"]),
        ('북한 매체들은 이날 정상회담 소식을 전하며 "불패의 친선"이라고 선전했다.', ["북한 매체들"]),
        ("크렘린궁은 김 위원장의 방러를 푸틴 대통령이 초청했다고 확인했다.", ["크렘린궁"]),
        ('더불어민주당은 논평을 내고 "외교 참사"라고 비판했다.', ["더불어민주당"]),
        (
            '임을출 경남대 극동문제연구소 교수는 "노동자 파견이 늘 것"이라며 "외화벌이가 핵심"이라고 설명했다.',
            ["임을출", "임을출"],
        ),
        ("위성락 국가안보실장은 한러 관계를 관리해 나가야 한다고 밝혔다.", ["위성락"]),
        ('이재명 대통령은 "한반도 긴장을 낮추겠다"고 했다.', ["이재명"]),
        ('린젠 대변인은 "중국의 입장에는 변화가 없다"고 했다.', ["린젠"]),
        ("중국은 북러 밀착을 불편해한다고 자칭궈 베이징대 교수는 설명했다.", ["자칭궈"]),
        ("앞서 조 장관은 지난달 국회에서 “러시아에 책임을 묻겠다”고 답한 바 있다.", ["조"]),
        ('조현동 주미대사는 특파원들과 만나 "한미가 긴밀히 공조하고 있다"고 전했다.', ["조현동"]),
        ('"우리는 러시아 형제들과 함께할 것"이라고 리병철은 말하였다.', ["리병철"]),
        ('조선로동당 중앙위원회 부장 김영철동지는 "반제자주"를 강조하였다.', ["김영철"]),
        ("북러 동맹은 오래가지 못한다는 게 그의 판단이다.", ["그"]),
        ("러시아가 대가를 치를 것이라는 게 대통령실의 설명이다.", ["대통령실"]),
        ('홍 교수는 이번 조약을 "냉전의 유물"에 비유했다.', ["홍"]),
        ('국방부는 파병설을 "근거 없는 소문"으로 규정했다.', ["국방부"]),
        ('김 교수는 "거래일 뿐"이라고, 이 연구위원은 "동맹"이라고 각각 말했다.', ["김", "이"]),
        ('"무기가 넘어가고 있다." 홍민 통일연구원 선임연구위원의 말이다.', ["홍민", "홍민"]),
        ("러시아는 기술을 주지 않을 것이라고 박 교수는 봤다.", ["박"]),
        ("이 신문은 러시아가 대가를 치를 것이라고 썼다.", ["이"]),
        ("외교부 당국자는 대북 제재 위반 가능성을 배제하지 않았다.", ["외교부 당국자"]),
        ("백악관은 추가 제재 가능성을 열어뒀다.", ["백악관"]),
        ("유럽의회는 파병을 규탄하는 결의안을 채택했다.", ["유럽의회"]),
        ("여야는 규탄 결의가 필요하다는 데 뜻을 같이했다.", ["여야"]),
        ("서울대 국제대학원 박태균 교수는 북한이 시간을 벌었다고 한다.", ["박태균"]),
        ('라브로프는 소셜미디어에 "누구의 허락도 필요 없다"고 적었다.', ["라브로프"]),
        ('탈북민 김모씨는 "가족들이 불안해한다"고 전했다.', ["김모"]),
        (
            '러시아 하원 국방위원장을 지낸 안드레이 카르타폴로프 의원은 "한국은 걱정할 것 없다"고 말했다.',
            ["안드레이 카르타폴로프"],
        ),
        ('브뤼셀의 한 외교관은 "유럽이 대응할 때"라고 말했다.', ["브뤼셀 외교관"]),
        ('전 주러시아 대사 위성락은 "관리 외교가 필요하다"고 조언했다.', ["위성락"]),
        ("위성락 전 주러시아 대사는 관리 외교가 필요하다고 조언했다.", ["위성락"]),
        ('장 전 장관은 "러시아와 대화해야 한다"고 했다.', ["장"]),
        ('익명을 요구한 전직 관리는 "기술 이전은 이미 시작됐다"고 귀띔했다.', ["전직 관리"]),
        ("한국국방연구원은 보고서에서 포탄 800만 발이 넘어갔다고 추산했다.", ["한국국방연구원"]),
        ("미 의회 산하 자유아시아방송(RFA)은 노동자 수천 명이 파견됐다고 보도했다.", ["자유아시아방송"]),
        ('로동신문은 론평에서 "미제의 책동"을 단죄하였다.', ["로동신문"]),
        ('김정은동지께서는 "로씨야의 위업을 지지한다"고 말씀하시였다.', ["김정은"]),
        ("국제사회는 러시아의 거부권 행사를 일제히 비판했다.", ["국제사회"]),
        ('민주당 이언주 최고위원은 "편 가르기 외교의 결과"라고 했다.', ["이언주"]),
        ('국민의힘 조지연 원내대변인은 논평에서 "안보 위협"이라고 지적했다.', ["조지연"]),
        ('이 의원이 "외교 참사"라고 비판하자 국민의힘은 "궤변"이라고 맞받았다.', ["이", "국민의힘"]),
        ('무기를 줘야 한다는 강 의원의 주장에 배 의원은 "위험한 발상"이라고 반박했다.', ["강", "배"]),
        (
            '마오닝 중국 외교부 대변인은 "모른다"고 했다. 마오 대변인은 "양국의 일"이라고 덧붙였다.',
            ["마오닝", "마오닝"],
        ),
        (
            '미하일 갈루진 러시아 외무차관은 조약이 방어적이라고 전제한 뒤 "누구도 겨냥하지 않는다"고 했다.',
            ["미하일 갈루진", "미하일 갈루진"],
        ),
        ('김정은은 "전우의 나라"라는 표현을 썼다.', ["김정은"]),
        ("러시아 측은 합법적 협력이라는 입장이다.", ["러시아"]),
        ('국제문제 전문가 존 스미스는 이번 조약을 두고 "도박"이라고 평가했다.', ["존 스미스"]),
    ],
)
def test_speakers_of_a_sentence(sentence: str, expected: list[str]) -> None:
    assert speakers(sentence) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('페스코프 "북러 협력, 제3국 겨냥 안해"', "페스코프"),
        ('美국무부 "북러 무기거래 우려"', "美국무부"),
        ('北 김여정 "주권국가의 권리"', "김여정"),
        ('러 외무부 "한국, 선 넘지 말라"', "러 외무부"),
        ('국정원 "북한군 3천명 추가 파병"', "국정원"),
        ('中 "북러 양국 간의 일"', "중국"),
        ('전문가들 "핵잠 기술 이전 어려울 것"', "전문가들"),
        ("젤렌스키 “북한군 4천명 사상”", "젤렌스키"),
        ('"북러 조약은 도박" 브루스 클링너', "브루스 클링너"),
        ('통일부, 북러 조약 "깊은 유감"', "통일부"),
        ('G7 외교장관 "북한 파병 규탄"', "G7 외교장관"),
        ('나토 사무총장 "북한군 쿠르스크 배치 확인"', "나토 사무총장"),
        ("한미일, 북러 군사협력 규탄", "한미일"),
    ],
)
def test_speaker_of_a_headline(title: str, expected: str) -> None:
    document = Document(title, title, "ko")
    segment(document, KOREAN)
    assert [a.speaker.name or a.speaker.role for a in KOREAN.headline(document)] == [expected]


def test_headline_with_two_speakers() -> None:
    title = '中 "양국 간의 일"…전문가들 "속으론 불편"'
    document = Document(title, title, "ko")
    segment(document, KOREAN)
    assert [a.speaker.name or a.speaker.role for a in KOREAN.headline(document)] == ["중국", "전문가들"]


@pytest.mark.parametrize(
    ("sentence", "speaker", "source"),
    [
        ('페스코프 대변인은 "내정"이라고 말했다고 타스통신이 보도했다.', "페스코프", "타스통신"),
        ('타스통신은 라브로프 장관이 "제3국을 겨냥하지 않는다"고 말했다고 보도했다.', "라브로프", "타스통신"),
        ('조선중앙통신에 따르면 김여정 부부장은 "주권적 권리"라고 주장했다.', "김여정", "조선중앙통신"),
        ("국정원은 병력이 이미 떠났다고 보고했다고 이성권 의원이 전했다.", "국정원", "이성권"),
        (
            "로이터통신은 우크라이나 정보총국을 인용해 포탄의 절반이 북한산이라고 보도했다.",
            "우크라이나 정보총국",
            "로이터통신",
        ),
    ],
)
def test_the_inner_speaker_speaks(sentence: str, speaker: str, source: str) -> None:
    (said,) = read(sentence).attributions
    assert (said.speaker.name, said.source and said.source.name) == (speaker, source)


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ('반면 미하일로 포돌랴크 우크라이나 대통령실 고문은 "공범"이라고 했다.', ["미하일로 포돌랴크"]),
        ('요시히로 나카타니 일본 방위상은 "우려한다"고 말했다.', ["요시히로 나카타니"]),
        ('세 나라 외교장관은 "깊은 우려"를 표했다.', ["세 나라 외교장관"]),
        ("발트 3국 외교장관들은 동결 자산을 쓰자고 제안했다.", ["발트 3국 외교장관들"]),
        ('시민단체 평화의길은 "파병을 멈추라"고 촉구했다.', ["평화의길"]),
        ('예비역 포병 장교인 백인호 관악대학원 교수는 "불발탄이 많다"고 했다.', ["백인호"]),
        ("러시아에서 유학한 임채원 동서대 교수는 기술이 넘어갔다고 봤다.", ["임채원"]),
        ("강도현 연구위원이 보기에 북한은 미사일을 값으로 불렀다.", ["강도현"]),
        ("문가영 남도대 교수의 분석으로는 포탄의 절반이 불량이다.", ["문가영"]),
        ("두 나라가 갈라설 것이라는 게 임 교수의 추정이다.", ["임"]),
        ('조 장관은 "책무를 내던졌다"는 말로 야당의 공세를 피해 갔다.', ["조"]),
        ("일각에서는 진영이 갈라질 수 있다는 우려도 나온다.", ["일각"]),
        ("일본 정부로서는 우크라이나와도 공조하겠다는 방침이다.", ["일본 정부"]),
        ('심가은 대표는 "궤변"이라며 국제노동기구가 나서서 조사해야 한다고 촉구했다.', ["심가은", "심가은"]),
        ("이번에 커비 조정관은 컨테이너가 넘어갔다고 밝혔다.", ["커비"]),
    ],
)
def test_more_shapes_of_speakers(sentence: str, expected: list[str]) -> None:
    assert speakers(sentence) == expected


def test_whom_a_sentence_introduces_speaks_next() -> None:
    document = read('조민석 서래전략연구원장은 시큰둥하다. 그는 "지갑의 온도는 다르다"고 했다.')
    assert [s.name for s in document.named] == ["조민석"]


def test_whose_view_follows() -> None:
    document = read("정유빈 한중미래연구소장의 진단도 비슷하다. 시진핑 주석으로선 달가울 리 없다는 것이다.")
    assert [s.name for s in document.named] == ["정유빈"]


def test_people_are_met_in_any_case() -> None:
    assert speakers("반론을 듣기 위해 조태용 전 국가안보실장에게도 물었다. 조 전 실장은 외교 탓이 아니라고 했다.") == [
        "조태용"
    ]


def test_an_interview_ends_where_quotation_marks_do() -> None:
    text = (
        "주러시아 공사를 지낸 문성탁 전 대사를 만났다.\n\n―얼마나 갈 것으로 보나.\n“길어야 전쟁이 끝날 때까지다.”\n\n"
        "―잠수함 기술이 넘어간다는 말이 있다.\n“과장이다.”\n\n그는 매실차를 권했다."
    )
    said = read(text, "[인터뷰] 모스크바").attributions
    assert [text[a.start : a.end] for a in said] == ["“길어야 전쟁이 끝날 때까지다.”", "“과장이다.”"]
    assert {a.speaker.name for a in said} == {"문성탁"}


def test_editorial_says_more_than_what_should_be_done() -> None:
    text = "다리의 착공식이 지난주 열렸다. 모스크바는 제 손으로 서명한 결의를 휴지로 만들고 있다."
    (said,) = read(text, "[사설] 두만강 다리").attributions
    assert text[said.start :].startswith("모스크바는")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("대통령실은 “관리하고 있다”고 하지만 믿기 어렵다.", ["대통령실", "시험신문"]),
        ("지난 정부는 가치외교를 앞세워 대화의 문을 스스로 닫았다.", ["시험신문"]),
        ("북한이 병력을 보낸 지 한 해가 지났다.", []),
        ("이를 두고 일각에서는 살상무기 지원론까지 나온다.", []),
        ("이번에 드러난 것은 조약이 종잇조각이 아니라는 사실이다.", ["시험신문"]),
    ],
)
def test_an_editorial_answers_and_blames(text: str, expected: list[str]) -> None:
    assert speakers(text, "[사설] 파병 1년") == expected


def test_spans_are_cut_where_the_claims_are() -> None:
    text = '김 장관은 결의를 어기고 있다며 "동맹과 함께 대응하겠다"고 밝혔다.'
    said = read(text).attributions
    assert [text[a.start : a.end] for a in said] == [
        "김 장관은 결의를 어기고 있다며",
        '"동맹과 함께 대응하겠다"고 밝혔다.',
    ]
    assert [a.direct for a in said] == [False, True]


def test_a_quotation_of_several_sentences() -> None:
    text = '홍민 통일연구원 선임연구위원은 "기술은 안 줄 것이다. 식량은 줄 것이다"라고 내다봤다.'
    said = read(text).attributions
    assert {a.speaker.name for a in said} == {"홍민"}
    assert (said[0].start, said[-1].end) == (0, len(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("오서린 한빛대 교수의 말마따나 두 나라를 묶는 것은 전쟁이다.", ["오서린"]),
        ("오서린 한빛대 교수가 지난달 한 포럼에서 지적했듯 교역은 미미하다.", ["오서린"]),
        (
            '김건우 의원이 "제재를 하라. 늦었다"고 따지자 조인수 장관은 "검토하겠다"고 했다.',
            ["김건우", "김건우", "조인수"],
        ),
        (
            '성하준 위원장은 "배울 기회"라고 맞섰고, 부승윤 의원은 "피로 배울 것은 없다"고 되받았다.',
            ["성하준", "부승윤"],
        ),
        ("한도경 의원은 포탄 지원을, 추은서 의원은 물밑 접촉을 각각 제안했다.", ["한도경", "추은서"]),
        ("오서린 한빛대 교수는 북러 관계를 유효기간이 짧은 거래로 규정했다.", ["오서린"]),
        ("푸충 중국 대사는 모두가 냉정을 유지해야 한다는 기존 입장을 반복했다.", ["푸충"]),
        ("바실리 테네자 러시아 대사는 “꾸며 낸 이야기”라고 맞받아쳤다.", ["바실리 테네자"]),
        ("차재원 교수는 북한이 뒷배를 얻었다고 말했다.", ["차재원"]),
        ("북방경제연구원 보고서는 교역이 두 배로 늘었다고 집계했다.", ["북방경제연구원"]),
        ('"국정원은 드론에 대한 무지가 피해를 키운 것으로 본다"고 이성권 의원이 전했다.', ["국정원"]),
        ("이성권 의원에 따르면 국정원은 병력 규모를 1천 명 이상으로 가늠하고 있다.", ["국정원"]),
        ("북방학회는 15일 '북러 밀착과 한국의 선택'을 주제로 세미나를 열었다.", []),
        ("필자는 모스크바와 대화해야 한다고 본다.", ["필자"]),
        (
            '동해일보는 "설득이 관건"이라고 썼고, 서해신문은 밀착의 원인을 가치외교에서 찾았다.',
            ["동해일보", "서해신문"],
        ),
        ('현지에서 업체를 운영하는 A씨는 "공사가 안 된다"고 털어놨다.', ["A"]),
        ('진찬룽 인민대 교수는 "나쁠 것이 없다"는 입장이다.', ["진찬룽"]),
        ('마크 배리 국제평화학술지 부편집장은 "전황은 바뀌지 않는다"고 말했다.', ["마크 배리"]),
        ('▲ 외교부 = "러시아는 책임 있는 상임이사국으로 돌아와야."', ["외교부"]),
        ("◆ 정서윤> 도박이라고 봅니다.", ["정서윤"]),
        ("◇ 김현정> 어떻게 보십니까?", []),
        ("배리 부편집장의 판단으로는 러시아가 얻는 것은 시간뿐이다.", ["배리"]),
        ("독립 매체 메두자는 국방부 관리의 말을 빌려 통역이 부족하다고 전했다.", ["국방부 관리"]),
        ("독립 매체 메두자는 통역이 부족하다고 보도했다.", ["메두자"]),
        ("그렇다고 우리가 러시아와 등질 이유는 없다.", []),
        ('수자 출신 피란민 류드밀라(62) 씨는 "집이 남았다"고 했다.', ["류드밀라"]),
        ('포로로 잡힌 북한 병사 리모 씨는 "돌아가기 싫다"고 밝혔다.', ["리모"]),
        ('진보 성향의 새벽행동은 "무기 지원에 반대한다"는 성명을 발표했다.', ["새벽행동"]),
        ("문정인 교수와 정세현 전 장관은 대화가 먼저라고 입을 모았다.", ["문정인", "정세현"]),
        ("러시아 외무부와 북한 외무성은 이런 주장을 전면 부인했다.", ["러시아 외무부", "북한 외무성"]),
        ("중국과 달리 정세현 전 장관은 대화가 먼저라고 말했다.", ["정세현"]),
        ("두진호 연구실장은 방공망 부품이 먼저일 것이라는 데 무게를 뒀다.", ["두진호"]),
        ("여야 의원들은 파병을 규탄해야 한다는 데 의견을 같이했다.", ["여야 의원들"]),
        ("오서린 한빛대 교수에게 이유를 묻자 “남는 장사”라는 답이 돌아왔다.", ["오서린"]),
        ("한도경 의원에게 배경을 물었더니 “제재가 무너졌다”는 대답이 돌아왔다.", ["한도경"]),
        ("독일 프랑크푸르터알게마이네차이퉁(FAZ)은 전황이 바뀌지 않는다고 평가했다.", ["프랑크푸르터알게마이네차이퉁"]),
        ("러시아 무인기(UAV)는 북한으로 갔다.", []),
        ("김여정 부부장은 “헛소리”라고 했다. 김 부부장은 이날 담화에서 이같이 밝혔다.", ["김여정"]),
        ("로즈메리 디카를로 유엔 사무차장은 규모를 검증할 수 없다고 보고했다.", ["로즈메리 디카를로"]),
        ("러시아로 유엔 사무차장은 떠났다.", []),
        ("강동완 동아대 교수는 북한 노동자를 1만5천 명 안팎으로 추산했다.", ["강동완"]),
        ("오서린 한빛대 교수는 포탄을 수백만 발 규모로 집계했다.", ["오서린"]),
        ("자하로바 대변인은 대가가 따를 것이라는 경고도 잊지 않았다.", ["자하로바"]),
        ("한도경 의원은 시간이 없다는 당부도 빼놓지 않았다.", ["한도경"]),
        ("안나 옙스티그니예바 러시아 차석대사는 보고서를 인정하지 않겠다고 밝혔다.", ["안나 옙스티그니예바"]),
        ("이와 달리 션즈화 화둥사범대 교수는 “잠재적 적”이라고 말했다.", ["션즈화"]),
        ("보렐 대표는 북한군의 참전을 “유럽에 대한 적대행위”로 못박았습니다.", ["보렐"]),
        ("통일부 당국자는 담화가 파병을 부인하지 않은 점에 주목했다.", ["통일부 당국자"]),
        ("뤼차오 연구원은 잃을 것이 없다고 본다. 중국 없이는 하루도 못 버틴다는 설명이다.", ["뤼차오", "omitted"]),
    ],
)
def test_further_ways_to_tell_speech(text: str, expected: list[str]) -> None:
    assert speakers(text) == expected


def test_quotations_with_their_speakers_in_brackets() -> None:
    assert speakers("“앞뒤가 바뀐 주장”(김도윤 차장), “너무 쉽게 버렸다”(이서하 의원). 보는 눈은 제각각이다.") == [
        "김도윤",
        "이서하",
    ]


def test_what_is_announced_is_said_by_the_same_speaker() -> None:
    text = "옌서우 푸단대 교수는 중국의 계산을 이렇게 풀어 줬다. 북한이 기댈수록 말발은 약해진다. 그래서 거리를 둔다."
    said = read(text).attributions
    assert [(a.speaker.name, text[a.start : a.start + 2]) for a in said] == [("옌서우", "북한"), ("옌서우", "그래")]


def test_a_view_may_stand_without_its_particle() -> None:
    found = read("아르툠 루킨 극동연방대 교수 생각은 달랐다. 이 정도는 오히려 적은 편이라는 것이다.").attributions
    assert [(a.speaker.kind, a.cue) for a in found] == [("omitted", "것이다")]
    assert speakers("한도경 의원 진단은 이렇다. 러시아가 급하다.") == ["한도경"]


def test_view_of_a_body_told_in_the_next_sentence() -> None:
    text = '한 외교관은 "숫자는 부풀려진다"고 했다. 정보 당국의 판단은 다르다. 병력보다 무서운 것은 포탄이라는 것이다.'
    said = read(text).attributions
    assert said[-1].speaker.kind == "omitted" and len(said) == 2


def test_who_answers_within_a_sentence_has_spoken_before() -> None:
    text = '정서윤 전 장관은 "판이 바뀐다"고 했다. 진행자가 "늦은 것 아니냐"고 하자 그는 "늦은 때는 없다"고 말했다.'
    assert [a.speaker.name for a in read(text).attributions][::2] == ["정서윤", "정서윤"]


def test_caption_of_a_broadcast() -> None:
    text = '[이혜정/한반도연구원 연구위원 : "설계도보다 기술자가 왔다는 점이 더 무섭습니다."]'
    assert [a.speaker.name for a in read(text).attributions] == ["이혜정"]


def test_round_table() -> None:
    text = "▲ 서도윤 한빛대 교수 = 대화부터 해야 한다. 늦으면 자리가 없다.\n\n▲ 오하람 포럼 대표 = 동의하기 어렵다."
    said = read(text).attributions
    assert [a.speaker.name for a in said] == ["서도윤", "서도윤", "오하람"]


def test_interview() -> None:
    text = (
        "윤채림 동아시아연구소장을 19일 만났다.\n\n―조약의 성격은.\n\n"
        '"동맹이라고 보기는 이르다. 필요가 맞았을 뿐이다."\n\n'
        '―기술을 넘길까?\n\n"핵심 기술은 주지 않을 것이다."'
    )
    said = read(text).attributions
    assert {a.speaker.name for a in said} == {"윤채림"}
    assert len(said) == 3
    assert not any("성격은" in text[a.start : a.end] for a in said)


def test_caption_before_a_quotation() -> None:
    text = "게리 세이모어 / 전 백악관 조정관\n\n“포탄은 몇 달 안에 바닥난다. 더 올 것이다.”"
    assert {a.speaker.name for a in read(text).attributions} == {"게리 세이모어"}


def test_two_speakers_share_a_verb() -> None:
    assert speakers('국민의힘은 "굴종 외교의 청구서", 민주당은 "편 가르기의 대가"라고 주장했다.') == [
        "국민의힘",
        "민주당",
    ]


def test_a_place_of_work_does_not_speak() -> None:
    assert speakers('전문가패널에서 활동한 마틴 크롤 전 위원은 "감시가 사라졌다"고 말했다.') == ["마틴 크롤"]


def test_label_before_a_quotation() -> None:
    text = "▲조태열 외교부 장관 “불법 거래의 대가를 치를 것이다.”"
    assert [a.speaker.name for a in read(text).attributions] == ["조태열"]


def test_unnamed_experts_are_one_group() -> None:
    (said,) = read("미국의 대북 전문가들은 동맹이 오래가지 않을 것으로 내다봤다.").attributions
    assert (said.speaker.kind, said.speaker.name) == ("group", "전문가들")


def test_dateline_is_no_speaker() -> None:
    text = "(서울=동해통신) 김철수 기자 = 통일부는 깊은 우려를 표한다고 밝혔다."
    (said,) = read(text).attributions
    assert said.speaker.name == "통일부"
    assert text[said.start :].startswith("통일부는")


def test_editorial_voice() -> None:
    text = "본지는 이를 범죄로 규정한다. 정부는 돈줄부터 끊어야 한다."
    said = read(text, "[사설] 청년을 파는 정권").attributions
    assert [a.speaker.name for a in said] == ["시험신문"] * 2
    assert not read("정부는 돈줄부터 끊어야 한다.", "청년을 파는 정권").attributions


def test_column() -> None:
    text = "하도윤 청솔대 교수\n\n북한군이 쿠르스크에 갔다. 이제라도 모스크바와 대화해야 한다."
    said = read(text, "[시론] 밀착의 뿌리").attributions
    assert [(a.speaker.name, text[a.start : a.end]) for a in said] == [("하도윤", "이제라도 모스크바와 대화해야 한다.")]


def test_declaration() -> None:
    text = "조로관계는 호혜적인 친선관계이다.\n\n그 누구도 이를 시비할수 없다."
    said = read(text, "최선희 외무상 담화").attributions
    assert {(a.speaker.name, a.rule) for a in said} == {("최선희", "declaration")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("“더 올 것이다.” 그는 이렇게 말했다. 끝이다.", ["“더 올 것이다.”", "그는 이렇게 말했다.", "끝이다."]),
        ("“더 올 것이다.”라고 그는 말했다.", ["“더 올 것이다.”라고 그는 말했다."]),
        ("9.19 합의가 깨졌다.이어 2.5배로 늘었다.", ["9.19 합의가 깨졌다.", "이어 2.5배로 늘었다."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[a:b] for a, b in KOREAN.sentences(text, 0, len(text))] == expected


@pytest.mark.parametrize(
    ("text", "name", "found"),
    [
        ("김정은은", "김정은", True),
        ("김정은에게서도", "김정은", False),
        ("러시아군은", "러시아", False),
        ("러시아와의", "러시아", True),
        ("인도적", "인도", False),
        ("푸틴대통령은", "푸틴", True),
        ("대러시아", "러시아", False),
        ("美국무부가", "국무부", True),
    ],
)
def test_names_end_at_particles_and_titles(text: str, name: str, found: bool) -> None:
    start = text.index(name)
    assert (KOREAN.ends_name(text, start, start + len(name)) >= 0) is found


def test_surnames_and_titles() -> None:
    assert KOREAN.short_forms("구병삼") == ("구",)
    assert KOREAN.short_forms("남궁영") == ("남궁",)
    assert "블링컨" in KOREAN.short_forms("토니 블링컨")
    assert KOREAN.role_key("전 주러시아 대사") == "대사"
    assert KOREAN.register("선임연구위원", "국방미래연구원") == "scholar"
    assert KOREAN.register("대변인", "외교부") == "official"
    assert KOREAN.register("의원", "국민의힘") == "politician"
    assert KOREAN.country("우크라이나 국방부 정보총국") == "UA"


# -- the whole coder ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


ARTICLE = """북한과 러시아의 무기 거래를 두고 북러 협력에 대한 우려가 커지고 있다.

신원식 국방부 장관은 20일 "포탄 수백만 발이 러시아로 넘어갔다"고 밝혔다. 이어 위성 기술이 갔을 가능성이 있다고 설명했다.

신 장관은 "안보리 결의를 정면으로 위반한 불법 행위"라고 규탄했다.

국방부 관계자는 "상응하는 대가를 치를 것"이라고 경고했다. 이 관계자는 북한군의 움직임도 주시하고 있다고 했다.

한도경 국방미래연구원 선임연구위원은 북러 동맹이 오래가지 않을 것이라고 내다봤다.

한 위원은 전쟁이 끝나면 러시아가 손을 뗄 것이라고 덧붙였다.
"""


def test_article(coder: Coder) -> None:
    coded = coder.code(ARTICLE, title="신원식 “포탄 수백만 발 러시아로”", language="ko", published="2024-02-20")
    assert coded.relevant

    def by(words: str):
        at = ARTICLE.index(words)
        return next(s for s in coded.statements if s.start <= at < s.end)

    assert by("포탄 수백만").speaker.id == by("위성 기술").speaker.id == by("안보리 결의").speaker.id == "shin-won-sik"
    assert by("상응하는").speaker.country == "KR"
    assert by("움직임도").speaker.name == by("상응하는").speaker.name
    assert by("오래가지").speaker.name == by("전쟁이 끝나면").speaker.name == "한도경"
    assert by("오래가지").speaker.affiliation == "국방미래연구원"
    assert "arms_technology" in {c.id for c in by("포탄 수백만").categories}
    assert "official_condemnation" in {c.id for c in by("안보리 결의").categories}
    assert by("안보리 결의").stance == "critical"
    for statement in coded.statements:
        assert ARTICLE[statement.start : statement.end] == statement.text
        assert len(statement.text) <= 800


def test_title_alone(coder: Coder) -> None:
    title = '통일부 "북러 무기 거래, 안보리 결의 위반"'
    coded = coder.code("", title=title, language="ko", published="2024-02-20")
    (statement,) = coded.statements
    assert statement.speaker.surface == "통일부"
    assert [c.id for c in statement.categories][:1] == ["official_condemnation"]


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("북한 여자축구 우승", "북한이 일본을 꺾고 우승했다. 감독은 기쁘다고 말했다. 러시아 심판이 주심을 봤다."),
        (
            "나토 정상회의 개막",
            "사무총장은 러시아의 위협에 맞서자고 말했다. 공동성명은 중국과 이란, 북한도 언급했다. 국방비가 의제다.",
        ),
        (
            "이산가족 상봉 제안",
            "통일부 장관은 북한에 이산가족 상봉을 제안했다. 러시아 등 주변국과도 소통한다고 말했다. 여당은 환영했다.",
        ),
    ],
)
def test_near_misses_are_irrelevant(coder: Coder, title: str, text: str) -> None:
    assert coder.relevance(title, text, "ko") < 0.5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "“",
        "\ud800 러시아 \udfff 북한 조약",
        "북한 러시아 " * 3000,
        "“북한은 러시아에 " * 400,
        "그는 " * 2000 + "말했다.",
        "가" * 30000,
        "라고라고라고 며며며 다고 다고 다고 했다.",
        "= : = : ▲ = 「」『』《》",
        "의 의 의 에 따르면 에 따르면, 것이라는 것이다.",
    ],
)
def test_no_text_breaks_the_reader(text: str) -> None:
    document = read(text)
    assert all(0 <= a.start < a.end <= len(text) for a in document.attributions)


def test_the_lexicon_knows_every_term_of_the_rules() -> None:
    codebook = load_codebook()
    known = {term.id for term in codebook.terms["ko"]}
    used = {term for rule in codebook.rules for group in rule.all for term in group}
    assert not used - known
