"""How a case is opened, and what is refused with the place of what does not fit."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from waythrough.cases import loader
from waythrough.terms.problems import InputRefused, NotFound

META = {
    "id": "ford",
    "titles": {"en": "The ford"},
    "notice": {"en": "Invented."},
    "default_as_of": "2031-05-02",
    "sites": ["site-ford"],
    "time_zone": "Etc/UTC",
    "languages": ["en"],
    "register_known_on": "2031-01-01",
    "authors": {"register": "p-one", "record": "p-one", "people": "p-one"},
    "licence": "CC0",
}
FILES: dict[str, list[dict[str, Any]]] = {
    "persons": [{"id": "p-one", "name": "One", "roles": ["head_of_office"]}],
    "parties": [{"id": "mill", "names": {"en": "The mill"}, "kind": "other"}],
    "sources": [{"id": "s-1", "title": "Letter", "publisher": "mill", "published": "2031-04"}],
    "places": [
        {
            "id": "pl-1", "names": {"en": "Ford"}, "kind": "site", "lat": 1.0, "lon": 2.0,
            "precision": "published", "basis": "x",
        }
    ],
    "sites": [{"id": "site-ford", "names": {"en": "Ford"}, "place": "pl-1", "country": "XAA", "time_zone": "Etc/UTC"}],
    "zones": [{"id": "z-1", "names": {"en": "Bank"}, "said_to_be_held_by": "mill", "said_by": "mill"}],
    "doors": [{"id": "dr-1", "names": {"en": "Bank"}, "party": "mill", "zone": "z-1", "purpose": "aid"}],
    "requests": [
        {
            "id": "rq-1", "site": "site-ford", "type": "aid_convoy", "subject": "x", "asked_by": ["mill"],
            "asked_on": "2031-04-03", "steps": [{"kind": "plan_approval", "door": "dr-1"}], "source": "s-1",
        }
    ],
}  # fmt: skip


def written(folder: Path, **changes: list[dict[str, Any]]) -> Path:
    """A small case in a folder, with some of its files replaced."""
    (folder / "case.json").write_text(json.dumps(META), encoding="utf-8")
    for name, rows in {**FILES, **changes}.items():
        (folder / f"{name}.json").write_text(json.dumps(rows), encoding="utf-8")
    return folder


def changed(name: str, **fields: Any) -> dict[str, list[dict[str, Any]]]:
    """The rows of one file, the first with other fields."""
    first, *rest = FILES[name]
    return {name: [{**first, **fields}, *rest]}


def test_a_small_case_opens_in_the_order_things_became_known(tmp_path: Path) -> None:
    case = loader.load_from(written(tmp_path))
    assert [commit.drafts[0].known_on for commit in case.commits] == [date(2031, 1, 1), date(2031, 4, 30)]
    assert {d.kind for d in case.commits[1].drafts} == {"source", "request"}


def test_a_month_is_known_on_its_last_day(tmp_path: Path) -> None:
    source = next(d for d in loader.load_from(written(tmp_path)).drafts if d.kind == "source")
    assert source.known_on == date(2031, 4, 30)


def test_a_revision_names_the_record_before_it(tmp_path: Path) -> None:
    later = {**FILES["zones"][0], "said_to_be_held_by": "mill", "source": "s-1", "revises": True}
    case = loader.load_from(written(tmp_path, zones=[FILES["zones"][0], later]))
    assert [d.corrects for d in case.drafts if d.kind == "zone"] == [(), ("@previous",)]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        (changed("doors", party="the other bank"), "“the other bank”"),
        (changed("doors", purpose="smuggling"), "'smuggling'"),
        (changed("requests", source="s-2"), "“s-2”"),
        (changed("requests", asked_on="2031-13-01"), "'2031-13-01'"),
        (changed("requests", known_on="2031-04-02"), "2031-04-02"),
        (changed("requests", source=None, known_on=None), "no day it was known"),
        (changed("requests", subjekt="x"), "'subjekt'"),
        ({"zones": [*FILES["zones"], *FILES["zones"]]}, "an id used before"),
        ({"zones": [{**FILES["zones"][0], "revises": True}]}, "a revision of nothing"),
        ({"zones": [{**FILES["zones"][0], "id": "mill"}]}, "an id used before"),
        ({"zones": [FILES["zones"][0], {**FILES["zones"][0], "revises": True}]}, "not after what it revises"),
        ({"bridges": []}, "a file of no known kind"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(
    tmp_path: Path, changes: dict[str, list[dict[str, Any]]], found: str
) -> None:
    with pytest.raises(InputRefused) as refusal:
        loader.load_from(written(tmp_path, **changes))
    assert found in refusal.value.sentence()
    assert refusal.value.remedy()


def test_a_broken_file_is_refused_with_its_line(tmp_path: Path) -> None:
    (written(tmp_path) / "zones.json").write_text('[\n{"id": }\n]', encoding="utf-8")
    with pytest.raises(InputRefused, match=r"zones\.json, line 2"):
        loader.load_from(tmp_path)


def test_an_unknown_case_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(NotFound) as refusal:
        loader.load("nowhere")
    assert "rukban" in refusal.value.remedy()


@pytest.mark.parametrize("name", loader.names())
def test_every_shipped_case_opens_quickly(name: str) -> None:
    begun = time.process_time()
    case = loader.load(name)
    assert (
        time.process_time() - begun < 3
    )  # half of it on a quiet machine; a slow one must not fail the suite
    assert case.meta.id == name
    assert case.meta.sites
    assert set(case.meta.titles) >= {"en", "ar"} <= set(case.meta.notice)
