"""The codebook as data: categories, stances, boundary rules, and the lexicons and rules that a program codes by.

A codebook is one YAML file (`schemas/codebook.yaml` is the project's own) with a lexicon file for each language beside
it. Another topic is another codebook: no code names a category, a stance or a word.

* `terms` (in the lexicons): named sets of patterns, one name for one idea in every language. A pattern is a word or
  phrase, matched as whole words whatever its case; `*` at the end of a word stands for any ending ("violat*"); in
  Korean patterns are found anywhere inside words. A pattern between slashes is a regular expression.
* `rules`: a rule fires on a statement when all of `all` are found in it (`a|b`: one of them), all of `around` in the
  title or the paragraphs that hold it, none of `none` in it, and the speaker belongs to one of the classes `speaker`
  and to none of `not_speaker`. It then adds its `weights` (log odds) to categories and stances. The
  sum with the category's `prior` gives the probability by the logistic function.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from schemas.failures import Failure

DATA = Path(__file__).with_name("codebook.yaml")

SPEAKER_CLASSES = frozenset(
    {
        "official",  # speaks for a state or an international organisation, or is one
        "politician",
        "scholar",
        "journalist",
        "activist",
        "medium",
        "state_medium",  # medium of the Russian or North Korean state
        "former",  # was an official
        "group",  # unnamed people
        "public",  # any of official, politician, activist, medium: whoever can condemn officially
        "unknown",  # none of the above
        "moscow",  # Russian official, politician or state medium
        "pyongyang",
        "beijing",
        "seoul",  # of the government of South Korea
        "russia",  # by country, whatever the occupation
        "dprk",
        "china",
        "rok",
        "us",
        "japan",
        "ukraine",
        "west",
        "un",
    }
)


class Category(NamedTuple):
    id: str
    names: Mapping[str, str]  # by language
    definition: str
    include: str
    exclude: str
    prior: float  # log odds before any rule has fired
    threshold: float  # probability from which the category applies
    stance: tuple[tuple[str, float], ...]  # log weights that the category, where it applies, adds to stances


class Stance(NamedTuple):
    id: str
    names: Mapping[str, str]
    definition: str
    prior: float  # log weight before any rule has fired


class Rule(NamedTuple):
    id: str
    all: tuple[tuple[str, ...], ...]  # of each group one term must be found
    around: tuple[tuple[str, ...], ...]  # the same, of what stands around the statement
    none: frozenset[str]
    speaker: frozenset[str]
    not_speaker: frozenset[str]
    weights: tuple[tuple[str, float], ...]  # by category or stance


class Term(NamedTuple):
    id: str
    patterns: tuple[str, ...]
    line: int


class Fallback(NamedTuple):
    """What becomes of a statement of which no category reaches its threshold."""

    threshold: float = 1.0  # probability from which the most probable category applies all the same; 1.0: never
    none: tuple[str, ...] = ()  # not where one of these terms stands in the statement


_NEVER = Fallback()


@dataclass(frozen=True, eq=False)
class Codebook:
    """A codebook, read and checked."""

    version: str
    names: Mapping[str, str]
    categories: tuple[Category, ...]
    stances: tuple[Stance, ...]
    default_stance: str
    boundary_rules: tuple[str, ...]
    gate: Mapping[str, tuple[tuple[str, ...], ...]]  # by language: the groups of words, one of each must be found
    rules: tuple[Rule, ...]
    terms: Mapping[str, tuple[Term, ...]]  # by language
    relevance: Mapping[str, Any]  # see pipelines.coding.relevance
    classifiers: Mapping[str, Path]  # by language: trained weights, see pipelines.coding.classifier
    source: str  # the file
    fallback: Fallback = _NEVER

    def category(self, id: str) -> Category:
        """KeyError when there is none."""
        return next((c for c in self.categories if c.id == id), None) or _missing(id)


def _missing(id: str):
    raise KeyError(id)


@lru_cache(maxsize=8)
def _load(path: Path) -> Codebook:
    return _Reader(path).codebook()


def load_codebook(path: str | Path | None = None) -> Codebook:
    """Reads a codebook with its lexicons; without a path the project's own.

    Raises Failure("bad_codebook") with file, line, what is wrong and what is allowed there.
    """
    return _load(Path(path).resolve() if path else DATA)


# Groups of terms, besides `sides` and `bond`, that relevance may look for; see pipelines.coding.relevance
RELEVANCE_GROUPS = ("hints", "meeting", "goods", "troops", "front", "theme", "together", "others", "off", "alone")


class _Node:
    """A YAML node that remembers where it stands."""

    def __init__(self, file: Path, node: yaml.Node) -> None:
        self.file = file
        self.node = node

    @property
    def line(self) -> int:
        return self.node.start_mark.line + 1

    def fail(self, what: str) -> Failure:
        return Failure("bad_codebook", f"{self.file}:{self.line}: {what}")

    def mapping(self) -> dict[str, _Node]:
        if not isinstance(self.node, yaml.MappingNode):
            raise self.fail("expected a mapping (key: value)")
        found: dict[str, _Node] = {}
        for key, value in self.node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Node(self.file, key).fail("a key must be plain text")
            if key.value in found:
                raise _Node(self.file, key).fail(f"{key.value!r} is there twice")
            found[key.value] = _Node(self.file, value)
            found[key.value].key_line = key.start_mark.line + 1
        return found

    def fields(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, _Node]:
        found = self.mapping()
        for key, value in found.items():
            if key not in required and key not in optional:
                known = ", ".join((*required, *optional))
                raise Failure("bad_codebook", f"{self.file}:{value.key_line}: unknown field {key!r}; known are {known}")
        for key in required:
            if key not in found:
                raise self.fail(f"field {key!r} is missing")
        return found

    def items(self) -> list[_Node]:
        if not isinstance(self.node, yaml.SequenceNode):
            raise self.fail("expected a list")
        return [_Node(self.file, item) for item in self.node.value]

    def text(self) -> str:
        if not isinstance(self.node, yaml.ScalarNode) or self.node.tag == "tag:yaml.org,2002:null":
            raise self.fail("expected text")
        return self.node.value.strip()

    def number(self) -> float:
        try:
            return float(self.text())
        except ValueError:
            raise self.fail(f"expected a number, not {self.text()!r}") from None

    def texts(self) -> tuple[str, ...]:
        return tuple(item.text() for item in self.items())

    def by_language(self) -> dict[str, str]:
        return {language: name.text() for language, name in self.mapping().items()}


class _Reader:
    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self, path: Path, said_at: _Node | None = None) -> _Node:
        try:
            with path.open(encoding="utf-8") as file:
                node = yaml.compose(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except OSError as error:
            detail = f"{path}: can't be read: {error.strerror}"
            raise (said_at.fail(detail) if said_at else Failure("bad_codebook", detail)) from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            mark = getattr(error, "problem_mark", None)
            at = f"{path}:{mark.line + 1}" if mark else f"{path}"
            raise Failure("bad_codebook", f"{at}: not YAML: {getattr(error, 'problem', None) or error}") from error
        if node is None:
            raise Failure("bad_codebook", f"{path}:1: the file is empty")
        return _Node(path, node)

    def codebook(self) -> Codebook:
        root = self.open(self.path).fields(
            ("version", "names", "categories", "stances", "default_stance", "gate", "relevance", "rules", "lexicons"),
            ("boundary_rules", "classifiers", "fallback"),
        )
        stances = tuple(self.stance(item) for item in root["stances"].items())
        stance_ids = {stance.id for stance in stances}
        categories = tuple(self.category(item, stance_ids) for item in root["categories"].items())
        ids: set[str] = set()
        for entry, item in zip(
            (*stances, *categories), (*root["stances"].items(), *root["categories"].items()), strict=True
        ):
            if entry.id in ids:
                raise item.fail(f"id {entry.id!r} is there twice")
            ids.add(entry.id)
        default = root["default_stance"]
        if default.text() not in stance_ids:
            raise default.fail(f"no stance {default.text()!r}; there are {', '.join(sorted(stance_ids))}")
        terms = {}
        for language, lexicon in root["lexicons"].mapping().items():
            terms[language] = self.lexicon(lexicon)
        known = {term.id for entries in terms.values() for term in entries}
        targets = ids
        relevance = self.relevance(root["relevance"], known)
        seen: set[str] = set()
        rules = []
        for item in root["rules"].items():
            rule = self.rule(item, known, targets)
            if rule.id in seen:
                raise item.fail(f"rule id {rule.id!r} is there twice")
            seen.add(rule.id)
            rules.append(rule)
        return Codebook(
            version=root["version"].text(),
            names=root["names"].by_language(),
            categories=categories,
            stances=stances,
            default_stance=default.text(),
            boundary_rules=root["boundary_rules"].texts() if "boundary_rules" in root else (),
            gate={
                language: tuple(group.texts() for group in groups.items())
                for language, groups in root["gate"].mapping().items()
            },
            rules=tuple(rules),
            terms=terms,
            relevance=relevance,
            classifiers=self.files(root["classifiers"]) if "classifiers" in root else {},
            source=str(self.path),
            fallback=self.fallback(root["fallback"], known) if "fallback" in root else _NEVER,
        )

    def category(self, node: _Node, stances: set[str]) -> Category:
        fields = node.fields(("id", "names", "definition", "prior"), ("include", "exclude", "threshold", "stance"))
        return Category(
            fields["id"].text(),
            fields["names"].by_language(),
            fields["definition"].text(),
            fields["include"].text() if "include" in fields else "",
            fields["exclude"].text() if "exclude" in fields else "",
            fields["prior"].number(),
            fields["threshold"].number() if "threshold" in fields else 0.5,
            self.weights(fields["stance"], stances) if "stance" in fields else (),
        )

    def files(self, node: _Node) -> dict[str, Path]:
        return {language: self.path.parent / name for language, name in node.by_language().items()}

    def weights(self, node: _Node, targets: set[str]) -> tuple[tuple[str, float], ...]:
        found = []
        for target, weight in node.mapping().items():
            if target not in targets:
                raise weight.fail(f"no such target {target!r}; there are {', '.join(sorted(targets))}")
            found.append((target, weight.number()))
        return tuple(found)

    def stance(self, node: _Node) -> Stance:
        fields = node.fields(("id", "names", "definition", "prior"))
        return Stance(
            fields["id"].text(),
            fields["names"].by_language(),
            fields["definition"].text(),
            fields["prior"].number(),
        )

    def lexicon(self, node: _Node) -> tuple[Term, ...]:
        if isinstance(node.node, yaml.ScalarNode):
            node = self.open(self.path.parent / node.text(), node)
        terms = []
        for id, patterns in node.mapping().items():
            for item in patterns.items():
                self.pattern(item)
            terms.append(Term(id, patterns.texts(), patterns.key_line))
        return tuple(terms)

    def pattern(self, node: _Node) -> None:
        text = node.text()
        if len(text) > 1 and text.startswith("/") and text.endswith("/"):
            try:
                re.compile(text[1:-1])
            except re.error as error:
                raise node.fail(f"not a regular expression: {text}: {error}") from None
        elif not re.search(r"\w", text):
            raise node.fail(f"the pattern {text!r} holds no letter")

    def rule(self, node: _Node, known: set[str], targets: set[str]) -> Rule:
        fields = node.fields(("id", "weights"), ("all", "around", "none", "speaker", "not_speaker"))

        def check(item: _Node, allowed: set[str] | frozenset[str], what: str) -> tuple[str, ...]:
            names = tuple(name.strip() for name in item.text().split("|"))
            for name in names:
                if name not in allowed:
                    raise item.fail(f"no {what} {name!r}; there are {', '.join(sorted(allowed))}")
            return names

        def group(key: str, allowed: set[str] | frozenset[str], what: str) -> list[tuple[str, ...]]:
            return [check(item, allowed, what) for item in fields[key].items()] if key in fields else []

        return Rule(
            fields["id"].text(),
            tuple(group("all", known, "term")),
            tuple(group("around", known, "term")),
            frozenset(name for names in group("none", known, "term") for name in names),
            frozenset(name for names in group("speaker", SPEAKER_CLASSES, "speaker class") for name in names),
            frozenset(name for names in group("not_speaker", SPEAKER_CLASSES, "speaker class") for name in names),
            self.weights(fields["weights"], targets),
        )

    def fallback(self, node: _Node, known: set[str]) -> Fallback:
        fields = node.fields(("threshold",), ("none",))
        threshold = fields["threshold"].number()
        if not 0 < threshold <= 1:
            raise fields["threshold"].fail("a probability above 0, at most 1")
        for item in fields["none"].items() if "none" in fields else ():
            if item.text() not in known:
                raise item.fail(f"no term {item.text()!r}")
        return Fallback(threshold, fields["none"].texts() if "none" in fields else ())

    def relevance(self, node: _Node, known: set[str]) -> dict[str, Any]:
        fields = node.fields(("sides", "bond", "prior", "weights"), ("threshold", "words", *RELEVANCE_GROUPS))
        result: dict[str, Any] = {}
        for key in ("sides", "bond", *RELEVANCE_GROUPS):
            result[key] = ()
            if key not in fields:
                continue
            result[key] = fields[key].texts()
            for item in fields[key].items():
                for name in item.text().split("|"):
                    if name not in known:
                        raise item.fail(f"no term {name!r}")
        for key in ("sides", "hints"):
            if key in fields and len(result[key]) != 2:
                raise fields[key].fail(f"{key}: one entry for each of the two sides")
        result["prior"] = fields["prior"].number()
        result["threshold"] = fields["threshold"].number() if "threshold" in fields else 0.5
        result["words"] = self.files(fields["words"]) if "words" in fields else {}
        result["weights"] = {name: weight.number() for name, weight in fields["weights"].mapping().items()}
        return result
