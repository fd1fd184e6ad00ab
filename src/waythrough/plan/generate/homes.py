"""The households of an invented situation: sizes, needs, kin, choices and consents, in columns."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

from waythrough.plan.generate.scale import Scale
from waythrough.terms.doing import VOLUNTARY_RETURN
from waythrough.terms.households import Columns

Numbers = npt.NDArray[np.int64]

SHARE_CONSENTING = 0.60
SHARE_KIN = 0.12
SHARE_SPECIAL = 0.04
SHARE_STRETCHER = 0.008
SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
SIZE_SHARES = (0.06, 0.10, 0.13, 0.16, 0.17, 0.14, 0.10, 0.07, 0.04, 0.03)


def households(n: int, days: int, many: Scale, luck: np.random.Generator) -> Columns:
    """``n`` households at the sites of that scale; six in ten consent to leave, each on days of its own."""
    size = luck.choice(SIZES, n, p=SIZE_SHARES).astype(np.int64)
    site = np.sort(luck.integers(0, many.sites, n))
    consenting = luck.random(n) < SHARE_CONSENTING
    special = np.minimum(size, luck.binomial(1, SHARE_SPECIAL * size / 2)).astype(np.int64)
    lying = ((luck.random(n) < SHARE_STRETCHER * 2) & (size > special)).astype(np.int64)
    adults = np.minimum(size, 1 + luck.integers(0, 3, n) * (size > 1))
    adult_start = _starts(adults)
    kin, kin_names = _kin(site, consenting, luck)
    choice_start, choice = _choices(n, consenting, kin, many, luck)
    consents = _consents(consenting, adult_start, choice_start, choice, days, luck)
    owner = np.repeat(np.arange(n), adults)
    number = np.arange(len(owner)) - adult_start[owner]
    return Columns(
        ids=tuple(f"h{k:06d}" for k in range(n)),
        site_names=tuple(f"site-{k:02d}" for k in range(many.sites)),
        kin_names=kin_names,
        destination_names=tuple(f"town-{k:02d}" for k in range(many.destinations)),
        kind_names=(VOLUNTARY_RETURN,),
        site=_column(site),
        size=_column(size),
        special=_column(special),
        stretchers=_column(lying),
        weight=_column(luck.choice((1, 2, 3, 4), n, p=(0.55, 0.25, 0.14, 0.06))),
        kin=_column(kin),
        refused=_column(np.zeros(n)),
        wishes=_column(np.where(consenting, 1, luck.integers(-1, 2, n))),
        choice_start=_column(choice_start),
        choice=_column(choice),
        adult_start=_column(adult_start),
        adult_ids=tuple(f"h{h:06d}/{a}" for h, a in zip(owner.tolist(), number.tolist(), strict=True)),
        data_until=_column(np.where(consenting[owner], days + 60, -1)),
        **consents,
    )


def _kin(
    site: Numbers, consenting: npt.NDArray[np.bool_], luck: np.random.Generator
) -> tuple[Numbers, tuple[str, ...]]:
    """Two to four consenting neighbours of one site asked to travel together."""
    kin = np.full(len(site), -1, np.int64)
    waiting = np.flatnonzero(consenting)
    wanted, at, groups = round(len(waiting) * SHARE_KIN), 0, 0
    while wanted > 1 and at < len(waiting) - 4:
        members = waiting[at : at + int(luck.integers(2, 5))]
        if len(set(site[members].tolist())) == 1:
            kin[members] = groups
            groups += 1
            wanted -= len(members)
        at += round(len(members) / SHARE_KIN)
    return kin, tuple(f"kin-{k:05d}" for k in range(groups))


def _choices(
    n: int, consenting: npt.NDArray[np.bool_], kin: Numbers, many: Scale, luck: np.random.Generator
) -> tuple[Numbers, Numbers]:
    """One to three destinations in order of preference; kin mostly want the same ones."""
    ordered = np.argsort(luck.random((n, many.destinations)), axis=1)
    count = luck.integers(1, min(3, many.destinations) + 1, n)
    first = _first_of_group(kin)
    alike = (kin >= 0) & (luck.random(n) < 0.9)
    ordered[alike], count[alike] = ordered[first[alike]], count[first[alike]]
    count[~consenting] = 0
    keep = np.arange(many.destinations)[None, :] < count[:, None]
    return _starts(count), ordered[keep]


def _first_of_group(kin: Numbers) -> Numbers:
    """For each household the first one of its kin group; itself where it has none."""
    first = np.arange(len(kin))
    members = np.flatnonzero(kin >= 0)
    groups, at = np.unique(kin[members], return_index=True)
    first[members] = members[at][np.searchsorted(groups, kin[members])]
    return first


def _consents(
    consenting: npt.NDArray[np.bool_],
    adult_start: Numbers,
    choice_start: Numbers,
    choice: Numbers,
    days: int,
    luck: np.random.Generator,
) -> dict[str, Any]:
    """Every adult of a consenting household consents to each of its choices, on one day, for 21 to 90 days."""
    n = len(consenting)
    adults, choices = np.diff(adult_start), np.diff(choice_start)
    rows = np.where(consenting, adults * choices, 0)
    home = np.repeat(np.arange(n), rows)
    within = np.arange(len(home)) - _starts(rows)[home]
    first = luck.integers(-20, max(1, days - 14), n)
    last = first + luck.integers(21, 91, n)
    return {
        "consent_start": _column(_starts(rows)),
        "consent_adult": _column(adult_start[home] + within // np.maximum(1, choices[home])),
        "consent_destination": _column(choice[choice_start[home] + within % np.maximum(1, choices[home])]),
        "consent_kind": _column(np.zeros(len(home))),
        "consent_first": _column(first[home]),
        "consent_last": _column(last[home]),
        "consent_refs": ("",) * len(home),
    }


def _starts(counts: Numbers) -> Numbers:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)


def _column(values: npt.ArrayLike) -> array[int]:
    found = array("q")
    found.frombytes(np.ascontiguousarray(values, np.int64).tobytes())
    return found
