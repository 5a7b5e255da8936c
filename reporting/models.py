"""Reporting reads everything and writes only its own rows; so far it has none."""
