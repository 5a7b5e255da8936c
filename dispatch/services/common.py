"""What the services of dispatch share: locking an incident, bumping versions, telling what changed."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from agencies.access import Actor, Level, Role, can
from agencies.problems import NotPermitted, NotVisible, StaleVersion, WrongState
from agencies.reference import RegionRef
from agencies.writing import Write
from dispatch import selectors
from dispatch.models import Assignment, Deadline, SupportRequest
from dispatch.services.facts import incident_fact
from events.services import Fact
from incidents import selectors as incidents
from incidents.lifecycle import IncidentStatus, NotAllowedFrom, Table, next_status
from incidents.models import Incident, Text
from incidents.selectors import Access
from incidents.vault import Vault

FUTURE = timedelta(seconds=60)
"""A client's clock may be this far ahead; later times are set back and flagged."""


@dataclass(slots=True)
class Locked:
    """An incident under its row lock, with who sees it and how much the actor does."""

    incident: Incident
    region: RegionRef
    access: Access
    level: Level
    confidential: bool
    """At the time of the lock, like `access`: what the next event compares with."""
    occurred_at: datetime | None = None
    """When the change happened, where that is not now: it goes into every event of the change."""
    source: str = "live"
    clamped: bool = False

    def snapshot(self) -> dict[str, Any]:
        """The full board row as it is in the database now."""
        return selectors.rows_of([self.incident], self.region)[self.incident.id]


def lock_incident(actor: Actor, incident_id: uuid.UUID) -> Locked:
    """Lock an incident that the actor sees. Raises NotVisible."""
    incident = incidents.visible_to(actor).filter(id=incident_id).select_for_update(of=("self",)).first()
    if incident is None:
        raise NotVisible
    access = incidents.access_of([incident.id])[incident.id]
    level = incidents.level_for(actor, incident, access)
    if level is None:
        raise NotVisible
    return Locked(incident, selectors.region_or_404(incident.region_id), access, level, incident.confidential)


def check_permission(actor: Actor, permission: str, region: str, agency_id: str | None = None) -> None:
    """Raises NotPermitted."""
    if not can(actor, permission, region, agency_id):
        raise NotPermitted


def check_version(incident: Incident, given: int | None, current: Any) -> None:
    """Refuse a write that would overwrite fields its author has not seen, or that names a version which never was.

    Raises StaleVersion with `current`.
    """
    if given is not None and not incident.edited_version <= given <= incident.version:
        raise StaleVersion(current=current)


def step(table: Table, action: str, status: str, current: Any) -> str:
    """The next status. Raises WrongState with `current`."""
    try:
        return next_status(table, action, status)
    except NotAllowedFrom as error:
        raise WrongState(f"{error}", current=current) from error


def clamp(occurred_at: datetime | None, at: datetime) -> tuple[datetime, bool]:
    """When it happened, at most a minute ahead of the server's clock; True when it had to be set back."""
    if occurred_at is None:
        return at, False
    if occurred_at > at + FUTURE:
        return at, True
    return occurred_at, False


def touch(incident: Incident, *fields: str, edited: bool = False) -> None:
    """Save the fields and grow the version; `edited`: the incident's own fields changed."""
    incident.version += 1
    names = ["version", *fields]
    if edited:
        incident.edited_version = incident.version
        names.append("edited_version")
    incident.save(update_fields=names)


def stop_clocks(assignment: Assignment, at: datetime, *stages: str, void: bool = False) -> None:
    """Stop clocks of an assignment; all of them when no stage is named."""
    open_ = Deadline.objects.filter(assignment=assignment, done_at=None)
    if stages:
        open_ = open_.filter(stage__in=stages)
    open_.update(done_at=at, void=void)


def assignment_part(row: dict[str, Any], assignment_id: uuid.UUID) -> dict[str, Any] | None:
    """The assignment inside its incident's row."""
    return next((part for part in row["assignments"] if part["id"] == str(assignment_id)), None)


def fact_now(kind: str, locked: Locked, row: dict[str, Any] | None = None, **more: Any) -> Fact:
    """An event about the incident as it is now, with who may see it now and, when that changed, who could before."""
    incident = locked.incident
    more = {"occurred_at": locked.occurred_at, "source": locked.source} | more
    if locked.clamped:
        more["clamped"] = True
    access = incidents.access_of([incident.id])[incident.id]
    if (access, incident.confidential) != (locked.access, locked.confidential):
        more["was"] = {"agencies": locked.access.agencies, "users": locked.access.users,
                       "confidential": locked.confidential}  # fmt: skip
        locked.access, locked.confidential = access, incident.confidential
    return incident_fact(kind, incident, row or locked.snapshot(), access, locked.region, **more)


def finish(write: Write, locked: Locked, status: str, kind: str, changed: list[str], **parts: Any) -> None:
    """Bring the incident into its next status and tell it."""
    incident = locked.incident
    incident.status = status
    if status != IncidentStatus.OPEN:
        open_ = SupportRequest.objects.filter(incident=incident, done_at=None)
        open_.update(answer=SupportRequest.Answer.LAPSED, done_at=write.at)
    ended = status in (IncidentStatus.CLOSED, IncidentStatus.CANCELLED)
    incident.closed_at = (locked.occurred_at or write.at) if ended else None
    touch(incident, "status", "closed_at", "outcome", "merged_into", edited=True)
    write.record([fact_now(kind, locked, changed=changed, **parts)])


def add_reason(write: Write, locked: Locked, words: str, kind: str = Text.Kind.REASON) -> Text | None:
    """Keep the words of a decision with the incident; None when nothing was said."""
    if not words:
        return None
    text = Vault.of(locked.incident).text(kind, words, write.actor, write.at)
    text.save(force_insert=True)
    return text


def check_may_cancel(actor: Actor, locked: Locked) -> None:
    """A call-taker cancels before the first acknowledge only. Raises NotPermitted."""
    incident = locked.incident
    touched = Assignment.objects.filter(incident=incident).exclude(acknowledged_at=None).exists()
    if touched and not actor.is_system and incident.region_id not in actor.regions(Role.SUPERVISOR):
        raise NotPermitted("Sudah diterima instansi: hanya supervisor yang dapat membatalkan.")


KEPT = 409
"""Status of the stored answer to a late step: it was kept, so sending it again must not keep it twice."""


def keep_late(write: Write, locked: Locked, action: str, words: str = "", kind: str = Text.Kind.REASON,
              assignment: dict[str, Any] | None = None, **brought: Any) -> None:  # fmt: skip
    """A step that came too late for the table stays as an entry of the timeline, with its time and its words."""
    text = add_reason(write, locked, words, kind)
    late: dict[str, Any] = {"action": action, "late": True, **{k: v for k, v in brought.items() if v}}
    if text is not None:
        late["text"] = str(text.id)
    told = "incident.late" if assignment is None else "assignment.late"
    more = {"assignment": assignment} if assignment is not None else {}
    write.record([fact_now(told, locked, late=late, **more)])


def was_kept(current: Any) -> WrongState:
    """What is told of a step that was kept."""
    return WrongState("Langkah ini terlambat; dicatat pada linimasa dengan waktunya.", kept=True, current=current)
