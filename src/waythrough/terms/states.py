"""What may follow what: requests, guarantees, consents and movements as tables of moves, each with its reason.

A machine guards one speaker's own sequence and our own decisions, nothing more. Accounts by different speakers do
not follow one another: they stand side by side, and the board shows that they differ. Late answers are moves like
any other; silence is not a state anybody can record.
"""

from __future__ import annotations

from dataclasses import dataclass

from waythrough.terms.codes import code_list
from waythrough.terms.problems import N_, CannotFollow, InputRefused

NOTHING = ""
"""The state before the first record: nothing was written yet."""


@dataclass(frozen=True)
class Move:
    """One allowed step of a machine, with the reason it is allowed. ``state`` is NOTHING for a first record.

    ``late`` marks what comes after the usual course: allowed like the rest, and left out of drawings.
    """

    state: str
    next: str
    reason: str
    late: bool = False


def _moves(*rows: tuple[str, str, str], late: bool = False) -> tuple[Move, ...]:
    """Write out rows of (states, next states, reason), where states are names separated by spaces or “nothing”."""
    return tuple(
        Move(NOTHING if state == "nothing" else state, then, reason, late)
        for states, nexts, reason in rows
        for state in states.split()
        for then in nexts.split()
    )


_YES = "granted granted_with_conditions partially_granted"
_ANSWERS = f"{_YES} granted_in_principle denied referred revoked"

REQUEST = _moves(
    ("nothing", "draft", N_("We begin to write it.")),
    ("nothing", "sent", N_("It is written down after it was sent.")),
    ("draft", "sent", N_("We send it.")),
    ("draft", "withdrawn_by_us", N_("We drop it before sending.")),
    ("sent", "acknowledged", N_("The party says it received it; that is not a permission.")),
    # A revocation may be the first thing we hear from a party: the yes it takes back was told by somebody else.
    ("sent acknowledged", _ANSWERS, N_("The party answers, with or without acknowledging first.")),
    (
        "granted_in_principle",
        f"{_YES} denied referred revoked",
        N_("The final answer follows the one in principle."),
    ),
    ("referred", "sent", N_("We send it to whom the party named.")),
    ("referred", f"{_YES} granted_in_principle denied", N_("An answer follows the referral.")),
    (_YES, _YES, N_("The party renews its yes or changes its terms.")),
    # A yes taken back is revoked, not denied: the two weigh differently when we look at how a party answers.
    (_YES, "revoked", N_("The party takes its yes back.")),
    (_YES, "referred", N_("After its yes the party sends us on to someone else.")),
    # After a no there is nothing of ours left to withdraw: a refusal must not turn into our own choice afterwards.
    (
        f"sent acknowledged referred granted_in_principle {_YES}",
        "postponed_by_us withdrawn_by_us",
        N_("We decide so."),
    ),
    ("postponed_by_us", "sent", N_("We take it up again.")),
    ("postponed_by_us", "withdrawn_by_us", N_("We give it up.")),
    (
        f"sent acknowledged {_ANSWERS} postponed_by_us",
        "executed",
        N_("What happened is written down beside the answer, or without one."),
    ),
    ("executed", "executed", N_("A further trip under the same answer.")),
    ("executed", "postponed_by_us withdrawn_by_us", N_("We postpone or give up what remains.")),
) + _moves(
    (
        "denied revoked",
        f"{_YES} granted_in_principle referred",
        N_("The party changes its answer; a later word counts."),
    ),
    (
        "postponed_by_us withdrawn_by_us",
        _ANSWERS,
        N_("A late answer is kept, whatever we decided meanwhile."),
    ),
    ("executed", _ANSWERS, N_("A late answer stands beside what happened.")),
    late=True,
)

_KEPT_OR_NOT = "performed partly not_performed"

GUARANTEE = _moves(
    ("nothing", "given", N_("The party gives it.")),
    (f"given {_KEPT_OR_NOT}", "given", N_("The party extends or changes it.")),
    ("revoked over", "given", N_("The party gives it anew.")),
    (f"given {_KEPT_OR_NOT}", _KEPT_OR_NOT, N_("A speaker tells whether it was kept, day by day.")),
    (f"given {_KEPT_OR_NOT}", "revoked", N_("The party takes it back.")),
    (f"given {_KEPT_OR_NOT}", "over", N_("Its window ended; the clock says so.")),
) + _moves(
    ("revoked over", _KEPT_OR_NOT, N_("It is told afterwards whether it had been kept.")),
    late=True,
)

_CONSENT_STATES = "given reconfirmed refused withdrawn expired"

CONSENT = _moves(
    ("nothing", "given refused", N_("The adult decides, asked in private.")),
    ("given reconfirmed", "reconfirmed", N_("Asked again after a clearance arrived, and still willing.")),
    ("given reconfirmed", "expired", N_("Its last day passed; the clock says so.")),
    # A no is never turned away, even where our own records make no sense of it: another device may hold the yes
    # it answers to, and the person at the bus must not wait for us to find out.
    (f"nothing {_CONSENT_STATES}", "withdrawn", N_("An adult may withdraw at any time, at once.")),
    (_CONSENT_STATES, "refused", N_("Asked again, the adult says no.")),
    (_CONSENT_STATES, "given", N_("A new asking, in private, with its own text and dates.")),
)

_CALLED_OFF = "cancelled_security cancelled_logistics withdrawn_by_us"

MOVEMENT = _moves(
    ("nothing", "planned", N_("It is planned.")),
    ("planned", "gates_passed", N_("Everything it needs is in place: doors, consents, vehicles, ourselves.")),
    ("gates_passed", "planned", N_("Something it needs fell away.")),
    # No move leads from planned to departed: nothing starts past its gates.
    ("gates_passed", "departed", N_("It leaves.")),
    ("planned gates_passed postponed_by_us", _CALLED_OFF, N_("It is called off before it leaves.")),
    ("planned gates_passed", "postponed_by_us", N_("We put it off.")),
    ("planned gates_passed departed", "obstructed_by_residents", N_("Residents keep it from going on.")),
    ("postponed_by_us", "planned", N_("It gets a new day.")),
    ("departed", "arrived arrived_in_part", N_("It reaches its end.")),
    ("departed", "turned_back", N_("It comes back on the way.")),
)

_WAITING = "listed standby confirmed"

BOARDING = _moves(
    ("nothing", "listed", N_("Every adult consents and a seat is kept.")),
    ("nothing", "standby", N_("Every adult consents; it takes the next seat that comes free.")),
    ("standby", "listed", N_("A seat came free.")),
    ("listed", "standby", N_("Seats fell away.")),
    ("listed standby", "confirmed", N_("Asked again after the clearance arrived, and still willing.")),
    # Nobody boards who was not asked again: no move leads from listed to boarded.
    ("confirmed", "boarded", N_("Seen aboard by one of us when the manifest was gone through at departure.")),
    (_WAITING, "no_show", N_("It did not come; that says nothing of what it wishes.")),
    (
        f"{_WAITING} boarded",
        "declined_at_boarding",
        N_("It said no at the door, or got off before the start."),
    ),
    (f"{_WAITING} boarded", "withdrawn", N_("An adult took the consent back: it counts at once.")),
    (
        f"{_WAITING} boarded",
        "removed_by_authority",
        N_("Somebody with power took it off the list or the vehicle."),
    ),
    ("boarded", "disembarked", N_("It got off on the way.")),
    ("boarded", "arrived", N_("It reached the destination.")),
    ("withdrawn", "listed standby", N_("Asked anew in private, and willing again.")),
)

MACHINES: dict[str, tuple[Move, ...]] = {
    "request": REQUEST,
    "guarantee": GUARANTEE,
    "consent": CONSENT,
    "movement": MOVEMENT,
    "boarding": BOARDING,
}
"""Machine → its moves. The states of a machine are codes of the list ``<machine>_state``."""


def states(machine: str) -> tuple[str, ...]:
    """Every state of a machine, each once, in the order they first appear; without NOTHING."""
    return tuple(dict.fromkeys(move.next for move in MACHINES[machine]))


def allowed(machine: str, state: str) -> tuple[str, ...]:
    """The states that may follow ``state``; empty where nothing follows. NOTHING asks for the first ones."""
    return tuple(dict.fromkeys(move.next for move in MACHINES[machine] if move.state == state))


def can_follow(machine: str, state: str, next: str) -> bool:
    """True if ``next`` may be written after ``state`` by the same speaker, or by us."""
    return next in allowed(machine, state)


def check_can_follow(machine: str, state: str, next: str) -> None:
    """The same rule as a refusal.

    Raises
    ------
    InputRefused
        ``state`` or ``next`` is no state of this machine.
    CannotFollow
        ``next`` may not follow ``state``; the allowed next states are named.
    """
    known = states(machine)
    for code in (state, next):
        if code != NOTHING and code not in known:
            raise InputRefused(
                place=f"{machine} state",
                found=repr(code),
                allowed=", ".join(known),
                remedy=f"Use one of the states of a {machine}.",
            )
    if not can_follow(machine, state, next):
        raise CannotFollow(
            what=machine,
            state=_words(machine, state),
            next=_words(machine, next),
            allowed=", ".join(allowed(machine, state)) or "nothing, it is finished",
        )


def _words(machine: str, state: str) -> str:
    return code_list(f"{machine}_state").label(state) if state else "nothing yet"
