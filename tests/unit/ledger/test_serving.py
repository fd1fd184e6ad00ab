"""A server answers laptops over HTTP, whatever breaks, and strangers nothing but its card."""

from __future__ import annotations

import http.client
import io
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from ledger_team import Laptop, Team
from waythrough.ledger import calling, peer, serving
from waythrough.ledger.calling import Caller
from waythrough.ledger.post import Post
from waythrough.ledger.serving import SyncApp
from waythrough.terms.problems import InputRefused, PeerRefused, PeerUnreachable


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    made = Team(tmp_path)
    yield made
    made.close()


@contextmanager
def app_of(laptop: Laptop) -> Iterator[SyncApp]:
    @contextmanager
    def posts() -> Iterator[Post]:
        yield laptop.post

    yield SyncApp(posts)


@contextmanager
def running(server: HTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def office(team: Team) -> Laptop:
    return team.join("office")


@pytest.fixture
def url(office: Laptop) -> Iterator[str]:
    with app_of(office) as app, running(serving.server(app, "127.0.0.1", 0)) as address:
        yield address


def sync(laptop: Laptop, url: str) -> peer.Talk:
    caller = Caller(url)
    return peer.talk(laptop.post, caller.send, caller.card())


def test_a_laptop_and_a_server_end_with_the_same(team: Team, office: Laptop, url: str) -> None:
    team.first.write("note/laptop")
    office.write("note/office")
    sync(team.first, url)
    assert team.first.holds() == office.holds()
    assert {head.record for head in office.ledger.heads("note")} == {"note/laptop", "note/office"}


def test_two_laptops_at_once_disturb_nothing(team: Team, office: Laptop, url: str) -> None:
    boris = team.join("boris")
    failed: list[BaseException] = []

    def often(laptop: Laptop) -> None:
        try:
            for n in range(5):
                laptop.write(f"note/{laptop.name}{n}")
                sync(laptop, url)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it must reach the test's own thread
            failed.append(error)

    threads = [threading.Thread(target=often, args=(one,)) for one in (team.first, boris)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    for laptop in (team.first, boris, team.first):
        sync(laptop, url)
    assert team.first.holds() == office.holds() == boris.holds()


class Cutting(BaseHTTPRequestHandler):
    """Stands between laptop and server and breaks the line where it is told to."""

    server: Any

    def do_GET(self) -> None:
        self._pass(serving_get=True)

    def do_POST(self) -> None:
        self._pass(serving_get=False)

    def _pass(self, serving_get: bool) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        cut = self.server.cut if self.server.count == self.server.cut_at and not serving_get else None
        self.server.count += 0 if serving_get else 1
        if cut == "before":
            return
        line = http.client.HTTPConnection("127.0.0.1", self.server.to, timeout=10)
        line.request(self.command, "/", body or None)
        answer = line.getresponse()
        data = answer.read()
        line.close()
        if cut == "after":
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut == "within" else data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.mark.parametrize("cut", ["before", "within", "after"])
def test_a_line_cut_at_every_piece_loses_nothing(team: Team, office: Laptop, url: str, cut: str) -> None:
    team.first.post.usual = office.post.usual = 1
    between: Any = HTTPServer(("127.0.0.1", 0), Cutting)
    between.to = int(url.rstrip("/").rsplit(":", 1)[1])
    between.cut = cut
    breaks = 0
    with running(between) as address:
        for at in range(100):
            for laptop in (team.first, office):
                for n in range(2):
                    laptop.write(f"note/{laptop.name}{at}-{n}")
            between.cut_at, between.count = at, 0
            try:
                sync(team.first, address)
            except PeerUnreachable as broken:
                breaks += 1
                assert broken.exit_code == 9
                between.cut_at = -1
                sync(team.first, address)
            else:
                break
            assert team.first.holds() == office.holds()
    assert breaks == 4  # every message there is
    assert team.first.ledger.verify().sound
    assert office.ledger.verify().sound


# --- strangers, and messages that are none -------------------------------------------------------------------


def ask(app: SyncApp, method: str, body: bytes = b"", path: str = "", **more: Any) -> tuple[int, Any, Any]:
    """Status, headers and content of one request."""
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said.update(status=int(status.split()[0]), headers=dict(headers))

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **more,
    }
    content = b"".join(app(environ, start))
    json_said = said["headers"]["Content-Type"] == "application/json"
    return said["status"], said["headers"], json.loads(content) if json_said else content


def test_the_card_says_whom_to_write_to_and_nothing_else(team: Team) -> None:
    with app_of(team.first) as app:
        status, headers, card = ask(app, "GET")
    assert status == 200
    assert card == {
        "schema": "waythrough/peer/1",
        "device": team.first.device.fingerprint.hex(),
        "box_key": team.first.device.box_key,
    }
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "PUT"}, 405),
        ({"method": "DELETE"}, 405),
        ({"method": "TRACE"}, 405),
        ({"method": "HEAD"}, 405),
        ({"method": "GET", "path": "/admin"}, 404),
        ({"method": "POST", "path": "/../x"}, 404),
        ({"method": "POST", "body": b"hello"}, 400),
        ({"method": "POST"}, 400),
        ({"method": "POST", "CONTENT_LENGTH": ""}, 411),
        ({"method": "POST", "CONTENT_LENGTH": "-1"}, 411),
        ({"method": "POST", "CONTENT_LENGTH": "²"}, 411),
        ({"method": "POST", "CONTENT_LENGTH": str(serving.LARGEST_MESSAGE + 1)}, 413),
        ({"method": "POST", "body": b"cut", "CONTENT_LENGTH": "9"}, 408),
    ],
)
def test_a_request_that_is_none_is_refused(team: Team, request_: dict[str, Any], status: int) -> None:
    before = team.first.holds()
    with app_of(team.first) as app:
        assert ask(app, **request_)[0] == status
    assert team.first.holds() == before


def test_a_line_that_falls_silent_is_closed(team: Team) -> None:
    class Silent(io.BytesIO):
        def read(self, *_: Any) -> bytes:
            raise TimeoutError("timed out")

    with app_of(team.first) as app:
        assert ask(app, "POST", b"hello", **{"wsgi.input": Silent()})[0] == 408


def test_a_server_of_another_ledger_says_so(tmp_path: Path, url: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Team(tmp_path / "elsewhere", seed=8)
    with pytest.raises(PeerRefused, match="of another ledger"):
        sync(other.first, url)
    other.close()


def test_logs_hold_a_status_and_nothing_of_what_was_sent(
    team: Team, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    team.first.write("note/secret", {"who": "Layla Example"})
    sync(team.first, url)
    assert "200" in caplog.text
    assert "Layla" not in caplog.text
    assert "127.0.0.1" not in caplog.text


def test_a_request_that_is_no_http_is_logged_as_failed(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    port = int(url.rstrip("/").rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(b"hello\r\n\r\n")
        assert b"400" in line.recv(1_000)
    assert "sync request failed" in caplog.text


# --- the laptop's side ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["ftp://example.org/", "https://", "example.org", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InputRefused, match="the address"):
        Caller(address)


def test_plain_http_goes_to_this_machine_only_unless_one_insists() -> None:
    with pytest.raises(InputRefused, match="https, or http to this very machine"):
        Caller("http://office.example.org/sync")
    Caller("http://office.example.org/sync", insecure=True)
    for here in ("http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"):
        Caller(here)


def test_nobody_there_is_exit_9() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PeerUnreachable) as refused:
        Caller(f"http://127.0.0.1:{port}/").card()
    assert refused.value.exit_code == 9


def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    with running(server) as address, pytest.raises(PeerUnreachable, match="[Cc]ertificate"):
        Caller(address.replace("http:", "https:")).card()


def _certificate(folder: Path) -> Path:
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


Answer = Callable[[BaseHTTPRequestHandler], None]


def answering(status: int, body: bytes, **headers: str) -> HTTPServer:
    """A server that is none of ours and always says this."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    return HTTPServer(("127.0.0.1", 0), Handler)


@pytest.mark.parametrize(
    ("status", "body", "found"),
    [
        (200, b"<html>welcome</html>", "not as a Waythrough server does"),
        (200, b"[]", "not as a Waythrough server does"),
        (200, b'{"device":"zz","box_key":""}', "not as a Waythrough server does"),
        (200, bytes(calling.LARGEST_CARD + 2), "longer than"),
        (404, b"<html>", "status 404"),
        (500, b"[]", "status 500"),
        (403, b'{"message":"Go away.","advice":"Ask."}', "Go away."),
    ],
)
def test_an_answer_that_is_none_is_refused(status: int, body: bytes, found: str) -> None:
    with running(answering(status, body)) as address, pytest.raises(PeerRefused, match=found):
        Caller(address).card()


def test_the_laptop_follows_nobody_elsewhere() -> None:
    with (
        running(answering(302, b"", Location="http://127.0.0.1:1/")) as address,
        pytest.raises(PeerRefused, match="status 302"),
    ):
        Caller(address).card()


def test_half_an_answer_is_no_answer() -> None:
    with (
        running(answering(200, b"half", **{"Content-Length": "9"})) as address,
        pytest.raises(PeerUnreachable),
    ):
        Caller(address).card()


def test_a_message_larger_than_a_server_takes_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "LARGEST_MESSAGE", 10)
    with pytest.raises(InputRefused, match="the message to the server"):
        Caller("http://127.0.0.1:1/").send(bytes(11))
