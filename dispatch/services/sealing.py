"""Turning a case confidential: in the same transaction it is hidden everywhere."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from agencies.ids import new_id
from agencies.reference import RegionRef
from agencies.rowlevel import apply
from dispatch.services.access import change_agency, level_of_agency
from dispatch.services.files import seal_files
from incidents.models import (
    Call,
    CaseKey,
    Classification,
    Identity,
    Incident,
    IncidentAccess,
    IncidentCall,
    Person,
    Text,
)
from incidents.models.incident import Retention
from incidents.sealing import new_case_key
from incidents.vault import Vault


def seal_case(incident: Incident, region: RegionRef, at: datetime) -> None:
    """Seal every word and identity, narrow every agency's sight, take the number off its calls.

    The caller of this service saves the incident (`confidential`, `retention`) and records the event, whose sight
    makes every open socket drop what it may no longer see.
    """
    incident.confidential, incident.retention = True, Retention.CONFIDENTIAL
    _, wrapped = new_case_key(settings.FIELD_KEY, str(incident.id))
    CaseKey.objects.get_or_create(incident=incident, defaults={"wrapped": wrapped})
    apply({"siaga.system": "on"})  # every text has to be sealed, not only those that this actor may read
    vault = Vault.of(incident)
    for text in Text.objects.filter(incident=incident, sealed=None):
        vault.put(text, text.plain)
        text.retention = vault.retention
        text.save(update_fields=["plain", "sealed", "retention"])
    _seal_people(incident, vault)
    _seal_reasons(incident, vault)
    seal_files(incident, vault)
    apply({"siaga.system": ""})
    for row in IncidentAccess.objects.filter(incident=incident, until=None, agency__isnull=False, level="full"):
        agency = next((a for a in region.agencies.values() if a.id == str(row.agency_id)), None)
        if agency is None or level_of_agency(agency, True) != "full":
            change_agency(incident.id, str(row.agency_id), "task", at, "kasus rahasia")


def _seal_people(incident: Incident, vault: Vault) -> None:
    calls = Call.objects.filter(id__in=IncidentCall.objects.filter(incident=incident).values("call_id"))
    for identity in Identity.objects.filter(incident=incident, sealed=None):
        vault.put_identity(identity, identity.name, identity.number)
        identity.retention = vault.retention
        identity.save(update_fields=["name", "number", "number_key", "sealed", "retention"])
    known = set(Person.objects.filter(incident=incident, role="caller").values_list("id", flat=True))
    if not known:
        _keep_call_numbers(incident, vault, calls)
    seal_notes(calls, vault)
    calls.update(confidential=True, number="")


def seal_notes(calls: Iterable[Call], vault: Vault) -> None:
    """What was noted about calls becomes part of the case that they belong to: sealed when the case is."""
    if not vault.seals:
        return
    for note in Text.objects.filter(call__in=calls, sealed=None):
        vault.put(note, note.plain)
        note.retention = vault.retention
        note.save(update_fields=["plain", "sealed", "retention"])


def _seal_reasons(incident: Incident, vault: Vault) -> None:
    """Reasons that stood beside earlier decisions move, sealed, to the words of the case."""
    for row in Classification.objects.filter(incident=incident).exclude(override_reason=""):
        text = Text(id=new_id(), incident=incident, kind=Text.Kind.REASON, created_at=row.created_at,
                    created_by_id=row.override_by_id, retention=vault.retention)  # fmt: skip
        vault.put(text, row.override_reason)
        text.save(force_insert=True)
        row.override_reason = ""
        row.save(update_fields=["override_reason"])


def _keep_call_numbers(incident: Incident, vault: Vault, calls: Iterable[Call]) -> None:
    """A number that stood on the call only moves, sealed, to a caller of the case."""
    for call in calls:
        if call.number:
            person = Person.objects.create(incident=incident, role="caller", created_at=call.recorded_at)
            vault.identity(person, "", call.number).save(force_insert=True)
