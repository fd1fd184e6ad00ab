"""Writes format-1.way and format-1.json: a small ledger of format 1, with a fixed clock, key and random bytes.

Run once, when format 1 was new. The file is kept so that every later program is tried on it; do not write it again.
"""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.terms.entries import Draft, Entry

AMINA, BORIS = "Amina Example", "Boris Example"
FIELDS = (
    "id kind record body corrects known_on valid_from valid_to source author at log sequence index".split()
)
START = datetime(2019, 4, 1, 9, 0, tzinfo=UTC)


def main(folder: Path) -> None:
    """Make the ledger and write down what a reader must find in it."""
    clock = Hours()
    path = folder / "format-1.way"
    with Ledger.create(
        path,
        title="Valley camp",
        author=AMINA,
        clock=clock,
        entropy=random.Random(2019).randbytes,
        device=DeviceKey.from_seed(bytes(range(32))),
    ) as ledger:
        fill(ledger, clock)
        (folder / "format-1.json").write_text(
            json.dumps(expected(ledger), indent=1, ensure_ascii=False) + "\n"
        )


class Hours:
    """A clock that stands still until the next act."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def strike(self) -> None:
        """One hour later."""
        self.now += timedelta(hours=1)


def fill(ledger: Ledger, clock: Hours) -> None:
    """A request with two answers that conflict, a settled conflict, a figure, a meeting with an empty body."""
    clock.strike()
    (request, *_) = ledger.append(
        [
            Draft(
                "request",
                "request/1",
                {"asks": "12 lorries of food"},
                (),
                date(2019, 3, 20),
                source="source/1",
            ),
            Draft(
                "request", "request/2", {"asks": "медицинская помощь", "for": "مرضى"}, (), date(2019, 3, 22)
            ),
            Draft("meeting", "meeting/1", {}, (), None, date(2019, 4, 2), date(2019, 4, 2)),
        ],
        author=AMINA,
        key="form-17",
    )
    answer = {"asks": "12 lorries of food", "answer": "granted"}
    clock.strike()
    ledger.append([Draft("request", "request/1", answer, (request.id,), date(2019, 3, 25))], author=AMINA)
    clock.strike()
    ledger.append(
        [Draft("request", "request/1", answer | {"answer": "denied"}, (request.id,))],
        author=BORIS,
        key="form-18",
    )
    body = {"low": 7500, "high": 8000.5, "share": 1e-07, "claims": ["a", None, True, [{}]]}
    clock.strike()
    (one,) = ledger.append([Draft("figure", "figure/people", body, (), date(2019, 2, 28))], author=BORIS)
    clock.strike()
    (two,) = ledger.append([Draft("figure", "figure/people", {"low": 1}, ())], author=AMINA, alongside=True)
    clock.strike()
    ledger.append([Draft("figure", "figure/people", {"low": 7600}, (one.id, two.id))], author=AMINA)


def expected(ledger: Ledger) -> dict[str, object]:
    """What stands and what was written, in plain JSON."""
    days = [date(2019, 3, 1), date(2019, 3, 21), date(2019, 3, 31), None]
    return {
        "id": ledger.id,
        "title": ledger.title,
        "log": [shown(entry) for entry in ledger.log(limit=100)],
        "standing": {
            str(day): {head.record: [one.id for one in head.entries] for head in ledger.heads(as_of=day)}
            for day in days
        },
    }


def shown(entry: Entry) -> dict[str, object]:
    """An entry in plain JSON."""
    values = {name: getattr(entry, name) for name in FIELDS}
    return {
        name: value if value is None or isinstance(value, (str, int, dict)) else _text(value)
        for name, value in values.items()
    }


def _text(value: object) -> object:
    return list(value) if isinstance(value, tuple) else str(value)


if __name__ == "__main__":
    main(Path(__file__).parent)
