"""Erased means gone, in a file and on a server: what is left of a body there does not open any more."""

from __future__ import annotations

from pathlib import Path

import pytest

from waythrough.ledger import Ledger, orders
from waythrough.ledger.device import device_key
from waythrough.ledger.keyring import keyring_path
from waythrough.ledger.places import Place
from waythrough.terms.entries import ERASED, OPEN, SEALED, WHAT, WHO, Draft, Vaulted

SUBJECTS = [f"hh-{n}" for n in range(20)]


def said(subject: str) -> list[Draft]:
    """Twenty-five invented values about one household."""
    values = {f"field{n}": f"invented value {n} of {subject}" for n in range(24)}
    return [
        Draft("household", subject, values, vaulted=Vaulted(WHAT, subject, "site-ford")),
        Draft("identity", f"id-{subject}", {"names": [f"Invented {subject}"]}, vaulted=Vaulted(WHO, subject)),
    ]


def planted() -> list[bytes]:
    return [f"invented value {n} of {one}".encode() for one in SUBJECTS for n in range(24)] + [
        f"Invented {one}".encode() for one in SUBJECTS
    ]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WAYTHROUGH_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_erased_bodies_are_gone_and_what_was_copied_before_does_not_open(place: Place, home: Path) -> None:
    device = device_key()
    with Ledger.create(place, title="Valley camp", author="amina", device=device) as ledger:
        ledger.append([draft for subject in SUBJECTS for draft in said(subject)], author="amina")
        with ledger._store.reading() as reader:
            before = [line for line in reader.every_line() if line.body and not line.body.startswith(b"{")]
        assert len(before) == 2 * len(SUBJECTS)
        assert not [text for text in planted() for line in before if text in (line.body or b"")]
        assert {entry.state for entry in ledger._vault.read(before, on_record=True)} == {OPEN}
        today = ledger.log(limit=1)[0].at.date()
        order = orders.erase("order-1", subjects=SUBJECTS, reason="asked", day=today)
        (erasure,) = ledger.act([order], author="amina")
        after = [entry for one in SUBJECTS for entry in (*ledger.history(one), *ledger.history(f"id-{one}"))]
        assert {(entry.state, bool(entry.body)) for entry in after} == {(ERASED, False)}
        # Whatever a server's pages, logs and backups keep is ciphertext, and its key is nowhere.
        assert {entry.state for entry in ledger._vault.read(before, on_record=True)} == {SEALED}
        (receipt,) = ledger.world().erasures.receipts(erasure.id)
        assert (receipt.bodies, receipt.keys) == (40, 40)
        assert ledger.verify().sound
        rings = keyring_path(home, bytes.fromhex(ledger.id))
    kept = b"".join(path.read_bytes() for path in rings.parent.iterdir())
    assert kept
    assert not [text for text in planted() if text in kept]
