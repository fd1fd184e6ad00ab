"""Faults played against the ledger: killed processes, power cuts, failing disks, lost memory, flipped bits.

Every harness says what it counted (the `figures` fixture), and carries a planted bug that it must catch in the
same run: a harness that finds nothing has only then shown anything. `docs/explanation/faults.md` tells how.
"""
