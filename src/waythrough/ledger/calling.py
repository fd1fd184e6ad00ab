"""The laptop's side of a sync over HTTP."""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit

from waythrough.ledger.peer import Box
from waythrough.ledger.serving import LARGEST_MESSAGE, MEDIA_TYPE
from waythrough.terms.problems import InputRefused, PeerRefused, PeerUnreachable

WAIT_SECONDS = 120.0
"""How long a line may be silent: satellite links pause, and the server may be writing a large message."""

LARGEST_CARD = 1 << 16


class Caller:
    """A peer behind a URL.

    Raises
    ------
    InputRefused
        Not a URL of http or https; or plain http to another machine, where anyone between sees who syncs with whom.
    """

    def __init__(self, url: str, *, insecure: bool = False, wait_seconds: float = WAIT_SECONDS) -> None:
        self.url = url
        self._wait = wait_seconds
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise _wrong(url, "https://name/…", "Give the whole address, beginning with https://.")
        if parts.scheme == "http" and not insecure and not _is_this_machine(parts.hostname):
            raise _wrong(
                url,
                "https, or http to this very machine",
                "Use https. On a network cable of your own say --insecure: what is sent stays sealed, but anyone on "
                "the way sees that you sync, and with whom.",
            )
        context = ssl.create_default_context()
        # No proxy from the environment: where a message goes is what the person wrote. No redirects, for the same.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPHandler(),
            urllib.request.HTTPSHandler(context=context),
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
        ):
            self._opener.add_handler(handler)

    def card(self) -> Box:
        """Whom to write to, as the peer says itself.

        Raises
        ------
        PeerUnreachable
            Nobody answers.
        PeerRefused
            Somebody answers, but with no card.
        """
        data = self._ask(urllib.request.Request(self.url), LARGEST_CARD)  # noqa: S310 - the scheme was checked above
        try:
            said = json.loads(data)
            return Box(bytes.fromhex(said["device"]), str(said["box_key"]))
        except (ValueError, KeyError, TypeError, RecursionError):
            raise self._refused("it answers, but not as a Waythrough server does", CHECK_URL) from None

    def send(self, message: bytes) -> bytes:
        """Carry one message and bring the answer.

        Raises
        ------
        PeerUnreachable
            The line broke. The message may have arrived; sending it again does no harm.
        PeerRefused
            The peer would not take it.
        InputRefused
            It is larger than a server takes.
        """
        if len(message) > LARGEST_MESSAGE:
            raise InputRefused(
                place="the message to the server",
                found=f"{len(message) >> 20} MiB",
                allowed=f"{LARGEST_MESSAGE >> 20} MiB",
                remedy="Sync once by a folder or with `waythrough bundle make`; after that the server will do.",
            )
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked above
            self.url, data=message, headers={"Content-Type": MEDIA_TYPE}, method="POST"
        )
        return self._ask(request, LARGEST_MESSAGE)

    def _ask(self, request: urllib.request.Request, largest: int) -> bytes:
        try:
            with self._opener.open(request, timeout=self._wait) as answer:
                data: bytes = answer.read(largest + 1)
                announced = answer.headers.get("Content-Length")
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(*_said(error)) from None
        except (OSError, http.client.HTTPException) as error:
            raise PeerUnreachable(peer=self.url, found=_reason(error)) from None
        if len(data) > largest:
            raise self._refused(f"its answer is longer than {largest >> 20} MiB", CHECK_URL)
        if announced is not None and announced != str(len(data)):
            raise PeerUnreachable(peer=self.url, found="the connection broke in the middle of an answer")
        return data

    def _refused(self, found: str, remedy: str) -> PeerRefused:
        return PeerRefused(peer=self.url, found=found, remedy=remedy)


CHECK_URL = "Check the address with whoever runs the server."


def _said(error: urllib.error.HTTPError) -> tuple[str, str]:
    """What the server says is wrong, if it is one of ours; else its status."""
    try:
        said: Any = json.loads(error.read(LARGEST_CARD))
        return str(said["message"]), str(said.get("advice") or CHECK_URL)
    except (
        OSError,
        http.client.HTTPException,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
    ):
        return f"it answers with status {error.code}", CHECK_URL


def _reason(error: Exception) -> str:
    reason = getattr(error, "reason", None) or error
    return str(reason) or type(error).__name__


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _wrong(url: str, allowed: str, remedy: str) -> InputRefused:
    return InputRefused(place="the address", found=url, allowed=allowed, remedy=remedy)
