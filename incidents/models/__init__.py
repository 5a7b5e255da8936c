"""Calls, incidents and everything that was said about them."""

from incidents.models.answers import FurtherAnswer
from incidents.models.call import Call, CallbackTask, NumberFlag, Recording
from incidents.models.hazards import HazardArea
from incidents.models.incident import (
    Attachment,
    CaseKey,
    Classification,
    Feedback,
    Handover,
    Incident,
    IncidentAccess,
    IncidentCall,
    NumberBase,
    Referral,
)
from incidents.models.words import Identity, Person, Text

__all__ = [
    "Attachment",
    "Call",
    "CallbackTask",
    "CaseKey",
    "Classification",
    "Feedback",
    "FurtherAnswer",
    "Handover",
    "HazardArea",
    "Identity",
    "Incident",
    "IncidentAccess",
    "IncidentCall",
    "NumberBase",
    "NumberFlag",
    "Person",
    "Recording",
    "Referral",
    "Text",
]
