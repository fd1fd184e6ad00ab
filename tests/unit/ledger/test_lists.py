"""What stands on a day: the list against a slow reading of the same rule, and rebuilt against kept in step."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from waythrough.ledger import Ledger
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.lists import FOLDS, STANDING, fold_all, standing_rows
from waythrough.terms.entries import Draft, Entry

DAY = date(2019, 1, 1)


def entry(n: int, known: int, corrects: tuple[int, ...], record: str = "r") -> Entry:
    return Entry(
        id=f"{n:032x}",
        kind="note",
        record=record,
        body={},
        corrects=tuple(f"{one:032x}" for one in corrects),
        known_on=DAY + timedelta(days=known),
        valid_from=None,
        valid_to=None,
        source=None,
        author="Amina Example",
        at=datetime(2019, 6, 1, tzinfo=UTC),
        log="00",
        sequence=n,
        index=0,
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Entry]:
    """One record's entries: each corrects some of those before it, and is known on any day."""
    count = draw(st.integers(1, 9))
    return [
        entry(
            n,
            draw(st.integers(0, 6)),
            tuple(sorted(draw(st.sets(st.integers(0, n - 1), max_size=2)))) if n else (),
        )
        for n in range(count)
    ]


def slowly_standing(entries: list[Entry], day: date) -> set[str]:
    """The rule itself: known by the day, and neither corrected nor corrected at some remove by anything so known."""
    by_id = {one.id: one for one in entries}
    replaced: set[str] = set()
    for one in entries:
        if one.known_on <= day:
            reach = set(one.corrects)
            while reach:
                replaced |= reach
                reach = {older for id_ in reach for older in by_id[id_].corrects} - replaced
    return {one.id for one in entries if one.known_on <= day} - replaced


@settings(deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_the_list_says_of_every_day_what_the_rule_says(history: list[Entry], rng: random.Random) -> None:
    rows = standing_rows(history)
    for n in range(-1, 8):
        day = (DAY + timedelta(days=n)).isoformat()
        shown = {row[0].hex() for row in rows if row[3] <= day and (row[4] is None or row[4] > day)}
        assert shown == slowly_standing(history, DAY + timedelta(days=n))
    shuffled = rng.sample(history, len(history))
    assert sorted(standing_rows(shuffled), key=repr) == sorted(rows, key=repr)


def test_a_correction_of_an_entry_that_has_not_arrived_stands() -> None:
    ((_, _, _, _, replaced_on),) = standing_rows([entry(5, 0, (1,))])
    assert replaced_on is None
    assert [row[4] for row in standing_rows([entry(5, 0, (1,)), entry(6, 2, (5,))])] == ["2019-01-03", None]


def test_a_long_history_is_folded_in_one_pass() -> None:
    """Twenty thousand revisions of one record: reaching back to the first each time would take minutes."""
    rows = standing_rows([entry(n, n % 40, (n - 1,) if n else ()) for n in range(20_000)])
    assert [row[4] for row in rows[-2:]] == [rows[-1][3], None]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_rebuilt_list_equals_the_one_kept_in_step(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "valley.way"
        with Ledger.create(
            path, title="t", author="Amina Example", device=DeviceKey.from_seed(bytes(32))
        ) as ledger:
            for _ in range(data.draw(st.integers(1, 8))):
                drafts = []
                for record in sorted(data.draw(st.sets(st.sampled_from("abc"), min_size=1))):
                    ids = [one.id for one in ledger.history(record)]
                    corrects = data.draw(st.sets(st.sampled_from(ids), max_size=2)) if ids else set()
                    known = DAY + timedelta(days=data.draw(st.integers(0, 5)))
                    drafts.append(Draft("note", record, {}, tuple(sorted(corrects)), known))
                ledger.append(drafts, author="Amina Example", alongside=True)
            kept = stored(path)
            entries = ledger.log(limit=1000)
            ledger.rebuild()
            assert stored(path) == kept == sorted(fold_all(STANDING, entries), key=repr)
            assert ledger.verify().sound


def stored(path: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return sorted(connection.execute("SELECT * FROM standing").fetchall(), key=repr)


def test_every_fold_names_its_record() -> None:
    assert all("record" in fold.columns for fold in FOLDS)
