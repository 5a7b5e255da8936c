"""Ticking the steps of an SOP: who did what when, in the log like everything else."""

import uuid
from datetime import datetime

from agencies.access import Actor, Level
from agencies.problems import Malformed, NotPermitted
from agencies.writing import Write, writing
from dispatch.checklists import procedures_of
from dispatch.models import ProcedureTick
from dispatch.services.common import Locked, check_permission, clamp, fact_now, lock_incident, touch
from events.bulk import new
from events.services import Answered, Intent
from incidents.vault import user_id


def tick_step(*, incident_id: uuid.UUID, procedure_id: str, step: int, done: bool, actor: Actor, at: datetime,
              wish: Intent | None = None, occurred_at: datetime | None = None,
              source: str = "live") -> Answered:  # fmt: skip
    """Mark a step done or not done, as of when it was. What is so already stays as it is. Raises NotVisible,
    NotPermitted, Malformed."""
    with writing(actor, at, wish) as write:
        if write.answered:
            return write.answered
        locked = lock_incident(actor, incident_id)
        incident = locked.incident
        check_permission(actor, "note.add", incident.region_id)
        if locked.level == Level.STUB:
            raise NotPermitted
        locked.occurred_at, locked.clamped = clamp(occurred_at, at)
        locked.source = source
        if _set(write, locked, procedure_id, step, done):
            touch(incident)
            told = {"procedure": procedure_id, "step": step, "done": done}
            write.record([fact_now("incident.updated", locked, changed=["sop"], sop=told)])
        return write.done(region=incident.region_id, kind="incident", id=incident_id, version=incident.version)


def _set(write: Write, locked: Locked, procedure_id: str, step: int, done: bool) -> bool:
    """Whether anything changed."""
    procedure = next((p for p in procedures_of(locked.incident, locked.region) if p.id == procedure_id), None)
    if procedure is None or not 0 <= step < len(procedure.steps):
        raise Malformed("Langkah ini tidak ada di SOP yang berlaku untuk kejadian ini.",
                        errors=[{"field": "step" if procedure else "procedure", "message": "unknown"}])  # fmt: skip
    there = ProcedureTick.objects.filter(
        incident=locked.incident, procedure_id=procedure_id, step=step, undone_at=None
    ).first()
    if done == (there is not None):
        return False
    if there is not None:
        there.undone_at = write.at
        there.save(update_fields=["undone_at"])
        return True
    new(
        ProcedureTick, incident_id=locked.incident.id, procedure_id=procedure_id, procedure_version=procedure.version,
        step=step, text=procedure.steps[step][:300], done_at=locked.occurred_at or write.at,
        done_by_id=user_id(write.actor), done_by_label=write.actor.label,
    ).save(force_insert=True)  # fmt: skip
    return True
