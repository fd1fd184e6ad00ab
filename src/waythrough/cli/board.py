"""``waythrough board``: the state of every door."""

from __future__ import annotations

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.board import DoorState, Evacuation
from waythrough.terms.codec import to_body
from waythrough.terms.codes import code_list
from waythrough.terms.parties import Party


@click.command("board", cls=Shared)
@pass_settings
def command(settings: Settings) -> None:
    """The state of every door as of a day, with who says so. Silence is shown as silence.

    \b
    Example:
      waythrough board --as-of 2018-10-17
    """
    from waythrough.actions.understand import board
    from waythrough.actions.urgent import evacuations

    ws = settings.open()
    states = board(ws)
    urgent = evacuations(ws, states)
    settings.unread(ws)
    if settings.json:
        body = {"as_of": ws.as_of.isoformat(), "doors": to_body(states, full=True)}
        settings.emit("board", {**body, "evacuations": to_body(urgent, full=True)})
        return
    for one in urgent:
        click.echo(clock_text(one))
    doors, parties = ws.register("door"), ws.register("party")
    words = code_list("door_state")
    rows = [
        [
            doors[s.door].names["en"],
            parties[doors[s.door].party].names["en"],
            words.label(s.state),
            window_text(s),
            on_whose_word(s, parties),
            newest(s),
            s.door,
        ]
        for s in states
    ]
    settings.table(["door", "held by", "state", "window", "on whose word", "newest account", "id"], rows)
    settings.next("waythrough plan", "waythrough doors")


def clock_text(one: Evacuation) -> str:
    """A medical evacuation, the days it has left, and the doors it waits at."""
    left = (
        "no last day recorded"
        if one.days_left is None
        else f"{one.days_left} days left, until {one.needed_by}"
    )
    left = f"needed by {one.needed_by}, which has passed" if (one.days_left or 0) < 0 else left
    doors = f"; waits at {', '.join(one.shut)}" if one.shut else "; every door it needs is open"
    return f"▲ Medical evacuation {one.record} ({one.subject}): {left}{doors}"


def window_text(state: DoorState) -> str:
    """The days a door is open, in words."""
    if state.window:
        return f"{state.window.first_day} to {state.window.last_day}"
    if state.state == "open":
        return "until revoked"
    if state.working_days_waited is not None and state.state in {"waiting", "no_answer"}:
        agreed = f", agreed {state.agreed_working_days}" if state.agreed_working_days is not None else ""
        return f"{state.working_days_waited} working days{agreed}"
    return ""


def on_whose_word(state: DoorState, parties: dict[str, Party]) -> str:
    """Its own word, another's, and who tells it differently."""

    def name(party: str) -> str:
        return parties[party].names["en"] if party in parties else party

    said = "its own" if state.own_word else (name(state.on_word_of) if state.on_word_of else "")
    differs = ", ".join(name(party) for party in state.disputed_by)
    return f"{said}; differs: {differs}" if differs else said


def newest(state: DoorState) -> str:
    """The day of the newest account at the door: a state may rest on old words."""
    return str(max((account.on for account in state.accounts), default=""))
