"""English: every way in which news marks who speaks, a sentence or two each."""

from __future__ import annotations

import pytest

from pipelines.coding import Coder
from pipelines.coding.languages import language

TITLE = "Russia and North Korea sign pact"


@pytest.fixture(scope="module")
def coder() -> Coder:
    return Coder()


def said(coder: Coder, text: str, **context) -> list[tuple[str, str]]:
    """(speaker, statement) of a text that is taken for relevant."""
    lead = "Russia and North Korea have signed a pact on arms and troops.\n\n"
    coding = coder.code(lead + text, title=TITLE, language="en", **{"published": "2024-10-25", **context})
    assert coding.relevant
    return [(s.speaker.name, s.text) for s in coding.statements]


def speakers(coder: Coder, text: str, **context) -> list[str]:
    return [name for name, _ in said(coder, text, **context)]


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quill said that Russia would gain from the shells.",
        "Ada Quill, a professor at Marlow University, said Russia would gain from the shells.",
        "Ada Quill, who teaches at Marlow University and has written two books, said Russia would gain.",
        "Ada Quill (a former envoy) argued that Russia would gain from the shells.",
        "On Monday, Ada Quill told reporters in Seoul that Russia would gain.",
        "According to Ada Quill, Russia would gain from the shells.",
        "Russia would gain from the shells, according to Ada Quill of Marlow University.",
        "Russia would gain from the shells, said Ada Quill.",
        "“Russia will gain from the shells,” said Ada Quill, a professor at Marlow University.",
        "“Russia,” Ada Quill said, “will gain from the shells.”",
        "“Russia will gain from the shells,” Ada Quill, a professor at Marlow University, said on Monday.",
        "Marlow University professor Ada Quill believes that Russia will gain from the shells.",
        "In Ada Quill’s view, Russia will gain from the shells.",
        "To Ada Quill, chair of the Marlow Centre, “it is clear that Russia will gain.”",
        "As Ada Quill put it, Russia will gain from the shells.",
        "We should also note the opinion of Ada Quill, a professor at Marlow University, that Russia will gain.",
        "Ada Quill sees no reason for Russia to hand over its best technology.",
        "Ada Quill: “Russia will gain from the shells.”",
        "A similar statement was made by the scholar Ada Quill: “Russia will gain from the shells.”",
        "A transfer of warheads seems doubtful to Ada Quill; Russia has other goods to sell.",
        "Marlow University's pact expert, Ada Quill, warned that Russia would gain from the shells.",
        "Ada Quill condemned the pact between Russia and North Korea and called it a threat.",
        "Ada Quill accused Russia of trampling on its own resolutions.",
        "“Will Russia pay in oil?” asked Ada Quill.",
        "Ada Quill wants Tokyo to reopen its channel to Pyongyang.",
        "With Ada Quill calling the pact “a marriage of convenience”, Russia has little to show.",
        "Ada Quill has repeatedly warned that Russia would gain from the shells.",
        "Not so fast, counters Ada Quill of Marlow University: Russia would gain little from the shells.",
        "For Ada Quill, who teaches at Marlow University, the shells will not save Russia.",
        "The shells, Ada Quill reckons, will not save Russia.",
        "The shells will not save Russia, in Ada Quill’s telling.",
        "“The shells will not save Russia,” in the words of Ada Quill.",
        "Ada Quill’s advice to Seoul is to talk to Russia before the shells run out.",
        "“A very grave step for Russia and its army,” is how Ada Quill put it.",
        "Ada Quill used a lecture in Seoul to warn Russia against “paying for shells with reactors”.",
    ],
)
def test_the_speaker_of(coder, text):
    found = said(coder, text)
    assert [name for name, _ in found] == ["Ada Quill"], found
    assert found[0][1].rstrip(".") in text


@pytest.mark.parametrize(
    "text",
    [
        "Ada Quill declined to comment on the pact with Russia.",
        "Ada Quill did not say whether Russia had paid.",
        "Russia is believed to have paid in oil.",
        "Ada Quill was told that Russia had paid.",
        "That said, the pact was signed in Russia.",
        "The train from Russia arrived on Monday, and the claims of victory were many.",
        "The Russian specialists thought to be coaching the crews arrived on Monday.",
        "Moscow's ambassador was called in on Monday over the troops.",
        "South Korea called in the Russian ambassador on Monday.",
    ],
)
def test_no_speech(coder, text):
    assert said(coder, text) == []


class TestFollowUps:
    def test_he_added(self, coder):
        text = "John Kirby said Russia had paid in oil. He added that more was to come."
        assert set(speakers(coder, text)) == {"John Kirby"}

    def test_surname_after_the_first_mention(self, coder):
        text = "Ada Quill of Marlow University said Russia had paid. Quill doubts that it will pay again."
        assert set(speakers(coder, text)) == {"Ada Quill"}

    def test_a_person_introduced_without_a_verb_of_speech(self, coder):
        text = (
            "John Kirby said Russia had paid.\n\nAda Quill, a former analyst, prefers to look at the freight. "
            "Trains that carried shells west, she says, come back with flour."
        )
        found = said(coder, text)
        assert found[-1][0] == "Ada Quill" and "flour" in found[-1][1]

    def test_a_participle_goes_on_with_the_same_speaker(self, coder):
        text = "“Russia has paid,” Ada Quill said, adding that North Korea wanted more."
        found = said(coder, text)
        assert [name for name, _ in found] == ["Ada Quill"] and "wanted more" in found[0][1]

    def test_a_quotation_carried_over_paragraphs(self, coder):
        text = "Ada Quill said: “Russia has paid for the shells in oil.\n\n“And it will pay for the soldiers too.”"
        found = said(coder, text)
        assert {name for name, _ in found} == {"Ada Quill"}
        assert "soldiers" in found[-1][1]

    def test_a_quotation_without_a_cue_in_the_paragraph_after(self, coder):
        text = "Ada Quill said Russia had paid.\n\n“But North Korea will ask for more than oil.”"
        assert "ask for more" in said(coder, text)[-1][1]
        assert set(speakers(coder, text)) == {"Ada Quill"}

    def test_a_pronoun_means_the_subject_of_its_own_sentence(self, coder):
        text = "John Kirby said Russia had paid.\n\nAda Quill of Marlow College disagrees: the oil, she says, was lent."
        assert speakers(coder, text)[-1] == "Ada Quill"

    def test_the_assessment_that_stands_before(self, coder):
        text = (
            "The visit to Russia brought relations to a “new strategic height of friendship.” Ri Myong Sul, head of a "
            "department, made this assessment at a meeting."
        )
        found = said(coder, text)
        assert len(found) == 1 and found[0][1].startswith("The visit")

    def test_from_his_point_of_view(self, coder):
        text = "John Kirby said Russia had paid. From his point of view, North Korea had gained most."
        assert set(speakers(coder, text)) == {"John Kirby"}

    def test_a_name_between_commas_and_a_pronoun(self, coder):
        text = "For Ada Quill, who teaches in Seoul, the pact misleads. Xi Jinping, she says, wanted Russia close."
        assert set(speakers(coder, text)) == {"Ada Quill"}

    def test_the_surname_of_somebody_named_in_passing(self, coder):
        text = "Few know Russia as well as Ada Quill. The pact, Quill argues, will not outlast the war."
        assert speakers(coder, text) == ["Ada Quill"]

    def test_quoted_him_as_saying(self, coder):
        text = (
            "Dmitry Peskov briefed reporters in Russia. Interfax quoted him as saying the pact was nobody's business."
        )
        assert speakers(coder, text)[-1] == "Dmitry Peskov"

    def test_according_to_him(self, coder):
        text = "John Kirby said Russia had paid in oil. According to him, the pact will cost North Korea dearly."
        assert set(speakers(coder, text)) == {"John Kirby"}

    def test_he_of_a_quotation_without_a_verb(self, coder):
        text = "Ada Quill said Russia had paid.\n\nAs for the pact, he gives it “one more year of war, maybe less”."
        assert set(speakers(coder, text)) == {"Ada Quill"}


class TestTranscripts:
    def test_labels_of_an_interview(self, coder):
        text = (
            "Q: Is Russia worried about the shells?\n\nAda Quill: Russia is not worried. North Korea should be.\n\n"
            "Q: And the troops?\n\nAda Quill: The troops will stay in Russia."
        )
        found = said(coder, text)
        assert {name for name, _ in found} == {"Ada Quill"}
        assert not any("worried about" in statement for _, statement in found)

    def test_answers_belong_to_whom_the_introduction_names(self, coder):
        text = (
            "An interview with Ada Quill, a scholar of Russia.\n\nWhat does Russia gain?\n\nShells, and little else. "
            "The troops are a burden.\n\nWill the pact hold?\n\nNot for long. Russia will lose interest."
        )
        found = said(coder, text)
        assert {name for name, _ in found} == {"Ada Quill"} and "lose interest" in found[-1][1]

    def test_one_colon_makes_no_transcript(self, coder):
        assert said(coder, "Background: the pact between Russia and North Korea has twenty-three articles.") == []

    def test_a_statement_printed_after_its_announcement(self, coder):
        text = (
            "Choe Son Hui, foreign minister of the DPRK, made public the following press statement:\n\n"
            "The friendship of the DPRK and Russia is invincible.\n\nThe U.S. had better look in the mirror."
        )
        found = said(coder, text)
        assert {name for name, _ in found} == {"Choe Son Hui"} and "mirror" in found[-1][1]


@pytest.mark.parametrize(
    ("title", "is_one"),
    [
        ("The Post's View: Kim's bill is coming due", True),
        ("[Editorial] A pact to worry about", True),
        ("A pact to worry about | Editorial", True),
        ("Editor of Pyongyang paper visits Moscow", False),
        ("A room with a view of the Tumen", False),
    ],
)
def test_editorials(title, is_one):
    assert language("en").editorial(title, "Russia and North Korea have signed a pact.") is is_one


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("Press Statement of Kim Yo Jong, Vice Department Director of C.C., WPK", "Kim Yo Jong"),
        ("Press Statement of Spokesperson for DPRK Foreign Ministry", "North Korean Foreign Ministry"),
    ],
)
def test_a_text_that_is_itself_a_press_statement(coder, title, speaker):
    text = "The ties of the DPRK and Russia are a matter of sovereign states. Nobody may slander our friendship."
    coding = coder.code(text, title=title, language="en", published="2024-06-20")
    assert {s.speaker.name for s in coding.statements} == {speaker}


class TestSeveralSpeakers:
    def test_two_in_one_sentence(self, coder):
        text = (
            "Ada Quill said Russia would pay in oil, while Ben Archer of Orwell College argued that it would not pay."
        )
        found = said(coder, text)
        assert [name for name, _ in found] == ["Ada Quill", "Ben Archer"]
        assert "in oil" in found[0][1] and "not pay" in found[1][1] and "not pay" not in found[0][1]

    def test_what_a_state_wants_is_the_word_of_who_says_so(self, coder):
        assert speakers(coder, "Ada Quill said Moscow wants shells from North Korea.") == ["Ada Quill"]
        assert speakers(coder, "Ada Quill said she believes Moscow needs shells.") == ["Ada Quill"]

    @pytest.mark.parametrize(
        ("text", "source"),
        [
            ("TASS quoted Dmitry Peskov as saying that the ties were not aimed at anyone.", "TASS"),
            ("TASS reported that Dmitry Peskov said the ties were not aimed at anyone.", "TASS"),
            ("“The ties are not aimed at anyone,” Dmitry Peskov said, according to TASS.", "TASS"),
            ("Dmitry Peskov promised “unreserved backing” for North Korea, TASS reported.", "TASS"),
        ],
    )
    def test_the_inner_speaker_speaks(self, coder, text, source):
        lead = "Russia and North Korea have signed a pact.\n\n"
        coding = coder.code(lead + text, title=TITLE, language="en", published="2024-06-20")
        assert [(s.speaker.name, s.reported_by) for s in coding.statements] == [("Dmitry Peskov", source)]


class TestWhoSpeaks:
    def test_states_ministries_and_media(self, coder):
        assert speakers(coder, "Moscow denied that Russia had received shells.") == ["Russia"]
        assert speakers(coder, "South Korea's foreign ministry condemned the pact with Russia.") == [
            "ROK Foreign Ministry"
        ]
        assert speakers(coder, "In an editorial, the Korea Times urged Seoul to talk to Russia.") == ["Korea Times"]

    def test_a_group_is_a_group(self, coder):
        coding = coder.code(
            "Some experts believe that Russia and North Korea will fall out after the war.", title=TITLE, language="en"
        )
        assert [(s.speaker.kind, s.speaker.id) for s in coding.statements] == [("group", "")]

    def test_a_title_alone_means_the_last_who_bore_it(self, coder):
        text = (
            "Anna Berg, foreign minister of Norland, met John Kirby over Russia. The minister said the pact was a "
            "threat to peace."
        )
        assert speakers(coder, text)[-1] == "Anna Berg"

    def test_an_unnamed_official_of_a_named_body(self, coder):
        assert speakers(coder, "A White House official said Russia had received the troops.") == ["White House"]

    def test_a_ministry_without_its_country_is_that_of_the_dateline(self, coder):
        text = "SEOUL — The pact of Russia and North Korea is illegal, a foreign ministry official said."
        coding = coder.code(text, title=TITLE, language="en")
        assert [s.speaker.name for s in coding.statements] == ["ROK Foreign Ministry"]

    def test_role_and_affiliation_before_and_after_the_name(self, coder):
        text = (
            "Orwell Institute analyst Ben Archer said Russia had paid. Cy Dunn, a researcher at the Fenwick Forum in "
            "Oslo, said it had not."
        )
        lead = "Russia and North Korea have signed a pact.\n\n"
        before, after = coder.code(lead + text, title=TITLE, language="en").statements
        assert "analyst" in before.speaker.role
        assert after.speaker.role == "researcher" and after.speaker.affiliation.startswith("Fenwick Forum")

    def test_homonyms_by_the_title_before_the_name(self, coder):
        text = "Unification Minister Kim Yung-ho said Russia and North Korea must stop. Kim called the pact a threat."
        assert set(speakers(coder, text, published="2024-06-20")) == {"Kim Yung-ho"}


@pytest.mark.parametrize(
    ("title", "speaker"),
    [
        ("Kirby: North Korea has sent troops to Russia", "John Kirby"),
        ("Lavrov says West must accept Russia-North Korea ties", "Sergei Lavrov"),
        ("North Korean troops in Russia 'a serious escalation', says NATO's Rutte", "Mark Rutte"),
        ("Russia, North Korea pact is threat to Asia, warns Kishida", "Fumio Kishida"),
    ],
)
def test_headlines(coder, title, speaker):
    coding = coder.code(title, title=title, language="en", published="2024-06-20")
    assert [s.speaker.name for s in coding.statements] == [speaker]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Gen. Mark Milley met Mr. Kim on Sept. 13 at 5.30 p.m. in Seoul. It rained.", 2),
        ("The U.S. and the U.N. agreed. The talks ended.", 2),
        ("He left the U.S. The talks ended.", 2),
        ("“Why now?” he asked. “Because of the war.”", 2),
        ("J. K. Archer of Orwell Corp. spoke first.", 1),
        ("One. Two! Three?", 3),
    ],
)
def test_sentences(text, count):
    assert len(language("en").sentences(text, 0, len(text))) == count


@pytest.mark.parametrize(
    ("role", "affiliation", "register"),
    [
        ("professor", "Marlow University", "scholar"),
        ("spokesman", "State Department", "official"),
        ("lawmaker", "People Power Party", "politician"),
        ("senior fellow", "Hudson Institute", "scholar"),
        ("former ambassador", "Russia", "scholar"),
        ("former member", "UN panel of experts", "activist"),
        ("correspondent", "Harbour Post", "journalist"),
        ("", "", ""),
    ],
)
def test_what_an_unlisted_speaker_is(role, affiliation, register):
    assert language("en").register(role, affiliation) == register
