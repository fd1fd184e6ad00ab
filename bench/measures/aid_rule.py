"""A rule of thumb that a dispatcher could follow without a computer."""

from __future__ import annotations

from waythrough.plan.aid.eating import life_saving, people_each_day
from waythrough.plan.aid.loads import At, Loads, Stores, share
from waythrough.plan.network import Network, cycle_days
from waythrough.terms.planned import ConvoyTrip
from waythrough.terms.situation import Good, RouteNow, SiteNow, Situation


def send_the_scarcest(situation: Situation, network: Network) -> tuple[ConvoyTrip, ...]:
    """Every day on which a convoy may leave, the worst-off site first: all free vehicles on its quickest open road,
    full of the good that lasts it the fewest days, then of the next.
    """
    return _Dispatcher(situation, network).convoys()


class _Dispatcher:
    def __init__(self, situation: Situation, network: Network) -> None:
        self.situation, self.network = situation, network
        self.goods, self.people = life_saving(situation), people_each_day(situation, {})
        self.stores = Stores(situation)
        self.busy: dict[tuple[str, int], int] = {}
        self.passing: dict[tuple[str, int], int] = {}
        self.last: dict[str, int] = {}
        self.held = {(s.id, g.id): s.stock_g.get(g.id, 0) for s in situation.sites for g in self.goods}
        self.coming: dict[tuple[str, str, int], int] = {}

    def convoys(self) -> tuple[ConvoyTrip, ...]:
        vehicles: dict[At, list[tuple[str, int]]] = {}
        loads: Loads = {}
        for t in range(self.situation.days):
            self._arrive(t)
            for site in sorted(self.situation.sites, key=lambda s: (-s.severity, s.id)):
                if t - self.last.get(site.id, -999) < self.situation.convoy_spacing_days:
                    continue
                for route in self._roads(site, t):
                    going = self._free(route, t)
                    load = self._load(site, route, t, going) if going else {}
                    if load:
                        vehicles[route.id, t], loads[route.id, t] = going, load
                        self._send(route, t, going, load)
                        break
            self._eat(t)
        return share(self.situation, self.network, vehicles, loads)

    def _roads(self, site: SiteNow, t: int) -> list[RouteNow]:
        here = [r for r in self.network.of_purpose("aid") if r.site == site.id]
        return sorted((r for r in here if t in self.network.days(r.id)), key=lambda r: (r.days_out, r.id))

    def _free(self, route: RouteNow, t: int) -> list[tuple[str, int]]:
        left, going = self.situation.max_convoy_vehicles, []
        for door, offset in self.network.passed[route.id]:
            if (cap := self.network.caps.get(door)) is not None:
                left = min(left, cap - self.passing.get((door, t + offset), 0))
        for fleet in self.network.fleets(route):
            days = range(t, t + cycle_days(route, fleet))
            free = min(left, fleet.count - max(self.busy.get((fleet.id, day), 0) for day in days))
            if free > 0:
                going.append((fleet.id, free))
                left -= free
        return going if sum(n for _, n in going) >= self.situation.min_convoy_vehicles else []

    def _load(self, site: SiteNow, route: RouteNow, t: int, going: list[tuple[str, int]]) -> dict[str, int]:
        payload = {fleet.id: fleet.payload_g for fleet in self.situation.fleets}
        room, load = sum(payload[fleet] * n for fleet, n in going), {}
        for good in sorted(self.goods, key=lambda g: (self._days(site, g), g.id)):
            ration = good.grams_per_person_day
            if not self.network.allows(route, good.id):
                continue
            need = self.people[site.id][t] * ration * (self.situation.days - t) - self._stock(site, good)
            if good.id in site.storage_g:
                need = min(need, site.storage_g[good.id] - self._stock(site, good))
            most = min(room, need, self.stores.available(route.end, good.id, t)) // ration * ration
            if most > 0:
                load[good.id] = most
                room -= most
        return load

    def _stock(self, site: SiteNow, good: Good) -> int:
        on_road = sum(n for (s, g, _), n in self.coming.items() if (s, g) == (site.id, good.id))
        return self.held[site.id, good.id] + on_road

    def _days(self, site: SiteNow, good: Good) -> float:
        return self._stock(site, good) / good.grams_per_person_day

    def _send(self, route: RouteNow, t: int, going: list[tuple[str, int]], load: dict[str, int]) -> None:
        fleets = {fleet.id: fleet for fleet in self.situation.fleets}
        self.last[route.site] = t
        for name, n in going:
            for day in range(t, t + cycle_days(route, fleets[name])):
                self.busy[name, day] = self.busy.get((name, day), 0) + n
            for door, offset in self.network.passed[route.id]:
                self.passing[door, t + offset] = self.passing.get((door, t + offset), 0) + n
        for good, grams in load.items():
            self.stores.draw(route.end, good, t, grams)
            at = (route.site, good, t + route.days_out)
            self.coming[at] = self.coming.get(at, 0) + grams
        self._arrive(t)

    def _arrive(self, t: int) -> None:
        for site, good, day in [at for at in self.coming if at[2] == t]:
            self.held[site, good] += self.coming.pop((site, good, day))

    def _eat(self, t: int) -> None:
        for site in self.situation.sites:
            for good in self.goods:
                ration = good.grams_per_person_day
                held = self.held[site.id, good.id]
                self.held[site.id, good.id] -= min(self.people[site.id][t], held // ration) * ration
