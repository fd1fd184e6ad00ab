"""Two copies of a ledger bring each other up to date, over whatever carries bytes there and back.

Every message is a bundle: “this is what I hold, and here is a piece of what you lack”. Nothing is remembered
between messages, so a broken connection costs one piece, and a message that comes twice does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from waythrough.ledger import payload
from waythrough.ledger.payload import NO_BUNDLE, Part
from waythrough.ledger.post import Heard, Post, Taking
from waythrough.terms.problems import BundleRefused, PeerRefused

Send = Callable[[bytes], bytes]
"""Carries one message to the peer and brings its answer; raises PeerUnreachable or PeerRefused."""

Progress = Callable[[int, int], None]
"""Commits (sent, received) so far."""


class Box(NamedTuple):
    """Where a peer is written to: its fingerprint and box key, as it tells them itself."""

    device: bytes
    key: str


@dataclass
class Talk:
    """What one conversation did: commits sent, and what was taken in, message by message."""

    sent: int = 0
    taken: list[Taking] = field(default_factory=list)

    @property
    def received(self) -> int:
        """Commits that were new here."""
        return sum(one.merged.new for one in self.taken)


def quiet(sent: int, received: int) -> None:
    """No progress shown."""


def talk(post: Post, send: Send, box: Box, progress: Progress = quiet) -> Talk:
    """Bring this copy and a peer's up to date: all comes in and goes out, then each attests it, if anything changed.

    What only the peer has, our own forgotten commits too, comes back before this device writes anything: so a
    restored laptop never signs a second commit with the number of one it has forgotten.

    Parameters
    ----------
    box
        The peer. Until it is known to be enrolled it is told which commits there are here, and nothing more.
    """
    done = Talk()
    theirs: Part | None = None
    given: set[bytes] = set()
    while True:
        enrolled = post.box_of(box.device)
        message = _message(post, theirs if enrolled else None, to=box.device)
        given |= {section.digest for section in message.keys}
        sealed = post.write(message, message.parcels, [enrolled or box.key])
        answer = post.open(send(sealed), "the peer's answer")
        _check_answer(answer, message, box)
        taking = post.take(answer, from_anyone=True)
        done.taken.append(taking)
        done.sent += len(message.parcels)
        progress(done.sent, done.received)
        before, theirs = theirs, answer.part
        if post.box_of(box.device) and post.at_one(theirs.frontier):
            # A section is given once: what a peer then does with it is its own affair, and no reason to go on.
            if not post.attest() and not post.keys_for({*theirs.has, *given}, box.device):
                return done
        elif before and before.frontier == theirs.frontier and not taking.merged.new:
            raise _stuck(post, box, theirs)


def answer(post: Post, request: bytes) -> bytes:
    """Take one message in and write the answer.

    Raises
    ------
    BundleRefused
        The message cannot be taken in; nothing of it was.
    PeerRefused
        Its sender is known, but not enrolled any more, and gets no answer.
    """
    heard = post.open(request, "a peer's message")
    post.take(heard, from_anyone=True)
    answers = heard.part.bundle
    if enrolled := post.box_of(heard.sender):
        if post.at_one(heard.part.frontier):
            post.attest()
        message = _message(post, heard.part, answers, to=heard.sender)
        return post.write(message, message.parcels, [enrolled])
    if not post.is_named(heard.sender) and heard.part.box_key:
        # A laptop that was enrolled elsewhere since: it is told which commits there are here, so that it can bring
        # those that enrol it, and nothing more. Whoever asks knows the ledger's id, which no outsider does.
        return post.write(_message(post, None, answers), (), [heard.part.box_key])
    raise PeerRefused(
        peer=_name(post.device.fingerprint),
        found=f"{_name(heard.sender)} is not enrolled there any more",
        remedy="Ask a keeper whether that is meant.",
    )


def _stuck(post: Post, box: Box, theirs: Part) -> PeerRefused:
    """Why a conversation goes no further."""
    if not post.box_of(box.device):
        found = "it is not enrolled, as far as is known here, so it was sent nothing"
        remedy = "Ask a keeper to enrol it, and bring that here by a bundle file."
    elif post.ledger.unknown(theirs.frontier):
        found = "it keeps back what it holds: it does not know this device as enrolled"
        remedy = "Ask a keeper to enrol this device, and to sync with that one."
    else:
        found = "neither side has anything for the other, and yet they do not hold the same commits"
        remedy = "Run `waythrough verify` on both devices."
    return PeerRefused(peer=_name(box.device), found=found, remedy=remedy)


def _message(post: Post, theirs: Part | None, answers: bytes = NO_BUNDLE, to: bytes = b"") -> Part:
    """What to say next to a copy that said this; to one that said nothing yet, only what is held here."""
    about = post.about(answers)
    if theirs is None:
        return about
    piece = payload.portion(post.ledger.parcels(theirs.frontier), post.usual)
    return replace(about, parcels=tuple(piece), keys=post.keys_for(theirs.has, to))


def _check_answer(answer: Heard, message: Part, box: Box) -> None:
    """An answer is to this message and by this peer: an old one, sent again, would hide what came since."""
    if answer.part.answers == message.bundle and answer.sender == box.device:
        return
    raise BundleRefused(
        place="the peer's answer",
        found="an answer to another message, or by another device",
        remedy="Nothing was taken from it. Someone between the two devices may be sending old answers again.",
    )


def _name(device: bytes) -> str:
    return f"the device {device.hex()[:16]}"
