"""Two copies bring each other up to date over a line that may break anywhere, and end with the same set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger_team import Laptop, Team
from waythrough.ledger import bundle, canonical, checkpoints, peer
from waythrough.ledger.grants import revoke
from waythrough.ledger.hashing import body_hash, leaf_hash, merkle_root
from waythrough.ledger.header import header_hash, unpack
from waythrough.ledger.orders import erase
from waythrough.ledger.parcels import CarriedLine, Parcel
from waythrough.ledger.peer import Box, Talk
from waythrough.ledger.post import Heard, read_whole
from waythrough.terms.entries import Vaulted
from waythrough.terms.problems import BundleRefused, PeerRefused, PeerUnreachable


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.close()


def box(laptop: Laptop) -> Box:
    return Box(laptop.device.fingerprint, laptop.device.box_key)


class Line:
    """Carries messages to a laptop, keeps them, and breaks where it is told to."""

    def __init__(self, to: Laptop, breaks_at: int = -1, arrives: bool = False) -> None:
        self.to = to
        self.requests: list[bytes] = []
        self.answers: list[bytes] = []
        self._breaks_at = breaks_at
        self._arrives = arrives

    def __call__(self, message: bytes) -> bytes:
        broken = len(self.requests) == self._breaks_at
        self.requests.append(message)
        if not broken or self._arrives:
            self.answers.append(peer.answer(self.to.post, message))
        if broken:
            raise PeerUnreachable(peer="the peer", found="the line broke")
        return self.answers[-1]

    def asked(self) -> list[Heard]:
        """What was sent, as the receiver reads it."""
        return [read_whole(one, self.to.device, "a request") for one in self.requests]


def sync(one: Laptop, other: Laptop) -> tuple[Talk, Line]:
    line = Line(other)
    return peer.talk(one.post, line, box(other)), line


def test_two_laptops_end_with_the_same_set_and_both_attest_it(team: Team) -> None:
    boris = team.join("boris")
    for n in range(3):
        team.first.write(f"note/a{n}")
        boris.write(f"note/b{n}")
    done, _ = sync(team.first, boris)
    assert team.first.holds() == boris.holds()
    assert (done.sent, done.received) == (4, 4)  # three notes and a checkpoint each
    said = [entry for head in boris.ledger.heads(checkpoints.KIND) for entry in head.entries]
    assert {entry.author for entry in said} == {"amina", "boris"}
    assert team.first.ledger.verify().sound
    assert boris.ledger.verify().sound


def test_a_second_sync_says_nothing_new(team: Team) -> None:
    boris = team.join("boris")
    team.first.write("note/1")
    sync(team.first, boris)
    before = team.first.holds()
    for one, other in ((team.first, boris), (boris, team.first)):
        done, line = sync(one, other)
        assert len(line.requests) == 1
        assert (done.sent, done.received) == (0, 0)
    assert team.first.holds() == before == boris.holds()


def test_each_device_keeps_one_checkpoint_that_stands(team: Team) -> None:
    boris = team.join("boris")
    for n in range(4):
        team.first.write(f"note/{n}")
        sync(team.first, boris)
    for laptop in team.laptops:
        heads = laptop.ledger.heads(checkpoints.KIND)
        assert [len(head.entries) for head in heads] == [1, 1]


def test_a_line_that_breaks_at_any_message_loses_nothing_and_the_next_goes_on(team: Team) -> None:
    boris = team.join("boris")
    for laptop in team.laptops:
        laptop.post.usual = 1
    breaks = 0
    for arrives in (False, True):
        at = 0
        while True:
            for laptop in team.laptops:
                for n in range(3):
                    laptop.write(f"note/{laptop.name}-{arrives}-{at}-{n}")
            line = Line(boris, breaks_at=at, arrives=arrives)
            before = team.first.holds(), boris.holds()
            try:
                peer.talk(team.first.post, line, box(boris))
                break
            except PeerUnreachable:
                breaks += 1
            assert team.first.holds() >= before[0]
            assert boris.holds() >= before[1]
            assert boris.ledger.verify().sound
            sync(team.first, boris)
            assert team.first.holds() == boris.holds()
            at += 1
    assert breaks >= 10
    assert team.first.ledger.verify().sound


def test_a_broken_sync_does_not_begin_again_from_the_start(team: Team) -> None:
    boris = team.join("boris")
    team.first.post.usual = 1
    for n in range(20):
        team.first.write(f"note/{n}")
    with pytest.raises(PeerUnreachable):
        peer.talk(team.first.post, Line(boris, breaks_at=15), box(boris))
    done, _ = sync(team.first, boris)
    assert done.sent < 10
    assert team.first.holds() == boris.holds()


def test_a_message_that_comes_again_changes_nothing(team: Team) -> None:
    boris = team.join("boris")
    team.first.write("note/1")
    _, line = sync(team.first, boris)
    before = boris.holds()
    for message in line.requests:
        peer.answer(boris.post, message)
    assert boris.holds() == before


def test_an_old_answer_sent_again_is_refused(team: Team) -> None:
    boris = team.join("boris")
    _, line = sync(team.first, boris)
    boris.write("note/news")
    with pytest.raises(BundleRefused, match="an answer to another message"):
        peer.talk(team.first.post, lambda message: line.answers[0], box(boris))


def test_an_answer_by_another_device_is_refused(team: Team) -> None:
    boris, carla = team.join("boris"), team.join("carla")
    sync(team.first, boris)
    sync(team.first, carla)

    def through_carla(message: bytes) -> bytes:
        inside = bundle.unseal(bundle.split(message, "")[0], [boris.device.box()], "")
        return peer.answer(carla.post, bundle.seal(inside, [carla.device.box_key]))

    with pytest.raises(BundleRefused, match="by another device"):
        peer.talk(team.first.post, through_carla, box(boris))


def test_a_restored_laptop_gets_its_own_commits_back_before_it_writes(team: Team, tmp_path: Path) -> None:
    boris = team.join("boris")
    boris.write("note/old")
    sync(boris, team.first)
    old = boris.parcels()
    boris.write("note/forgotten")
    sync(boris, team.first)
    everything = boris.holds()
    boris.ledger.close()
    team.laptops.remove(boris)
    (tmp_path / "boris.way").unlink()
    restored = team.join("boris", parcels=old, enrolled=False)
    sync(restored, team.first)
    assert restored.holds() >= everything
    restored.write("note/after")
    sync(restored, team.first)
    assert restored.holds() == team.first.holds()
    assert team.first.ledger.forks() == []


def test_both_branches_of_a_forked_log_reach_everyone(team: Team, tmp_path: Path) -> None:
    boris = team.join("boris")
    copy = team.join("boris", parcels=boris.parcels(), enrolled=False, file="clone")
    boris.write("note/one")
    copy.write("note/other")
    copy.write("note/more")
    carla = team.join("carla")
    for one, other in ((boris, team.first), (copy, carla), (carla, team.first), (carla, team.first)):
        sync(one, other)
    assert team.first.holds() == carla.holds()
    assert {head.record for head in carla.ledger.heads("note")} >= {"note/one", "note/other", "note/more"}
    assert team.first.ledger.verify().sound


def test_a_peer_nobody_enrolled_is_told_which_commits_there_are_and_nothing_more(team: Team) -> None:
    team.first.write("household/1", {"size": 7}, vaulted=Vaulted("what", "household/1", "north"))
    stranger = team.join("stranger", enrolled=False)
    team.first.write("note/1")
    for one, other in ((team.first, stranger), (stranger, team.first)):
        line = Line(other)
        with pytest.raises(PeerRefused, match="not enrolled|does not know this device"):
            peer.talk(one.post, line, box(other))
        said = [read_whole(answer, one.device, "") for answer in line.answers]
        to_stranger = line.asked() if other is stranger else said
        assert to_stranger
        for heard in to_stranger:
            assert (list(heard.parcels()), list(heard.sections())) == ([], [])
    assert "note/1" not in {head.record for head in stranger.ledger.heads("note")}


def test_a_laptop_that_was_enrolled_elsewhere_brings_its_enrolment_itself(team: Team) -> None:
    office = team.join("office")
    for n in range(5):
        team.first.write(f"note/{n}")
    boris = team.join("boris")
    boris.post.usual = office.post.usual = 1
    boris.write("note/boris")
    sync(boris, office)
    assert boris.holds() == office.holds()


def test_a_revoked_device_gets_no_answer(team: Team) -> None:
    boris = team.join("boris")
    sync(boris, team.first)
    device = team.first.ledger.world().members.device(boris.device.fingerprint)
    assert device is not None
    tips = [tip for tip in team.first.ledger.frontier() if tip.log[:16] == device.fingerprint]
    team.first.ledger.act([revoke(device, after=tips)], author="amina")
    team.first.write("note/secret")
    line = Line(team.first)
    with pytest.raises(PeerRefused, match="is not enrolled there any more"):
        peer.talk(boris.post, line, box(team.first))
    assert "note/secret" not in {head.record for head in boris.ledger.heads("note")}


def test_what_a_revoked_device_wrote_after_is_kept_and_set_aside(team: Team) -> None:
    boris, carla = team.join("boris"), team.join("carla")
    sync(boris, team.first)
    device = team.first.ledger.world().members.device(boris.device.fingerprint)
    assert device is not None
    tips = [tip for tip in team.first.ledger.frontier() if tip.log[:16] == device.fingerprint]
    team.first.ledger.act([revoke(device, after=tips)], author="amina")
    boris.write("note/late")
    sync(boris, carla)
    sync(carla, team.first)
    assert team.first.holds() == carla.holds()
    assert "note/late" not in {head.record for head in team.first.ledger.heads("note")}
    assert "note/late" not in {head.record for head in carla.ledger.heads("note")}


def test_keys_travel_through_a_laptop_that_cannot_open_them(team: Team) -> None:
    boris, carla = team.join("boris", {"*": ["viewer"]}), team.join("carla", {"north": ["registrar"]})
    team.first.write("household/1", {"size": 7}, vaulted=Vaulted("what", "household/1", "north"))
    sync(team.first, boris)
    sync(boris, carla)
    (there,) = boris.ledger.history("household/1")
    assert (there.state, dict(there.body)) == ("sealed", {})
    (here,) = carla.ledger.history("household/1")
    assert here.body == {"size": 7}
    assert boris.post.keys is not None
    assert boris.post.keys.held() == set()


def test_an_order_to_erase_throws_away_what_was_kept_to_be_passed_on(team: Team) -> None:
    carla = team.join("carla", {"*": ["registrar"]})
    team.first.write("household/1", {"size": 7}, vaulted=Vaulted("what", "household/1", "north"))
    sync(team.first, carla)
    assert len(carla.post.relay.sections()) == 1
    order = erase("token-1", subjects=["household/1"], reason="asked", day=date(2019, 4, 1))
    team.first.ledger.act([order], author="amina")
    sync(team.first, carla)
    assert carla.post.relay.sections() == []


def test_keys_are_sent_once(team: Team) -> None:
    carla = team.join("carla", {"*": ["registrar"]})
    team.first.write("identity/1", {"name": "Layla Example"}, vaulted=Vaulted("who", "household/1", "north"))
    sync(team.first, carla)
    _, line = sync(team.first, carla)
    assert [list(heard.sections()) for heard in line.asked()] == [[]]


def test_erased_bodies_come_with_the_orders_that_erased_them_however_small_the_pieces(team: Team) -> None:
    for n in range(3):
        team.first.write(
            f"identity/{n}", {"name": "Layla Example"}, vaulted=Vaulted("who", f"household/{n}", "north")
        )
        team.first.write(f"note/{n}")
    early = team.first.parcels()[:1]
    order = erase("token-1", subjects=["household/1"], reason="asked", day=date(2019, 4, 1))
    team.first.ledger.act([order], author="amina")
    team.first.write("note/after")
    boris = team.join("boris", {"*": ["viewer"]}, parcels=None)
    assert boris.ledger.verify().sound
    carla = team.join("carla", {"*": ["viewer"]}, parcels=early)
    team.first.post.usual = carla.post.usual = 1
    sync(team.first, carla)
    sync(carla, team.first)
    assert carla.holds() == team.first.holds()
    (entry,) = carla.ledger.history("identity/1")
    assert entry.state == "erased"
    assert carla.ledger.verify().sound


def test_a_message_of_another_ledger_is_refused(team: Team, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Team(tmp_path / "elsewhere", seed=8)
    with pytest.raises(BundleRefused, match="of another ledger"):
        peer.talk(other.first.post, Line(team.first), box(team.first))
    other.close()


def test_two_that_cannot_agree_stop_talking(team: Team) -> None:
    boris = team.join("boris")
    team.first.write("note/1")

    def forgetful(message: bytes) -> bytes:
        """A peer that says it took everything in, and did not."""
        heard = read_whole(message, boris.device, "")
        about = replace(boris.post.about(heard.part.bundle), frontier=boris_tips)
        return boris.post.write(about, [], [team.first.device.box_key])

    boris_tips = tuple(boris.ledger.frontier())
    with pytest.raises(PeerRefused, match="neither side has anything"):
        peer.talk(team.first.post, forgetful, box(boris))


@pytest.mark.parametrize("change", ["dropped", "swapped", "repeated", "mixed"])
def test_parts_that_do_not_belong_together_are_refused(team: Team, change: str) -> None:
    boris = team.join("boris")
    team.first.post.usual = 1
    team.first.write("note/1")
    recipients = [boris.device.box_key]
    first = bundle.split(team.first.post.write(team.first.post.about(), team.first.parcels(), recipients), "")
    other = bundle.split(team.first.post.write(team.first.post.about(), team.first.parcels(), recipients), "")
    assert len(first) > 2
    changed = {
        "dropped": first[:-1],
        "swapped": [first[1], first[0], *first[2:]],
        "repeated": [first[0], *first],
        "mixed": [first[0], *other[1:]],
    }[change]
    data = b"".join(bundle.OUTER + b"\x00\x01" + len(part).to_bytes(8, "big") + part for part in changed)
    with pytest.raises(BundleRefused, match="do not belong together|part"):
        boris.post.open(data, "the stick")


def test_a_copy_that_was_cut_short_is_told_by_what_others_attest(team: Team) -> None:
    boris = team.join("boris")
    for n in range(3):
        boris.write(f"note/{n}")
    sync(boris, team.first)
    team.join("carla")
    hidden = [parcel for parcel in team.first.parcels() if boris.device.fingerprint not in parcel.header]
    carla = team.join("carla", parcels=hidden, enrolled=False, file="cut short")
    said = [finding.what for finding in carla.ledger.verify().findings]
    assert said == [
        "commits 0–2 of log boris's laptop, which the checkpoint of amina of 2019-04-01 attests, are missing here"
    ]
    sync(carla, boris)
    assert carla.ledger.verify().sound


# --- mixed versions --------------------------------------------------------------------------------------------


def newer(laptop: Laptop, *lines: tuple[bytes, bytes]) -> None:
    """A commit such as a later version of the program might write, with kinds and meta keys unknown here."""
    salt = bytes(16)
    carried = tuple(CarriedLine(meta, salt, body, body_hash(salt, body)) for meta, body in lines)
    before = next(one for one in reversed(laptop.parcels()) if laptop.device.fingerprint in one.header)
    last = unpack(before.header)
    header = replace(
        last,
        sequence=last.sequence + 1,
        previous=header_hash(before.header),
        physical_ms=last.physical_ms + 1,
        count=len(carried),
        root=merkle_root([leaf_hash(line.meta, line.body_hash) for line in carried]),
        act=bytes(32),
    ).pack()
    laptop.ledger.apply([Parcel(header, laptop.device.sign(header), carried)], author=laptop.name)


def meta(kind: str, record: str, **more: object) -> bytes:
    said = {
        "author": "boris",
        "corrects": [],
        "kind": kind,
        "known_on": None,
        "record": record,
        "source": None,
        "valid_from": None,
        "valid_to": None,
        **more,
    }
    return canonical.encode(said, "")


def test_what_a_newer_version_wrote_is_carried_verified_passed_on_and_shown_as_it_is(team: Team) -> None:
    boris, carla = team.join("boris"), team.join("carla")
    boris.write("note/1")
    newer(
        boris,
        (meta("satellite", "satellite/1", orbit="low", nested={"a": [1, 2]}), b'{"sees":"smoke"}'),
        (meta("note", "note/2", confidence=0.5), b'{"by":"boris"}'),
        (meta("ledger.future", "ledger.future/1"), b'{"rule":"unknown"}'),
    )
    sync(boris, team.first)
    sync(team.first, carla)
    for laptop in (team.first, carla):
        assert laptop.holds() >= boris.holds()
        assert laptop.ledger.verify().sound
        (seen,) = laptop.ledger.history("satellite/1")
        assert (seen.kind, dict(seen.body)) == ("satellite", {"sees": "smoke"})
        (known,) = laptop.ledger.history("note/2")
        assert dict(known.body) == {"by": "boris"}
        laptop.write(f"note/after {laptop.name}")
    passed = {line.meta for parcel in carla.parcels() for line in parcel.lines}
    assert meta("satellite", "satellite/1", orbit="low", nested={"a": [1, 2]}) in passed
    sync(carla, boris)
    sync(carla, team.first)
    assert boris.holds() <= carla.holds()
