"""All configuration of a region, the people who work there and what they have to work with."""

from agencies.models.agency import Agency, Agreement, Unit
from agencies.models.assurance import Assurance
from agencies.models.channels import Channel, Ladder
from agencies.models.devices import PushDevice
from agencies.models.people import ApiToken, Membership, Roster, Shift, ShiftHandover, User
from agencies.models.places import Import, Outline
from agencies.models.policy import (
    IncidentType,
    Procedure,
    RuleSet,
    RunCard,
    RunCardLine,
    SubtypeMapping,
    Target,
)
from agencies.models.region import Area, AreaAlias, ConfigVersion, PackState, Place, Region
from agencies.models.tiles import TileArchive

__all__ = [
    "Agency",
    "Agreement",
    "ApiToken",
    "Area",
    "AreaAlias",
    "Assurance",
    "Channel",
    "ConfigVersion",
    "Import",
    "IncidentType",
    "Ladder",
    "Membership",
    "Outline",
    "PackState",
    "Place",
    "Procedure",
    "PushDevice",
    "Region",
    "Roster",
    "RuleSet",
    "RunCard",
    "RunCardLine",
    "Shift",
    "ShiftHandover",
    "SubtypeMapping",
    "Target",
    "TileArchive",
    "Unit",
    "User",
]
