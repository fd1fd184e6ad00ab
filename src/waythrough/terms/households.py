"""The households of a situation: each as a value of its own, and all of them as columns of whole numbers.

A camp of fifty families is read household by household; a country of two hundred thousand is read in columns,
which take a tenth of the memory and are what the planner counts with. Either form is made from the other when
it is first asked for.
"""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, overload

from waythrough.terms.codec import LARGEST_EXACT, Misfit, reader_of

NOBODY = -1
"""An index that points at nothing: no kin group, no data consent, a wish nobody asked about."""


@dataclass(frozen=True)
class ConsentNow:
    """One adult's live travel consent to one destination and kind of movement, as first and last valid day
    index.
    """

    adult: str
    destination: str
    kind: str
    first: int
    last: int
    ref: str
    flagged: tuple[str, ...] = ()


@dataclass(frozen=True)
class HouseholdNow:
    """A household at a site. ``choices`` are destinations in its own order of preference.

    ``weight`` (≥ 1) is the policy's weight of its needs, per person. ``consents`` may have ended already:
    only a consent valid from the day of travel to the end of the margin counts.
    ``adults`` each need a live travel consent to the destination on the day and a live data consent
    (``data_consent`` maps adult to its last valid day index; an adult missing there has none).
    ``special`` of its people need a special seat; ``stretchers`` of them lie down, and take a stretcher place
    and no seat.
    """

    id: str
    site: str
    size: int
    special: int
    weight: int
    adults: tuple[str, ...]
    choices: tuple[str, ...]
    consents: tuple[ConsentNow, ...]
    data_consent: Mapping[str, int]
    kin_group: str = ""
    wishes_to_leave: bool | None = None
    refused: bool = False
    stretchers: int = 0


def _numbers(values: Iterable[int] = ()) -> array[int]:
    return array("q", values)


@dataclass(frozen=True)
class Columns:
    """Households one below the other. Every number column is 64-bit whole numbers.

    One number a household: ``site``, ``size``, ``special``, ``stretchers``, ``weight``, ``kin``, ``refused``,
    ``wishes`` (1 yes, 0 no, −1 not known). What a household has several of stands in a longer column:
    household ``n`` has the rows ``start[n]`` to ``start[n + 1]``. ``choice`` is in order of preference.
    ``data_until`` is each adult's last day of consent to the use of data (−1 none). ``consent_adult`` points
    into ``adult_ids``; where somebody consented who is no adult of the household it is −1 and
    ``consent_other`` says who. Names stand once, in ``…_names``; the numbers point there.
    """

    ids: tuple[str, ...] = ()
    site_names: tuple[str, ...] = ()
    kin_names: tuple[str, ...] = ()
    destination_names: tuple[str, ...] = ()
    kind_names: tuple[str, ...] = ()
    site: array[int] = field(default_factory=_numbers)
    size: array[int] = field(default_factory=_numbers)
    special: array[int] = field(default_factory=_numbers)
    stretchers: array[int] = field(default_factory=_numbers)
    weight: array[int] = field(default_factory=_numbers)
    kin: array[int] = field(default_factory=_numbers)
    refused: array[int] = field(default_factory=_numbers)
    wishes: array[int] = field(default_factory=_numbers)
    choice_start: array[int] = field(default_factory=lambda: _numbers([0]))
    choice: array[int] = field(default_factory=_numbers)
    adult_start: array[int] = field(default_factory=lambda: _numbers([0]))
    adult_ids: tuple[str, ...] = ()
    data_until: array[int] = field(default_factory=_numbers)
    consent_start: array[int] = field(default_factory=lambda: _numbers([0]))
    consent_adult: array[int] = field(default_factory=_numbers)
    consent_destination: array[int] = field(default_factory=_numbers)
    consent_kind: array[int] = field(default_factory=_numbers)
    consent_first: array[int] = field(default_factory=_numbers)
    consent_last: array[int] = field(default_factory=_numbers)
    consent_refs: tuple[str, ...] = ()
    consent_flags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    consent_other: Mapping[int, str] = field(default_factory=dict)


class _Names:
    """Names in the order in which they are first met, each with its number."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.number.setdefault(name, len(self.number))

    def all(self) -> tuple[str, ...]:
        return tuple(self.number)


class Households(Sequence[HouseholdNow]):
    """All households of a situation, in order of id: a sequence of values, and ``columns``."""

    def __init__(self, rows: Iterable[HouseholdNow] | None = None, columns: Columns | None = None) -> None:
        self._rows = None if rows is None else tuple(rows)
        self._columns = columns if columns is not None or self._rows else Columns()

    @property
    def rows(self) -> tuple[HouseholdNow, ...]:
        """Each household as a value. Made once, and kept."""
        if self._rows is None:
            self._rows = tuple(_row(self.columns, n) for n in range(len(self)))
        return self._rows

    @property
    def columns(self) -> Columns:
        """All households as columns. Made once, and kept."""
        if self._columns is None:
            self._columns = _columns(self._rows or ())
        return self._columns

    def row(self, n: int) -> HouseholdNow:
        """One household; the others are not made."""
        return self._rows[n] if self._rows is not None else _row(self.columns, n)

    @functools.cached_property
    def digests(self) -> Mapping[str, str]:
        """SHA-256 of each column that is not empty, in hexadecimal: of the numbers as 64-bit little-endian
        bytes, of anything else as JSON without spaces in UTF-8.
        """
        return {
            one.name: hashlib.sha256(_bytes(value)).hexdigest()
            for one in fields(Columns)
            if (value := getattr(self.columns, one.name))
        }

    def __len__(self) -> int:
        return len(self._rows) if self._rows is not None else len(self.columns.ids)

    def __iter__(self) -> Iterator[HouseholdNow]:
        return iter(self.rows)

    @overload
    def __getitem__(self, at: int) -> HouseholdNow: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[HouseholdNow, ...]: ...
    def __getitem__(self, at: int | slice) -> HouseholdNow | tuple[HouseholdNow, ...]:
        return self.rows[at]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Households) and self.columns == other.columns

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Households({len(self)})"

    # --- as JSON ------------------------------------------------------------------------------------------

    def to_body(self) -> dict[str, Any]:
        """The columns, ready for JSON; a column that is empty is left out."""
        found: dict[str, Any] = {}
        for one in fields(Columns):
            value = getattr(self.columns, one.name)
            if isinstance(value, Mapping):
                value = {
                    str(row): list(said) if isinstance(said, tuple) else said for row, said in value.items()
                }
            elif value or one.name.endswith("_start"):
                value = list(value)
            if value:
                found[one.name] = value
        return found

    @classmethod
    def from_body(cls, body: Any) -> Households:
        """From a list of objects, as a person writes it, or from columns, as this program does."""
        if isinstance(body, (list, tuple)):
            return cls(reader_of(tuple[HouseholdNow, ...])(body))
        if not isinstance(body, Mapping):
            raise Misfit(body, "a list of households, or an object of columns")
        columns = Columns(**{name: _column(name, values) for name, values in body.items()})
        _hold_together(columns)
        return cls(columns=columns)


def _bytes(column: array[int] | tuple[str, ...] | Mapping[int, Any]) -> bytes:
    if isinstance(column, array):
        numbers = array("q", column)
        if sys.byteorder == "big":
            numbers.byteswap()
        return numbers.tobytes()
    text = json.dumps(column, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8")


# --- from one form to the other ---------------------------------------------------------------------------


def _columns(rows: Iterable[HouseholdNow]) -> Columns:
    found = Columns()
    sites, kin, places, kinds = _Names(), _Names(), _Names(), _Names()
    ids: list[str] = []
    adult_ids: list[str] = []
    refs: list[str] = []
    flags: dict[int, tuple[str, ...]] = {}
    others: dict[int, str] = {}
    for home in rows:
        ids.append(home.id)
        first_adult = len(adult_ids)
        adult_ids.extend(home.adults)
        found.site.append(sites(home.site))
        found.size.append(home.size)
        found.special.append(home.special)
        found.stretchers.append(home.stretchers)
        found.weight.append(home.weight)
        found.kin.append(kin(home.kin_group) if home.kin_group else NOBODY)
        found.refused.append(int(home.refused))
        found.wishes.append(NOBODY if home.wishes_to_leave is None else int(home.wishes_to_leave))
        found.choice.extend(places(name) for name in home.choices)
        found.choice_start.append(len(found.choice))
        found.data_until.extend(home.data_consent.get(adult, NOBODY) for adult in home.adults)
        found.adult_start.append(len(adult_ids))
        for consent in home.consents:
            if consent.adult in home.adults:
                found.consent_adult.append(first_adult + home.adults.index(consent.adult))
            else:
                others[len(refs)] = consent.adult
                found.consent_adult.append(NOBODY)
            if consent.flagged:
                flags[len(refs)] = consent.flagged
            found.consent_destination.append(places(consent.destination))
            found.consent_kind.append(kinds(consent.kind))
            found.consent_first.append(consent.first)
            found.consent_last.append(consent.last)
            refs.append(consent.ref)
        found.consent_start.append(len(refs))
    return replace(
        found,
        ids=tuple(ids),
        adult_ids=tuple(adult_ids),
        consent_refs=tuple(refs),
        site_names=sites.all(),
        kin_names=kin.all(),
        destination_names=places.all(),
        kind_names=kinds.all(),
        consent_flags=flags,
        consent_other=others,
    )


def _row(c: Columns, n: int) -> HouseholdNow:
    adults = range(c.adult_start[n], c.adult_start[n + 1])
    return HouseholdNow(
        id=c.ids[n],
        site=c.site_names[c.site[n]],
        size=c.size[n],
        special=c.special[n],
        weight=c.weight[n],
        adults=tuple(c.adult_ids[a] for a in adults),
        choices=tuple(c.destination_names[d] for d in c.choice[c.choice_start[n] : c.choice_start[n + 1]]),
        consents=tuple(_consent(c, k) for k in range(c.consent_start[n], c.consent_start[n + 1])),
        data_consent={c.adult_ids[a]: c.data_until[a] for a in adults if c.data_until[a] != NOBODY},
        kin_group=c.kin_names[c.kin[n]] if c.kin[n] != NOBODY else "",
        wishes_to_leave=None if c.wishes[n] == NOBODY else bool(c.wishes[n]),
        refused=bool(c.refused[n]),
        stretchers=c.stretchers[n],
    )


def _consent(c: Columns, k: int) -> ConsentNow:
    adult = c.consent_adult[k]
    return ConsentNow(
        adult=c.adult_ids[adult] if adult != NOBODY else c.consent_other[k],
        destination=c.destination_names[c.consent_destination[k]],
        kind=c.kind_names[c.consent_kind[k]],
        first=c.consent_first[k],
        last=c.consent_last[k],
        ref=c.consent_refs[k],
        flagged=c.consent_flags.get(k, ()),
    )


# --- reading columns --------------------------------------------------------------------------------------

_KINDS = {f.name: str(f.type) for f in fields(Columns)}


def _column(name: str, values: Any) -> Any:
    kind = _KINDS.get(name)
    if kind is None:
        raise Misfit(name, ", ".join(_KINDS), f".{name}")
    if kind.startswith("Mapping"):
        return _sparse(name, values)
    if not isinstance(values, list):
        raise Misfit(values, "a list", f".{name}")
    if kind.startswith("tuple"):
        for n, value in enumerate(values):
            if not isinstance(value, str):
                raise Misfit(value, "a name", f".{name}[{n}]")
        return tuple(values)
    # One look at all of them, for there may be millions; one by one only to find the first that does not fit.
    if (
        set(map(type, values)) <= {int}
        and -LARGEST_EXACT < min(values, default=0) <= max(values, default=0) < LARGEST_EXACT
    ):
        return _numbers(values)
    n, value = next((n, v) for n, v in enumerate(values) if type(v) is not int or abs(v) >= LARGEST_EXACT)
    raise Misfit(value, "a whole number within ±9007199254740991", f".{name}[{n}]")


def _sparse(name: str, values: Any) -> dict[int, Any]:
    if not isinstance(values, Mapping) or not all(str(key).isdecimal() for key in values):
        raise Misfit(values, "an object by row number", f".{name}")
    wanted = list if name == "consent_flags" else str
    for key, value in values.items():
        if not isinstance(value, wanted):
            raise Misfit(value, wanted.__name__, f".{name}.{key}")
    return {int(key): tuple(value) if wanted is list else value for key, value in values.items()}


_EACH = ("site", "size", "special", "stretchers", "weight", "kin", "refused", "wishes")
_CONSENTS = (
    "consent_adult", "consent_destination", "consent_kind", "consent_first", "consent_last", "consent_refs",
)  # fmt: skip
_POINTS = (
    ("site", "site_names", 0), ("kin", "kin_names", NOBODY), ("choice", "destination_names", 0),
    ("consent_adult", "adult_ids", NOBODY), ("consent_destination", "destination_names", 0),
    ("consent_kind", "kind_names", 0), ("refused", "01", 0), ("wishes", "01", NOBODY),
)  # fmt: skip


def _hold_together(c: Columns) -> None:
    """Refuse columns of unequal length, and numbers that point at nothing."""
    n = len(c.ids)
    for name in _EACH:
        _expect(len(getattr(c, name)) == n, len(getattr(c, name)), f"{n} rows, as many as ids", name)
    longer = (
        ("choice_start", len(c.choice)),
        ("adult_start", len(c.adult_ids)),
        ("consent_start", len(c.consent_refs)),
    )
    for name, rows in longer:
        start = getattr(c, name)
        rising = all(start[i] <= start[i + 1] for i in range(len(start) - 1))
        fits = len(start) == n + 1 and start[0] == 0 and start[-1] == rows and rising
        _expect(
            fits,
            f"{len(start)} rows to {start[-1] if start else None}",
            f"{n + 1} rising rows to {rows}",
            name,
        )
    _expect(
        len(c.data_until) == len(c.adult_ids), len(c.data_until), "as many rows as adult_ids", "data_until"
    )
    for name in _CONSENTS:
        rows = len(c.consent_refs)
        _expect(len(getattr(c, name)) == rows, len(getattr(c, name)), f"{rows} rows", name)
    for name, names, least in _POINTS:
        values, most = getattr(c, name), 2 if names == "01" else len(getattr(c, names))
        if values and not (least <= min(values) and max(values) < most):
            row = next(row for row, value in enumerate(values) if not least <= value < most)
            raise Misfit(values[row], f"{least} to {most - 1}", f".{name}[{row}]")
    for n in range(len(c.ids)):
        adults = range(c.adult_start[n], c.adult_start[n + 1])
        for row in range(c.consent_start[n], c.consent_start[n + 1]):
            who = c.consent_adult[row]
            known = who in adults or (who == NOBODY and row in c.consent_other)
            _expect(known, who, "an adult of the same household", f"consent_adult[{row}]")
    if len(set(c.ids)) < len(c.ids):
        raise Misfit("the same household twice", "each household once", ".ids")


def _expect(holds: bool, found: object, allowed: str, where: str) -> None:
    if not holds:
        raise Misfit(found, allowed, f".{where}")
