"""What we do not know, found one by one in the record. The words are the publisher's."""

from __future__ import annotations

from collections.abc import Iterator

from waythrough.actions.unread import keeps_seats_empty
from waythrough.actions.workspace import Workspace
from waythrough.publish.content import Gap
from waythrough.terms.estimates import NotComputable, PopulationEstimate
from waythrough.terms.situation import Situation

MOST_RECORDS = 6
"""How many records that are not settled one sentence names."""


def gaps(
    ws: Workspace, population: PopulationEstimate | NotComputable, situation: Situation | None
) -> tuple[Gap, ...]:
    """The named gaps of a record as of its day."""
    return (
        *_population(population),
        *_stocks(ws, situation),
        *_samples(ws),
        *_contested(ws),
        *_unread(ws),
    )


def _population(population: PopulationEstimate | NotComputable) -> Iterator[Gap]:
    if isinstance(population, NotComputable):
        yield Gap("no_population")


def _stocks(ws: Workspace, situation: Situation | None) -> Iterator[Gap]:
    goods = [good.id for good in ws.records("commodity")]
    for site in situation.sites if situation else ():
        silent = tuple(good for good in goods if good not in site.stock_known)
        if silent:
            yield Gap("stock_not_stated", {"site": (site.id,), "goods": silent})


def _samples(ws: Workspace) -> Iterator[Gap]:
    if any(figure.unit == "share" and figure.sample is None for figure in ws.records("figure")):
        yield Gap("no_sample_size")


def _contested(ws: Workspace) -> Iterator[Gap]:
    if names := sorted(ws.contested)[:MOST_RECORDS]:
        yield Gap("not_settled", {"records": tuple(names)})


def _unread(ws: Workspace) -> Iterator[Gap]:
    if keeps_seats_empty(ws):
        yield Gap("people_unread")
