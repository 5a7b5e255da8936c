"""Raising the alarm: the next level of the run card brings in further agencies, each with its deadlines and reason."""

from datetime import datetime
from typing import TYPE_CHECKING

from agencies.problems import Conflict
from agencies.reference import RegionRef
from agencies.writing import Write
from dispatch import routing
from dispatch.models import Assignment
from dispatch.services.common import Locked, add_reason, touch
from dispatch.services.joining import assign_agency, case_of, plain_case, refer_all, tell_assigned
from incidents.models import Incident

if TYPE_CHECKING:
    from dispatch.services.incidents import Change


class NoHigherAlarm(Conflict):
    slug, title = "no_higher_alarm", "Tidak ada tingkat alarm berikutnya"


def raise_alarm(write: Write, locked: Locked, change_: "Change", status: str) -> None:
    """Raise the alarm by one level of the card. Who is there already stays as they are. Raises NoHigherAlarm."""
    incident, case = locked.incident, case_of(locked, write)
    level = routing.next_alarm(locked.region, case)
    if level is None:
        raise NoHigherAlarm(
            "Kartu tugas kejadian ini tidak menahan instansi lain; tugaskan satu per satu.", current=locked.snapshot()
        )
    answer = routing.route_alarm(locked.region, case, level)
    add_reason(write, locked, change_.reason)
    refer_all(write, locked, answer.referred)
    joined = [assign_agency(write, locked, one, one.role) for one in answer.chosen if not _is_there(locked, one)]
    incident.alarm = level
    touch(incident, "alarm", edited=True)
    told = {"level": level, "passed_over": [[p.agency, p.reason] for p in answer.passed_over]}
    tell_assigned(write, locked, joined, ["alarm", "assignments"], alarm=told)


def may_rise(incident: Incident, region: RegionRef, at: datetime) -> bool:
    """Whether the run card holds somebody back for a higher alarm."""
    return routing.next_alarm(region, plain_case(incident, region, at)) is not None


def _is_there(locked: Locked, chosen: routing.Chosen) -> bool:
    found = Assignment.objects.filter(incident=locked.incident, agency_id=chosen.agency.id)
    return found.exclude(status__in=["declined", "withdrawn"]).exists()
