"""Which units have moved since the last look: what live processes tell as passing state."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from agencies import caches
from dispatch.passing import Move
from dispatch.rows import local
from dispatch.sightings import Sight

_MOVED = """
SELECT u.id, a.region_id, u.agency_id, u.lat, u.lon, u.position_at, c.incident_id, c.agencies, c.users
 FROM agencies_unit u JOIN agencies_agency a ON a.id = u.agency_id
 LEFT JOIN LATERAL (
   SELECT s.incident_id,
     (SELECT json_object_agg(x.agency_id, x.level) FROM incidents_incidentaccess x
       WHERE x.incident_id = s.incident_id AND x.until IS NULL AND x.agency_id IS NOT NULL) AS agencies,
     (SELECT json_object_agg(x.user_id, x.level) FROM incidents_incidentaccess x
       WHERE x.incident_id = s.incident_id AND x.until IS NULL AND x.user_id IS NOT NULL) AS users
   FROM dispatch_unitassignment j JOIN dispatch_assignment s ON s.id = j.assignment_id
   JOIN incidents_incident i ON i.id = s.incident_id
   WHERE j.unit_id = u.id AND i.confidential AND j.sent_at <= u.position_at
     AND (j.released_at IS NULL OR j.released_at >= u.position_at) LIMIT 1) c ON true
 WHERE u.ended_at IS NULL AND u.lat IS NOT NULL AND u.position_at > clock_timestamp() - interval '15 minutes'
"""
"""Positions of the last minutes, each with the confidential case at which it was taken (selectors.secret_places)."""


class Moves:
    """Remembers where each unit was told to be."""

    def __init__(self) -> None:
        self._told: dict[UUID, datetime] = {}

    async def since_last(self, connection: psycopg.AsyncConnection) -> list[Move]:
        """New positions, whatever the order in which they were taken."""
        cursor = await connection.execute(_MOVED)
        rows = await cursor.fetchall()
        moves = [_move(row) for row in rows if self._told.get(row[0]) != row[5]]
        self._told = {row[0]: row[5] for row in rows}
        return moves


def _move(row: Any) -> Move:
    unit, region, agency, lat, lon, at, case, agencies, users = row
    ref = caches.peek()
    zone = ref.region(region) if ref else None
    told = local(at, zone.tz) if zone else at.isoformat()
    sight = Sight(agencies or {}, users or {}, True) if case is not None else None
    return Move(str(unit), region, str(agency), lat, lon, told or "", sight)
