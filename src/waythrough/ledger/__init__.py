"""REMEMBER: append-only, chained, signed entries."""

from waythrough.ledger.ledger import Ledger

__all__ = ["Ledger"]
