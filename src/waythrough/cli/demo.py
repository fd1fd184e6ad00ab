"""``waythrough demo``: the example, planned and reported."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import click

from waythrough.cli.app import Shared
from waythrough.cli.settings import Settings, pass_settings
from waythrough.terms.codec import to_body

SAYS = {"load": "Loading the case", "plan": "Planning", "report": "Writing the report", "done": "Done"}


@click.command("demo", cls=Shared)
@click.option("--case", "case", help="Which shipped case (default: the model case).")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder to write in."
)
@pass_settings
def command(settings: Settings, case: str | None, out: Path) -> None:
    """Load an example case into CASE.way, plan it, value its doors and write the report.

    Works with no network, in any folder. Households are invented.

    \b
    Example:
      waythrough demo
    """
    from waythrough.actions.demo import demo
    from waythrough.actions.speak import plan_words
    from waythrough.actions.tell import skipped_languages
    from waythrough.cli.doors import doors_table

    started = time.monotonic()
    settings.may_ask()
    out.mkdir(parents=True, exist_ok=True)
    shown = demo(case, out, settings.day(), progress=_progress)
    ws, told = shown.workspace, shown.told
    settings.opened.append(ws)
    if settings.json:
        settings.emit(
            "demo",
            {
                "workspace": str(ws.ledger.place),
                "as_of": ws.as_of.isoformat(),
                "gap": told.chosen.plan.gap if told.chosen else None,
                "plan": to_body(told.chosen.plan, full=True) if told.chosen else None,
                "doors": to_body(told.report.values, full=True),
                "files": to_body(shown.files, full=True),
            },
        )
        return
    for exercise in ws.records("exercise"):
        settings.talk(exercise.notice["en"])
    counts = {
        k: len(ws.records(k))
        for k in ("party", "leg", "request", "answer", "execution", "claim", "figure", "household")
    }
    click.echo(
        f"Loaded “{ws.ledger.title}” as of {ws.as_of}: {counts['party']} parties, {counts['leg']} road legs, "
        f"{counts['request']} requests ({counts['answer'] + counts['execution']} accounts), {counts['claim']} claims, "
        f"{counts['figure']} figures, {counts['household']} invented households."
    )
    spoken = plan_words(told.report)
    for line in (*spoken.headline, *spoken.blockers):
        click.echo(line)
    doors_table(settings, told.report, top=5)
    for file in shown.files:
        click.echo(f"Report: {shown.folder / file.name}")
    for language, lacking in skipped_languages(ws).items():
        settings.talk(f"No report in “{language}”: {lacking} sentences are not translated yet.")
    settings.talk(f"Took {time.monotonic() - started:.1f} s.")
    settings.next(f"waythrough board -C {ws.ledger.place}", f"waythrough show ID -C {ws.ledger.place}")


def _progress(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty() and what in SAYS:
        click.echo(f"{'▓' * (4 * done)}{'░' * (4 * (total - done))} {SAYS[what]} …", err=True)
