"""The commands by name, the options they share, and how refusals leave."""

from __future__ import annotations

import difflib
import importlib
import sys
from typing import Any, NoReturn

import click

from waythrough import __version__
from waythrough.cli.settings import Settings
from waythrough.terms.entries import WouldWrite
from waythrough.terms.problems import InputRefused, Problem

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "Load an example case, plan it and write the report."),
    "init": ("init", "Begin a new workspace."),
    "record": ("record", "Write down what was asked, answered, promised, done."),
    "import": ("importing", "Bring in a document or a table."),
    "read": ("reading", "Read a document into draft claims."),
    "review": ("reviewing", "Accept, edit or discard draft claims; settle conflicts."),
    "board": ("board", "The state of every door, with who says so."),
    "assess": ("assess", "How many people, what they want, how long parties take."),
    "plan": ("plan", "Compute the plan over the coming days, with its proof."),
    "doors": ("doors", "What each closed door would be worth, and each open one."),
    "check": ("check", "Check a plan file against its situation."),
    "movements": ("movements", "Convoys and journeys: planned, gated, boarded, arrived."),
    "sync": ("sync", "Bring this workspace and others up to date: stick, file or server."),
    "bundle": ("bundle", "Make, look into or take in one bundle file."),
    "device": ("device", "Which laptops and servers may write here."),
    "checkpoint": ("checkpoint", "Words by which two people find out whether they hold the same."),
    "serve": ("serve", "Answer the laptops that sync with this device."),
    "verify": ("verify", "Re-derive the whole ledger and report any altered byte."),
    "publish": ("publish", "Write the situation report."),
    "show": ("show", "Where a record or figure comes from: entry, source, words."),
    "log": ("log", "The newest entries of the ledger."),
    "erase": ("erase", "Destroy what is kept about people, or a document's words, everywhere."),
    "purge": ("purge", "Destroy what is past the last day it may be kept."),
    "passphrase": ("passphrase", "Put this device's keys under a passphrase, or change it."),
    "unlock": ("unlock", "Ask for the passphrase once, for the next quarter of an hour."),
    "lock": ("lock", "Lock this device now; or destroy its keys."),
    "seal": ("seal", "Encrypt a whole workspace file."),
    "backup": ("backup", "The whole ledger and this device's keys, in one encrypted file."),
    "restore": ("restore", "A whole workspace from a backup, verified, or nothing."),
    "rebuild": ("rebuild", "Make the lists again from the entries."),
    "repair": ("repair", "Keep what is whole of a damaged workspace, and put the damaged one aside."),
    "doctor": ("doctor", "What is unsafe here: clock, disk, keys, settings."),
}
"""Command → the module of `cli` that holds it, and its line in the help."""

SHARED = {
    "workspace": click.Option(
        ["-C", "workspace"],
        metavar="FILE|DIR|ADDRESS",
        help="The workspace file or its folder, or postgresql://…",
    ),
    "as_of": click.Option(
        ["--as-of", "as_of"], metavar="DAY", help="What had been published or recorded by that day."
    ),
    "language": click.Option(["--lang", "language"], help="Language of reports and plans: en, ar, fr or ru."),
    "by": click.Option(["--by", "by"], metavar="PERSON", help="Who is acting (a recorded person's id)."),
    "site": click.Option(["--site", "site"], metavar="SITE", help="The site, where there are several."),
    "json": click.Option(["--json", "json"], is_flag=True, default=None, help="Machine-readable output."),
    "plain": click.Option(["--plain", "plain"], is_flag=True, default=None, help="Tab-separated output."),
    "quiet": click.Option(["-q", "--quiet", "quiet"], is_flag=True, default=None, help="No messages."),
    "no_input": click.Option(
        ["--no-input", "no_input"], is_flag=True, default=None, help="Never ask; refuse instead."
    ),
    "dry_run": click.Option(
        ["--dry-run", "dry_run"], is_flag=True, default=None, help="Check everything, write nothing."
    ),
}


class Shared(click.Command):
    """A command that takes the shared options wherever on the line they stand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = {name for param in self.params for name in (param.name,)}
        self._shared = [option for name, option in SHARED.items() if name not in own]
        self.params = [*self.params, *self._shared]

    def invoke(self, ctx: click.Context) -> Any:
        settings = ctx.ensure_object(Settings)
        for option in self._shared:
            value = ctx.params.pop(str(option.name), None)
            if value is not None:
                setattr(settings, str(option.name), value)
        return super().invoke(ctx)


class SharedGroup(Shared, click.Group):
    """A command with further commands below it, which take the shared options too."""


class Lazy(click.Group):
    """A group that imports a command only when it is run, and suggests the nearest name for a wrong one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"waythrough.cli.{COMMANDS[cmd_name][0]}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = difflib.get_close_matches(name, COMMANDS, n=1)
            hint = f" Did you mean `{near[0]}`?" if near else " See `waythrough --help`."
            ctx.fail(f"There is no command `{name}`.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="waythrough")
@click.pass_context
def app(ctx: click.Context, **shared: Any) -> None:
    """Which door to knock on next, and what to do the day it opens.

    \b
    Examples:
      waythrough demo                        the example, planned and reported
      waythrough board --as-of 2019-03-28    who has said what about each door
      waythrough plan                        the coming 28 days, with the proof
      waythrough show ID                     where a figure comes from
    """
    settings = ctx.ensure_object(Settings)
    for name, value in shared.items():
        if value is not None:
            setattr(settings, name, value)


app.params.extend(SHARED.values())


def run(arguments: list[str] | None = None) -> NoReturn:
    """Run, map every refusal to its exit code, and leave."""
    settings = Settings()
    try:
        # Without its own error handling click returns the exit code of a command that chose one.
        left = app.main(arguments, prog_name="waythrough", standalone_mode=False, obj=settings)
        code = left if isinstance(left, int) else 0
    except click.ClickException as wrong:
        wrong.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half-done was kept.", err=True)
        code = 130
    except Problem as problem:
        report(problem, settings)
        code = problem.exit_code
    except BrokenPipeError:
        code = 0
    except OSError as failed:
        report(_of_file(failed), settings)
        code = InputRefused.exit_code
    except WouldWrite as dry:
        settings.talk(
            f"Everything was checked and would be written ({dry}). Nothing was written (--dry-run)."
        )
        code = 0
    finally:
        for ws in settings.opened:
            ws.close()
    sys.exit(code)


def _of_file(failed: OSError) -> Problem:
    return InputRefused(
        place=str(failed.filename or "file"),
        found=failed.strerror or str(failed),
        allowed="a path that can be read, or written where the command writes",
        remedy="Check the name, the folder and who may write there.",
    )


def report(problem: Problem, settings: Settings) -> None:
    """Say what was refused and what to do next; as JSON too when JSON was asked for."""
    if settings.json:
        settings.emit(
            "problem", {"code": problem.code, "message": problem.sentence(), "advice": problem.remedy()}
        )
    click.echo(f"Refused ({problem.code}): {problem.sentence()}", err=True)
    if problem.remedy():
        click.echo(f"  → {problem.remedy()}", err=True)
