"""Paragraphs of our own to develop the readers on. Every party, place and person is invented.

Each expects drafts as (type, modality, last voice or None for the outlet's own, the exact words). ``absent`` are
words that no draft may cover whole.
"""

from datetime import date

from waythrough.terms.claims import KnownParty, KnownPlace, Published, Registry

REGISTRY = Registry(
    parties=(
        KnownParty("herald", "The Lowmark Herald", "outlet"),
        KnownParty("council", "Varda Council", "government", ("the council",)),
        KnownParty("front", "Northern Front", "military", ("the Front",)),
        KnownParty("agency", "Relief Agency", "un", ("the agency",)),
        KnownParty("ministry", "Ministry of Roads", "government", ("the ministry",)),
        KnownParty("radio", "Radio Selm", "outlet"),
        KnownParty(
            "people",
            "Residents of Tolm",
            "population",
            ("residents of Tolm", "Tolmers", "displaced families"),
        ),
    ),
    places=(
        KnownPlace("tolm", "Tolm camp", "site", None, ("Tolm", "the camp")),
        KnownPlace("selm", "Selm", "town"),
        KnownPlace("pass", "Orrin Pass", "zone", None, ("the pass",)),
    ),
)
PUBLISHED = Published(date(2031, 6, 18))

PARAGRAPHS = {
    "a refused convoy": (
        "The Northern Front turned back an aid convoy at Orrin Pass on June 12. The council said that it had requested "
        "permission to enter Tolm in May.",
        [
            (
                "aid_blocked",
                "asserted",
                None,
                "The Northern Front turned back an aid convoy at Orrin Pass on June 12",
            ),
            ("access_requested", "asserted", "council", "it had requested permission to enter Tolm in May"),
        ],
    ),
    "a denial": (
        "The Northern Front denied that it had blocked the convoy.",
        [("aid_blocked", "denied", "front", "it had blocked the convoy")],
    ),
    "a guarantee": (
        "The council guaranteed the safety of the trucks, but the Front refused to guarantee their safe passage.",
        [
            ("guarantee_given", "asserted", None, "The council guaranteed the safety of the trucks"),
            ("guarantee_refused", "asserted", None, "the Front refused to guarantee their safe passage"),
        ],
    ),
    "an invitation": (
        "On Monday the ministry invited the Northern Front to a meeting in Selm. The Front did not attend the meeting.",
        [
            (
                "meeting_invited",
                "asserted",
                None,
                "the ministry invited the Northern Front to a meeting in Selm",
            ),
            ("meeting_refused", "asserted", None, "The Front did not attend the meeting"),
        ],
    ),
    "an accusation": (
        "The council accused the Northern Front of shelling the market in Selm.",
        [("incident_reported", "accused", "council", "the Northern Front of shelling the market in Selm")],
    ),
    "a quotation before its speaker": (
        "“The road to Tolm is closed and the clinic has no medicine,” said the agency.",
        [("condition_reported", "asserted", "agency", "The road to Tolm is closed")],
    ),
    "according to": (
        "According to the agency, about 12,000 people live in Tolm.",
        [("population_estimate", "estimated", "agency", "about 12,000 people live in Tolm")],
    ),
    "three voices deep": (
        "Radio Selm reported that the ministry had said the Front controls the pass.",
        [("control_stated", "asserted", "ministry", "the Front controls the pass")],
    ),
    "a survey": (
        "A survey conducted by the agency in May found that two thirds of the residents wanted to return home.",
        [("survey_finding", "estimated", "agency", "two thirds of the residents wanted to return home")],
    ),
    "an appeal": (
        "The agency urged the Front to open the pass to medical evacuations.",
        [("", "requested", "agency", "open the pass to medical evacuations")],
    ),
    "deaths": (
        "Four people were killed when a shell hit the bakery, the agency said.",
        [("incident_reported", "asserted", "agency", "Four people were killed when a shell hit the bakery")],
    ),
    "a departure": (
        "Some 300 displaced families left Tolm on 3 June.",
        [("movement_occurred", "asserted", None, "Some 300 displaced families left Tolm on 3 June")],
    ),
    "a delivery that is planned": (
        "The agency will deliver flour and medicine to the camp next week.",
        [
            (
                "aid_planned",
                "asserted",
                None,
                "The agency will deliver flour and medicine to the camp next week",
            )
        ],
    ),
    "permission": (
        "The Front allowed the delegation to enter the camp.",
        [("access_granted", "asserted", None, "The Front allowed the delegation to enter the camp")],
    ),
    "a need": (
        "The camp needs 40 tonnes of flour a month.",
        [("need_reported", "asserted", None, "The camp needs 40 tonnes of flour a month")],
    ),
}
