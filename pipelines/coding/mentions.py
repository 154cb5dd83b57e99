"""Mentions: every name and office of the actor list in a text, found in one pass."""

from __future__ import annotations

from collections import defaultdict

import ahocorasick

from pipelines.coding.document import Document, Mention
from pipelines.coding.languages import Language
from pipelines.coding.text import lowered
from schemas.actors import ActorList


class MentionMatcher:
    """Finds the actors of a list by name, in the language's own spellings and in every other script."""

    def __init__(self, actors: ActorList, language: Language) -> None:
        self._actors = actors
        self._language = language
        names: dict[str, dict[str, bool]] = defaultdict(dict)
        for name, code, actor in actors.spellings():
            ambiguous = name in actor.ambiguous
            forms = language.name_forms(name, actor.kind) if code == language.code else (name,)
            for form in forms:
                names[form][actor.id] = names[form].get(actor.id, True) and ambiguous
        self._names = ahocorasick.Automaton()
        for form, bearers in names.items():
            kinds = {actors[id].kind for id in bearers}
            kind = kinds.pop() if len(kinds) == 1 else ""
            self._names.add_word(form, (len(form), tuple(bearers), all(bearers.values()), kind))
        self._titles = ahocorasick.Automaton()
        titles: dict[str, dict[str, None]] = defaultdict(dict)
        for post in actors.posts.values():
            for code, spellings in post.titles.items():
                for title in spellings:
                    forms = language.name_forms(title, "office") if code == language.code else (title,)
                    for form in forms:
                        titles[form.lower()][post.id] = None
        for form, posts in titles.items():
            self._titles.add_word(form, (len(form), tuple(posts)))
        for automaton in (self._names, self._titles):
            if len(automaton):
                automaton.make_automaton()

    def find(self, document: Document) -> None:
        """Fills `document.mentions`: the longest at each place, without overlaps, in order."""
        text = document.text
        ends_name = self._language.ends_name
        found: list[Mention] = []
        if len(self._names):
            for last, (length, ids, ambiguous, kind) in self._names.iter(text):
                start = last - length + 1
                end = ends_name(text, start, last + 1)
                if end >= 0:
                    found.append(Mention(start, end, ids, text[start:end], ambiguous, kind=kind))
        if len(self._titles):
            for last, (length, posts) in self._titles.iter(lowered(text)):
                start = last - length + 1
                end = ends_name(text, start, last + 1)
                if end < 0:
                    continue
                holders = {a.id: None for post in posts if (a := self._actors.holder(post, document.published))}
                if holders:
                    found.append(Mention(start, end, tuple(holders), text[start:end], office=True, kind="person"))
        found.sort(key=lambda m: (m.start, -m.end, m.office))
        document.mentions = []
        reached = 0
        for mention in found:
            if mention.start >= reached:
                document.mentions.append(mention)
                reached = mention.end
