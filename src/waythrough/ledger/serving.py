"""The server's side of a sync over HTTP: a small WSGI application that answers one message at a time.

It says nothing that is not sealed but its own public card, keeps nothing between requests, and logs no bodies.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from waythrough.ledger import peer
from waythrough.ledger.post import Post
from waythrough.terms.problems import Problem

log = logging.getLogger(__name__)

LARGEST_MESSAGE = 64 << 20
"""Bytes of one message. Most are a few MiB; only where erased bodies must come with all later orders are they more."""

AT_ONCE = 4
"""Messages read at the same time, so that strangers cannot fill the memory; others wait their turn."""

IDLE_SECONDS = 60.0
"""How long a line may be silent before it is closed."""

MEDIA_TYPE = "application/x-waythrough-bundle"

StartResponse = Callable[[str, list[tuple[str, str]]], Any]

_STATUS = {4: "400 Bad Request", 6: "422 Unprocessable Entity", 7: "403 Forbidden"}


class SyncApp:
    """GET gives the server's card; POST takes a message and gives the answer. Anything else is refused.

    Parameters
    ----------
    posts
        Opens the ledger for one request, and closes it after.
    """

    def __init__(self, posts: Callable[[], AbstractContextManager[Post]]) -> None:
        self._posts = posts
        # One message at a time: two would only wait for each other at the ledger's write lock, with both in memory.
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(AT_ONCE)

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        method = environ.get("REQUEST_METHOD", "")
        if environ.get("PATH_INFO", "/") not in ("", "/"):
            return _say(start, "404 Not Found", {"message": "There is nothing here but the sync itself."})
        if method == "GET":
            return self._card(start)
        if method != "POST":
            return _say(
                start,
                "405 Method Not Allowed",
                {"message": "Only GET and POST are answered."},
                ("Allow", "GET, POST"),
            )
        return self._answer(environ, start)

    def _card(self, start: StartResponse) -> Iterable[bytes]:
        with self._turn, self._posts() as post:
            card = {
                "schema": "waythrough/peer/1",
                "device": post.device.fingerprint.hex(),
                "box_key": post.device.box_key,
            }
        return _say(start, "200 OK", card)

    def _answer(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        length = _length(environ)
        if length is None:
            return _say(start, "411 Length Required", {"message": "A message says its length."})
        if length > LARGEST_MESSAGE:
            found = (
                f"A message of {length >> 20} MiB is more than the {LARGEST_MESSAGE >> 20} MiB taken here."
            )
            return _say(start, "413 Content Too Large", {"message": found})
        with self._room:
            try:
                request = environ["wsgi.input"].read(length)
            except OSError:
                request = b""
            if len(request) != length:
                return _say(start, "408 Request Timeout", {"message": "The message was cut short."})
            try:
                with self._turn, self._posts() as post:
                    answer = peer.answer(post, request)
            except Problem as problem:
                return _refuse(start, problem)
        start("200 OK", [*_PLAIN, ("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(answer)))])
        return [answer]


class Handler(WSGIRequestHandler):
    """Closes silent lines; logs method and status, never what was sent, nor who sent it."""

    timeout = IDLE_SECONDS

    def log_message(self, format: str, *args: object) -> None:
        log.info("sync request: %s", args[1] if len(args) > 1 else "-")

    def log_error(self, format: str, *args: object) -> None:
        log.warning("sync request failed: %s", format % args)


class Server(ThreadingMixIn, WSGIServer):
    """A thread for each request, and none of them holds up the end."""

    daemon_threads = True


def server(app: SyncApp, host: str, port: int) -> Server:
    """A server for the application, not yet answering; port 0 takes any free one."""
    return make_server(host, port, app, server_class=Server, handler_class=Handler)


_PLAIN = [("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff")]


def _length(environ: dict[str, Any]) -> int | None:
    text = str(environ.get("CONTENT_LENGTH") or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _say(start: StartResponse, status: str, body: dict[str, str], *more: tuple[str, str]) -> Iterable[bytes]:
    data = json.dumps(body, ensure_ascii=False).encode()
    start(status, [*_PLAIN, ("Content-Type", "application/json"), ("Content-Length", str(len(data))), *more])
    return [data]


def _refuse(start: StartResponse, problem: Problem) -> Iterable[bytes]:
    said = {"code": problem.code, "message": problem.sentence(), "advice": problem.remedy()}
    return _say(start, _STATUS.get(problem.exit_code, "500 Internal Server Error"), said)
