"""Faults, as a suite: `make chaos` breaks the running system in every way we know and judges by a ledger outside it."""
