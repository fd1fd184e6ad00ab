"""One situation report in HTML: one file, no script, nothing fetched; it opens offline and prints."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from waythrough.publish import (
    board,
    disclosure,
    first,
    gantt,
    gaps,
    map,
    people,
    plans,
    stories,
    svg,
    urgent,
    values,
)
from waythrough.publish.content import Gap, Report, Topic, Wishes
from waythrough.publish.desk import Desk
from waythrough.publish.problems import FolderNotEmpty, NoSuchEdition
from waythrough.publish.words import Words

__all__ = [
    "Gap",
    "Page",
    "Report",
    "Topic",
    "Wishes",
    "WrittenFile",
    "compose",
    "render",
    "write",
]

EDITIONS = ("internal", "public")


@dataclass(frozen=True)
class Page:
    """A finished page. ``suppressed`` says what disclosure control took out, and why; empty in the internal edition.

    ``untold`` are texts of other rooms that stayed in English, as no sentence of the catalogue is known for them.
    """

    html: str
    edition: str
    language: str
    suppressed: tuple[str, ...]
    untold: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenFile:
    """One file of a release: its name in the folder, the SHA-256 of its bytes, edition and language."""

    name: str
    sha256: str
    edition: str
    language: str
    suppressed: tuple[str, ...]


def render(report: Report, edition: str = "internal", language: str = "en") -> str:
    """The whole report as one HTML page."""
    return compose(report, edition, language).html


def compose(report: Report, edition: str = "internal", language: str = "en") -> Page:
    """The whole report with its disclosure report.

    Parameters
    ----------
    report
        What is to be told, as of a day.
    edition
        ``internal`` stays with the team; ``public`` has passed disclosure control: no door values, no chances, no
        day of a movement, no count below ten.
    language
        One whose catalogue is complete.

    Raises
    ------
    LanguageIncomplete
        Sentences are missing in that language.
    NotSafeToPublish
        The public page would show an id of a household, a consent or a confidential record.
    """
    if edition not in EDITIONS:
        raise NoSuchEdition(edition=edition)
    desk = Desk(report, edition, Words(language, report.months))
    html = _environment().get_template("report.html.j2").render(_context(desk))
    if edition == "public":
        disclosure.check_public(html, report.situation)
    suppressed = tuple(dict.fromkeys(str(line) for line in desk.suppressed))
    return Page(html, edition, language, suppressed, tuple(dict.fromkeys(desk.untold)))


def write(
    report: Report,
    folder: Path,
    editions: tuple[str, ...] = EDITIONS,
    languages: tuple[str, ...] = ("en", "ar"),
    *,
    replace: bool = False,
) -> list[WrittenFile]:
    """Write every edition in every language into a folder; nothing is written unless all of them can be.

    A file that is there already with other content is refused, as an issue that was handed out stays what it was;
    ``replace`` True is for examples and drafts, which nobody was handed.
    """
    pages = [(compose(report, edition, language)) for edition in editions for language in languages]
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for page in pages:
        path = folder / f"report.{page.edition}.{page.language}.html"
        data = page.html.encode()
        if path.exists() and path.read_bytes() != data and not replace:
            raise FolderNotEmpty(path=str(path))
        files.append((path, data, page))
    for path, data, _ in files:
        path.write_bytes(data)
    return [
        WrittenFile(path.name, hashlib.sha256(data).hexdigest(), page.edition, page.language, page.suppressed)
        for path, data, page in files
    ]


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("waythrough.publish"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _context(desk: Desk) -> dict[str, Any]:
    words, report = desk.words, desk.report
    week_heads, weeks = plans.week_by_week(desk) if not desk.internal else ([], [])
    return {
        "suppressed_once": lambda desk: {str(line): line for line in desk.suppressed}.values(),
        "report": report,
        "desk": desk,
        "words": words,
        "say": words.say,
        "count": words.count,
        "glyph": svg.glyph,
        "numbers": words.numbers,
        "first": first.first_page(desk),
        "urgent": urgent.urgent(desk),
        "rows": board.board(desk),
        "stories": stories.stories(desk),
        "topics": stories.matrix(desk),
        "population": people.population(desk),
        "survey": people.survey(desk),
        "waits": people.waits(desk),
        "wishes": people.wishes(desk),
        "days": plans.day_by_day(desk),
        "gantt": gantt.gantt(desk),
        "not_seated": plans.not_seated(desk),
        "week_heads": week_heads,
        "weeks": weeks,
        "gains": values.lines(desk, values.gains(desk)),
        "losses": values.lines(desk, values.losses(desk)),
        "no_change": values.no_change(desk),
        "outlooks": values.outlooks(desk),
        "blockers": plans.blockers(desk),
        "gaps": gaps.gaps(desk),
        "map": map.site_map(desk),
    }
