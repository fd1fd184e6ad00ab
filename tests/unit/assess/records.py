"""Small invented records for these tests: the Vale and the Ridge hold doors, the Harbour speaks too."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any, TypeVar

from waythrough.terms.access import Answer, Execution, Guarantee, Performance, Request, Step
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Party
from waythrough.terms.places import Door
from waythrough.terms.sayings import Figure
from waythrough.terms.when import Days, Window

T = TypeVar("T")
_numbers = itertools.count()

VALE = Party("vale", {"en": "Vale Council"}, "authority", rest_days=(4, 5), members=("vale-roads",))
RIDGE = Party("ridge", {"en": "Ridge Assembly"}, "authority", rest_days=(6,))


def day(text: str) -> date:
    return date.fromisoformat(text)


def known(record: T, on: str | date) -> Known[T]:
    """The record, published that day."""
    published = on if isinstance(on, date) else Days.parse(on).latest
    return Known(record, f"e{next(_numbers):06d}", published, "src")


def window(first: str, last: str) -> Window:
    """From the morning of the first day to the evening of the last."""
    return Window.parse(f"{first}T06:00+02:00/{last}T18:00+02:00")


def door(id: str = "gate", party: str = "vale", agreed: int | None = None) -> Known[Door]:
    return known(Door(id, {"en": id}, party, "zone", "aid", answer_working_days=agreed), "2030-01-01")


def request(id: str, on: str, *doors: str, agreed: int | None = None, **more: Any) -> Known[Request]:
    steps = tuple(Step("plan_approval", d, agreed) for d in doors or ("gate",))
    asked = more.pop("known", on)
    return known(Request(id, "site", "aid_convoy", "food", ("us",), Days.parse(on), steps, **more), asked)


def answer(request: str, speaker: str, outcome: str, on: str, **more: Any) -> Known[Answer]:
    published = more.pop("known", on)
    id = more.pop("id", f"{request}-{speaker}-{outcome}-{on}")
    return known(Answer(id, request, outcome, Days.parse(on), speaker, **more), published)


def guarantee(id: str, speaker: str, on: str, *doors: str, **more: Any) -> Known[Guarantee]:
    giver = more.pop("giver", speaker)
    return known(Guarantee(id, giver, doors or ("gate",), Days.parse(on), speaker, **more), on)


def performance(guarantee: str, speaker: str, outcome: str, on: str) -> Known[Performance]:
    return known(Performance(f"{guarantee}-{speaker}-{on}", guarantee, outcome, Days.parse(on), speaker), on)


def execution(request: str, speaker: str, outcome: str, on: str, **more: Any) -> Known[Execution]:
    id = f"{request}-{speaker}-{outcome}-{on}"
    return known(Execution(id, request, outcome, Days.parse(on), speaker, **more), more.pop("known", on))


def stock(
    id: str, speaker: str, people: float | None, on: str, source_class: str, **more: Any
) -> Known[Figure]:
    """A figure for the people at the site."""
    published = more.pop("known", on)
    values = {"low": people, "high": people, "vague": "about", **more}
    return known(
        Figure(
            id,
            "src",
            "site",
            "population",
            unit="people",
            on=Days.parse(on),
            speaker=speaker,
            source_class=source_class,
            **values,
        ),
        published,
    )


def departed(id: str, speaker: str, people: float, on: str, since: str, **more: Any) -> Known[Figure]:
    """People recorded as having left since a day."""
    published = more.pop("known", on)
    more.setdefault("source_class", "un_estimate")
    return known(
        Figure(
            id,
            "src",
            "site",
            "departed_cumulative",
            people,
            people,
            "people",
            "exact",
            Days.parse(on),
            speaker,
            since=Days.parse(since),
            **more,
        ),
        published,
    )
