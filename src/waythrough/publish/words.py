"""The sentences of a report in one language: whole sentences with placeholders, and one formatter for what fills them.

Every voice gets the same verb: a party *said*; it never "claimed" or "admitted". English is the source; another
language is used only when its catalogue is complete.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

from waythrough.publish.catalogue import DOMAIN, LOCALE, languages, read_po
from waythrough.publish.labels import LABELS
from waythrough.publish.numbers import Numbers, Run
from waythrough.publish.problems import LanguageIncomplete
from waythrough.terms import codes
from waythrough.terms.places import Names


@dataclass(frozen=True)
class Said:
    """A translated sentence with what fills it. ``str()`` for plain text and drawings, ``__html__`` for pages."""

    template: str
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        return self.template.format(**{key: str(value) for key, value in self.fields.items()})

    def __html__(self) -> str:
        return escape(self.template).format(**self.fields)

    def __bool__(self) -> bool:
        return bool(self.template)


class Words:
    """One language of the documents.

    Raises
    ------
    LanguageIncomplete
        Some sentence has no translation yet, or the language is not known at all.
    """

    def __init__(self, language: str = "en", months: str = "both") -> None:
        self.translation = complete(language)
        self.language = language
        self.numbers = Numbers(language, months)

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return self.numbers.direction

    @property
    def reviewed(self) -> bool:
        """True for the source language, and for one that two speakers signed in the catalogue's header."""
        return self.language == "en" or bool(self.translation.info().get("x-reviewed-by", "").strip())

    def say(self, text: str, /, **fields: Any) -> Said:
        """The sentence in this language; numbers, dates, windows and names in ``fields`` are formatted here."""
        return self._fill(self.translation.gettext(text), fields)

    def count(self, one: str, many: str, n: int, /, **fields: Any) -> Said:
        """The sentence for ``n`` things, in the language's own plural form; ``{n}`` is the number.

        So many fewer are counted as so many, unless the word for one or two would swallow the minus.
        """
        said = self.translation.ngettext(one, many, abs(n))
        if n < 0 and "{n}" not in said:
            said = self.translation.ngettext(one, many, n)
        return self._fill(said, {"n": n, **fields})

    def label(self, kind: str, code: str) -> Any:
        """The words for a code: ours, else the shipped code list's, else the code itself, marked as a code."""
        ours = LABELS.get(kind, {}).get(code)
        if ours is not None:
            return self.say(ours)
        if kind in _lists() and code in codes.code_list(kind).codes:
            return self.numbers.show(codes.code_list(kind).label(code, self.language))
        return self.numbers.code(code)

    def name(self, names: Names) -> Run:
        """A name in this language, or in English where there is none, with its own direction."""
        return self.numbers.show(names.get(self.language) or names["en"])

    def _fill(self, template: str, fields: Mapping[str, Any]) -> Said:
        return Said(template, {key: self.numbers.show(value) for key, value in fields.items()})


@functools.cache
def _lists() -> frozenset[str]:
    return frozenset(codes.names())


@functools.cache
def wanted() -> frozenset[str]:
    """Every sentence a language must have."""
    return frozenset(message.msgid for message in read_po(LOCALE / f"{DOMAIN}.pot")[1])


def missing(language: str) -> list[str]:
    """The sentences that language has no translation for, in English."""
    if language == "en":
        return []
    try:
        translation = gettext.translation(DOMAIN, LOCALE, [language])
    except FileNotFoundError:
        return sorted(wanted())
    # ngettext keys are (msgid, form) pairs in the catalogue the standard library builds.
    have = {key if isinstance(key, str) else key[0] for key in translation._catalog}  # type: ignore[attr-defined]
    return sorted(wanted() - have)


def complete(language: str) -> gettext.NullTranslations:
    """The catalogue of a language in which every sentence is translated."""
    lacking = missing(language)
    if lacking:
        ready = ["en", *(name for name in languages() if not missing(name))]
        raise LanguageIncomplete(
            language=language, missing=len(lacking), all=len(wanted()), complete=", ".join(ready)
        )
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation(DOMAIN, LOCALE, [language])
