"""English: shapes of attribution that take more than a subject and a verb of speech."""

from __future__ import annotations

import pytest

from pipelines.coding import Coder

TITLE = "Russia and North Korea sign pact"
LEAD = "Russia and North Korea have signed a pact on arms and troops.\n\n"


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def said(coder: Coder, text: str, title: str = TITLE) -> list[tuple[str, str]]:
    coding = coder.code(LEAD + text, title=title, language="en", published="2024-10-25")
    assert coding.relevant
    return [(s.speaker.name, s.text) for s in coding.statements]


def speakers(coder: Coder, text: str, title: str = TITLE) -> list[str]:
    return [name for name, _ in said(coder, text, title)]


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        # the spokeswoman ends the sentence: hers is what state or body "rejects" and "expects" in it
        (
            "Japan is worried that Russia does not rule out arms deals, Chief Cabinet Secretary Yoshimasa Hayashi said "
            "on Thursday, a day after the pact was signed.",
            "Yoshimasa Hayashi",
        ),
        (
            "Moscow rejects the accusations, Russian Foreign Ministry spokeswoman Maria Zakharova told reporters.",
            "Maria Zakharova",
        ),
        ("Kim wants peace with Russia, Putin said.", "Vladimir Putin"),
        ("Kim Jong Un said the North would stand with Russia, KCNA reported.", "Kim Jong Un"),
        ("To the Korea Herald, the road is a stunt: a track, it shrugs, will not rescue a state.", "Korea Herald"),
        # inside reported speech
        ("Putin noted that the guest was shown rockets because Kim Jong Un had asked for them.", "Vladimir Putin"),
        # texts and findings
        (
            "According to imagery released last week by Marlow Watch, a research group, shells have crossed.",
            "Marlow Watch",
        ),
        ("Satellite images published by 38 North show that Russia has rebuilt the bridge.", "38 North"),
        ("A study by the Marlow Institute found that Russia had shipped oil.", "Marlow Institute"),
        ("Reports from RIA Novosti suggested Putin may soon visit the North.", "RIA Novosti"),
        # the subject and what stands between it and the verb
        ("Ukraine's foreign minister, Andrii Sybiha, on X called the move an act of escalation.", "Andrii Sybiha"),
        ("The conservative Chosun Ilbo, in its editorial on Tuesday, called for nuclear arms.", "Chosun Ilbo"),
        ("“This is new,” Ada Quill, a fellow at the Marlow Centre, told CNN of the pact.", "Ada Quill"),
        ("“This is no surprise,” Gen. Ada B. Quill Jr., head of the Marlow command, told reporters.", "Ada B. Quill"),
        ("One diplomat who asked not to be named told reporters that Russia had paid in oil.", "diplomat"),
        ("A diplomat posted in Beijing put it bluntly: the Chinese learnt of the pact from the papers.", "diplomat"),
        ("Moscow-born historian Ada Quill says that Russia will pay in oil.", "Ada Quill"),
        ("China: Foreign ministry spokesman Lin Jian sidestepped it, calling the pact a bilateral matter.", "Lin Jian"),
        ("Shells may come, according to Japan’s NHK, citing Western and Russian diplomatic sources.", "NHK"),
        ("Marlow Post reporters, citing intelligence sources, wrote that shells had come.", "Marlow Post reporters"),
        ("A study by Ada Quill of Marlow University puts the value of the sales at up to $9.8 billion.", "Ada Quill"),
        ("Ada Quill doesn’t think that warheads are on the table between Russia and the North.", "Ada Quill"),
        # other ways to say
        ("For Ada Quill of the Marlow Centre, by contrast, the pact will not last.", "Ada Quill"),
        ("“A very grave development,” is how Ada Quill, Marlow's top diplomat, put it.", "Ada Quill"),
        ("“We have noted the reports,” was all that Foreign Ministry spokeswoman Mao Ning would say.", "Mao Ning"),
        ("“Ask me again next year,” laughs Ada Quill of the Marlow Centre.", "Ada Quill"),
        ("Ada Quill, a specialist on the North, is sceptical: “Russia has little to gain.”", "Ada Quill"),
        ("Ada Quill had a word of advice for Putin: “Do not trust him with rockets.”", "Ada Quill"),
        ("The Marlow service puts the dead at 300 and the wounded at 2,700.", "Marlow service"),
        ("Kim Jong Un extended warm greetings to the Russian people and their brave army.", "Kim Jong Un"),
    ],
)
def test_the_speaker_of(coder, text, speaker):
    assert speakers(coder, text) == [speaker]


@pytest.mark.parametrize(
    "text",
    [
        "The meeting was the first since Pyongyang confirmed that its soldiers had fought in Kursk.",
        "Officials on three continents responded Tuesday to word that the North has sent soldiers.",
        "A reporter asked whether Russia had told Washington about the shells.",
        "The council met at a session which Russia called to discuss the arms.",
        "Beijing has said next to nothing.",
        "Washington and Seoul issued a series of statements.",
        "Ukrainian forces started a major attack on the Kursk region in August.",
        "Ada Quill coordinated cases for the panel of experts until a veto ended its work.",
    ],
)
def test_no_speech(coder, text):
    assert speakers(coder, text) == []


def test_the_text_speaks_for_the_body_that_the_article_has_named(coder):
    found = speakers(
        coder,
        "Russia denounced the report of the Multilateral Sanctions Monitoring Team.\n\n"
        "The report, released on May 29, said the North had shipped 200 guns.",
    )
    assert found == ["Russia", "Multilateral Sanctions Monitoring Team"]


def test_the_diplomat_is_the_spokeswoman_before(coder):
    found = said(
        coder,
        "“We ask for no permission,” Russian Foreign Ministry spokeswoman Maria Zakharova said.\n\n"
        "“This team has no mandate and no legal force,” the diplomat said.",
    )
    assert {name for name, _ in found} == {"Maria Zakharova"}
    assert any("no mandate" in text for _, text in found)


def test_what_an_announced_view_is(coder):
    found = said(coder, "Ada Quill offers a warning. Once guards wave lorries through, worse will follow than cement.")
    assert ("Ada Quill", "Once guards wave lorries through, worse will follow than cement.") in found


def test_the_view_before_the_sentence_that_says_whose_it_is(coder):
    text = "Flour, not fighter jets, may be what the Kim regime craves. That is the contention of Ada Quill, who farms."
    assert said(coder, text) == [("Ada Quill", text)]


def test_a_lead_up_to_what_the_speaker_goes_on_to_say_is_no_statement(coder):
    found = said(
        coder,
        "Ada Quill, a historian at Marlow University, thinks outsiders have got it wrong. "
        "“People forget how many shells the North still makes for Russia,” she says.",
    )
    assert found == [("Ada Quill", "“People forget how many shells the North still makes for Russia,” she says.")]


def test_a_view_that_nothing_follows_is_one(coder):
    text = "Ada Quill, a historian at Marlow University, thinks outsiders have got it wrong."
    assert said(coder, text) == [("Ada Quill", text)]


def test_this_was_confirmed_by(coder):
    text = (
        "Soldiers of the North are still on Russian soil. This was confirmed by Ada Quill, deputy chief of the service."
    )
    assert said(coder, text) == [("Ada Quill", text)]


class TestLabels:
    def test_what_others_told_an_interviewee_is_his_word(self, coder):
        found = said(
            coder,
            "Ada Quill sat on the panel of experts.\n\nQ: Does Beijing mind the pact with Russia?\n\n"
            "A: In private, Chinese diplomats complained to me about the shells.\n\nQ: And in public?\n\n"
            "A: In public they shrug at what Russia gives the North.",
        )
        assert found == [
            ("Ada Quill", "In private, Chinese diplomats complained to me about the shells."),
            ("Ada Quill", "In public they shrug at what Russia gives the North."),
        ]

    def test_questions_of_an_explainer_are_answered_by_whoever_is_named(self, coder):
        found = speakers(
            coder,
            "Q: How many soldiers are there?\n\nSeoul gave the figure first. Lloyd Austin, the defense secretary, said "
            "10,000 were in Kursk.\n\nQ: What does Pyongyang get?\n\nCash. Ada Quill of the Marlow Centre says Russia "
            "pays in oil too.",
        )
        assert found == ["Lloyd Austin", "Ada Quill"]

    def test_headings_that_ask_make_no_interview(self, coder):
        found = speakers(
            coder,
            "Kim Jong Un is on his way to Moscow.\n\nWho is with him?\n\nHis generals and his sister.\n\n"
            "What does Putin want?\n\nShells above all, Ada Quill of the Marlow Centre said.",
        )
        assert found == ["Ada Quill"]

    def test_who_is_quoted_in_a_broadcast_speaks_himself(self, coder):
        found = speakers(
            coder,
            "Announcer: Good evening.\n\nBeal: Captain Oleh Hrytsenko told me the Koreans come in groups of forty.\n\n"
            "Announcer: And in Washington?\n\nBeal: Senator Jim Risch wants the president to cut off Russian banks.",
        )
        assert found == ["Oleh Hrytsenko", "Jim Risch"]


def test_an_editorial_that_disagrees_goes_on_in_its_own_voice(coder):
    coding = coder.code(
        LEAD + "Shin Chang-seob, a lawmaker, wrote that talks with Moscow would reward blackmail. We disagree. "
        "Talking to an adversary is not the same as trusting him.",
        title="[Editorial] Talk to Moscow",
        language="en",
        outlet="Harbour Post",
    )
    assert coding.statements[-1].speaker.name == "Harbour Post"


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("NATO chief calls North Korean troops in Russia 'significant escalation'", "Mark Rutte"),
        ("Lavrov warns US, South Korea, Japan against alliance targeting North Korea", "Sergei Lavrov"),
        ("N. Korea, Russia moving closer is 'grave concern', Blinken says", "Antony Blinken"),
        ("N. Korea has sent 11,000 troops to Russia: NIS", "NIS"),
    ],
)
def test_headlines(coder, title, speaker):
    coding = coder.code("", title=title, language="en", published="2024-10-25")
    assert [s.speaker.name for s in coding.statements] == [speaker]
