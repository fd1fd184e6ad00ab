"""What every section of a report needs at hand: its words, names by id, references, and what the edition may show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from markupsafe import Markup

from waythrough.publish.content import Report
from waythrough.publish.numbers import Run
from waythrough.publish.words import Said, Words
from waythrough.terms.kinds import Known
from waythrough.terms.sayings import Source
from waythrough.terms.when import Window

QUOTE_WORDS = 25
"""How many words of a quotation fit a cell. The whole is one `waythrough show` away, and stays its author's."""


@dataclass(frozen=True)
class Reference:
    """One row of the appendix: which entry, which source, which words."""

    number: int
    record: str
    entry: str
    source: Source | None
    words: Run | None


class Desk:
    """A report being written in one edition and one language."""

    def __init__(self, report: Report, edition: str, words: Words) -> None:
        self.report, self.edition, self.words = report, edition, words
        self.references: dict[str, Reference] = {}
        self.suppressed: list[Said] = []
        self.untold: list[str] = []
        self._names = dict(_names(report))
        self._known = {item.record.id: item for item in _known(report)}
        self._sources = {source.id: source for source in report.sources}

    @cached_property
    def sizes(self) -> dict[str, int]:
        """People in each household of the situation, by id."""
        homes = self.report.situation.households.columns if self.report.situation else None
        return dict(zip(homes.ids, homes.size, strict=True)) if homes else {}

    @property
    def internal(self) -> bool:
        """True for the edition that stays with the team."""
        return self.edition == "internal"

    def name(self, record: str) -> Run:
        """The name a party, organisation, place, zone, door or route bears; its id where it has none."""
        names = self._names.get(record)
        return self.words.name(names) if names else self.words.numbers.code(record)

    def publisher(self, source: Source) -> Run:
        """Who published a source: a party or organisation we know by id, else the words as recorded."""
        known = source.publisher in self._names
        return self.name(source.publisher) if known else self.words.numbers.show(source.publisher)

    def names(self, records: Iterable[str]) -> Run:
        """Several names, in the order of the alphabet: the order carries no weight."""
        return self.words.numbers.join(self.sorted(records))

    def sorted(self, records: Iterable[str]) -> list[Run]:
        """Names in the order of the alphabet."""
        return sorted((self.name(record) for record in dict.fromkeys(records)), key=alphabet)

    def quote(self, words: str, source: str | None) -> Run | None:
        """The speaker's own words, cut to fit a cell. In the public edition only where the source is public itself."""
        if not words or not (self.internal or self.is_public(source)):
            return None
        pieces = words.split()
        return self.words.numbers.show(
            " ".join(pieces[:QUOTE_WORDS]) + (" …" if len(pieces) > QUOTE_WORDS else "")
        )

    def is_public(self, source: str | None) -> bool:
        """True for a source anyone can look up: it has an address."""
        return bool(source and source in self._sources and self._sources[source].url)

    def source_of(self, record: str) -> str | None:
        """The source a record came from."""
        item = self._known.get(record)
        return item.source if item else None

    def ref(self, record: str | None, words: str = "", source: str | None = None) -> Markup:
        """A small link to the appendix row of a record; nothing if there is no record."""
        if not record:
            return Markup()
        if record not in self.references:
            item = self._known.get(record)
            at = source or (item.source if item else None)
            self.references[record] = Reference(
                number=len(self.references) + 1,
                record=record,
                entry=item.entry if item else self.report.entries.get(record, ""),
                source=self._sources.get(at) if at and (self.internal or self.is_public(at)) else None,
                words=self.quote(words or getattr(item.record if item else None, "words", ""), at),
            )
        number = self.references[record].number
        label = self.words.say("Reference {number}", number=number)
        return Markup('<a class="ref" href="#ref-{0}" aria-label="{1}"><bdi>[{0}]</bdi></a>').format(
            number, str(label)
        )

    def cited(self) -> dict[str, tuple[int, Source]]:
        """The sources that references and statements lead to, numbered in the order of the appendix."""
        ids = dict.fromkeys(row.source.id for row in self.references.values() if row.source)
        return {one: (number, self._sources[one]) for number, one in enumerate(ids, 1)}

    def refs(self, records: Iterable[str]) -> Markup:
        """Several small links."""
        return Markup(" ").join(self.ref(record) for record in records)

    def window(self, window: Window) -> Any:
        """When a yes holds or held. In public only the weeks, and only of windows that are over (`tells`)."""
        if self.internal:
            return self.words.numbers.window(window)
        first, last = week_of(window.first_day), week_of(window.last_day)
        if first == last:
            return self.words.say("the week of {monday}", monday=first)
        return self.words.say("the weeks of {first} to {last}", first=first, last=last)

    def tells(self, window: Window) -> bool:
        """May this edition say when the window holds? In public only once it is over.

        A coming window together with the weeks of the plan would narrow the days vehicles are on the road.
        """
        return self.internal or window.last_day < self.report.as_of


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def alphabet(name: Run) -> str:
    """A key that puts names in the order of the alphabet, whatever their capitals."""
    return name.plain.casefold()


def _names(report: Report) -> Iterator[tuple[str, Any]]:
    for group in (
        report.parties,
        report.organisations,
        report.places,
        report.zones,
        report.doors,
        report.routes,
        report.destinations,
        (report.site,),
    ):
        for item in group:
            yield item.id, item.names
    yield from report.goods.items()


def _known(report: Report) -> Iterator[Known[Any]]:
    groups: tuple[Iterable[Known[Any]], ...] = (
        report.requests,
        report.invitations,
        report.answers,
        report.guarantees,
        report.performances,
        report.executions,
        report.figures,
        *(topic.claims for topic in report.topics),
    )
    for group in groups:
        yield from group
