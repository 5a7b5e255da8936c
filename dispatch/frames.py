"""Frames of logged events for somebody who fetches them: sight as it is in the database now."""

import json
import logging
from typing import Any

from agencies.access import Actor
from agencies.reference import RegionRef
from dispatch.rows import local
from dispatch.sightings import UNREADABLE, Frame, Sight, frame_for
from events.selectors import Logged
from incidents import selectors as incidents
from incidents.models import Incident

log = logging.getLogger("siaga.live")


class Frames:
    """Renders pages of one region's events for one actor."""

    def __init__(self, actor: Actor, region: RegionRef) -> None:
        self._actor, self._region = actor, region

    def of(self, page: list[Logged], resumed_from: int) -> list[dict[str, Any]]:
        """Frames ascending, each naming the one before it (the first: the value resumed from)."""
        now = sights_now({event.incident_id for event in page if event.incident_id})
        frames, prev = [], resumed_from
        for event in page:
            frame = self._frame(event, now.get(event.incident_id))
            if frame is not None:
                at = local(event.occurred_at, self._region.tz)  # type: ignore[arg-type]
                frames.append({"kind": frame.kind, "seq": event.seq, "prev": prev, "region": event.region, "at": at,
                               "data": frame.data})  # fmt: skip
                prev = event.seq
        return frames

    def _frame(self, event: Logged, now: Sight | None) -> Frame | None:
        try:
            data = json.loads(event.data) if event.data else {}
            return frame_for(event.kind, event.region, data, self._actor, now)
        except UNREADABLE as error:
            log.error("unreadable event %s set aside: %s", event.seq, type(error).__name__)
            return None


def sights_now(incident_ids: set[Any]) -> dict[Any, Sight]:
    """Who sees these incidents now."""
    access = incidents.access_of(incident_ids)
    confidential = dict(Incident.objects.filter(id__in=incident_ids).values_list("id", "confidential"))
    return {id_: Sight(access[id_].agencies, access[id_].users, mark) for id_, mark in confidential.items()}
