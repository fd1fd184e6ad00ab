"""REMEMBER: append-only, chained, signed entries."""
