"""Code lists as data, each with its scheme, edition and owner; labels in four languages.

The files stand beside this module in ``lists/NAME.json``:
``{"list", "scheme", "edition", "owner", "checked", "note", "codes": [{"code", "en", "ar", "fr", "ru", ...}]}``.
``checked`` false means the list was not yet compared with its owner's document, and is said where it shows.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from waythrough.terms.problems import InputRefused


@dataclass(frozen=True)
class CodeList:
    """One list of codes. ``codes`` maps a code to its row (labels and whatever else the list carries)."""

    name: str
    scheme: str
    edition: str
    owner: str
    checked: bool
    note: str
    codes: Mapping[str, Mapping[str, Any]]

    def label(self, code: str, language: str = "en") -> str:
        """The words for a code; English where the language has none."""
        row = self.codes[code]
        return str(row.get(language) or row["en"])


@functools.cache
def code_list(name: str) -> CodeList:
    """The code list of that name."""
    text = (resources.files("waythrough.terms") / "lists" / f"{name}.json").read_text(encoding="utf-8")
    raw = json.loads(text)
    return CodeList(
        name=raw["list"],
        scheme=raw["scheme"],
        edition=raw["edition"],
        owner=raw["owner"],
        checked=raw["checked"],
        note=raw.get("note", ""),
        codes={row["code"]: row for row in raw["codes"]},
    )


def names() -> list[str]:
    """Every code list shipped, by name."""
    folder = resources.files("waythrough.terms") / "lists"
    return sorted(item.name.removesuffix(".json") for item in folder.iterdir() if item.name.endswith(".json"))


def check(list_name: str, code: str, place: str) -> str:
    """The code itself if the list has it; otherwise a refusal that names the place and the allowed codes."""
    codes = code_list(list_name).codes
    if code not in codes:
        raise InputRefused(
            place=place,
            found=repr(code),
            allowed=", ".join(codes),
            remedy=f"Use one of the codes of the list “{list_name}”.",
        )
    return code
