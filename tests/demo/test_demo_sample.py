"""The sample articles hold what `demo/truth.yaml` says is planted in them."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from demo.sample import load_broken, load_outlets, load_stories, load_truth, moment
from schemas.codebook import load_codebook
from schemas.outlets import BLOCS

NOW = datetime(2026, 11, 23, 0, 0, 30, tzinfo=UTC)
OUTLETS = load_outlets()
STORIES = {story.id: story for story in load_stories(NOW)}
TRUTH = load_truth()
ARTICLES = TRUTH["articles"]
EVENTS = TRUTH["events"]
STATEMENTS = [(key, statement) for key, article in ARTICLES.items() for statement in article["statements"]]


def test_counts_are_those_of_the_truth():
    counts = TRUTH["counts"]
    assert counts["outlets"] == len(OUTLETS) >= 12
    assert counts["articles"] == len(STORIES) >= 90
    assert counts["languages"] == Counter(story.outlet.language for story in STORIES.values())
    assert counts["relevant"] == sum(article["relevant"] for article in ARTICLES.values())
    assert counts["statements"] == len(STATEMENTS)
    assert counts["categories"] == Counter(c for _, statement in STATEMENTS for c in statement["categories"])
    assert counts["stances"] == Counter(statement["stance"] for _, statement in STATEMENTS)


def test_the_mixture_is_as_wanted():
    languages = TRUTH["counts"]["languages"]
    assert all(0.25 < number / len(STORIES) < 0.42 for number in languages.values())
    assert 0.2 < 1 - TRUTH["counts"]["relevant"] / len(STORIES) < 0.3
    assert {outlet.bloc for outlet in OUTLETS.values()} <= set(BLOCS)
    for language in languages:
        spoken = [s for key, s in STATEMENTS if ARTICLES[key]["language"] == language]
        assert {c for s in spoken for c in s["categories"]} == {c.id for c in load_codebook().categories}
        assert {s["stance"] for s in spoken} == {s.id for s in load_codebook().stances}


def test_each_article_has_its_truth_and_date():
    assert set(ARTICLES) == set(STORIES)
    for key, article in ARTICLES.items():
        assert article["language"] == STORIES[key].outlet.language
        assert moment(article, NOW) == STORIES[key].published, key
        assert article["relevant"] == bool(article["statements"]), key


@pytest.mark.parametrize("outlet", OUTLETS)
def test_statements_and_speakers_stand_in_the_text(outlet):
    for key, statement in STATEMENTS:
        story = STORIES[key]
        if story.outlet.id != outlet:
            continue
        if statement.get("in_title"):
            assert statement["text"] == story.title
        else:
            assert any(statement["text"] in paragraph for paragraph in story.paragraphs), statement["text"]
        whole = "\n".join((story.title, story.outlet.name, *story.paragraphs)).lower()
        words = re.findall(r"\w+", statement.get("as", statement["speaker"]).lower())
        # Headwords stand for inflected forms: the stem of each word must be there.
        assert all(word[: max(2, len(word) - 2)] in whole for word in words), (key, words)


def test_dates_run_from_august_2023_to_today():
    dates = sorted(story.published for story in STORIES.values())
    assert dates[0].strftime("%Y-%m") == "2023-08"
    assert NOW - timedelta(days=1) < dates[-1] <= NOW


def test_articles_come_out_the_same_all_day_long():
    assert load_stories(NOW + timedelta(hours=23)) == load_stories(NOW)
    later = {story.id: story for story in load_stories(NOW + timedelta(days=2))}
    moved = {key for key in STORIES if later[key].published != STORIES[key].published}
    assert moved == {key for key, article in ARTICLES.items() if "days_ago" in article}


def test_one_story_is_syndicated():
    event = EVENTS["syndication"]
    copies = {key: s for key, s in STORIES.items() if s.slug == event["slug"]}
    assert {s.outlet.id for s in copies.values()} == set(event["outlets"])
    assert len(copies) == len(event["outlets"]) == 10
    whole = max((s.paragraphs for s in copies.values()), key=len)
    assert event["agency"] in whole[0]
    for copy in copies.values():
        assert copy.agency == event["agency"]
        assert copy.paragraphs == (whole[:-1] if copy.outlet.id in event["shortened"] else whole)
        assert timedelta(0) < copy.published - datetime.fromisoformat(event["published"]) < timedelta(days=1)


def test_one_outlet_is_silent_in_its_daily_rhythm():
    event = EVENTS["silence"]
    recent = {
        (NOW.date() - story.published.date()).days
        for story in STORIES.values()
        if story.outlet.id == event["outlet"] and story.published > NOW - timedelta(days=28)
    }
    last, first = event["last_before"]["days_ago"], event["first_after"]["days_ago"]
    assert last - first - 1 == event["silent_days"] == 14
    assert recent == set(range(28)) - set(range(first + 1, last))


@pytest.mark.parametrize("change", EVENTS["changes"], ids=lambda change: change["bloc"])
def test_a_bloc_changes_how_it_reacts(change):
    date = datetime.fromisoformat(change["date"]).replace(tzinfo=UTC)
    shares = {}
    for side in ("before", "after"):
        planted = dict(change[side])
        articles = [
            article
            for key, article in ARTICLES.items()
            if article["relevant"]
            and STORIES[key].outlet.bloc == change["bloc"]
            and (STORIES[key].published >= date) == (side == "after")
        ]
        statements = [statement for article in articles for statement in article["statements"]]
        assert planted.pop("articles") == len(articles)
        assert planted.pop("statements") == len(statements)
        values = Counter(
            value for s in statements for value in (s["categories"] if change["in"] == "categories" else [s["stance"]])
        )
        assert planted == {value: values[value] for value in planted}
        shares[side] = {value: values[value] / len(statements) for value in planted}
    assert all(abs(shares["after"][value] - shares["before"][value]) > 0.35 for value in shares["before"])


def test_edits_are_seen_in_the_second_state():
    edited = {story.id: story for story in load_stories(NOW, state=2)}
    assert set(edited) == set(STORIES)
    changed = {key for key in edited if edited[key] != STORIES[key]}
    assert changed == {edit["article"] for edit in EVENTS["edits"]}
    for edit in EVENTS["edits"]:
        before, after = STORIES[edit["article"]], edited[edit["article"]]
        assert after.title == edit["title"] != before.title
        assert (after.paragraphs != before.paragraphs) == edit["text_changed"]
        assert after.published == before.published < after.modified


def test_broken_and_damaged_pages_are_listed():
    assert {(s.id, s.fault) for s in load_broken()} == {(b["article"], b["fault"]) for b in EVENTS["broken"]}
    assert not {s.id for s in load_broken()} & set(STORIES)
    assert {(s.id, s.fault) for s in STORIES.values() if s.fault} == {
        (d["article"], d["fault"]) for d in EVENTS["damaged"]
    }


def test_articles_are_written_and_not_filled_in():
    seen: dict[str, str] = {}
    long = 0
    for story in STORIES.values():
        words = sum(len(paragraph.split()) for paragraph in story.paragraphs)
        assert 60 <= words <= 300, (story.id, words)
        long += words >= 90 and not story.agency
        for paragraph in story.paragraphs if not story.agency else ():
            for sentence in re.split(r"(?<=[.!?])\s+", paragraph):
                if len(sentence) > 30:
                    assert sentence not in seen, (story.id, seen[sentence], sentence)
                    seen[sentence] = story.id
    assert long >= 60
