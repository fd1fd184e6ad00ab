"""Households by opaque id, what they say they want, and what they allow. Never one field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Household:
    """People who choose and travel together. No names here: those stay in the vault.

    ``adults`` are opaque tokens, one per person over 18; each must consent for the household to be seated.
    ``bands`` counts people per age-and-sex band. ``present`` False means the household has left, by ``left_how``.
    """

    id: str
    site: str
    size: int
    adults: tuple[str, ...]
    bands: Mapping[str, int] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    origin: str = ""
    kin_group: str = ""
    present: bool = True
    left_how: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class Identity:
    """Who somebody is and where they can be found. It lives in the vault alone, and every reading of it is recorded.

    ``adult`` is the token of the one it is about; empty, it is about the household as a whole. ``names``, ``papers``
    and ``phones`` are as they were told. ``place`` is the exact place, in words or as a position. ``language`` is the
    one to speak to them in. Nothing here is ever used to choose who travels.
    """

    id: str
    household: str
    adult: str = ""
    names: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    place: str = ""
    language: str = ""
    synthetic: bool = False


@dataclass(frozen=True)
class Intention:
    """What a household says it wants. An intention is never a consent."""

    id: str
    household: str
    wish: str
    wish_to_leave: bool | None
    asked_on: date
    destination: str = ""
    concerns: tuple[str, ...] = ()
    synthetic: bool = False


@dataclass(frozen=True)
class Consent:
    """What one adult allows or refuses: one destination, one kind of movement, asked in private, dated, revocable.

    ``purpose`` is travel or data: both are needed for a seat. ``decision`` is given, refused or withdrawn. The
    newest decision of an adult for the same purpose, destination and kind counts. ``reconfirmed_on`` is set when
    it was asked again after a clearance arrived.
    """

    id: str
    household: str
    adult: str
    purpose: str
    decision: str
    text_version: str
    given_on: date
    valid_from: date
    valid_until: date
    destination: str = ""
    movement_kind: str = ""
    witness: str = ""
    asked_in_private: bool = True
    pressure_reported: bool = False
    reconfirmed_on: date | None = None
    synthetic: bool = False
