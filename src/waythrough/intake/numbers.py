# ruff: noqa: E501 - a pattern broken over lines is harder to check than a long one
"""Quantities in English text, with the bounds the words give and no others.

``more than 40,000`` is 40,000 or more with no upper bound; ``nine out of 10`` is a share of 0.9; ``dozens`` has no
bound at all and is marked vague. Where the text gives no bound, none is invented; a share is bounded by 0 and 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from waythrough.terms.claims import NumberMention, Span

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "dozen": 12, "thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mn": 10**6,
           "billion": 10**9, "bn": 10**9}  # fmt: skip
_PARTS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "fifths": 5, "tenth": 10,
          "tenths": 10}  # fmt: skip

_WORD = "|".join([*_TENS, *sorted(_UNITS, key=len, reverse=True)])
_SCALE = "hundred|dozen|thousand|million|billion"
_WORDS = rf"(?:(?:a|{_WORD})(?=[\s-]+(?:{_SCALE})\b)|(?:{_WORD}))(?:(?:\s+and\s+|[\s-]+)(?:{_WORD}|{_SCALE})\b){{0,12}}"
_SPACE = "\u00a0\u202f\u2009"
# Repeats are bounded: no number has more parts, and a hostile text must not make the search slow.
_DIGITS = (
    rf"\d{{1,3}}(?:[,{_SPACE}]\d{{3}}){{1,5}}(?:\.\d+)?|\d{{1,3}}(?: \d{{3}}){{1,5}}(?![\d,])|\d+(?:\.\d+)?"
)
_VALUE = rf"(?:(?:{_DIGITS})(?:\s?(?:k|m|mn|bn)\b|[\s-]?(?:{_SCALE})s?\b)?|\b{_WORDS}\b(?:\s+and\s+a\s+half\s+(?:{_SCALE}))?)"

_BEFORE = (
    ("more_than", r"(?:(?:significantly|far|well|slightly|a little)\s+)?(?:more|greater|higher)\s+than|(?:well\s+)?over|(?:well\s+)?above|in\s+excess\s+of|exceeding|upwards\s+of"),
    ("at_least", r"at\s+(?:the\s+very\s+)?least|no\s+(?:fewer|less)\s+than|not\s+(?:fewer|less)\s+than|a\s+minimum\s+of"),
    ("at_most", r"at\s+most|no\s+more\s+than|not\s+more\s+than|a\s+maximum\s+of|up\s+to|as\s+many\s+as|as\s+much\s+as"),
    ("fewer_than", r"(?:(?:far|significantly)\s+)?(?:fewer|less|lower)\s+than|under|below"),
    ("about", r"about|around|some|approximately|approx\.?|roughly|nearly|almost|close\s+to|circa|c\.|ca\.|~|an\s+estimated|(?:is\s+)?estimated\s+(?:at|to\s+be)|estimated|an\s+average\s+of|on\s+average"),
)  # fmt: skip
_MODIFIER = "|".join(f"(?P<{name}>{words})" for name, words in _BEFORE)
_PERCENT = r"\s?(?:%|٪|per\s?cent\b|percent\b|percentage\s+points?\b)"
_JOIN = r"\s*[–—-]\s*|\s+to\s+|\s+or\s+"
_AFTER = r"(?P<plus>\+|\s+or\s+(?:more|above)\b|\s+and\s+(?:more|above)\b|\s+plus\b)|(?P<minus>\s+or\s+(?:fewer|less|below)\b)|(?P<so>\s+or\s+so\b)"

_I = re.IGNORECASE
_RANGE = re.compile(
    rf"(?P<between>\bbetween\s+|\bfrom\s+)?(?P<a>{_VALUE})(?:{_PERCENT})?(?:(?P<and>\s+and\s+)|{_JOIN})(?P<b>{_VALUE})(?P<pct>{_PERCENT})?", _I
)  # fmt: skip
_OUT_OF = re.compile(
    rf"(?:\b(?:{_MODIFIER})\s+)?(?P<a>{_VALUE})\s+(?:out\s+of(?:\s+every)?|in(?:\s+every)?|of(?:\s+every)?)\s+(?P<b>{_VALUE})(?!\s*,\d)",
    _I,
)
_FRACTION = re.compile(
    rf"(?:\b(?:{_MODIFIER})\s+)?\b(?:(?P<n>a|one|two|three|four)[\s-]+)?(?P<part>{'|'.join(_PARTS)})\b(?=\s+(?:of|the|a|its|their|have|had|are|were|said|want)|\s*[,.;])", _I
)  # fmt: skip
_SIMPLE = re.compile(
    rf"(?<![\w.,/:-])(?P<lead>(?:\b(?:{_MODIFIER})|(?<=\s)~)\s*)?(?P<money>[$€£])?(?P<a>{_VALUE})(?P<pct>{_PERCENT})?(?:{_AFTER})?",
    _I,
)
_MAJORITY = re.compile(r"\b(?:the\s+|a\s+)?(?:(?:vast|overwhelming|large|great|clear)\s+)?(?P<w>majority|most|minority)\b(?!\s+(?:recent|important|likely|urgent|critical|severe|vulnerable|of\s+all\b|ever|affected))", _I)  # fmt: skip
_VAGUE = re.compile(r"\b(?:(?:tens|hundreds)\s+of\s+(?:thousands|millions)|hundreds|thousands|dozens|scores|millions|many|several|(?:a\s+|very\s+)?few(?!er)|numerous|countless)\b(?!\s+(?:to\s+\w+\s+of|as))", _I)  # fmt: skip
# Digits that count nothing: clock times, dotted or slashed numbers, section and resolution numbers, ordinals, codes.
_NOT_A_QUANTITY = re.compile(
    r"\d{1,2}:\d{2}|\d+(?:\.\d+){2,}|\d+-\d+-[\d-]+|\d+/\d+|\b\d+,\d{1,2}(?!\d)|\b(?:resolutions?|article|section|paragraph|annex|no\.|number|page|route|highway|phase|round|release|decree|law|unit|brigade|figure|table|kilomet(?:er|re)s?\s+post|m)\s+\(?(?:no\.?\s*)?\d[\d-]*|\d+(?:st|nd|rd|th)\b|\b[A-Z]{1,4}-?\d+\b|#\d+",
    re.IGNORECASE,
)  # fmt: skip


@dataclass(frozen=True)
class UnitWords:
    """Which words after a number name its unit: ``{"persons": ("people", "refugees"), "km": ("km",)}``."""

    units: Mapping[str, tuple[str, ...]]

    def of(self, word: str) -> str | None:
        """The unit a word names, if any."""
        low = word.casefold()
        return next((unit for unit, words in self.units.items() if low in words), None)


NO_UNITS = UnitWords({})


def find_numbers(
    text: str, *, skip: Iterable[tuple[int, int]] = (), units: UnitWords = NO_UNITS
) -> list[NumberMention]:
    """Every quantity in ``text``, in order, without overlaps.

    Parameters
    ----------
    text
        English text.
    skip
        Stretches that are something else, dates above all.
    units
        Words that name units. A unit that no list knows stays None.
    """
    taken = list(skip) + [match.span() for match in _NOT_A_QUANTITY.finditer(text)]
    found: list[NumberMention] = []
    for pattern, build in (
        (_OUT_OF, _share_of), (_FRACTION, _fraction), (_RANGE, _range), (_SIMPLE, _simple), (_MAJORITY, _majority),
        (_VAGUE, _vague),
    ):  # fmt: skip
        for match in pattern.finditer(text):
            mention = build(match, text, units)
            if mention and not any(mention.span.start < e and s < mention.span.end for s, e in taken):
                found.append(mention)
                taken.append((mention.span.start, mention.span.end))
    return sorted(found, key=lambda mention: mention.span)


def parse_value(words: str) -> int | float | None:
    """The value of one written number: ``40,000``, ``2.5 million``, ``two hundred and five``; None if it is not one."""
    low = words.casefold().strip()
    half = re.search(rf"\s+and\s+a\s+half\s+({_SCALE})$", low)
    if half:
        whole = parse_value(low[: half.start()])
        return None if whole is None else _tidy((whole + 0.5) * _SCALES[half.group(1)])
    match = re.match(rf"({_DIGITS})[\s-]?({'|'.join(_SCALES)})?s?$", low)
    if match:
        number = float(re.sub(rf"[,\s{_SPACE}]", "", match.group(1)))
        return _tidy(number * _SCALES[match.group(2)] if match.group(2) else number)
    return _from_words(re.split(r"[\s-]+", low))


def _from_words(words: list[str]) -> int | None:
    total = current = 0
    for word in words:
        if word == "and":
            continue
        if word == "a":
            current = 1
        elif word in _UNITS:
            current += _UNITS[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word in ("hundred", "dozen"):
            current = max(current, 1) * _SCALES[word]
        elif word in _SCALES:
            total, current = total + max(current, 1) * _SCALES[word], 0
        else:
            return None
    return total + current


def _tidy(number: float) -> int | float:
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def _modifier(match: re.Match[str]) -> str:
    groups = match.groupdict()
    return next((name for name, _ in _BEFORE if groups.get(name)), "exact")


def _bounds(value: float, kind: str, floor: float | None = None, ceiling: float | None = None) -> tuple[
    int | float | None, int | float | None
]:  # fmt: skip
    if kind in ("more_than", "at_least"):
        return _tidy(value), ceiling
    if kind in ("fewer_than", "at_most"):
        return floor, _tidy(value)
    return _tidy(value), _tidy(value)


def _share_of(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    part, whole = parse_value(match["a"]), parse_value(match["b"])
    plain_of = (
        re.search(r"\sof\s+\S+$", match.group()[: match.end("b") - match.start()])
        and "out" not in match.group()
    )
    if part is None or whole is None or not whole > 0 or part > whole or (plain_of and whole > 1000):
        return None
    if re.search(r"\sin\s", match.group()) and (1900 <= whole <= 2100 or whole < 2):
        return None  # "40 in 2014" is a count in a year
    kind = _modifier(match)
    low, high = _bounds(part / whole, kind, 0, 1)
    return NumberMention(Span.of(text, *match.span()), low, high, "share", None, kind)


def _fraction(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    top = {None: 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4}[match["n"] and match["n"].lower()]
    part = match["part"].lower()
    if match["n"] is None and part != "half":
        return None  # "the third request" counts nothing
    kind = _modifier(match)
    low, high = _bounds(top / _PARTS[part], kind, 0, 1)
    return NumberMention(Span.of(text, *match.span()), low, high, "share", None, kind)


def _range(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    if match["and"] and not (match["between"] or "").lower().startswith("between"):
        return None
    low, high = parse_value(match["a"]), parse_value(match["b"])
    if low is None or high is None or _glued(text, match.start("a")):
        return None
    scale = re.search(r"(hundred|thousand|million|billion|k|m|bn|mn)s?$", match["b"].strip().lower())
    if scale and low < high / _SCALES[scale.group(1)] * 10 and low < 1000:
        low = _tidy(low * _SCALES[scale.group(1)])  # "30 to 40 thousand"
    if low >= high:
        return None
    if match["pct"]:
        return NumberMention(
            Span.of(text, *match.span()), _tidy(low / 100), _tidy(high / 100), "share", None, "range"
        )
    unit = _unit_after(text, match.end(), units)
    return NumberMention(Span.of(text, *match.span()), low, high, unit, None, "range")


def _glued(text: str, at: int) -> bool:
    return at > 0 and (text[at - 1].isalnum() or text[at - 1] in ".,:/-")


def _simple(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    value = parse_value(match["a"])
    if value is None:
        return None
    kind = _modifier(match)
    if (match["lead"] or "").strip() == "~":
        kind = "about"
    if match["plus"]:
        kind = "at_least"
    elif match["minus"]:
        kind = "at_most"
    elif match["so"]:
        kind = "about"
    start, end = match.span()
    if match["pct"]:
        low, high = _bounds(value / 100, kind, 0, 1)
        return NumberMention(Span.of(text, start, end), low, high, "share", None, kind)
    unit = {"$": "usd", "€": "eur", "£": "gbp"}.get(match["money"] or "") or _unit_after(text, end, units)
    if match["a"].lower() in ("one", "zero") and kind == "exact" and unit is None:
        return None  # "one of them", "no one": not a count worth keeping
    low, high = _bounds(value, kind)
    glued = re.match(r"[-\u00a0 ]?(km|kilomet(?:er|re)s?|kg|tons?|tonnes?)\b", text[end:], _I)
    if glued:
        end += glued.end()  # "55-km": the measure is part of the mention
    return NumberMention(Span.of(text, start, end), low, high, unit, None, kind)


def _majority(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    if match["w"].lower() == "minority":
        return NumberMention(Span.of(text, *match.span()), 0, 0.5, "share", None, "fewer_than")
    return NumberMention(Span.of(text, *match.span()), 0.5, 1, "share", None, "more_than")


def _vague(match: re.Match[str], text: str, units: UnitWords) -> NumberMention | None:
    unit = _unit_after(text, match.end(), units)
    return NumberMention(Span.of(text, *match.span()), None, None, unit, None, "vague")


def _unit_after(text: str, end: int, units: UnitWords) -> str | None:
    """The unit named within the next few words, not past a stop."""
    window = re.split(r"[.,;:!?()\n]|\band\b|\bor\b", text[end : end + 60], maxsplit=1)[0]
    words = re.findall(r"[^\W\d_]+", window)[:4]
    return next((unit for word in words if (unit := units.of(word))), None)
