"""The few words that stand alone in a cell and are in no code list. Neutral, and the same for every party."""

from __future__ import annotations

from waythrough.terms.problems import N_

LABELS: dict[str, dict[str, str]] = {
    "says": {
        "opens": N_("said it is open"),
        "closes": N_("said it is closed"),
        "neither": N_("said something that neither opens nor closes it"),
        "kept": N_("said the guarantee was kept"),
        "broken": N_("said the guarantee was not kept"),
    },
    "request_type": {"invitation": N_("invitation to a meeting")},
    "not_seated": {
        "wishes_to_stay": N_("wish to stay"),
        "wishes_to_leave_no_consent": N_("wish to leave, without a live consent of every adult"),
        "no_consent": N_("no live consent of every adult"),
        "consent_expired": N_("the consent of an adult has run out"),
        "adult_without_consent": N_("not every adult has consented"),
        "consents_do_not_meet": N_("the adults' consents share no day and destination"),
        "no_data_consent": N_("no consent to the use of data"),
        "no_adult": N_("no adult is recorded"),
        "refused": N_("an adult said no"),
        "consents_incomplete": N_("not every adult's consent stands"),
        "conversation_needed": N_("the choices of a kin group do not fit together; a conversation is needed"),
        "no_seat": N_("no seat left"),
        "no_route": N_("no route is recorded"),
        "stopped": N_("a protection stop stands on the destination"),
        "no_reception": N_("nobody stated the places at the destination"),
        "no_door_recorded": N_("no door is recorded on the way"),
        "no_fleet": N_("no vehicles are recorded"),
        "vehicle_too_small": N_("no vehicle is large enough"),
        "door_shut": N_("a door on the way is not open"),
        "trip_too_long": N_("the trip would end after the last day of the plan"),
        "consent_not_to_this_destination": N_("not every adult has consented to this destination"),
        "consent_not_on_this_day": N_("not every adult's consent holds then, and long enough after"),
        "not_their_choice": N_("none of the destinations the household chose"),
        "registration_full": N_("the registration desk is full"),
        "door_people_full": N_("as many people as a guarantee allows already pass a door on the way"),
        "reception_full_that_day": N_("every place of that day at the destination is taken"),
        "reception_full_that_week": N_("every place of that week at the destination is taken"),
        "reception_full": N_("every place at the destination is taken"),
        "room_left": N_("no rule stands against it and there is room; a longer search may find a seat"),
        "too_soon_after_a_convoy": N_("too close to another convoy"),
        "not_used": N_("open; the plan sends nothing then"),
    },
    "let_off": {
        "household_gone": N_("it is no longer among the households here"),
        "destination_stopped": N_("a protection stop stands on the destination"),
        "door_shut": N_("a door on the way is not open"),
        "consent_ended": N_("not every adult's consent holds then, and long enough after"),
        "no_room": N_("its place is no longer there, or others need it"),
    },
    "agreement": {
        "agree": N_("agree"),
        "differ": N_("differ"),
        "apart": N_("several speakers, not compared"),
        "only_one_source": N_("only one source"),
        "silent": N_("silent: nothing recorded"),
    },
}
"""Words by kind and code. Every other code has its words in the code list of that name, in four languages."""
