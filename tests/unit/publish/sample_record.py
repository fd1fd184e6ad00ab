"""What the invented site's ledger holds: parties, roads, doors, requests, answers, claims and figures."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta, timezone
from typing import Any

from waythrough.publish.report import Topic
from waythrough.terms.access import Answer, Execution, Guarantee, Invitation, Performance, Request, Step
from waythrough.terms.board import Account, DoorState
from waythrough.terms.kinds import Known
from waythrough.terms.parties import Organisation, Party
from waythrough.terms.places import Door, Leg, Place, Zone
from waythrough.terms.sayings import Claim, Figure, Source
from waythrough.terms.when import Days, Window

ZONE = timezone(timedelta(hours=3))
AS_OF = date(2031, 3, 14)


def on(text: str) -> Days:
    return Days.parse(text)


def window(first: int, last: int) -> Window:
    return Window(datetime(2031, 3, first, 6, tzinfo=ZONE), datetime(2031, 3, last, 18, tzinfo=ZONE))


def known(record: Any, source: str = "src-1", day: date = AS_OF) -> Known:
    return Known(record, hashlib.sha256(record.id.encode()).hexdigest(), day, source)


PARTIES = (
    Party("p-council", {"en": "Council of the Upper Vale", "ar": "مجلس الوادي الأعلى"}, "authority"),
    Party("p-guard", {"en": "Ford Guard", "ar": "حرس المخاضة"}, "armed_group"),
    Party("p-ministry", {"en": "Ministry of Roads", "ar": "وزارة الطرق"}, "authority"),
)
ORGANISATIONS = (
    Organisation("o-relief", {"en": "Lantern Relief", "ar": "إغاثة الفانوس"}, "ngo"),
    Organisation("o-news", {"en": "Vale Post", "ar": "بريد الوادي"}, "media"),
)
PLACES = (
    Place(
        "pl-camp", {"en": "Stonewell camp", "ar": "مخيم بئر الحجر"}, "site", 20.4, 30.9, "published", "map"
    ),
    Place(
        "pl-ford", {"en": "Long Ford", "ar": "المخاضة الطويلة"}, "crossing", 20.75, 30.35, "published", "map"
    ),
    Place("pl-mill", {"en": "Millbridge", "ar": "جسر الطاحونة"}, "town", 21.1, 30.05, "published", "map"),
    Place("pl-quay", {"en": "Quaytown", "ar": "بلدة الرصيف"}, "town", 21.4, 29.6, "published", "map"),
    Place("pl-pass", {"en": "Goat Pass", "ar": "ممر الماعز"}, "crossing", 20.2, 30.3, "estimated", "sketch"),
    Place("pl-hill", {"en": "Hillmarket", "ar": "سوق التل"}, "town", 20.1, 29.7, "published", "map"),
    Place(
        "pl-clinic", {"en": "Clinic 7", "ar": "العيادة 7"}, "facility", 20.5, 30.7, "notified", "notification"
    ),
)
ZONES = (
    Zone(
        "z-ring",
        {"en": "Ford ring", "ar": "نطاق المخاضة"},
        "p-guard",
        "o-news",
        on("2029-05"),
        ((20.05, 30.45), (20.35, 30.3), (20.8, 30.45), (20.85, 31.0), (20.4, 31.2), (20.05, 31.0)),
    ),
    Zone("z-vale", {"en": "Upper Vale", "ar": "الوادي الأعلى"}, "p-council", "p-council", on("2028")),
    Zone("z-plain", {"en": "Quay plain", "ar": "سهل الرصيف"}, "p-ministry", "o-news"),
)
LEGS = (
    Leg("l-1", "pl-quay", "pl-mill", "z-plain", 58, 1.4, "R1", "paved"),
    Leg("l-2", "pl-mill", "pl-ford", "z-plain", 49, 1.3, "R1", "paved"),
    Leg("l-3", "pl-ford", "pl-camp", "z-ring", 69, 3.5, "", "track"),
    Leg("l-4", "pl-hill", "pl-pass", "z-vale", 64, 2.0, "R4", "paved"),
    Leg("l-5", "pl-pass", "pl-camp", "z-ring", 66, 3.0, "", "track"),
)
DOORS = (
    Door(
        "d-plain", {"en": "R1 across the plain", "ar": "الطريق R1 عبر السهل"}, "p-ministry", "z-plain", "aid"
    ),
    Door(
        "d-ring",
        {"en": "The ring, for aid", "ar": "النطاق، للمساعدات"},
        "p-guard",
        "z-ring",
        "aid",
        ("l-3",),
        7,
    ),
    Door(
        "d-ring-out",
        {"en": "The ring, for returns", "ar": "النطاق، للعودة"},
        "p-guard",
        "z-ring",
        "return",
        ("l-5",),
        7,
    ),
    Door(
        "d-vale",
        {"en": "R4 through the vale", "ar": "الطريق R4 عبر الوادي"},
        "p-council",
        "z-vale",
        "return",
        (),
        5,
    ),
    Door("d-vale-visit", {"en": "Visits to the vale", "ar": "زيارات الوادي"}, "p-council", "z-vale", "visit"),
    Door(
        "d-ring-med",
        {"en": "The ring, for patients", "ar": "النطاق، للمرضى"},
        "p-guard",
        "z-ring",
        "evacuation",
        ("l-3",),
    ),
)
SOURCES = (
    Source(
        "src-1",
        "Statement on the road across the plain",
        "Ministry of Roads",
        on("2031-03-02"),
        url="https://example.org/roads/statement-of-2-march-on-the-road-across-the-plain",
    ),
    Source(
        "src-2",
        "بيان حول القافلة",
        "حرس المخاضة",
        on("2031-03-09"),
        language="ar",
        url="https://example.org/guard/9",
    ),
    Source("src-3", "Call with the council's liaison", "Lantern Relief", on("2031-03-12"), kind="call"),
    Source("src-4", "Life at Stonewell", "o-news", on("2031-02"), url="https://example.org/post/stonewell"),
)


def account(
    speaker: str, says: str, code: str, day: int, ref: str, source: str, words: str = "", **more
) -> Account:
    return Account(
        speaker, says, code, date(2031, 3, day), date(2031, 3, day), ref, source, words=words, **more
    )


STATES = (
    DoorState(
        "d-plain",
        "open",
        AS_OF,
        window(10, 16),
        own_word=True,
        accounts=(
            account(
                "p-ministry",
                "opens",
                "granted",
                2,
                "a-1",
                "src-1",
                "The road is open to relief vehicles until 16 March.",
            ),
        ),
        conditions="at most 40 vehicles, by day",
    ),
    DoorState(
        "d-ring",
        "contested",
        AS_OF,
        accounts=(
            account(
                "p-ministry",
                "opens",
                "granted",
                8,
                "a-2",
                "src-1",
                "The Guard agreed to let the convoy pass.",
            ),
            account(
                "p-guard",
                "closes",
                "denied",
                9,
                "a-3",
                "src-2",
                "لم نتلقَّ أي طلب بشأن القافلة ولم نعطِ أي ضمانة لمرورها عبر النطاق",
            ),
        ),
        disputed_by=("p-guard",),
    ),
    DoorState(
        "d-ring-out",
        "no_answer",
        AS_OF,
        request="r-2",
        waiting_since=date(2031, 2, 20),
        working_days_waited=16,
        agreed_working_days=7,
    ),
    DoorState(
        "d-vale",
        "waiting",
        AS_OF,
        request="r-2",
        waiting_since=date(2031, 3, 11),
        working_days_waited=3,
        agreed_working_days=5,
    ),
    DoorState("d-vale-visit", "not_asked", AS_OF),
    DoorState(
        "d-ring-med",
        "lapsed",
        AS_OF,
        window(1, 4),
        accounts=(account("p-guard", "opens", "granted", 1, "a-4", "src-2"),),
    ),
)

REQUESTS = (
    known(
        Request(
            "r-1",
            "s-1",
            "aid_convoy",
            "Convoy of 36 trucks with food and medicine",
            ("o-relief",),
            on("2031-03-01"),
            (Step("letter", "d-plain"), Step("guarantee", "d-ring", 7)),
        )
    ),
    known(
        Request(
            "r-2",
            "s-1",
            "voluntary_return_movement",
            "Buses for those who asked to return to Hillmarket",
            ("o-relief",),
            on("2031-02-20"),
            (Step("letter", "d-ring-out", 7), Step("letter", "d-vale", 5)),
        ),
        "src-3",
    ),
)
ANSWERS = (
    known(
        Answer(
            "a-1",
            "r-1",
            "granted",
            on("2031-03-02"),
            "p-ministry",
            ("d-plain",),
            window(10, 16),
            words="The road is open to relief vehicles until 16 March.",
        )
    ),
    known(
        Answer(
            "a-2",
            "r-1",
            "granted",
            on("2031-03-08"),
            "p-ministry",
            ("d-ring",),
            words="The Guard agreed to let the convoy pass.",
        )
    ),
    known(
        Answer(
            "a-3",
            "r-1",
            "denied",
            on("2031-03-09"),
            "p-guard",
            ("d-ring",),
            words="لم نتلقَّ أي طلب بشأن القافلة ولم نعطِ أي ضمانة لمرورها عبر النطاق",
        ),
        "src-2",
    ),
    known(Answer("a-4", "r-9", "granted", on("2031-03-01"), "p-guard", ("d-ring-med",)), "src-2"),
)
GUARANTEES = (
    known(
        Guarantee(
            "g-1",
            "p-ministry",
            ("d-plain",),
            on("2031-03-02"),
            "p-ministry",
            window(10, 16),
            request="r-1",
            words="Safety on R1 is guaranteed.",
        )
    ),
)
PERFORMANCES = (known(Performance("pf-1", "g-1", "performed", on("2031-03-11"), "o-relief"), "src-3"),)
EXECUTIONS = (
    known(
        Execution(
            "x-1",
            "r-1",
            "impeded_not_accomplished",
            on("2031-03-11"),
            "o-relief",
            people=6,
            trucks=36,
            words="Trucks waited nine hours at the ford and turned back.",
        ),
        "src-3",
    ),
    known(
        Execution(
            "x-2", "r-1", "cancelled_security", on("2031-03"), "o-news", words="The convoy did not arrive."
        ),
        "src-4",
    ),
)
INVITATIONS = (
    known(
        Invitation(
            "i-1",
            "s-1",
            ("p-ministry",),
            "p-guard",
            on("2031-03-18"),
            on("2031-03-10"),
            "Steps to open the ring",
        )
    ),
)


def claim(
    id: str, speaker: str, source: str, proposition: str, words: str = "", polarity: str = "pos"
) -> Known:
    return known(
        Claim(
            id,
            source,
            ("o-news", speaker),
            "statement",
            "access",
            proposition,
            words,
            polarity,
            on("2031-03-09"),
        ),
        source,
    )


TOPICS = (
    Topic(
        "t-1",
        {"en": "Was a guarantee given for the convoy of March?", "ar": "هل أُعطيت ضمانة لقافلة آذار؟"},
        (
            claim(
                "c-1",
                "p-ministry",
                "src-1",
                "The Guard agreed to the passage of the convoy.",
                "The Guard agreed to let the convoy pass.",
            ),
            claim(
                "c-2",
                "p-guard",
                "src-2",
                "No guarantee was given for the convoy.",
                "لم نعطِ أي ضمانة لمرورها",
                "neg",
            ),
        ),
    ),
    Topic(
        "t-2",
        {"en": "Is water at the camp enough?", "ar": "هل الماء في المخيم كافٍ؟"},
        (
            claim(
                "c-3",
                "o-news",
                "src-4",
                "Residents receive under ten litres a day.",
                "We fill one can a day, and " + "wait and wait " * 15,
            ),
        ),
    ),
    Topic("t-3", {"en": "Who keeps the register of the camp?", "ar": "من يمسك سجل المخيم؟"}),
)


def figure(
    id: str,
    speaker: str,
    low: float | None,
    high: float | None,
    when: str,
    counts: str = "population",
    unit: str = "people",
    **more,
) -> Known:
    return known(
        Figure(id, "src-4", "s-1", counts, low, high, unit, "about", on(when), speaker, **more), "src-4"
    )


FIGURES = (
    figure("f-1", "p-ministry", 52000, 52000, "2030-06", words="some 52,000 people"),
    figure("f-2", "o-relief", 38900, 43500, "2030-11-15"),
    figure("f-3", "o-news", 40000, None, "2031-01"),
    figure("f-4", "p-guard", None, 36000, "2031-02-20"),
)
