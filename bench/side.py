"""What the measurements need to know about one of the two systems, while it runs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

NARRATIVE = "{{choice:banjir masuk rumah warga, air setinggi lutut|banjir di perumahan, warga minta perahu karet|\
kali meluap, banjir sejak subuh dan ada lansia|jalan kampung kebanjiran, air terus naik sampai pinggang}}"
"""What the caller says in the compared request; the place adds a number, so that no two are alike."""


@dataclass(frozen=True)
class Side:
    """One running system. `rows` and `parts` are its tables of incidents and of assignments."""

    name: str
    create: str
    headers: tuple[str, ...]
    payload: dict[str, Any]
    feed: str
    frame_id: str
    pids: tuple[int, ...]
    dsn: str
    """As the database's superuser: counting rows must not depend on anybody's sight."""
    rows: str
    parts: str
    log: Path
    hellos: tuple[str, ...] = ()
    kind: str = ""
    acks: bool = False

    def counts(self) -> tuple[int, int]:
        """Stored incidents and assignments."""
        with psycopg.connect(self.dsn) as connection:
            found = connection.execute(
                f"SELECT (SELECT count(*) FROM {self.rows}), (SELECT count(*) FROM {self.parts})"  # type: ignore[arg-type]
            ).fetchone()
        assert found is not None
        return found[0], found[1]
