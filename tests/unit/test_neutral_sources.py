"""No source file outside ``cases`` names a country, a party or a place.

The program serves whoever coordinates, wherever they are. A name in the source would be an assumption about
one place, or a label stuck on one party. Names belong to cases and to people's own workspaces.
"""

from __future__ import annotations

import csv
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src/waythrough"
CASES = SOURCE / "cases"
DATA = {".json", ".jsonl", ".toml", ".csv"}
READ = DATA | {".py", ".html", ".j2", ".po", ".css", ".js", ".svg", ".txt", ".typ", ".ics"}

# What comes to mind when one writes about this work; the cases add their own names.
OUR_OWN = [
    line
    for line in Path(__file__).with_name("names_to_avoid.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
# Languages are ours to name. The same word before one of these is a state or its people, and is not.
WHOSE = (
    "army|authorit|centre|center|command|delegation|embass|federation|forces|government|headquarters|"
    "militar|ministr|officer|official|police|president|side|soldier|troop"
)
PEOPLES = [
    rf"(?:American|Arab|British|French|Kurdish|Russian|Turkish|U\.?S\.?)s?\W+(?:\w+\W+)?(?:{WHOSE})\w*",
    r"Russians",
    r"U\.S\.A?\b",
    r"(?i:российск\w*|американск\w*)",
]

# Words that are found and may stay: the word as found, and the end of the sentence “it may stay because …”.
PUBLISHERS = [
    *["IOM", "Logistics Cluster", "OCHA", "UNHCR", "UNICEF", "UNOSAT", "WFP", "WHO", "World Food Programme"],
    *["UN Office for the Coordination of Humanitarian Affairs", "UN High Commissioner for Refugees"],
    *["UN Refugee Agency", "UN Children's Fund", "United Nations", "الأمم المتحدة", "ООН"],
]
MAY_STAY: dict[str, str] = {
    **dict.fromkeys(PUBLISHERS, "code lists and thresholds are cited by their publisher and edition"),
    **dict.fromkeys(["The World", "The delegation"], "a sentence may begin with these everyday words"),
}

# Where a case keeps the names of things that must not be in the source.
NAMED_THINGS = re.compile(
    r"part(y|ies)|place|site|zone|leg|route|destination|node|countr|governorate|town|camp|door|reception|warehouse|organisation"
)
NAME_FIELDS = re.compile(r"^(name|names|own_names?|alias(es)?|short(_name)?|title|label|also)(_[a-z]{2,3})?$")
# Names made of everyday words (“The road”, “Reception centre”) are no names.
EVERYDAY = re.compile(r"^[\W\d_]*$|^[a-z]")


def rows(path: Path) -> Iterator[tuple[str, Any]]:
    """What a data file says, each part with the words that lead to it."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        yield path.stem, json.loads(text)
    elif path.suffix == ".jsonl":
        yield from ((path.stem, json.loads(line)) for line in text.splitlines() if line.strip())
    elif path.suffix == ".toml":
        yield path.stem, tomllib.loads(text)
    elif path.suffix == ".csv":
        yield from ((path.stem, row) for row in csv.DictReader(text.splitlines()))


def names_in(value: Any, about: str) -> Iterator[str]:
    """Every string under a naming field below something that is about a party or a place."""
    if isinstance(value, dict):
        here = f"{about} {value.get('kind', '')}"
        for key, inner in value.items():
            if NAME_FIELDS.match(str(key)) and NAMED_THINGS.search(here):
                yield from strings(inner)
            else:
                yield from names_in(inner, f"{here} {key}")
    elif isinstance(value, list):
        for inner in value:
            yield from names_in(inner, about)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)


def names_of_cases(folder: Path = CASES) -> set[str]:
    """The names that the shipped cases give to their parties and places."""
    found: set[str] = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for about, value in rows(path):
                found.update(name.strip() for name in names_in(value, f"{path.parent.name} {about}"))
    return {name for name in found if len(name) > 2 and not EVERYDAY.match(name)}


def pattern(names: set[str]) -> re.Pattern[str]:
    """One expression that finds any of the names as whole words; those of cases in the spelling given."""
    ours = [re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in OUR_OWN]
    theirs = [re.escape(word) for word in sorted(names, key=len, reverse=True)]
    parts = [f"(?i:{'|'.join(ours)})", *theirs, *PEOPLES]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(parts)})(?![^\W_])")


@pytest.fixture(scope="module")
def forbidden() -> re.Pattern[str]:
    return pattern(names_of_cases())


def test_no_source_file_outside_cases_names_a_country_party_or_place(forbidden: re.Pattern[str]) -> None:
    named = [
        f"{path.relative_to(SOURCE)}:{number}: {match[0]}"
        for path in sorted(SOURCE.rglob("*"))
        if path.is_file() and path.suffix in READ and CASES not in path.parents
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for match in forbidden.finditer(line)
        if match[0] not in MAY_STAY
    ]
    assert not named


@pytest.mark.parametrize(
    "line",
    [
        "REGION = 'Syria'",
        "the Syrian side",
        "Russian forces",
        "U.S. officials",
        "the US-led military",
        "near Al-Tanf.",
        'zone = "Asia/Damascus"',
        "gaza_missions",
        "представители российской стороны",
        "في سوريا",
    ],
)
def test_a_name_is_noticed(forbidden: re.Pattern[str], line: str) -> None:
    assert forbidden.search(line)


@pytest.mark.parametrize(
    "line",
    [
        "English, Arabic, Russian and French",
        "Russian plurals have three forms",
        "a party's own words",
        "chadless",
        "Kaplan and Meier (1958)",
        "use us",
        "the French text",
    ],
)
def test_ordinary_words_and_languages_pass(forbidden: re.Pattern[str], line: str) -> None:
    assert not forbidden.search(line)


def test_names_are_gathered_from_case_files(tmp_path: Path) -> None:
    case = tmp_path / "invented"
    case.mkdir()
    (case / "parties.json").write_text(
        '[{"id": "p1", "names": {"en": "The Vale Council"}, "note": "Not a name"}]'
    )
    (case / "places.csv").write_text("id,name,name_ar\nn1,Oldbridge,الجسر القديم\n")
    (case / "facts.jsonl").write_text('{"kind": "site", "body": {"name": "Stone Ford"}}\n')
    assert names_of_cases(tmp_path) == {"The Vale Council", "Oldbridge", "الجسر القديم", "Stone Ford"}
