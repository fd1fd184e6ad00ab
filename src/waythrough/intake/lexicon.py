"""The words a team can edit: frames, cues, loaded words and boilerplate of one language, read from data files."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from waythrough.intake.numbers import UnitWords
from waythrough.terms.claims import CLAIM_TYPES, MODALITIES
from waythrough.terms.problems import N_, InputRefused

LANGUAGES = ("en",)


class LexiconBroken(InputRefused):
    """A data file of the reader does not hold together."""

    code = "intake.lexicon"
    message = N_("{place}: found {found}. Allowed: {allowed}.")


@dataclass(frozen=True)
class Frame:
    """One way of claiming something: head verbs, words that must be near, and conditions. See frames.toml."""

    id: str
    type: str
    heads: frozenset[str]
    topics: tuple[frozenset[str], ...] = ()
    without: frozenset[str] = frozenset()
    negated: bool | None = None
    needs: frozenset[str] = frozenset()
    modality: str | None = None
    patient: bool = False
    strength: int = 1

    def fits(self, heads: frozenset[str], bag: frozenset[str], signs: frozenset[str]) -> bool:
        """True when a clause with these head lemmas, words and signs (negated, future, persons …) is such a claim."""
        return (
            bool(self.heads & heads)
            and all(topic & bag for topic in self.topics)
            and not self.without & bag
            and self.needs <= signs
            and (self.negated is None or self.negated == ("negated" in signs))
        )


@dataclass(frozen=True)
class Lexicon:
    """Everything one language's readers look words up in."""

    lang: str
    frames: tuple[Frame, ...]
    classes: Mapping[str, frozenset[str]]
    cues: Mapping[str, frozenset[str]]
    strong: re.Pattern[str]
    mild: re.Pattern[str]
    boilerplate: re.Pattern[str]
    units: UnitWords

    def best(self, heads: Iterable[str], bag: Iterable[str], signs: Iterable[str]) -> Frame | None:
        """The frame that fits best: the strongest, then the earliest in the order of claim types."""
        asked = frozenset(heads), frozenset(bag), frozenset(signs)
        fitting = [frame for frame in self.frames if frame.fits(*asked)]
        return min(fitting, key=lambda f: (-f.strength, CLAIM_TYPES.index(f.type)), default=None)

    def stance(self, lemma: str) -> str | None:
        """The stance an attributing verb gives its content, or None if the verb attributes nothing."""
        return next((modality for modality in MODALITIES if lemma in self.cues.get(modality, ())), None)


@cache
def load_lexicon(lang: str = "en") -> Lexicon:
    """The lexicon of a language that is read; see ``LANGUAGES``."""
    words = {name: frozenset(entries) for name, entries in _data(lang, "words").items()}
    cues = {name: frozenset(entries) for name, entries in _data(lang, "cues").items()}
    loaded = _data(lang, "loaded")
    frames = tuple(
        _frame(number, entry, words) for number, entry in enumerate(_data(lang, "frames")["frame"], start=1)
    )
    lines = "|".join(_data(lang, "boilerplate")["lines"])
    units = {unit: tuple(entries) for unit, entries in _data(lang, "units").items()}
    return Lexicon(
        lang,
        frames,
        words,
        cues,
        _any_of(loaded["strong"]),
        _any_of(loaded["mild"]),
        re.compile(rf"\s*(?:{lines})", re.IGNORECASE),
        UnitWords(units),
    )


def _data(lang: str, name: str) -> dict[str, Any]:
    file = resources.files("waythrough.intake") / "data" / lang / f"{name}.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _frame(number: int, entry: Mapping[str, Any], words: Mapping[str, frozenset[str]]) -> Frame:
    place = f"frames.toml, frame {number}"
    if entry["type"] not in CLAIM_TYPES:
        raise LexiconBroken(
            place=place, found=f"type {entry['type']!r}", allowed=", ".join(CLAIM_TYPES), remedy="Correct it."
        )

    def expand(entries: Iterable[str]) -> frozenset[str]:
        found: set[str] = set()
        for word in entries:
            if word.startswith("@") and word[1:] not in words:
                raise LexiconBroken(
                    place=place, found=f"the class {word}", allowed=", ".join(sorted(words)), remedy="Add it."
                )
            found |= words[word[1:]] if word.startswith("@") else {word}
        return frozenset(found)

    return Frame(
        id=f"{entry['type']}/{number}",
        type=entry["type"],
        heads=expand(entry["heads"]),
        topics=tuple(expand(group.split()) for group in entry.get("topics", ())),
        without=expand(entry.get("without", ())),
        negated=entry.get("negated"),
        needs=frozenset(entry.get("needs", ())),
        modality=entry.get("modality"),
        patient=entry.get("patient", False),
        strength=entry.get("strength", 1),
    )


def _any_of(entries: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(entries, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(re.escape(entry) for entry in longest_first)})\b", re.IGNORECASE)
