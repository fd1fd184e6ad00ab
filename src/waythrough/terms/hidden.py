"""Characters that change how a line reads without being seen: they are shown by name wherever a record is inspected.

A text can be made to read one way and to say another with marks of direction, letters of no width or control codes
(“Trojan Source”, Boucher and Anderson 2023). They are kept as they came, since words are never changed; but whoever
looks into the ledger sees that they are there.
"""

from __future__ import annotations

import re

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control codes: on a terminal some of them act
    "\u00ad\u034f\u061c\u180e"  # soft hyphen, grapheme joiner, Arabic letter mark, Mongolian vowel separator
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"  # of no width; separators; embedding, override, isolate
    "\U000e0000-\U000e007f"  # tags
    "]"
)

_IN_JSON = re.compile(
    "[\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def visible(text: str) -> str:
    """The same text with every unseen character written as ⟦U+202E⟧. Line breaks and tabs stay."""
    return _UNSEEN.sub(lambda found: f"⟦U+{ord(found[0]):04X}⟧", text)


def hides(text: str) -> bool:
    """True where the text holds a character that is not seen."""
    return bool(_UNSEEN.search(text))


def escaped(json_text: str) -> str:
    r"""The same JSON with every unseen character written as ``\u202e``: the same value to any reader of JSON."""
    return _IN_JSON.sub(lambda found: "".join(f"\\u{unit:04x}" for unit in _units(found[0])), json_text)


def _units(character: str) -> list[int]:
    """The UTF-16 code units of a character, as JSON escapes count them."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[n : n + 2], "big") for n in range(0, len(data), 2)]
