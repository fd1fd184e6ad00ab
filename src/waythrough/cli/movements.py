"""``waythrough movements``: convoys and journeys from the plan to the day they arrive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waythrough.cli.app import Shared, SharedGroup
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body
from waythrough.terms.codes import code_list
from waythrough.terms.states import allowed
from waythrough.terms.when import parse_day

if TYPE_CHECKING:
    from waythrough.actions.taking_up import TakenUp
    from waythrough.actions.workspace import Workspace
    from waythrough.terms.doing import Movement

MARKS = {True: "✓", False: "✗", None: "○"}
"""Whether a gate is passed; ○ where nobody can tell from the record, and one of us looks."""
FILE = click.Path(path_type=Path)


@click.group("movements", cls=SharedGroup, invoke_without_command=True)
@click.option("--all", "everything", is_flag=True, help="Also those that are over.")
@click.option("--situation", "situation_file", type=FILE, help="A situation file, with --plan; no workspace.")
@click.option("--plan", "plan_file", type=FILE, help="The plan file: its departures are listed.")
@pass_settings
@click.pass_context
def command(
    ctx: click.Context,
    settings: Settings,
    everything: bool,
    situation_file: Path | None,
    plan_file: Path | None,
) -> None:
    """Convoys, journeys and medical evacuations: planned, gated, boarded, gone, arrived.

    \b
    Examples:
      waythrough movements                        what is planned and on the road
      waythrough movements take-up                write the plan's departures down
      waythrough movements show ID                what must be true before it starts
      waythrough movements board ID confirmed HOUSEHOLD…
      waythrough movements move ID gates_passed
    """
    from waythrough.actions.permissions import check_can

    if ctx.invoked_subcommand is not None:
        return
    if (situation_file is None) != (plan_file is None):
        raise click.UsageError("--situation and --plan belong together.")
    if situation_file is not None and plan_file is not None:
        _of_files(settings, situation_file, plan_file)
        return
    ws = settings.open()
    check_can(settings.actor(ws), "see inside")
    found = in_order(m for m in ws.records("movement") if everything or not _over(m))
    settings.unread(ws)
    if settings.json:
        settings.emit("movements", {"movements": _bodies(found)})
        return
    _list(settings, ws, found)


def in_order(movements: Iterable[Movement]) -> list[Movement]:
    """Those with a last day on which they still help come first, soonest first; then by the day they leave."""
    return sorted(
        movements,
        key=lambda m: (
            m.need_by is None,
            m.need_by.latest if m.need_by else m.window.first_day,
            m.window.start,
            m.id,
        ),
    )


def _list(settings: Settings, ws: Workspace, found: list[Movement]) -> None:
    from waythrough.actions.boarding import tally

    kinds, states = code_list("movement_kind"), code_list("movement_state")
    if not found:
        click.echo("No movement is planned or on the road.")
        settings.next("waythrough movements take-up", "waythrough movements --all")
        return
    rows = [
        [
            str(m.need_by.latest) if m.need_by else "",
            f"{m.window.first_day}",
            kinds.label(m.kind),
            m.route,
            str(m.vehicles or ""),
            str(m.people or ""),
            states.label(m.state),
            ", ".join(f"{n} {code_list('boarding_state').label(code)}" for code, n in tally(ws, m).items()),
            m.id,
        ]
        for m in found
    ]
    settings.table(
        ["needed by", "leaves", "kind", "route", "vehicles", "people", "state", "households", "id"], rows
    )
    settings.next(f"waythrough movements show {found[0].id}")


def _of_files(settings: Settings, situation_file: Path, plan_file: Path) -> None:
    from waythrough.actions import alone
    from waythrough.actions.taking_up import departures

    chosen = alone.read(situation_file, plan_file)
    found = departures(chosen.plan)
    if settings.json:
        rows = [
            {
                "day": chosen.situation.day(one.day).isoformat(),
                "kind": one.kind,
                "route": one.route,
                "vehicles": one.vehicles,
                "households": len(one.aboard),
                "standby": len(one.standby),
            }
            for one in found
        ]
        settings.emit("departures", {"departures": rows})
        return
    settings.table(
        ["leaves", "kind", "route", "vehicles", "households", "standby"],
        [
            [
                str(chosen.situation.day(one.day)),
                code_list("movement_kind").label(one.kind),
                one.route,
                str(one.vehicles),
                str(len(one.aboard) or ""),
                str(len(one.standby) or ""),
            ]
            for one in found
        ],
    )


def _over(movement: Movement) -> bool:
    return bool(code_list("movement_state").codes[movement.state]["final"])


@command.command("take-up", cls=Shared)
@click.option("--days", default=28, show_default=True, type=click.IntRange(1, 180), help="How far ahead.")
@click.option(
    "--plan", "plan_file", type=FILE, help="A plan file, with its --situation; else it is planned now."
)
@click.option("--situation", "situation_file", type=FILE, help="The situation file the plan was made from.")
@click.option(
    "--call-off-others", is_flag=True, help="Withdraw movements that are only planned and not in this plan."
)
@pass_settings
def take_up(
    settings: Settings, days: int, plan_file: Path | None, situation_file: Path | None, call_off_others: bool
) -> None:
    """Write every departure of the plan down as a planned movement, with its manifest and standby list.

    Each line is checked again as things stand now; one that does not hold refuses the whole plan. A road has one
    movement of a kind on a day: taking a plan up again adds only what is new. Planned now, it keeps everybody who was
    told a seat and may still travel so.
    """
    from waythrough.actions import alone, choose
    from waythrough.actions.taking_up import check_may_take_up
    from waythrough.actions.taking_up import take_up as write

    if (situation_file is None) != (plan_file is None):
        raise click.UsageError("--situation and --plan belong together.")
    ws = settings.open_to_act()
    actor = settings.actor(ws)
    check_may_take_up(actor)
    if situation_file is not None and plan_file is not None:
        chosen = alone.read(situation_file, plan_file)
    else:
        with settings.working(f"Planning {days} days from {ws.as_of}"):
            chosen = choose.make_plan(ws, days, settings.site, as_told=True)
    taken = write(ws, actor, chosen, call_off_others)
    if settings.json:
        body = {"movements": _bodies(taken.movements), "not_in_plan": _bodies(taken.apart)}
        settings.emit("movements", body | {"called_off": taken.called_off})
        return
    if taken.apart:
        _tell_apart(settings, taken)
    _list(settings, ws, in_order(taken.movements))


def _tell_apart(settings: Settings, taken: TakenUp) -> None:
    """Movements that a former plan left behind: kept until somebody says otherwise."""
    n = len(taken.apart)
    if taken.called_off:
        click.echo(f"Called off, as not in this plan: {n}. Tell the households on them.")
    else:
        click.echo(f"Still planned, and not in this plan: {n}. They stand until you say --call-off-others.")
    kinds = code_list("movement_kind")
    for movement in taken.apart:
        people = f", {movement.people} people" if movement.people else ""
        click.echo(
            f"  {movement.window.first_day}  {kinds.label(movement.kind)}, {movement.route}{people}  {movement.id}"
        )


def _bodies(movements: Iterable[Movement]) -> list[dict[str, Any]]:
    return [{"id": m.id, **to_body(m, full=True)} for m in movements]


@command.command("show", cls=Shared)
@click.argument("movement_id", metavar="ID")
@click.option(
    "--lines", "with_lines", is_flag=True, help="Each household's line; for those who go through it."
)
@pass_settings
def show(settings: Settings, movement_id: str, with_lines: bool) -> None:
    """What must be true before a movement starts, who is on its manifest by state, and what may follow.

    ✓ it is so, ✗ it is not, ○ nobody has said: one of us looks. A movement that has left shows no gates.
    """
    from waythrough.actions import gates, tell
    from waythrough.actions.boarding import tally as counted
    from waythrough.actions.permissions import check_can
    from waythrough.actions.speak import gate_words

    ws = settings.open()
    movement = ws.get("movement", movement_id)
    check_can(settings.actor(ws), "see manifest" if with_lines else "see inside")
    ahead = gates.gates(ws, movement) if gates.has_gates_ahead(movement) else []
    tally = counted(ws, movement)
    lines = list(gates.lines(ws, movement).values()) if with_lines else []
    settings.unread(ws)
    if settings.json:
        body = {"id": movement.id, **to_body(movement, full=True), "gates": to_body(ahead, full=True)}
        body |= {"households": tally, "next": list(allowed("movement", movement.state))}
        body |= {"lines": to_body(lines, full=True)} if with_lines else {}
        settings.emit("movement", body)
        return
    states = code_list("movement_state")
    kind = code_list("movement_kind").label(movement.kind)
    left = f", left on {movement.left_on}" if movement.left_on else ""
    click.echo(f"{movement.id}: {kind}, {movement.window.first_day}, {states.label(movement.state)}{left}")
    if movement.need_by:
        left = (movement.need_by.latest - ws.as_of).days
        click.echo(f"Needed by {movement.need_by.latest}: {left} days left." if left >= 0 else
                   f"Was needed by {movement.need_by.latest}, {-left} days ago.")  # fmt: skip
    report = tell.named(ws, ws.get("site", movement.site))
    for one, words in zip(
        ahead, gate_words(report, [one.gate for one in ahead], settings.tongue), strict=True
    ):
        click.echo(f"{MARKS[one.passed]} {words}")
    boarding = code_list("boarding_state")
    for code, n in tally.items():
        mark = "  ▲ asks for a named person's attention" if boarding.codes[code]["protection"] else ""
        click.echo(f"{n} households {boarding.label(code)}{mark}")
    for line in lines:
        click.echo(
            f"  {line.household}\t{boarding.label(line.state)}\t{'' if line.vehicle is None else line.vehicle}"
        )
    following = ", ".join(allowed("movement", movement.state))
    settings.next(
        f"waythrough movements move {movement.id} STATE  (one of: {following or 'none, it is over'})"
    )


@command.command("move", cls=Shared)
@click.argument("movement_id", metavar="ID")
@click.argument("state")
@click.option("--note", default="", help="What to remember of it.")
@click.option("--responsible", default="", help="Who of us answers for it.")
@click.option("--source", "source_id", help="Where we heard it: a recorded source.")
@click.option("--on", metavar="DAY", help="With departed: the day it left.  [default: today]")
@pass_settings
def move(
    settings: Settings,
    movement_id: str,
    state: str,
    note: str,
    responsible: str,
    source_id: str | None,
    on: str | None,
) -> None:
    """The next state of a movement; everything else of it stays. Refused while a gate is shut, with the reason.

    It departs on a day of its window, and never on one that has not come.
    """
    from waythrough.actions.moving import move as write

    day = parse_day(on, "--on") if on else None
    with settings.open_to_act() as ws:
        entry = write(ws, settings.actor(ws), movement_id, state, source_id, note, responsible, day)
    if settings.json:
        settings.emit("entry", {"entry": entry.id, "record": entry.record, "kind": entry.kind})
    else:
        click.echo(entry.record)
    settings.next(f"waythrough movements show {movement_id}")


@command.command("board", cls=Shared)
@click.argument("movement_id", metavar="ID")
@click.argument("state")
@click.argument("households", nargs=-1, required=True, metavar="HOUSEHOLD…")
@click.option("--on", metavar="DAY", help="The day it is said of.  [default: today]")
@pass_settings
def board(
    settings: Settings, movement_id: str, state: str, households: tuple[str, ...], on: str | None
) -> None:
    """What became of households on a manifest: listed, standby, confirmed, boarded, no_show, arrived …

    Nobody is confirmed before the clearance, or boarded without having been asked again. Where one of several
    households is refused, nothing is written.
    """
    from waythrough.actions.boarding import FREE_A_SEAT, board_households, next_standby
    from waythrough.actions.gates import today_of

    with settings.open_to_act() as ws:
        day: date = parse_day(on, "--on") if on else today_of(ws, ws.get("movement", movement_id))
        written = board_households(ws, settings.actor(ws), movement_id, state, households, day)
        waiting = [line.household for line in next_standby(ws, ws.get("movement", movement_id))]
    free = waiting if state in FREE_A_SEAT else []
    if settings.json:
        settings.emit("entries", {"entries": [entry.id for entry in written], "standby": free})
    else:
        click.echo(f"{len(written)} lines written.")
        if free:
            click.echo(f"Seats came free. Next on the standby list: {', '.join(free[:3])}.")
    settings.next(f"waythrough movements show {movement_id} --lines")


@command.command("closure", cls=Shared)
@pass_settings
def closure(settings: Settings) -> None:
    """What must be answered before a site closes, and how each question stands."""
    from waythrough.actions.closing import checklist

    ws = settings.open()
    found = checklist(ws, settings.site)
    if settings.json:
        settings.emit(
            "closure", {"site": ws.site_named(settings.site).id, "checks": to_body(found, full=True)}
        )
        return
    items, states = code_list("closure_check"), code_list("criterion_state")
    settings.table(
        ["question", "stands", "on", "found by"],
        [
            [
                items.label(check.item),
                states.label(check.state) if check.by else "nobody looked yet",
                str(check.on.latest) if check.by else "",
                check.by,
            ]
            for check in found
        ],
    )
    settings.next("waythrough record closure-check --help")
