"""Sync with a folder, a bundle file or a server, and say in plain words what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from waythrough.actions import guarding
from waythrough.actions.workspace import Clock, Workspace, utc_now
from waythrough.ledger import Ledger, checkpoints, joining, peer, stick
from waythrough.ledger.calling import Caller
from waythrough.ledger.device import device_key
from waythrough.ledger.handover import Relay
from waythrough.ledger.keyring import keyring_of
from waythrough.ledger.keys import DeviceKey
from waythrough.ledger.places import Place, find
from waythrough.ledger.post import Post, Taking
from waythrough.terms.problems import BundleRefused, NotFound

Progress = Callable[[str], None]


def silent(text: str) -> None:
    """No progress shown."""


@dataclass(frozen=True)
class Said:
    """A device's newest checkpoint: the words to read aloud, and whether all it attests is here."""

    device: str
    person: str
    at: datetime
    words: str
    missing: tuple[str, ...] = ()
    own: bool = False


@dataclass(frozen=True)
class Owed:
    """An erasure, and the devices that have not said that they carried it out."""

    erasure: str
    devices: tuple[str, ...]


@dataclass
class Report:
    """What a sync did: commits sent to a server, or left in a folder; and what came in.

    Devices are named as they were enrolled.
    """

    peers: list[str] = field(default_factory=list)
    sent: int = 0
    left: int = 0
    commits: int = 0
    entries: int = 0
    keys: int = 0
    erased: int = 0
    contested: list[str] = field(default_factory=list)
    aside: dict[str, int] = field(default_factory=dict)
    forked: list[str] = field(default_factory=list)
    keys_refused: list[str] = field(default_factory=list)
    refused: list[BundleRefused] = field(default_factory=list)
    for_others: list[str] = field(default_factory=list)
    written: Path | None = None
    checkpoints: list[Said] = field(default_factory=list)
    owed: list[Owed] = field(default_factory=list)
    can_write: bool = True


# --- syncing -----------------------------------------------------------------------------------------------


def sync(
    ws: Workspace,
    where: str,
    *,
    insecure: bool = False,
    whole: bool = False,
    progress: Progress = silent,
) -> Report:
    """Bring this workspace and others up to date.

    Parameters
    ----------
    where
        The URL of a server; a folder on which each device keeps its bundle; or one bundle file, which is only read.
    insecure
        Plain http to another machine.
    whole
        Leave in the folder everything, also what all the others are known to hold.

    Raises
    ------
    PeerUnreachable
        The server cannot be reached, or the connection broke. What arrived until then is kept.
    BundleRefused
        The bundle file cannot be taken in; nothing of it was.
    """
    post = post_of(ws.ledger, _author(ws), ws.clock)
    report = Report()
    if where.startswith(("http://", "https://")):
        _with_server(ws, post, Caller(where, insecure=insecure), report, progress)
    elif (path := Path(where)).is_dir():
        _with_folder(ws, post, path, whole, report, progress)
    elif path.is_file():
        progress(path.name)
        _add(ws, post.take(post.open(path.read_bytes(), path.name)), report)
    else:
        raise NotFound(what="folder or bundle", id=where, near="a URL begins with https://")
    return _finish(ws, report)


def post_of(ledger: Ledger, author: str, clock: Clock = utc_now) -> Post:
    """This device's part in the syncs of a ledger."""
    device, name = ledger.device(), bytes.fromhex(ledger.id)
    return Post(ledger, device, Relay(device.folder, name), keyring_of(device, name), author, clock)


@contextmanager
def post_at(where: Path | Place, clock: Clock = utc_now, device: DeviceKey | None = None) -> Iterator[Post]:
    """The same for a workspace, opened for one request of a server."""
    with Workspace(Ledger.open(where, device=device), None, clock) as ws:
        yield post_of(ws.ledger, _author(ws), clock)


def leave_bundle(ws: Workspace, path: Path) -> int:
    """Write everything held here into one bundle file for all enrolled devices; gives how many commits."""
    return stick.leave(post_of(ws.ledger, _author(ws), ws.clock), path)


def join(new: Path | Place | None, where: Path, clock: Clock = utc_now) -> tuple[Path | Place, str]:
    """Begin a copy of a ledger from a bundle, or from the folder that holds it; gives where it is, and its words.

    Raises
    ------
    WorkspaceExists
        The file is there; nothing was overwritten.
    BundleRefused
        There is no bundle from which this device can begin.
    """
    device = device_key()
    paths = stick.bundles(where) if where.is_dir() else [where]
    heard = joining.invitation(paths, device, str(where))
    new = new or Path.cwd() / f"ledger-{heard.part.ledger.hex()[:8]}.way"
    keyring = keyring_of(device, heard.part.ledger)
    place = guarding.new_place(find(new))
    with joining.join(place, heard, clock=clock, device=device, keyring=keyring) as ledger:
        return new, joining.ledger_words(ledger)


def _author(ws: Workspace) -> str:
    """Who writes checkpoints and receipts: the person this device is enrolled for, else the ledger's own title."""
    return ws.owner or ws.ledger.title


def _with_server(ws: Workspace, post: Post, caller: Caller, report: Report, progress: Progress) -> None:
    box = caller.card()
    done = peer.talk(
        post,
        caller.send,
        box,
        lambda sent, received: progress(f"{sent} commits sent, {received} received"),
    )
    report.sent += done.sent
    for one in done.taken:
        _add(ws, one, report)


def _with_folder(
    ws: Workspace, post: Post, folder: Path, whole: bool, report: Report, progress: Progress
) -> None:
    done = stick.visit(post, folder, whole=whole, progress=progress)
    report.left, report.refused, report.for_others = done.sent, done.refused, done.for_others
    report.written = done.written if post.ledger.may_write() else None
    for one in done.taken:
        _add(ws, one, report)


def _add(ws: Workspace, one: Taking, report: Report) -> None:
    report.peers = sorted({*report.peers, device_name(ws, one.sender.hex())})
    report.commits += one.merged.new
    report.entries += one.merged.entries
    report.erased += sum(done.bodies for done in one.merged.erased)
    report.contested = sorted({*report.contested, *one.merged.contested})
    report.aside = dict(Counter(report.aside) + Counter(one.merged.aside))
    report.forked += [device_name(ws, log[:16].hex()) for log, _ in one.merged.forks]
    report.keys += one.keys.keys
    report.keys_refused += [device_name(ws, device.hex()) for device in one.keys.refused]


def _finish(ws: Workspace, report: Report) -> Report:
    report.can_write = ws.ledger.may_write()
    report.checkpoints = attested(ws)
    report.owed = owed(ws)
    return report


# --- what others attest, and owe ---------------------------------------------------------------------------


def attested(ws: Workspace) -> list[Said]:
    """The newest checkpoint of every device, newest first, and what of it is missing here."""
    ledger = ws.ledger
    found = [
        one
        for head in ledger.heads(checkpoints.KIND)
        for entry in head.entries
        if (one := checkpoints.checkpoint(entry))
    ]
    frontier, own = ledger.frontier(), ledger.device().fingerprint.hex()
    unknown = set(ledger.unknown({tip for one in found for tip in one.tips}))
    said = []
    for one in sorted(found, key=lambda one: one.at, reverse=True):
        missing = checkpoints.missing([one], frontier, lambda tip: tip not in unknown)
        sentences = tuple(each.sentence(lambda device: device_name(ws, device)) for each in missing)
        name = device_name(ws, one.device)
        said.append(Said(name, person_name(ws, one.author), one.at, one.words, sentences, one.device == own))
    return said


def owed(ws: Workspace) -> list[Owed]:
    """Erasures that some device has not said it carried out."""
    erasures = ws.ledger.world().erasures
    found = []
    for erasure in sorted(erasures.honoured):
        devices = tuple(device_name(ws, one.fingerprint.hex()) for one in erasures.owing(erasure))
        if devices:
            found.append(Owed(erasure, devices))
    return found


def device_name(ws: Workspace, fingerprint: str) -> str:
    """What people call a device: the name it was enrolled under, or whose it is; else its fingerprint."""
    device = ws.ledger.world().members.device(bytes.fromhex(fingerprint))
    if device and device.name:
        return device.name
    if device and device.person:
        return f"the device of {person_name(ws, device.person)}"
    return f"the device {fingerprint[:16]}"


def person_name(ws: Workspace, person: str) -> str:
    """A person's name, where the person is recorded; else what is written for them."""
    known = ws.register("person").get(person)
    return str(known.name) if known else person
