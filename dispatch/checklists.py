"""The SOPs of an incident with what has been done of them."""

from typing import Any

from agencies.questions import question_of
from agencies.reference import ProcedureRef, RegionRef
from dispatch.models import ProcedureTick
from dispatch.rows import local
from incidents.models import Classification, FurtherAnswer, Incident


def procedures_of(incident: Incident, region: RegionRef) -> list[ProcedureRef]:
    """The SOPs in force for the incident's type, the most specific first."""
    return region.procedures_for(incident.type, incident.base, incident.subtype)


def checklist_of(incident: Incident, region: RegionRef) -> list[dict[str, Any]]:
    """Each SOP with its steps, who did which when."""
    rows = ProcedureTick.objects.filter(incident=incident, undone_at=None)
    ticks = {(str(row.procedure_id), row.step): row for row in rows}
    return [
        {
            "id": p.id,
            "version": p.version,
            "title": p.title,
            "questions": [q.text for q in map(question_of, p.questions)],
            "keys": [q.key for q in map(question_of, p.questions)],
            "steps": [_step(text, ticks.get((p.id, n)), region) for n, text in enumerate(p.steps)],
        }
        for p in procedures_of(incident, region)
    ]


def _step(text: str, tick: ProcedureTick | None, region: RegionRef) -> dict[str, Any]:
    done = {"at": local(tick.done_at, region.tz), "by": tick.done_by_label} if tick else None
    return {"text": text, "done": done}


def answers_of(incident: Incident, region: RegionRef) -> list[dict[str, Any]]:
    """What has been answered to the questions that count, the last answer to each."""
    asked = {q.key: q.text for p in reversed(procedures_of(incident, region)) for q in map(question_of, p.questions)}
    found: dict[str, dict[str, Any]] = {}
    first = Classification.objects.filter(incident=incident).order_by("created_at").first()
    for key, value in (first.answers if first else {}).items():  # with the report
        found[key] = {"answer": value, "at": local(incident.created_at, region.tz), "by": ""}
    for row in FurtherAnswer.objects.filter(incident=incident).order_by("answered_at", "id"):
        found[row.key] = {"answer": row.answer, "at": local(row.answered_at, region.tz), "by": row.answered_by_label}
    return [{"key": key, "question": asked.get(key, ""), **told} for key, told in found.items()]
