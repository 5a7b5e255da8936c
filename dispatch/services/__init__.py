"""Every use case that touches incidents: each one opens the transaction, writes, records, and answers."""
