"""A wholly invented site, its parties and its roads, as the tests and screenshots of the report show them.

``PYTHONPATH=src:tests python -m unit.publish.sample FOLDER`` writes every edition in every language there, to look at.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from unit.publish.sample_record import (
    ANSWERS,
    AS_OF,
    DOORS,
    EXECUTIONS,
    FIGURES,
    GUARANTEES,
    INVITATIONS,
    LEGS,
    ORGANISATIONS,
    PARTIES,
    PERFORMANCES,
    PLACES,
    REQUESTS,
    SOURCES,
    STATES,
    TOPICS,
    ZONES,
    on,
)
from waythrough.publish.report import Gap, Report, Wishes, write
from waythrough.terms.estimates import (
    Accounting,
    Estimate,
    NotComputable,
    Outlook,
    PopulationEstimate,
    Pull,
    SurveyRow,
    Waiting,
)
from waythrough.terms.places import Destination, Route, Site
from waythrough.terms.planned import (
    Aim,
    Blocker,
    ConvoyTrip,
    DoorValue,
    Gate,
    Plan,
    PlanStep,
    ReturnTrip,
    Seat,
)
from waythrough.terms.situation import DestinationNow, HouseholdNow, SiteNow, Situation

POPULATION = PopulationEstimate(
    Estimate(
        39812,
        36904,
        42688,
        0.95,
        "people",
        "weighted triangulation of the figures below",
        AS_OF,
        ("f-1", "f-2", "f-3", "f-4"),
    ),
    (
        Pull("f-1", 44100, 0.12, 4000),
        Pull("f-2", 40200, 0.55, 1500),
        Pull("f-3", 40000, 0.18, 3000),
        Pull("f-4", 36000, 0.15, 3000),
    ),
    36000,
    52000,
    (Accounting(52000, 6200, 39800, 6000, ("f-1", "f-2")),),
)
SURVEY = (
    SurveyRow(
        "f-6",
        "s-1",
        "share_return_origin",
        "o-relief",
        on("2031-01"),
        0.91,
        0.91,
        "exact",
        Estimate(0.91, 0.87, 0.94, 0.95, "share", "Wilson", AS_OF, ("f-6",)),
        sample=412,
    ),
    SurveyRow(
        "f-5",
        "s-1",
        "share_with_concerns",
        "o-news",
        on("2031-01"),
        0.62,
        0.62,
        "exact",
        NotComputable("interval", "sample size not published", AS_OF),
        subject="property",
        words="six in ten fear for what they left behind",
    ),
)
WAITS = (
    Waiting("p-guard", 6, 3, 2, 22, 14.0),
    Waiting("p-council", 2, 0, 1, 3, None, "no answer has been recorded yet"),
    Waiting("p-ministry", 4, 4, 0, None, 1.0),
)


def situation() -> Situation:
    households = tuple(
        HouseholdNow(
            f"hh-{n:04d}", "s-1", 1 + n % 7, 0, 1, (f"adult-{n:04d}",), ("de-hill", "de-quay"), (), {}
        )
        for n in range(60)
    )
    return Situation(
        AS_OF,
        AS_OF + timedelta(days=1),
        28,
        "Etc/GMT-3",
        "ledger",
        (SiteNow("s-1", 39812, {}),),
        (),
        (),
        (DestinationNow("de-hill", 100, None, False), DestinationNow("de-quay", 100, None, False)),
        (),
        (),
        (),
        households,
    )


def plan() -> Plan:
    returns = (
        ReturnTrip(
            "ro-2", "s-1", "de-hill", 6, "bus", 2, tuple(Seat(f"hh-{n:04d}", n % 2) for n in range(30))
        ),
        ReturnTrip("ro-2", "s-1", "de-quay", 6, "bus", 1, tuple(Seat(f"hh-{n:04d}", 0) for n in (30, 35))),
        ReturnTrip(
            "ro-2", "s-1", "de-quay", 13, "bus", 1, tuple(Seat(f"hh-{n:04d}", 0) for n in range(40, 52))
        ),
        ReturnTrip(
            "ro-2", "s-1", "de-hill", 13, "bus", 1, tuple(Seat(f"hh-{n:04d}", 0) for n in range(52, 60))
        ),
    )
    gates = (
        Gate("door_open", "d-plain", {"party": "p-ministry", "from": "2031-03-16", "to": "2031-03-17"}),
        Gate("settle_dispute", "d-ring", {"party": "p-guard", "from": "2031-03-16", "to": "2031-03-17"}),
        Gate("vehicles_ready", "truck", {"vehicles": "36"}),
        Gate("name_responsible", "ro-1"),
        Gate("load_ready", "wh-quay", {"good": "food", "grams": "540000000"}),
    )
    return Plan(
        "0" * 64,
        AS_OF,
        AS_OF + timedelta(days=1),
        28,
        (
            ConvoyTrip(
                "ro-1", "wh-quay", "s-1", 1, "truck", 36, {"food": 540_000_000, "medicine": 12_500_000}
            ),
            ConvoyTrip("ro-1", "wh-quay", "s-1", 9, "truck", 30, {"food": 450_000_000}),
        ),
        returns,
        (Aim("unmet", 61000, 59800, "min", "person-days"), Aim("journeys", 208, 212, "max", "people")),
        63200,
        61000,
        sum(1 + n % 7 for n in (*range(30), 30, 35, *range(40, 60))),
        (
            PlanStep(1, "convoy", 0, gates),
            PlanStep(9, "convoy", 1, gates),
            PlanStep(
                6,
                "return",
                0,
                (
                    Gate(
                        "confirm_in_own_word",
                        "d-vale",
                        {"party": "p-council", "from": "2031-03-21", "to": "2031-03-21"},
                    ),
                    Gate("reconfirm_consents", "s-1", {"households": "30", "adults": "61"}),
                    Gate("reception_ready", "de-hill", {"people": "117"}),
                ),
            ),
        ),
        (
            Blocker("aid", "doors_shut", ("d-ring",), {"site": "s-1", "route": "ro-1", "end": "wh-quay"}),
            Blocker("return", "no_reception_stated", (), {"destination": "de-quay"}),
            Blocker("aid", "stock_not_stated", (), {"site": "s-1", "goods": "food, medicine"}),
        ),
        {"door_shut": 310, "no_seat": 4},
        3,
        "HiGHS",
    )


VALUES = (
    DoorValue(
        ("d-ring",),
        "opens",
        3,
        7,
        94_000,
        1_240,
        date(2031, 3, 20),
        Estimate(0.22, 0.09, 0.41, 0.9, "share", "m", AS_OF, ()),
        6,
        1,
    ),
    DoorValue(
        ("d-ring-out",),
        "opens",
        3,
        7,
        0,
        2_300,
        date(2031, 3, 24),
        Estimate(0.35, 0.1, 0.6, 0.9, "share", "m", AS_OF, ()),
        3,
        2,
        (("d-vale",),),
    ),
    DoorValue(("d-vale",), "opens", 3, 7, 0, 2_250, None, None, 0, 3, (("d-ring-out",),)),
)
OUTLOOKS = (
    Outlook(
        "d-ring",
        Estimate(0.22, 0.09, 0.41, 0.9, "share", "m", AS_OF, ()),
        Estimate(14, 6, 30, 0.9, "days", "m", AS_OF, ()),
        6,
        28,
    ),
    Outlook(
        "d-vale",
        NotComputable("chance", "no request to this party was decided yet", AS_OF),
        NotComputable("delay", "no yes has been recorded", AS_OF),
        0,
        28,
    ),
)


def report(**changes: object) -> Report:
    values = {
        "site": Site("s-1", {"en": "Stonewell", "ar": "بئر الحجر"}, "pl-camp", "XX", "Etc/GMT-3"),
        "as_of": AS_OF,
        "generated_at": datetime(2031, 3, 14, 15, 5, tzinfo=UTC),
        "number": 14,
        "ledger": "3f9a0c41b2d7" + "0" * 52,
        "banners": (
            {
                "en": "Invented exercise: households invented, not for operations",
                "ar": "تمرين مُختلَق: العائلات مُختلَقة، وليس للعمليات",
            },
        ),
        "parties": PARTIES,
        "organisations": ORGANISATIONS,
        "places": PLACES,
        "zones": ZONES,
        "legs": LEGS,
        "doors": DOORS,
        "routes": (
            Route(
                "ro-1",
                {"en": "Quaytown by the ford", "ar": "بلدة الرصيف عبر المخاضة"},
                "s-1",
                "wh-quay",
                "aid",
                ("l-1", "l-2", "l-3"),
            ),
            Route(
                "ro-2",
                {"en": "Goat Pass road", "ar": "طريق ممر الماعز"},
                "s-1",
                "de-hill",
                "return",
                ("l-5", "l-4"),
            ),
        ),
        "destinations": (
            Destination("de-hill", {"en": "Hillmarket", "ar": "سوق التل"}, "pl-hill", 100, None, "p-council"),
            Destination(
                "de-quay", {"en": "Quaytown", "ar": "بلدة الرصيف"}, "pl-quay", 100, None, "p-ministry"
            ),
        ),
        "goods": {
            "food": {"en": "food parcels", "ar": "طرود غذائية"},
            "medicine": {"en": "medicine", "ar": "أدوية"},
            "wh-quay": {"en": "Quaytown warehouse", "ar": "مستودع بلدة الرصيف"},
            "truck": {"en": "trucks", "ar": "شاحنات"},
        },
        "states": STATES,
        "requests": REQUESTS,
        "invitations": INVITATIONS,
        "answers": ANSWERS,
        "guarantees": GUARANTEES,
        "performances": PERFORMANCES,
        "executions": EXECUTIONS,
        "topics": TOPICS,
        "population": POPULATION,
        "figures": FIGURES,
        "survey": SURVEY,
        "waits": WAITS,
        "plan": plan(),
        "situation": situation(),
        "values": VALUES,
        "outlooks": OUTLOOKS,
        "wishes": Wishes(AS_OF, 9_430, 1_210, 640, 1_240, 208, 3, True),
        "sources": SOURCES,
        "gaps": (Gap(what={"en": "How much water there is in the ring.", "ar": "كمية المياه في النطاق."}),),
        "methods": ({"en": "Population: weighted triangulation.", "ar": "السكان: تثليث مرجّح."},),
    }
    return Report(**{**values, **changes})  # type: ignore[arg-type]


if __name__ == "__main__":
    for file in write(report(), Path(sys.argv[1])):
        print(file.name, file.sha256[:12], *file.suppressed, sep="\n  ")
