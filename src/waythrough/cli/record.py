"""``waythrough record …``: one command per kind of record, made from the record's own fields."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import click

from waythrough.cli.app import Shared
from waythrough.cli.fields import options_for, record_from
from waythrough.cli.settings import Settings
from waythrough.terms.access import Step
from waythrough.terms.entries import Entry
from waythrough.terms.kinds import KINDS
from waythrough.terms.problems import InputRefused
from waythrough.terms.sayings import Source
from waythrough.terms.when import Days

if TYPE_CHECKING:
    from waythrough.actions.workspace import Workspace

DAILY = {
    "request": "A dated ask at one or more doors.",
    "answer": "What a party answered, as someone tells it.",
    "execution": "What then really happened, as someone tells it.",
    "guarantee": "A party's dated undertaking of safety.",
    "performance": "Whether a guarantee was kept, as someone tells it.",
    "notification": "We informed a party; an acknowledgement is not a permission.",
    "invitation": "Someone was invited to a meeting.",
    "meeting": "A meeting took place, or was to.",
    "consent": "What one adult allows, refuses or takes back.",
    "figure": "A number somebody stated.",
    "incident": "An event said to have harmed someone.",
    "movement": "A convoy or return movement, or its next state.",
    "boarding": "A household's line of a manifest, or its next state.",
    "closure_check": "How a question stands that must be answered before a site closes.",
    "claim": "Who says what about whom.",
    "protection_stop": "Harm to returnees reported: stop movements to a destination.",
}
REGISTER = {
    "source": "Where words came from.",
    "person": "One of us who writes here.",
    "party": "Someone whose agreement is needed, or who speaks.",
    "organisation": "A body of ours.",
    "place": "A point of the network.",
    "site": "The camp or town that is hard to reach.",
    "zone": "An area, and who is said to hold it.",
    "leg": "A stretch of road inside one zone.",
    "door": "One party's say over a zone or legs, for one purpose.",
    "route": "Legs in order, from a site to an end.",
    "destination": "Where people may choose to go.",
    "warehouse": "Where convoys load.",
    "commodity": "A good people need.",
    "stock": "How much of a good is where.",
    "fleet": "Vehicles that can carry.",
    "household": "People who choose and travel together; no names.",
    "identity": "Names, papers, phones of a household or adult; kept in the vault.",
    "intention": "What a household says it wants; never a consent.",
    "policy": "What the planner may weigh, and who approved it.",
    "grade": "Reliability and credibility of one item.",
}


class Kinds(click.Group):
    """Finds the command of a kind, and suggests the nearest for a wrong one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*DAILY, "step", "lift-stop", "correct", *REGISTER]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        name = cmd_name.replace("-", "_")
        if name in DAILY or name in REGISTER:
            return _command(name, {**DAILY, **REGISTER}[name])
        return {"step": step, "lift_stop": lift_stop, "correct": correct}.get(name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("The daily work"):
            formatter.write_dl(
                [
                    *DAILY.items(),
                    ("step", "A further step of a request."),
                    ("lift-stop", "A named review lifts a stop."),
                    ("correct", "A new revision of any record."),
                ]
            )
        with formatter.section("Registers"):
            formatter.write_dl(list(REGISTER.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if self.get_command(ctx, args[0]) is None:
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            ctx.fail(
                f"There is no record kind `{args[0]}`." + (f" Did you mean `{near[0]}`?" if near else "")
            )
        return super().resolve_command(ctx, args)


@click.group("record", cls=Kinds)
def command() -> None:
    """Write down what was asked, answered, promised, done, allowed or counted.

    \b
    Examples:
      waythrough record answer --request request-1 --outcome denied --on 2019-03-28 \\
          --speaker party-a --source source-7
      waythrough record request --site site-1 --type aid_convoy --subject "flour" --asked-by org-1 \\
          --asked-on 2019-04-01 --steps plan_approval:door-1:7 \\
          --heard "our letter 14" --heard-from org-1 --heard-on 2019-04-01
    """


TOLD = [
    click.Option(["--source", "source_id"], metavar="SOURCE", help="Where we heard it: a recorded source."),
    click.Option(
        ["--heard"], metavar="TITLE", help="Where we heard it, if it is not recorded yet: its title."
    ),
    click.Option(["--heard-from"], metavar="PARTY", help="Who published or told it."),
    click.Option(["--heard-on"], metavar="DAYS", help="When it was published or told."),
    click.Option(
        ["--heard-as"], metavar="KIND", default="message", show_default=True, help="Code of source_kind."
    ),
    click.Option(["--id", "ident"], metavar="ID", help="An id of your own (default: a fresh one)."),
    click.Option(
        ["--key", "key"], metavar="TEXT", help="Idempotency key: the same key again writes nothing new."
    ),
]
OWN = {option.name for option in TOLD}

SEALABLE = ("answer", "execution", "performance", "incident", "protection_stop", "claim", "figure")
"""Accounts that could endanger whoever is known to have written them down."""


def _sealed() -> click.Option:
    return click.Option(
        ["--sealed"],
        is_flag=True,
        help="Keep your own name in the vault. The log still shows which device wrote it.",
    )


def _command(name: str, line: str) -> click.Command:
    options = options_for(name, KINDS[name])
    taken = {option.name for option in options}
    extra = [option for option in TOLD if option.name not in taken]
    extra += [_sealed()] if name in SEALABLE else []

    def write(**given: Any) -> None:
        settings = click.get_current_context().ensure_object(Settings)
        told = {key: given.pop(key, None) for key in OWN}
        _write(settings, name, given, told, bool(given.pop("sealed", False)))

    return Shared(name, params=[*options, *extra], callback=write, help=line, short_help=line)


def _write(settings: Settings, name: str, given: dict[str, Any], told: dict[str, Any], sealed: bool) -> None:
    from waythrough.actions.record import record
    from waythrough.actions.writing import new_id

    with settings.open_now() as ws:
        ws.sealed_author = sealed
        actor = settings.actor(ws)
        source = _told(told)
        if "source" in KINDS[name].__dataclass_fields__:
            if source is None:
                raise InputRefused(
                    place=name,
                    found="no source",
                    allowed="a recorded source, or where it was heard",
                    remedy="Add --source ID, or --heard TITLE --heard-from PARTY --heard-on DAY.",
                )
            given["source"] = source if isinstance(source, str) else source.id
        value = record_from(KINDS[name], told["ident"] or new_id(name, told["key"]), given)
        entry = record(ws, actor, value, source, told["key"])
        _say_when_shown(settings, ws, entry)
    _say(settings, entry)


def _say_when_shown(settings: Settings, ws: Workspace, entry: Entry) -> None:
    """An example opens on its own day: say so when what was just written is not yet known on it."""
    for exercise in ws.records("exercise"):
        if entry.known_on > exercise.default_as_of:
            settings.talk(
                f"This workspace opens as of {exercise.default_as_of}: board and plan show this entry only with "
                f"--as-of {entry.known_on} or later."
            )


def _told(told: dict[str, Any]) -> str | Source | None:
    from waythrough.actions.writing import new_id

    if told["source_id"]:
        return str(told["source_id"])
    if not told["heard"]:
        return None
    if not (told["heard_from"] and told["heard_on"]):
        raise InputRefused(
            place="--heard",
            found="a title without who told it and when",
            allowed="--heard TITLE --heard-from PARTY --heard-on DAY",
            remedy="Add who published or told it, and the day; a month is enough.",
        )
    return Source(
        new_id("source", told["key"]),
        told["heard"],
        told["heard_from"],
        Days.parse(told["heard_on"]),
        kind=told["heard_as"],
    )


def _say(settings: Settings, entry: Entry) -> None:
    if settings.json:
        settings.emit("entry", {"entry": entry.id, "record": entry.record, "kind": entry.kind})
    else:
        click.echo(entry.record)
    settings.talk(f"Recorded {entry.kind} {entry.record} (entry {entry.id[:12]}, known on {entry.known_on}).")
    settings.next(f"waythrough show {entry.record}", "waythrough board")


@click.command("step", cls=Shared)
@click.option("--request", required=True, help="The request's id.")
@click.option("--kind", required=True, help="Code of the list step_kind.")
@click.option("--door", required=True, help="The door the step is addressed to.")
@click.option("--agreed-working-days", type=int, help="Agreed answer time.")
@click.option("--source", "source_id", help="Where we heard it: a recorded source.")
@click.pass_obj
def step(
    settings: Settings,
    request: str,
    kind: str,
    door: str,
    agreed_working_days: int | None,
    source_id: str | None,
) -> None:
    """A further step of a request: a letter, a committee, a clearance."""
    from waythrough.actions.record import record_step

    with settings.open_now() as ws:
        entry = record_step(ws, settings.actor(ws), request, Step(kind, door, agreed_working_days), source_id)
    _say(settings, entry)


@click.command("lift-stop", cls=Shared)
@click.argument("stop", metavar="STOP|INCIDENT")
@click.option("--reason", required=True, help="What was found, and by whom it was checked.")
@click.pass_obj
def lift_stop(settings: Settings, stop: str, reason: str) -> None:
    """A named person's review lifts a protection stop, or what a report of harm at a destination stopped."""
    from waythrough.actions.record import lift_stop as lift

    with settings.open_now() as ws:
        entry = lift(ws, settings.actor(ws), stop, reason)
    _say(settings, entry)


@click.command("correct", cls=Shared)
@click.argument("ident", metavar="ID")
@click.argument("changes", nargs=-1, required=True, metavar="FIELD=JSON…")
@click.option("--source", "source_id", help="Where we heard it: a recorded source.")
@click.pass_obj
def correct(settings: Settings, ident: str, changes: tuple[str, ...], source_id: str | None) -> None:
    """A new revision of a record; the old one stays in the history.

    \b
    Example:
      waythrough record correct figure-7 low=41700 words='"about 41,700"' --source source-9
    """
    from waythrough.actions.correct import correct as write_correction

    with settings.open_now() as ws:
        entry = write_correction(ws, settings.actor(ws), ident, changes, source_id)
    _say(settings, entry)
