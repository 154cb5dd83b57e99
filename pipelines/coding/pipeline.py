"""The language pipelines as spaCy pipelines of registered components.

A pipeline is a spaCy `Language` whose components read and fill the `Document` in `doc._.coding`, one stage each. It is
assembled by config, saved and loaded as spaCy does, and a component can be exchanged by name. Where a component that
sets sentence starts (a trained parser or `senter`) stands first, its sentences take the place of the rules'; persons
and organisations that a trained `ner` found can be read from `doc.ents` by a component of one's own.
"""

from __future__ import annotations

import re
import shutil
from functools import lru_cache
from pathlib import Path

import spacy
from spacy.language import Language as Pipeline
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from pipelines.coding.attribution import carry_on, own_voice, own_words
from pipelines.coding.classifier import Classifier
from pipelines.coding.classifier import load as load_weights
from pipelines.coding.document import Document, Sentence
from pipelines.coding.languages import language
from pipelines.coding.linking import Linker
from pipelines.coding.mentions import MentionMatcher
from pipelines.coding.relevance import Relevance
from pipelines.coding.segmentation import segment
from pipelines.coding.statements import StatementMaker
from pipelines.coding.terms import TermMatcher
from schemas.actors import ActorList, load_actors
from schemas.codebook import Codebook, load_codebook

if not Doc.has_extension("coding"):
    Doc.set_extension("coding", default=None)


class Pieces:
    """A tokenizer that only splits at white space: the stages work on characters, and this costs next to nothing."""

    _piece = re.compile(r"\S+|\s+")

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in self._piece.findall(text):
            if piece == " " and words and not spaces[-1]:
                spaces[-1] = True
            elif piece.isspace() and piece[0] == " " and words and not spaces[-1]:
                spaces[-1] = True
                words.append(piece[1:])
                spaces.append(False)
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **_) -> bytes:
        return b""

    def from_bytes(self, _data: bytes, **_kwargs) -> Pieces:
        return self

    def to_disk(self, _path, **_) -> None:
        pass

    def from_disk(self, _path, **_kwargs) -> Pieces:
        return self


@registry.tokenizers("vostochny.pieces.v1")
def _pieces():
    return lambda nlp: Pieces(nlp.vocab)


class Compiled:
    """A codebook and an actor list, compiled for one language: what the components of a pipeline share."""

    def __init__(self, code: str, codebook: Codebook, actors: ActorList) -> None:
        self.codebook = codebook
        self.actors = actors
        self.language = language(code)
        self.terms = TermMatcher(codebook, code)
        self.relevance = Relevance(codebook, self.terms, code)
        self.mentions = MentionMatcher(actors, self.language)
        self.linker = Linker(actors, self.language)
        weights = codebook.classifiers.get(code)
        self.statements = StatementMaker(codebook, self.terms, Classifier(load_weights(weights)) if weights else None)


compiled = lru_cache(maxsize=12)(Compiled)
_actors = lru_cache(maxsize=4)(load_actors)


class Stage:
    """A component of a coding pipeline.

    Its settings `codebook` and `actors` are paths, None for the project's own. Saving a pipeline writes a codebook and
    an actor list that are not the project's own beside the component, and loading takes them from there, so that a
    saved pipeline carries what it codes by.
    """

    def __init__(self, code: str, codebook: str | None = None, actors: str | None = None) -> None:
        self._code = code
        self._paths: dict[str, str | None] = {"codebook": codebook, "actors": actors}
        self._data: Compiled | None = None

    @property
    def data(self) -> Compiled:
        if self._data is None:
            self.use(load_codebook(self._paths["codebook"]), _actors(self._paths["actors"]))
        return self._data

    def use(self, codebook: Codebook, actors: ActorList) -> None:
        """Codes by this codebook and actor list from now on."""
        self._data = compiled(self._code, codebook, actors)

    def __call__(self, doc: Doc) -> Doc:
        document = doc._.coding
        if document is None:
            document = doc._.coding = Document(doc.text, language=self._code)
        self.run(document, doc)
        return doc

    def run(self, document: Document, doc: Doc) -> None:
        raise NotImplementedError

    def to_disk(self, path: str | Path, **_) -> None:
        folder = Path(path)
        for name, source in self._paths.items():
            if source is not None:
                folder.mkdir(parents=True, exist_ok=True)
                _copy(Path(source), folder / name)

    def from_disk(self, path: str | Path, **_) -> Stage:
        for name in self._paths:
            kept = Path(path) / name
            if kept.exists():
                inner = kept / f"{name}.yaml"
                self._paths[name] = str(inner if inner.exists() else kept)
                self._data = None
        return self


def _copy(source: Path, target: Path) -> None:
    """Copies a YAML file with the folders beside it that it may include, as `NAME/NAME.yaml`; a folder as it is."""
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
        return
    target.mkdir(exist_ok=True)
    shutil.copy(source, target / f"{target.name}.yaml")
    for name in ("lexicons", "classifiers"):
        if (source.parent / name).is_dir():
            shutil.copytree(source.parent / name, target / name, dirs_exist_ok=True)


class Segmentation(Stage):
    """Paragraphs, sentences and quotations."""

    def run(self, document: Document, doc: Doc) -> None:
        segment(document, self.data.language)
        if len(doc) and doc.has_annotation("SENT_START"):
            document.sentences = _sentences(document, doc)


def _sentences(document: Document, doc: Doc) -> list[Sentence]:
    """A trained component's sentences, cut at paragraph ends."""
    found = []
    for span in doc.sents:
        for index, (start, end) in enumerate(document.paragraphs):
            if start < span.end_char and span.start_char < end:
                found.append(Sentence(max(start, span.start_char), min(end, span.end_char), index))
    return found


class RelevanceStage(Stage):
    """Whether the article is about the subject. The stages after it leave an irrelevant one alone."""

    def run(self, document: Document, doc: Doc) -> None:
        relevance = self.data.relevance
        doc.user_data["vostochny_hits"] = hits = self.data.terms.find(document.text)
        document.relevance = relevance.score(document, hits)
        document.relevant = document.relevance >= relevance.threshold


class Mentions(Stage):
    """Names and offices of the actor list."""

    def run(self, document: Document, doc: Doc) -> None:
        if document.relevant:
            self.data.mentions.find(document)


class AttributionStage(Stage):
    """Who says what, as the wording shows it."""

    def run(self, document: Document, doc: Doc) -> None:
        if not document.relevant:
            return
        spoken = self.data.language
        if is_headline(document):
            document.attributions = spoken.headline(document)
        if not document.attributions:
            document.attributions = sorted(spoken.attributions(document), key=lambda a: (a.start, a.end))
        carry_on(document)
        if issued := spoken.issuer(document):
            own_words(document, *issued)
        elif document.outlet and spoken.editorial(document.title, document.text):
            own_voice(document)


def is_headline(document: Document) -> bool:
    """Whether the text is a title alone: one short paragraph that is the title or ends without a full stop."""
    text = document.text.strip()
    if len(document.paragraphs) != 1 or len(text) > 250:
        return False
    return text == document.title.strip() or text[-1:] not in ".。!?"


class Linking(Stage):
    """Which actor each reference means."""

    def run(self, document: Document, doc: Doc) -> None:
        if document.relevant:
            doc.user_data["vostochny_linked"] = self.data.linker.link(document)


class Statements(Stage):
    """Statements with categories and stance."""

    def run(self, document: Document, doc: Doc) -> None:
        if document.relevant:
            keep = doc.user_data
            self.data.statements.make(document, keep["vostochny_linked"], keep["vostochny_hits"])


_STAGES: dict[str, type[Stage]] = {
    "vostochny_segmentation": Segmentation,
    "vostochny_relevance": RelevanceStage,
    "vostochny_mentions": Mentions,
    "vostochny_attribution": AttributionStage,
    "vostochny_linking": Linking,
    "vostochny_statements": Statements,
}
STAGES = tuple(_STAGES)


def _register(factory: str, stage: type[Stage]) -> None:
    def create(nlp: Pipeline, name: str, codebook: str | None, actors: str | None) -> Stage:
        return stage(nlp.lang, codebook, actors)

    Pipeline.factory(factory, default_config={"codebook": None, "actors": None}, func=create)


for _name, _stage in _STAGES.items():
    _register(_name, _stage)


def build(code: str, codebook: Codebook | None = None, actors: ActorList | None = None) -> Pipeline:
    """The project's pipeline for a language ("en", "ko", "ru"), for the given codebook and actor list."""
    nlp = spacy.blank(code, config={"nlp": {"tokenizer": {"@tokenizers": "vostochny.pieces.v1"}}})
    nlp.max_length = 50_000_000
    for stage in STAGES:
        nlp.add_pipe(stage)
    book = load_codebook() if codebook is None else codebook
    people = _actors(None) if actors is None else actors
    for _, component in nlp.pipeline:
        component.use(book, people)
    return nlp
