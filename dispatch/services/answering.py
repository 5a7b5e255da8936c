"""Answers to the questions of the SOP after the report was saved: the caller calls back, the field asks again.

The same rule as at saving (dispatch.questions): an answer only ever raises the priority and only ever adds agencies.
Nobody who is on the way is called back by an answer.
"""

from agencies.ids import new_id
from agencies.writing import Write
from dispatch import routing
from dispatch.models import Assignment
from dispatch.questions import Answers
from dispatch.services.common import Locked, add_reason
from dispatch.services.joining import assign_agency, case_of, refer_all
from incidents.models import Classification, FurtherAnswer, Text
from incidents.vault import user_id


def keep_answers(write: Write, locked: Locked, answers: Answers) -> None:
    """Who answered what and when; what has no meaning to the rule becomes a note."""
    FurtherAnswer.objects.bulk_create(
        FurtherAnswer(
            id=new_id(), incident=locked.incident, key=key, answer=value, answered_at=write.at,
            answered_by_id=user_id(write.actor), answered_by_label=write.actor.label,
        )
        for key, value in answers.known.items()
    )  # fmt: skip
    words = "; ".join(f"{key}: {value}" for key, value in answers.unknown.items())
    add_reason(write, locked, f"Jawaban SOP: {words}"[:2000] if words else "", Text.Kind.NOTE)


def add_answers(row: Classification, answers: Answers) -> None:
    """The newest decision knows them: what is looked up later (backups, alarms) follows the answers too."""
    row.answers = {**row.answers, **answers.known}
    row.extra_types = list(dict.fromkeys([*row.extra_types, *answers.needs]))


def assign_needed(write: Write, locked: Locked, answers: Answers) -> list[Assignment]:
    """The agencies that the answers call for and that are not there yet."""
    if not answers.needs:
        return []
    answer = routing.route_further(locked.region, case_of(locked, write), answers.needs)
    refer_all(write, locked, answer.referred)
    at_work = Assignment.objects.filter(incident=locked.incident).exclude(status__in=["declined", "withdrawn"])
    there = {str(agency_id) for agency_id in at_work.values_list("agency_id", flat=True)}
    wanted = [one for one in answer.chosen if one.agency.id not in there]
    return [assign_agency(write, locked, one, one.role) for one in wanted]
